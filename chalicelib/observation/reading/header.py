"""Read what stands before a form's first code and its name.

Between the name and the code, and before the name (docs/grammar.md, "Rounds").
"""

from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.reading.normalise import PHONE_DIGITS
from chalicelib.observation.reading.rounds import DAY_LETTERS, NamedRound, day_before, named_round, round_name_at
from chalicelib.observation.reading.stations import whole_at
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import FormNames, Word

OPEN_ROUNDS: Final = frozenset(
    ("round_prepositions", "time_prepositions", "day_parts", "months", "todays", "yesterdays")
)
_LONGEST_ROUND: Final = 8
"""Tokens of the longest name of a round."""
_DATE_SIGNS: Final = ("-", ".", "/", ":")


@dataclass(slots=True)
class Header:
    """What a header says.

    `first` is the index of the first token that is no part of it.

    `stations` are those named, each once; `misfit` a number right after FORM that fits no station; `rounds` the hours
    named; `names_from` the index of the first word that means nothing here, None where there is none.
    """

    first: int
    stations: list[str] = field(default_factory=list)
    misfit: bool = False
    rounds: list[NamedRound] = field(default_factory=list)
    names_from: int | None = None
    skipped: list[tuple[int, int]] = field(default_factory=list)

    def name_station(self, number: str) -> None:
        """Note a station named, or named again."""
        if number not in self.stations:
            self.stations.append(number)


def read_header(scan: Scan, head: int, limit: int, form: FormNames) -> Header:
    """Read the header of the form at `head`.

    `head` is its name's token; its first code begins the rest.
    """
    return _plain_header(scan, head + 1, limit, form) or _HeaderReader(scan, head, limit, form).read()


def _plain_header(scan: Scan, index: int, limit: int, form: FormNames) -> Header | None:
    """Read a header that is nothing, or a real station.

    It stands before a letter that can be nothing but a code with its number.
    """
    tokens = scan.tokens
    station = tokens[index][1] if index < limit else ""
    if station:
        index += 1
    if index + 1 >= limit or (station and not (station in scan.vocabulary.stations and tokens[index][0].isspace())):
        return None
    word = scan.words[index]
    if not word.plain or word.roles or word.letter not in form.plain or not tokens[index + 1][1]:
        return None
    return Header(index, [station] if station else [])


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
        if self._hour_likely() and self._round():
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

    def _round(self) -> bool:
        """Take what names a round, if something does here.

        Behind names it is comment.
        """
        name = round_name_at(self.scan, self.index, self.limit)
        if name is None:
            return False
        if not self.form.moments:
            self.header.skipped.append((self.index, name.after))
        elif self.header.names_from is None:
            self.header.rounds.append(named_round(self.form, name))
        self.index = name.after - 1
        return True

    def _hour_likely(self) -> bool:
        """Whether what follows a number makes it an hour or date.

        A number or a word says so, as in every hour and date.
        """
        after = self.index + 1
        return after < self.limit and (self.scan.tokens[after][1] != "" or bool(self.scan.words[after].roles))

    def _ends(self, word: Word) -> bool:
        """Whether a word begins the answers.

        It is a code of the form, or any letter with a value.
        """
        letter = word.letter
        if letter is None or self._counts_days(word):
            return False
        following = self.index + 1
        numbered = following < self.limit and self.scan.tokens[following][1] != ""
        known = letter in self.form.beginnings
        if len(letter) > 1 and not (known and (word.style[1] or numbered)):
            return False
        if self.header.names_from is not None and not numbered:
            return known and following < self.limit and self.scan.words[following].value is not None
        return known or (numbered and not word.lone_word)

    def _word(self, word: Word) -> None:
        roles = word.roles
        if word.form is not None or "station_marks" in roles:
            self.station_due = True
        elif not ((not OPEN_ROUNDS.isdisjoint(roles) or self._counts_days(word)) and self._round()):
            self.station_due = False
            if self.header.names_from is None and roles.isdisjoint(("courtesies", "units")):
                self.header.names_from = self.index
            self._leave_free_text(word)

    def _counts_days(self, word: Word) -> bool:
        """Whether a letter begins `D+1` or `D-1`.

        It does so in a form that has rounds, `D-1` on that day where no such code exists.
        """
        after = self.index + 1
        if word.skeleton not in DAY_LETTERS or after >= self.limit or not self.form.moments:
            return False
        before = day_before(self.scan, self.index)
        if before is not None:
            return word.letter not in self.form.beginnings and any(moment.day == before for moment in self.form.moments)
        return self.scan.tokens[after][3] == "+"

    def _leave_free_text(self, word: Word) -> None:
        """Go on after a line that begins with free text.

        Prose, what a phone appends, or the number of a place.
        """
        if word.prose and ("\n" in self.scan.tokens[self.index][0] or self.scan.signs_at(self.index)):
            self.index = self.scan.line_ends(self.index, self.limit) - 1
        elif "numbered_things" in word.roles:
            self.index = self.scan.thing_ends(self.index, self.limit) - 1


def stations_before(scan: Scan, first: int, head: int) -> list[str]:
    """Return stations from a token to a form's name, in order.

    They stand on its line.

    All are real, but for one that opens the line right before the name: no other number stands there.
    """
    line = head
    while line > first and "\n" not in scan.tokens[line][0]:
        line -= 1
    stations: list[str] = []
    index = line
    while index < head:
        if not scan.tokens[index][1] or _in_date(scan, index):
            index += 1
            continue
        leads = _leads(scan, line, index)
        number = whole_at(scan, index, head, exact=not leads)
        if number.station is not None:
            stations.append(number.station)
        elif leads and number.after == head and scan.vocabulary.is_station(number.typed):
            stations.append(number.typed)
        index = number.after
    return list(dict.fromkeys(stations))


def _leads(scan: Scan, line: int, index: int) -> bool:
    """Whether a number leads its line.

    Only station marks, greetings and observers' numbers stand before it.
    """
    for at in range(line, index):
        roles = scan.words[at].roles
        if not scan.names_observer(at) and roles.isdisjoint(("station_marks", "courtesies")):
            return False
    after = scan.tokens[index + 1][0] if index + 1 < len(scan.tokens) else ""
    return after.strip(" ") in ("", "-", ":", "/")


def _in_date(scan: Scan, index: int) -> bool:
    """Whether a number is joined to another, as parts of dates are."""
    tokens = scan.tokens
    before = index > 0 and tokens[index][0] in _DATE_SIGNS and tokens[index - 1][1] != ""
    after = index + 1 < len(tokens) and tokens[index + 1][0] in _DATE_SIGNS and tokens[index + 1][1] != ""
    return before or after


def round_before(scan: Scan, first: int, head: int, form: FormNames) -> NamedRound | None:
    """Return the round named before a form's name, on its line."""
    if head == first or not form.moments:
        return None
    begin = head
    while begin > first and head - begin < _LONGEST_ROUND and "\n" not in scan.tokens[begin][0]:
        begin -= 1
    for index in range(begin, head):
        name = round_name_at(scan, index, head)
        if name is not None and name.after == head and name.hour is not None:
            return named_round(form, name)
    return None
