"""What stands between a form's name and its first code, and before the name (GRAMMAR: "Station and round")."""

from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.reading.hours import date_at, hour_at
from chalicelib.observation.reading.normalise import PHONE_DIGITS
from chalicelib.observation.reading.stations import whole_at
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import FormNames, Word

_DATE_SIGNS: Final = ("-", ".", "/", ":")


@dataclass(slots=True)
class Header:
    """What a header says: `first` is the index of the first token that is no part of it.

    `stations` are those named, each once; `misfit` a number right after FORM that fits no station; `rounds` the hours
    named; `names_from` the index of the first word that means nothing here, None where there is none.
    """

    first: int
    stations: list[str] = field(default_factory=list)
    misfit: bool = False
    rounds: list[str] = field(default_factory=list)
    names_from: int | None = None

    def name_station(self, number: str) -> None:
        """Note a station named, or named again."""
        if number not in self.stations:
            self.stations.append(number)


def read_header(scan: Scan, head: int, limit: int, form: FormNames) -> Header:
    """The header of the form whose name is the token at `head`; its first code begins the rest."""
    return _HeaderReader(scan, head, limit, form).read()


class _HeaderReader:
    def __init__(self, scan: Scan, head: int, limit: int, form: FormNames) -> None:
        self.scan, self.limit, self.form = scan, limit, form
        self.header = Header(head + 1)
        self.index = head + 1
        self.letters = form.letters
        self.station_due = True
        """Whether a number here stands right after FORM, a station or a word that announces one."""

    def read(self) -> Header:
        while self.index < self.limit:
            _, number, word, _ = self.scan.tokens[self.index]
            if number:
                self._number()
            elif word:
                if self._ends(self.scan.words[self.index]):
                    break
                self._word(self.scan.words[self.index])
            self.index += 1
        self.header.first = self.index
        return self.header

    def _number(self) -> None:
        header, vocabulary = self.header, self.scan.vocabulary
        hour = None
        if self._hour_likely():
            date = date_at(self.scan, self.index, self.limit)
            if date is not None:
                self.index = date - 1
                return
            hour = hour_at(self.scan, self.index, self.limit)
        if hour is not None:
            if header.names_from is None and hour.name in self.form.rounds:
                header.rounds.append(hour.name)
            self.index = hour.after - 1
            return
        exact = not self.station_due
        number, station, after, has_suffix = whole_at(self.scan, self.index, self.limit, self.letters, exact=exact)
        half = number[: len(number) // 2]
        if station is not None:
            header.name_station(station)
        elif not self.station_due:
            return
        elif not has_suffix and vocabulary.is_station(number):
            header.name_station(number)
        elif number == half * 2 and vocabulary.is_station(half):
            header.name_station(half)
        else:
            header.misfit = header.misfit or (not header.stations and len(number) < PHONE_DIGITS)
            self.station_due = False
        self.index = after - 1

    def _hour_likely(self) -> bool:
        """Whether a number or one letter follows a number, as in every hour."""
        after = self.index + 1
        return after < self.limit and (self.scan.tokens[after][1] != "" or "hour_marks" in self.scan.words[after].roles)

    def _ends(self, word: Word) -> bool:
        """Whether a word begins the answers: a code of the form, or any letter with a value."""
        letter = word.letter
        if letter is None:
            return False
        following = self.index + 1
        numbered = following < self.limit and self.scan.tokens[following][1] != ""
        known = letter in self.letters
        if self.header.names_from is not None and not numbered:
            return known and following < self.limit and self.scan.words[following].value is not None
        return known or (numbered and not word.lone_word)

    def _word(self, word: Word) -> None:
        roles = word.roles
        if word.form is not None or "station_marks" in roles:
            self.station_due = True
        elif (
            not roles.isdisjoint(("round_prepositions", "time_prepositions"))
            and hour_at(self.scan, self.index + 1, self.limit) is not None
        ):
            return
        else:
            self.station_due = False
            if self.header.names_from is None and roles.isdisjoint(("courtesies", "units")):
                self.header.names_from = self.index
            self._leave_free_text(word)

    def _leave_free_text(self, word: Word) -> None:
        """Go on after a line that begins with prose, what a phone appends, or the number of a place."""
        if word.prose and ("\n" in self.scan.tokens[self.index][0] or self.scan.signs_at(self.index)):
            self.index = self.scan.line_ends(self.index, self.limit) - 1
        elif "numbered_things" in word.roles:
            self.index = self.scan.thing_ends(self.index, self.limit) - 1


def stations_before(scan: Scan, first: int, head: int) -> list[str]:
    """Stations on the line before a form's name, from a token on, in their order.

    All are real, but for one that opens the line right before the name: no other number stands there.
    """
    line = head
    while line > first and "\n" not in scan.tokens[line][0]:
        line -= 1
    found: list[str] = []
    index = line
    while index < head:
        if not scan.tokens[index][1] or _in_date(scan, index):
            index += 1
            continue
        leads = _leads(scan, line, index)
        whole = whole_at(scan, index, head, exact=not leads)
        if whole.station is not None:
            found.append(whole.station)
        elif leads and whole.after == head and scan.vocabulary.is_station(whole.typed):
            found.append(whole.typed)
        index = whole.after
    return list(dict.fromkeys(found))


def _leads(scan: Scan, line: int, index: int) -> bool:
    """Whether only station marks, greetings and observers' numbers stand before a number on its line."""
    for at in range(line, index):
        roles = scan.words[at].roles
        if not scan.names_observer(at) and roles.isdisjoint(("station_marks", "courtesies")):
            return False
    after = scan.tokens[index + 1][0] if index + 1 < len(scan.tokens) else ""
    return after.strip(" ") in ("", "-", ":", "/")


def _in_date(scan: Scan, index: int) -> bool:
    """Whether a number is joined to another one, as the parts of a date are."""
    tokens = scan.tokens
    before = index > 0 and tokens[index][0] in _DATE_SIGNS and tokens[index - 1][1] != ""
    after = index + 1 < len(tokens) and tokens[index + 1][0] in _DATE_SIGNS and tokens[index + 1][1] != ""
    return before or after


def round_before(scan: Scan, first: int, head: int, form: FormNames) -> str | None:
    """The round named by an hour right before a form's name."""
    hour = hour_at(scan, head - 2, head) if head - 2 >= first and form.rounds else None
    return hour.name if hour is not None and hour.name in form.rounds else None
