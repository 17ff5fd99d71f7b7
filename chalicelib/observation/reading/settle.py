"""Settle candidates: answers and rejections, each code once.

It is the fifth stage, of one form (docs/grammar.md, "Never guess").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from chalicelib.observation.reading.candidates import Candidate, CodedPart
from chalicelib.observation.reading.header import Header
from chalicelib.observation.reading.interpret import BREAK, DOUBT, Answer
from chalicelib.observation.reading.model import Reason, Repair, ReportReading, Value
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.sms.look_alikes import DIGITS

_LAST_NUMBER_APART = re.compile(r"\d\W*\s\W*\d+$")
_BARE = re.compile(r"[\s,;|_)]+|\.\s+|\s*[№(]\s*")
_TYPED = re.compile(r"\w")
_AMBIGUOUS: Answer = (None, "ambiguous")


@dataclass(slots=True)
class FormAnswers:
    """One form's answers, rejections with reasons, and last station.

    The station is one that is named after the last value.
    """

    answers: dict[str, Value] = field(default_factory=dict)
    rejected: dict[str, Reason] = field(default_factory=dict)
    last_station: str | None = None
    repairs: tuple[Repair, ...] = ()


def settle(scan: Scan, header: Header, coded: CodedPart) -> FormAnswers:
    """Return the answers that candidates give."""
    settled = FormAnswers(last_station=coded.station)
    _take_last_station(scan, header, coded, settled)
    for code, (value, reason) in _agreed(coded, settled).items():
        if reason is not None:
            settled.rejected[code] = reason
        elif value is not None:
            settled.answers[code] = value
    for code in coded.read_as_words:
        if code not in settled.answers:
            settled.rejected.setdefault(code, "ambiguous")
    for letter in coded.strangers:
        settled.rejected[letter] = "unknown_code"
    repaired = [candidate for candidate in coded.candidates if candidate.repaired]
    if repaired:
        settled.repairs = tuple(repair for candidate in repaired for repair in _repairs(scan, candidate))
    return settled


def _agreed(coded: CodedPart, settled: FormAnswers) -> dict[str, Answer]:
    """One answer for each code; unknown codes are rejected on the way."""
    agreed: dict[str, Answer] = {}
    typed: dict[str, str] = {}
    before: Candidate | None = None
    for candidate in coded.candidates:
        code = candidate.code
        if candidate.values is None:
            if candidate.valued:
                settled.rejected[code] = "unknown_code"
        elif candidate.typed or candidate.wrong:
            typed_after = candidate.typed
            special = candidate.is_text or candidate.wrong or candidate.prose_after or coded.russian_order
            plain = not special and DOUBT not in typed_after
            answer = candidate.values[typed_after] if plain else _answer(candidate, coded)
            if candidate.between_digits and answer[1] is not None and before is not None:
                answer = _AMBIGUOUS
                if before.values is not None:
                    agreed[before.code] = _AMBIGUOUS
            same = code not in agreed or agreed[code] == answer
            if not same or (answer[1] is not None and typed.get(code, candidate.typed) != candidate.typed):
                answer = (None, "conflicting")
            agreed[code], typed[code] = answer, candidate.typed
        before = candidate
    return agreed


def _answer(candidate: Candidate, coded: CodedPart) -> Answer:
    if candidate.is_text and candidate.values is not None:
        return candidate.values[candidate.typed]
    if DOUBT in candidate.typed:
        return _AMBIGUOUS
    if candidate.wrong or candidate.values is None:
        return None, "wrong_type"
    if coded.russian_order and not candidate.letter.isascii() and candidate.code != "A":
        return _AMBIGUOUS
    listed = candidate.prose_after and candidate.values.question.type == "choices"
    if listed and _LAST_NUMBER_APART.search(candidate.typed):
        return _AMBIGUOUS
    return candidate.values[candidate.typed]


def _take_last_station(scan: Scan, header: Header, coded: CodedPart, settled: FormAnswers) -> None:
    """Take a real station after the last value.

    It is the station where none is named before, or the same one again.
    """
    last = coded.candidates[-1] if coded.candidates else None
    if last is None or not last.numbers or coded.end != last.end or last.prose_after:
        return
    index = last.numbers[-1]
    number, gap = scan.digits(index), scan.tokens[index][0]
    if index + 1 != last.end or not _BARE.fullmatch(gap) or number not in scan.vocabulary.stations:
        return
    before = last.typed.removesuffix(gap + number).removesuffix(BREAK)
    if before != last.typed and _TYPED.search(before) and header.stations in ([], [number]):
        last.typed = before
        settled.last_station = number


def _repairs(scan: Scan, candidate: Candidate) -> Iterator[Repair]:
    letters = candidate.code[: len(candidate.letter)]
    if candidate.letter.upper() != letters:
        yield _code_repair(candidate.letter, letters)
    for index in candidate.numbers:
        number = scan.tokens[index][1]
        if not number.isdigit():
            yield Repair(scan.written(index, index + 1), number.translate(DIGITS), "look-alike digit")


@cache
def _code_repair(typed: str, letters: str) -> Repair:
    return Repair(typed, letters, "look-alike code")


def merged(first: ReportReading, second: ReportReading) -> ReportReading:
    """Merge two reports of one SMS into one.

    They are of one form, place and observer: what they answer differently is conflicting.
    """
    answers, rejected = dict(first.answers), dict(first.rejected)
    for code, value in second.answers.items():
        if code in rejected or answers.get(code, value) != value:
            answers.pop(code, None)
            rejected[code] = "conflicting"
        else:
            answers[code] = value
    for code, reason in second.rejected.items():
        known = code in answers or code in rejected
        answers.pop(code, None)
        rejected[code] = "conflicting" if known and reason != "unknown_code" else reason
    comments = " ".join(comment for comment in (first.comment, second.comment) if comment)
    return replace(
        first,
        answers=answers,
        rejected=rejected,
        comment=comments or None,
        repairs=first.repairs + second.repairs,
        flags=tuple(dict.fromkeys(first.flags + second.flags)),
    )
