"""Read dates as observers write them: day first, or year first.

A month by its number or its name in three languages.

A date without a year is of the election's own year. What could be read two ways, day first taken for granted, is not
read at all.
"""

import datetime as dt
import re
from typing import Final

from chalicelib.observation.reading.model import Reason
from chalicelib.observation.sms.look_alikes import skeleton

_NAMES: Final = (
    "январь yanvar january",
    "февраль fevral february",
    "март mart march",
    "апрель aprel april",
    "май мая may",
    "июнь iyun june",
    "июль iyul july",
    "август avgust august",
    "сентябрь sentyabr september",
    "октябрь oktyabr october",
    "ноябрь noyabr november",
    "декабрь dekabr december",
)
_SHORTEST: Final = 3
_LONGEST_ENDING: Final = 4
"""Letters of the longest case ending of a month: `октябрында`."""

_STEMS: Final = {
    skeleton(name.rstrip("ьйя")): month for month, names in enumerate(_NAMES, start=1) for name in names.split()
}
_MAY: Final = 5
_MAY_FORMS: Final = frozenset(map(skeleton, ("май", "мая", "мае", "майы", "майда", "майдын", "майында", "may", "maya")))
_YEAR_WORDS: Final = frozenset(map(skeleton, ("год", "года", "г", "жыл", "жылы", "жылдын", "ж", "year")))

_COMPACT: Final = re.compile(r"\d{8}")
_YEAR_FIRST: Final = re.compile(r"(?P<year>\d{4})([-./ ])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_DAY_FIRST: Final = re.compile(r"(?P<day>\d{1,2})\s?([-./ ])\s?(?P<month>\d{1,2})(?:\s?(?:\2|\s)\s?(?P<year>\d{4}))?")
_SHORT_YEAR: Final = re.compile(r"(?P<day>\d{1,2})([./])(?P<month>\d{1,2})\2(?P<year>\d\d)")
"""With a dash, `17-10-15` could begin with its year."""
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")
_YEARS: Final = range(1900, 2101)
_CENTURY: Final = 2000
_YEAR_DIGITS: Final = 4
_DAY_DIGITS: Final = 2


def month_named(shape: str) -> int | None:
    """Return the month, from 1, that a word's skeleton names.

    `октября`, `окт`, `Oct`; None for any other word.
    """
    if shape in _MAY_FORMS:
        return _MAY
    if len(shape) < _SHORTEST:
        return None
    months = {month for stem, month in _STEMS.items() if month != _MAY and _is_form(shape, stem)}
    return months.pop() if len(months) == 1 else None


def _is_form(shape: str, stem: str) -> bool:
    """Whether a word is a month's name, or begins like one."""
    return stem.startswith(shape) or (shape.startswith(stem) and len(shape) <= len(stem) + _LONGEST_ENDING)


def is_year_word(shape: str) -> bool:
    """Whether a word says only that the number before is a year."""
    return shape in _YEAR_WORDS


def read_date(inner: str, year: int) -> tuple[str, None] | tuple[None, Reason]:
    """Read the date in what was typed, or why none.

    ISO 8601; `year` is that of a date without one.
    """
    if _COMPACT.fullmatch(inner):
        return _dated(*_compact(inner))
    numeric = _YEAR_FIRST.fullmatch(inner) or _DAY_FIRST.fullmatch(inner) or _SHORT_YEAR.fullmatch(inner)
    if numeric is not None:
        written = int(numeric["year"] or year)
        return _dated(
            written if written >= _YEARS.start else _CENTURY + written, int(numeric["month"]), int(numeric["day"])
        )
    return _worded(_PARTS.findall(inner), year)


def _compact(inner: str) -> tuple[int, int, int]:
    """Read year, month and day of eight digits.

    Only one of the two orders makes a year of our time and a month.
    """
    if int(inner[4:]) in _YEARS:
        return int(inner[4:]), int(inner[2:4]), int(inner[:2])
    return int(inner[:4]), int(inner[4:6]), int(inner[6:])


def _worded(parts: list[str], year: int) -> tuple[str, None] | tuple[None, Reason]:
    """Read a date whose month is a word.

    With one number it is the day, and one of four digits is the year.
    """
    words = [skeleton(part) for part in parts if not part.isdigit()]
    months = [month_named(word) for word in words if not is_year_word(word)]
    numbers = [part for part in parts if part.isdigit()]
    if len(months) == 1 and months[0] is not None:
        years = [int(number) for number in numbers if len(number) == _YEAR_DIGITS]
        days = [int(number) for number in numbers if len(number) <= _DAY_DIGITS]
        if len(days) == 1 and len(years) <= 1 and len(days) + len(years) == len(numbers):
            return _dated(years[0] if years else year, months[0], days[0])
    return None, "ambiguous" if len(parts) > 1 else "wrong_type"


def _dated(year: int, month: int, day: int) -> tuple[str, None] | tuple[None, Reason]:
    if year not in _YEARS:
        return None, "out_of_range"
    try:
        return dt.date(year, month, day).isoformat(), None
    except ValueError:
        return None, "out_of_range"
