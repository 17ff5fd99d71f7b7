"""From a text to its reading: normalise, find forms, split, interpret, settle conflicts (GRAMMAR.md)."""

from dataclasses import dataclass, replace
from typing import Final

from chalicelib.observation.election import Election
from chalicelib.observation.reading.header import Header, read_header, round_before, stations_before
from chalicelib.observation.reading.held import QUOTED_REPLY, held_words, reply_marks
from chalicelib.observation.reading.incidents import Incident, read_incident
from chalicelib.observation.reading.letters import skeleton
from chalicelib.observation.reading.model import STATION, Reading, Reason, ReportReading, Value
from chalicelib.observation.reading.normalise import canonical
from chalicelib.observation.reading.settle import Settled, settle
from chalicelib.observation.reading.split import Coded, Splitter
from chalicelib.observation.reading.tokens import Scan, scan
from chalicelib.observation.reading.vocabulary import FormNames, Vocabulary, vocabulary

FORM_IN_COMMENT: Final = "form_in_comment"
INCIDENT_IN_COMMENT: Final = "incident_in_comment"
STATION_UNKNOWN: Final = "station_unknown"


@dataclass(slots=True)
class Found:
    """A form found in a text: where it begins, its coded part ends, and its words end."""

    form: FormNames
    head: int
    coded_end: int
    header: Header | None = None
    coded: Coded | None = None
    settled: Settled | None = None
    incident: Incident | None = None
    free_from: int | None = None
    """Where free text begins that nothing is read in, None for none."""


def read(text: str, election: Election) -> Reading:
    """What a text says to an election. Pure; never raises; takes time in proportion to the text's length."""
    names = vocabulary(election)
    found = scan(canonical(text), names)
    if any(mark in skeleton(text) for mark in reply_marks(election)):
        return Reading(held=QUOTED_REPLY)
    finder = Finder(found, names)
    forms = finder.find()
    held = held_words(finder.read_words(forms))
    if held is not None:
        return Reading(held=held)
    return Reading(reports=_reports(found, forms))


class Finder:
    """Finds the forms of a text, from its first token to its last."""

    def __init__(self, scan: Scan, names: Vocabulary) -> None:
        self.scan = scan
        self.names = names
        self.size = len(scan.tokens)
        self.hashes = [index for index, token in enumerate(scan.tokens) if token[3] == "#"]
        self.heads = self._heads()
        self.free: list[tuple[int, int]] = []

    def _heads(self) -> list[tuple[int, FormNames]]:
        heads: list[tuple[int, FormNames]] = []
        for index, word in enumerate(self.scan.words):
            if word is None:
                continue
            form = word.form
            if form is None and word.near is not None and self._opens_line(index):
                form = word.near
            if form is not None and self._may_begin(index, form, heads):
                heads.append((index, form))
        return heads

    def _opens_line(self, index: int) -> bool:
        """Whether only greetings, or a real station's number, stand before a token on its line."""
        while not self.scan.starts_line(index):
            index -= 1
            word = self.scan.words[index]
            if word is None or "courtesies" not in word.roles:
                return False
        return True

    def _may_begin(self, index: int, form: FormNames, heads: list[tuple[int, FormNames]]) -> bool:
        gap, _, word, _ = self.scan.tokens[index]
        if heads and heads[-1][0] == index - 1 and heads[-1][1].code == form.code and form.categories is None:
            return False
        if gap == "" and index > 0:
            before = self.scan.tokens[index - 1]
            if before[2] or (before[1] and self.scan.digits(index - 1) not in self.names.stations):
                return False
            if before[1] and index > 1 and before[0] == "" and self.scan.tokens[index - 2][2]:
                return False
        return not self._small_l(index, word, heads)

    def _small_l(self, index: int, word: str, heads: list[tuple[int, FormNames]]) -> bool:
        """Whether `Cl` glued to one to three digits is code C with a 1 (GRAMMAR: "Where answers are")."""
        if not heads or len(word) != 2 or word[1] != "l" or index + 1 >= self.size:
            return False
        gap, number, _, _ = self.scan.tokens[index + 1]
        code = self.names[word[0]]
        if gap or not 1 <= len(number) <= 3 or code.letter not in heads[-1][1].questions:
            return False
        self.scan.tokens[index] = (self.scan.tokens[index][0], "", word[0], "")
        self.scan.tokens[index + 1] = ("", word[1] + number, "", "")
        self.scan.words[index] = code
        return True

    def find(self) -> list[Found]:
        """The forms, in their order."""
        kept: list[Found] = []
        free_from: int | None = None
        hashes = iter([*self.hashes, self.size])
        next_hash = next(hashes)
        for position, (head, form) in enumerate(self.heads):
            while next_hash < head:
                free_from = next_hash if free_from is None else free_from
                next_hash = next(hashes)
            following = self.heads[position + 1][0] if position + 1 < len(self.heads) else self.size
            limit = min(following, next_hash)
            if free_from is not None and not self._opens_line(head):
                continue
            found = self._try(head, form, limit)
            if found is None or (free_from is not None and not _has_answer(found)):
                continue
            self._end_free(free_from, head)
            free_from = found.free_from
            kept.append(found)
        self._end_free(
            free_from if free_from is not None else (next_hash if next_hash < self.size else None), self.size
        )
        return self._extended(kept)

    def _end_free(self, begin: int | None, end: int) -> None:
        if begin is not None:
            self.free.append((begin, end))

    def _extended(self, kept: list[Found]) -> list[Found]:
        """The same forms, each read up to the next one that counts."""
        forms: list[Found] = []
        for position, found in enumerate(kept):
            following = kept[position + 1].head if position + 1 < len(kept) else self.size
            limit = min([following, *(begin for begin, _ in self.free if begin > found.head)])
            if found.incident is None:
                forms.append(self._try(found.head, found.form, limit) or found)
            else:
                forms.append(replace(found, coded_end=found.incident.text))
        return forms

    def _try(self, head: int, form: FormNames, limit: int) -> Found | None:
        if form.categories is not None:
            return self._incident(head, form)
        header = read_header(self.scan, head, limit, form)
        coded = Splitter(self.scan, form, header.first, limit).split()
        settled = settle(self.scan, form, header, coded, limit)
        found = Found(form, head, coded.end, header, coded, settled)
        word = self.scan.words[head]
        assert word is not None
        if settled.answers or settled.rejected:
            if word.form is None and (header.names or not settled.answers):
                return None
            return found if self._follows(header, coded, settled) else None
        alone = word.form is not None and not header.names and not coded.ended and header.first >= limit
        return found if alone and self._alone(head, limit) else None

    def _alone(self, head: int, limit: int) -> bool:
        ends = limit == self.size or self.scan.starts_line(limit) or self.scan.tokens[limit][3] == "#"
        question = any(token[3] == "?" for token in self.scan.tokens[head + 1 : limit])
        return self._opens_line(head) and ends and not question

    def _follows(self, header: Header, coded: Coded, settled: Settled) -> bool:
        """Whether the answers belong to the form: right after it, or behind names and then beyond doubt."""
        candidates = [found for found in coded.candidates if found.number]
        if not header.names:
            return (
                bool(settled.answers)
                or any(found.letter.isupper() for found in coded.candidates)
                or bool(candidates)
                or bool(coded.words_for)
            )
        known = {found.code for found in candidates if found.code in settled.answers}
        if len(known) > 1:
            return True
        return bool(known) and not candidates[0].prose_after and self._glued(candidates[0].at)

    def _glued(self, index: int) -> bool:
        after = index + 1
        return after < self.size and not any(character.isspace() for character in self.scan.tokens[after][0])

    def _incident(self, head: int, form: FormNames) -> Found | None:
        incident = read_incident(self.scan, head, self.size, form, at_start=self._opens_line(head))
        if incident is None:
            return None
        return Found(form, head, incident.text, incident=incident, free_from=incident.text)

    def read_words(self, forms: list[Found]) -> list[str]:
        """Skeletons of the words outside comments and incident texts."""
        free = iter([*self.free, (self.size, self.size)])
        begin, end = next(free)
        outside: list[str] = []
        for index, word in enumerate(self.scan.words):
            if index >= end and begin < self.size:
                begin, end = next(free)
            if word is not None and not begin <= index < end:
                outside.append(word.skeleton)
        return outside


