"""Read rounds named by an hour and a day.

Minutes may be left out (docs/grammar.md, "Rounds").
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.reading.day_parts import hour_of_day
from chalicelib.observation.reading.hours import date_at, hour_at
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import FormNames

DAY_LETTERS: Final = ("D", "Д")
"""What counts the days from the election's: `D+1`."""
_MONTH_LETTERS: Final = 3
_LAST_HOUR: Final = 24
_CENTURY: Final = 100
_MINUTES: Final = frozenset(f"{minute:02}" for minute in range(60))


@dataclass(frozen=True, slots=True)
class RoundName:
    """What names a round, and where its tokens end.

    It is an hour, or a day, or both.

    `minute` is None where none was typed; `day` counts from the election's date; `days_ago` is 0 for today, 1 for
    yesterday, None where neither was named.
    """

    after: int
    hour: int | None = None
    minute: int | None = None
    day: int | None = None
    days_ago: int | None = None


@dataclass(frozen=True, slots=True)
class NamedRound:
    """The rounds of a form that a name may mean.

    `rounds` is empty where it means none for certain.

    One round is meant without doubt, unless `days_ago` has to be true of it; several recur on different days.
    """

    rounds: tuple[str, ...] = ()
    days_ago: int | None = None


def round_name_at(scan: Scan, index: int, limit: int) -> RoundName | None:
    """Return the round's name that begins at a token, if any.

    Prepositions included.
    """
    return _Reader(scan, index, limit).read()


def day_before(scan: Scan, index: int) -> int | None:
    """Return the day, before the election's, written as `D-1`.

    At a token; None where it is not.
    """
    gap, number, _, _ = scan.tokens[index + 1] if index + 1 < len(scan.tokens) else ("", "", "", "")
    return -int(number) if gap == "-" and number.isdigit() and len(number) < _MONTH_LETTERS else None


def named_round(form: FormNames, name: RoundName) -> NamedRound:
    """Return the rounds of a form that a name means.

    Those of its day that begin in its hour, at its minute if one does.
    """
    fitting = [moment for moment in form.moments if name.day in (None, moment.day)]
    if name.hour is not None:
        fitting = [moment for moment in fitting if moment.hour == name.hour]
        exact = [moment for moment in fitting if moment.minute == name.minute]
        fitting = exact if name.minute is not None and exact else fitting
        if len({moment.minute for moment in fitting}) > 1:
            return NamedRound()
    return NamedRound(tuple(map(str, fitting)), name.days_ago)


