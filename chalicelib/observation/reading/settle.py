"""The fifth stage: candidates → answers and rejections of one form (GRAMMAR: "Never guess")."""

import re
from dataclasses import dataclass, field

from chalicelib.observation.reading.header import Header
from chalicelib.observation.reading.interpret import Answer, interpret
from chalicelib.observation.reading.model import Reason, Repair, Value
from chalicelib.observation.reading.split import Candidate, Coded
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import FormNames


@dataclass(slots=True)
class Settled:
    """The answers of one form, what was rejected and why, and a station named after the last value."""

    answers: dict[str, Value] = field(default_factory=dict)
    rejected: dict[str, Reason] = field(default_factory=dict)
    station: str | None = None
    repairs: tuple[Repair, ...] = ()


def settle(scan: Scan, form: FormNames, header: Header, coded: Coded, limit: int) -> Settled:
    """The answers that candidates give, each code once."""
    settled = Settled(station=coded.station)
    _take_last_station(scan, header, coded, settled, limit)
    taken: dict[str, tuple[Answer, str]] = {}
    before: Candidate | None = None
    for candidate in coded.candidates:
        if candidate.code not in form.questions:
            if candidate.number:
                settled.rejected[candidate.code] = "unknown_code"
            before = candidate
            continue
        if not (candidate.typed or candidate.wrong):
            continue
        answer = _answer(form, coded, candidate)
        if candidate.between_digits and answer[1] is not None and before is not None and before.code in form.questions:
            answer = (None, "ambiguous")
            taken[before.code] = ((None, "ambiguous"), "")
        _agree(taken, candidate, answer)
        before = candidate
    for code, (answer, _) in taken.items():
        value, reason = answer
        if reason is not None:
            settled.rejected[code] = reason
        elif value is not None:
            settled.answers[code] = value
    for code in coded.words_for:
        if code not in taken:
            settled.rejected[code] = "ambiguous"
    settled.rejected |= {letter: "unknown_code" for letter in coded.unknown if letter not in settled.answers}
    settled.repairs = _repairs(scan, coded)
    return settled


def _answer(form: FormNames, coded: Coded, candidate: Candidate) -> Answer:
    if candidate.wrong and not candidate.number:
        return None, "wrong_type"
    if coded.russian and not candidate.letter.isascii() and candidate.code != "A":
        return None, "ambiguous"
    question = form.questions[candidate.code]
    if question.type == "choices" and candidate.prose_after and re.search(r"\d\s+\d+$", candidate.typed):
        return None, "ambiguous"
    if candidate.wrong:
        return None, "wrong_type"
    return interpret(question, candidate.typed)


def _agree(taken: dict[str, tuple[Answer, str]], candidate: Candidate, answer: Answer) -> None:
    code = candidate.code
    earlier = taken.get(code)
    if earlier is None:
        taken[code] = (answer, candidate.typed)
    elif earlier[0][1] is None and earlier[0][0] == answer[0]:
        pass
    elif earlier[0][1] is not None and earlier[0] == answer and earlier[1].strip() == candidate.typed.strip():
        pass
    else:
        taken[code] = ((None, "conflicting"), candidate.typed)


def _take_last_station(scan: Scan, header: Header, coded: Coded, settled: Settled, limit: int) -> None:
    """A real station after the last value is the station where none is named before, or the same again."""
    last = coded.candidates[-1] if coded.candidates else None
    if last is None or len(last.bare) == 0 or coded.end != last.end:
        return
    index = last.bare[-1]
    if index + 1 != last.end or last.prose_after:
        return
    number = scan.digits(index)
    tail = scan.tokens[index][0] + number
    if number not in scan.vocabulary.stations or not last.typed.endswith(tail) or not scan.tokens[index][0]:
        return
    before = last.typed[: -len(tail)]
    if not re.search(r"\w", before) or (header.station is not None and header.station != number):
        return
    last.typed = before
    settled.station = number


def _repairs(scan: Scan, coded: Coded) -> tuple[Repair, ...]:
    found: list[Repair] = []
    for candidate in coded.candidates:
        if candidate.letter.upper() != candidate.code[0]:
            found.append(Repair(candidate.letter, candidate.code[0], "look-alike code"))
        for index in candidate.bare:
            typed = scan.written(index, index + 1)
            digits = scan.digits(index)
            if typed != digits:
                found.append(Repair(typed, digits, "look-alike digit"))
    return tuple(found)
