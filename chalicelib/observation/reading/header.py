"""What stands between a form's name and its first code, and before the name (GRAMMAR: "Station and round")."""

import re
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.reading.hours import hour_at
from chalicelib.observation.reading.normalise import PHONE_DIGITS
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import FormNames

_NUMBERING: Final = re.compile(r"\s*[.)]")
_DATE_SIGNS: Final = ("-", ".", "/", ":")


@dataclass(slots=True)
class Header:
    """What a header says: `first` is the index of the first token that is no part of it.

    `misfit` is a number right after FORM that fits no station; `names` whether words stood in between.
    """

    first: int
    station: str | None = None
    rivals: bool = False
    misfit: bool = False
    round: str | None = None
    names: bool = False
    observer: str | None = None

    def name_station(self, number: str) -> None:
        """Note a station named once more."""
        if self.station is not None and number != self.station:
            self.rivals = True
        else:
            self.station = number


def read_header(scan: Scan, head: int, limit: int, form: FormNames) -> Header:
    """The header of the form whose name is the token at `head`; its first code or value word begins the rest."""
    header = Header(head + 1)
    index = head + 1
    marked = False
    while index < limit:
        _, number, word, mark = scan.tokens[index]
        if number:
            index = _number(scan, header, index, limit, marked=marked)
            marked = False
        elif word:
            known = scan.words[index]
            assert known is not None
            if known.letter is not None and _is_code(scan, index, limit, form, named=header.names):
                break
            if known.form is not None and known.form.code != form.code:
                break
            marked = "station_marks" in known.roles
            preposition = "round_prepositions" in known.roles and hour_at(scan, index + 1, limit)
            if not (marked or preposition or known.form is not None):
                header.names = True
            index += 1
        else:
            if mark[0] == "@" and len(mark) > 1:
                header.observer = mark[1:].strip()
            index += 1
    header.first = index
    return header


def _is_code(scan: Scan, index: int, limit: int, form: FormNames, *, named: bool) -> bool:
    """Whether a single letter begins the answers: a code of the form, or any letter with a value."""
    word = scan.words[index]
    assert word is not None
    valued = index + 1 < limit and bool(scan.tokens[index + 1][1])
    letter = word.letter
    known = any(code[0] == letter for code in form.questions)
    if named and not valued:
        following = scan.words[index + 1] if index + 1 < limit else None
        return known and following is not None and following.value is not None
    if word.lone_word and not known:
        return False
    return known or valued


def _number(scan: Scan, header: Header, index: int, limit: int, *, marked: bool) -> int:
    hour = hour_at(scan, index, limit)
    if hour is not None:
        header.round = header.round or hour.name
        return hour.after
    number = scan.digits(index)
    if _numbers_code(scan, index, limit):
        return index + 1
    if header.names and not marked:
        if number in scan.vocabulary.stations:
            header.name_station(number)
        return index + 1
    half = number[: len(number) // 2]
    if scan.vocabulary.is_station(number):
        header.name_station(number)
    elif number == half * 2 and scan.vocabulary.is_station(half):
        header.name_station(half)
    elif len(number) < PHONE_DIGITS and header.station is None:
        header.misfit = True
    return index + 1


def _numbers_code(scan: Scan, index: int, limit: int) -> bool:
    """Whether a number is the numbering before a code: `1. A-1`."""
    if index + 1 >= limit or scan.digits(index) != "1":
        return False
    following = scan.words[index + 1]
    return (
        following is not None
        and following.letter is not None
        and _NUMBERING.match(scan.tokens[index + 1][0]) is not None
    )


def stations_before(scan: Scan, first: int, head: int) -> list[str]:
    """Real stations on the line before a form's name, from a token on, in their order."""
    while head > first and "\n" not in scan.tokens[head][0]:
        head -= 1
        if scan.digits(head) in scan.vocabulary.stations and not _in_date(scan, head):
            return [*stations_before(scan, first, head), scan.digits(head)]
    return []


def _in_date(scan: Scan, index: int) -> bool:
    """Whether a number is joined to another one, as the parts of a date are."""
    tokens = scan.tokens
    before = index > 0 and tokens[index][0] in _DATE_SIGNS and bool(tokens[index - 1][1])
    after = index + 1 < len(tokens) and tokens[index + 1][0] in _DATE_SIGNS and bool(tokens[index + 1][1])
    return before or after


def round_before(scan: Scan, first: int, head: int, form: FormNames) -> str | None:
    """The round named by an hour right before a form's name."""
    hour = hour_at(scan, head - 2, head) if head - 2 >= first else None
    return hour.name if hour is not None and hour.name in form.rounds else None