def _has_answer(found: Found) -> bool:
    if found.incident is not None:
        return bool(found.incident.answers)
    return found.settled is not None and bool(found.settled.answers)


def _reports(scan: Scan, forms: list[Found]) -> tuple[ReportReading, ...]:
    reports: list[ReportReading] = []
    station: str | None = None
    ended = 0
    for position, found in enumerate(forms):
        following = forms[position + 1].head if position + 1 < len(forms) else len(scan.tokens)
        report = _report(scan, found, ended, following, station)
        station = report.station or station
        ended = found.coded_end
        _add(reports, report)
    return tuple(reports)


def _report(scan: Scan, found: Found, ended: int, following: int, inherited: str | None) -> ReportReading:
    named = found.header or Header(found.coded_end)
    if found.incident is not None:
        named.station, named.rivals = found.incident.station, found.incident.rivals
    for number in stations_before(scan, ended, found.head):
        named.name_station(number)
    settled = found.settled
    if settled is not None and settled.station is not None:
        named.name_station(settled.station)
    answers: dict[str, Value] = dict(settled.answers) if settled else {}
    rejected: dict[str, Reason] = dict(settled.rejected) if settled else {}
    if found.incident is not None:
        answers, rejected = found.incident.answers, found.incident.rejected
    flags: list[str] = []
    if named.rivals:
        rejected[STATION] = "ambiguous"
    elif named.misfit and named.station is None and (answers or rejected):
        rejected[STATION] = "wrong_type"
        flags.append(STATION_UNKNOWN)
    elif named.station is not None and named.station not in scan.vocabulary.stations:
        flags.append(STATION_UNKNOWN)
    before = scan.written(ended, found.head) if found.head > ended else ""
    after = scan.written(found.coded_end, following)
    comment = " ".join(part for part in (_trimmed(before), _trimmed(after)) if part)
    spoken = None
    if found.header is not None:
        spoken = found.header.round if found.header.round in found.form.rounds else None
        spoken = spoken or (found.coded.round if found.coded else None)
        spoken = spoken or round_before(scan, ended, found.head, found.form)
    observer = (found.header.observer if found.header else None) or (found.coded.observer if found.coded else None)
    station = None if named.rivals else named.station or (inherited if STATION not in rejected else None)
    return ReportReading(
        form=found.form.code,
        station=station,
        round=spoken,
        observer=observer,
        answers=answers,
        rejected=rejected,
        comment=comment or None,
        repairs=settled.repairs if settled else (),
        flags=tuple(flags),
    )


def _trimmed(words: str) -> str:
    return words.strip().lstrip("#").strip(" \t\n\r;,.:-=/|_*&\\•")


def _add(reports: list[ReportReading], report: ReportReading) -> None:
    """One report more; the same form for the same station and round twice is one (incidents stay apart)."""
    reports.append(report)