class _Reader:
    def __init__(self, scan: Scan, index: int, limit: int) -> None:
        self.scan, self.limit, self.index = scan, limit, index
        self.hour: int | None = None
        self.minute: int | None = None
        self.day: int | None = None
        self.days_ago: int | None = None

    def read(self) -> RoundName | None:
        after = self.index
        while self.index < self.limit and (self._day() or self._hour()):
            after = self.index
        if self.hour is None and self.day is None and self.days_ago is None:
            return None
        return RoundName(after, self.hour, self.minute, self.day, self.days_ago)

    # Days.

    def _day(self) -> bool:
        if self.day is not None or self.days_ago is not None:
            return False
        begin = self.index
        while self._has("round_prepositions", begin):
            begin += 1
        return self._relative(begin) or self._counted(begin) or self._date(begin)

    def _relative(self, index: int) -> bool:
        for role, days_ago in (("todays", 0), ("yesterdays", 1)):
            if self._has(role, index):
                self.days_ago, self.index = days_ago, index + 1
                return True
        return False

    def _counted(self, index: int) -> bool:
        """`D+1`, or `D-1` where a round is on that day."""
        if index + 1 >= self.limit or self.scan.words[index].skeleton not in DAY_LETTERS:
            return False
        before = day_before(self.scan, index)
        if before is not None and before in self.scan.vocabulary.round_days:
            self.day, self.index = before, index + 2
            return True
        if index + 2 >= self.limit:
            return False
        if self.scan.tokens[index + 1][3] != "+" or not self.scan.tokens[index + 2][1]:
            return False
        self.day, self.index = int(self.scan.digits(index + 2)[:_MONTH_LETTERS]), index + 3
        return True

    def _date(self, index: int) -> bool:
        if index >= self.limit:
            return False
        day = self._numeric_date(index) or self._spelt_date(index)
        if day is None:
            return False
        self.day, self.index = day
        return True

    def _numeric_date(self, index: int) -> tuple[int, int] | None:
        """Read a date in digits.

        `15.10`, `15.10.2017`, `2017-10-15`: one without a year only where it is a day of the election.
        """
        after = date_at(self.scan, index, self.limit)
        if after is not None:
            numbers = [int(self.scan.digits(at)) for at in range(index, after)]
            year, month, day = numbers if numbers[0] > _CENTURY else numbers[::-1]
            return self._offset(year, month, day, after)
        if index + 1 >= self.limit or not self.scan.tokens[index][1] or not self.scan.tokens[index + 1][1]:
            return None
        if self.scan.tokens[index + 1][0] not in (".", "/") or len(self.scan.digits(index + 1)) > 2:
            return None
        digits, month = self.scan.digits(index), int(self.scan.digits(index + 1))
        offset = self._offset(None, month, int(digits), index + 2) if len(digits) <= 2 else None
        return offset if offset is not None and offset[0] in self.scan.vocabulary.round_days else None

    def _spelt_date(self, index: int) -> tuple[int, int] | None:
        """`16 октября`, `16-октябрь`, `October 16`."""
        month = self._month(index)
        number, after = (index + 1, index + 2) if month else (index, index + 2)
        if number >= self.limit or not self.scan.tokens[number][1] or len(self.scan.digits(number)) > 2:
            return None
        if month is None:
            if after <= self.limit and index + 1 < self.limit and self.scan.words[index + 1].skeleton in ("TH", "CT"):
                after += 1
            month = self._month(after - 1)
        if month is None:
            return None
        while after < self.limit and (self._is_year(after) or self._has("year_words", after)):
            after += 1
        return self._offset(None, month, int(self.scan.digits(number)), after)

    def _is_year(self, index: int) -> bool:
        return self.scan.digits(index) == str(self.scan.vocabulary.date.year)

    def _month(self, index: int) -> int | None:
        word = self.scan.words[index] if index < self.limit else None
        if word is None or len(word.skeleton) < _MONTH_LETTERS:
            return None
        months = self.scan.vocabulary.lists.months
        return months.get(word.skeleton) or months.get(word.skeleton[:-1])

    def _offset(self, year: int | None, month: int, day: int, after: int) -> tuple[int, int] | None:
        date = self.scan.vocabulary.date
        if year is not None and year < _CENTURY:
            year += date.year // _CENTURY * _CENTURY
        try:
            return (dt.date(year or date.year, month, day) - date).days, after
        except ValueError:
            return None

    # Hours.

    def _hour(self) -> bool:
        if self.hour is not None:
            return False
        begin, part = self.index, None
        while begin < self.limit and (self._has("round_prepositions", begin) or self._has("time_prepositions", begin)):
            begin += 1
        announced = begin > self.index
        if self._has("day_parts", begin):
            part, begin = self._part(begin)
        if self._has("time_prepositions", begin):
            announced, begin = True, begin + 1
        if announced and self._spelt(begin):
            return True
        if begin >= self.limit or not self.scan.tokens[begin][1]:
            return False
        hour = hour_at(self.scan, begin, self.limit)
        after = hour.after if hour is not None else begin + 1
        digits = self.scan.digits(begin)
        minute = int(hour.name[-2:]) if hour is not None else None
        if hour is None and announced and self._minutes_at(after):
            minute, after = int(self.scan.digits(after)), after + 1
        ended = self._hour_words(after)
        announced = announced or hour is not None or ended > after
        minute, ended = self._minutes_of(minute, ended) if ended > after else (minute, ended)
        if self._has("day_parts", ended) or (ended < self.limit and self._has("day_part_openings", ended)):
            named, ended = self._part(ended)
            part, announced = named or part, announced or named is not None
        is_hour = announced and len(digits) <= 2 and int(digits) <= _LAST_HOUR
        if not is_hour or (hour is None and self._is_something_else(begin)):
            return False
        of_day = hour_of_day(int(digits), part) if part else (int(digits), None)
        self.hour = -1 if of_day[0] is None else of_day[0]
        self.minute, self.index = minute, ended
        return True

    def _spelt(self, index: int) -> bool:
        """Whether an hour in words stands here (`на десять`, `саат он экиде`).

        It names a round that is asked for.
        """
        after = index
        while self._has("spelt_hours", after):
            after += 1
        if after == index:
            return False
        self.hour, self.index = -1, self._hour_words(after)
        return True

    def _minutes_of(self, minute: int | None, index: int) -> tuple[int | None, int]:
        """Read the minutes with their word after an hour (`10 ч`)."""
        if minute is not None or index >= self.limit or self.scan.digits(index) not in _MINUTES:
            return minute, index
        return (int(self.scan.digits(index)), index + 2) if self._has("minute_marks", index + 1) else (minute, index)

    def _minutes_at(self, index: int) -> bool:
        """`10 00`: minutes apart, and not the beginning of a longer number."""
        apart = index < self.limit and self.scan.tokens[index][0] == " " and self.scan.digits(index) in _MINUTES
        return apart and not self._is_something_else(index)

    def _hour_words(self, index: int) -> int:
        """Return the index after words that make an hour.

        Words and endings of a number (`10 часов`, `10ч`, `10 o'clock`, `10до`).
        """
        if index < self.limit and self.scan.words[index].skeleton == "O" and self._has_word("CLOCK", index + 1):
            return index + 2
        glued = index < self.limit and self.scan.tokens[index][0] in ("", "-")
        while self._has("hour_words", index) or self._has("hour_marks", index):
            index += 1
        if glued and index < self.limit and self._has("hour_endings", index):
            index += 1
        return index

    def _part(self, index: int) -> tuple[str | None, int]:
        """Return the part of the day at a token, and its end."""
        begin = index
        while self._has("day_part_openings", index):
            index += 1
        if not self._has("day_parts", index):
            return None, begin
        part = self.scan.vocabulary.lists.day_parts[self.scan.words[index].skeleton]
        index += 1
        return part, index + 1 if self._has("day_part_tails", index) else index

    def _is_something_else(self, index: int) -> bool:
        """Whether a number is no hour.

        It is glued to another one (`10-12`, `10%`), or is a station with all its zeros.
        """
        if self._has("units", index + 1):
            return True
        following = self.scan.tokens[index + 1] if index + 1 < self.limit else ("", "", "", "")
        joined = bool(following[1]) and following[0] in ("-", "/", ".", ",", "")
        return joined or (bool(following[3]) and following[3][0] not in "@#")

    def _has(self, role: str, index: int) -> bool:
        return index < self.limit and role in self.scan.words[index].roles

    def _has_word(self, shape: str, index: int) -> bool:
        return index < self.limit and self.scan.words[index].skeleton == shape
