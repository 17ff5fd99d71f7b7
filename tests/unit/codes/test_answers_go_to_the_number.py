"""Whoever forges a number reads nothing: what Baykoo says goes to the number's owner, and to the roster's people."""

import random

import pytest
from day_in_memory import DayInMemory, small_election

from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.codes import hashed

SAID = (
    "OP A1 B0702 C9 D2 E1450",
    "IN 3 # somebody was hit",
    "hello there",
    "STATUS",
    "OK 1",
    "WHO OP",
    "REJECT 1",
    "STOP",
    "START",
    "*0000 OP A1",
    "OP 9999 A1 B77",
)


def coded(election: Election) -> Election:
    observers = [observer.model_copy(update={"code": hashed("4821", "salt")}) for observer in election.observers[:1]]
    kept = {name: getattr(election, name) for name in Election.model_fields}
    return Election.model_validate(kept | {"observers": [*observers, *election.observers[1:]]})


def test_every_answer_goes_to_the_number_that_an_sms_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    day = DayInMemory.begun(coded(small_election("answers")), monkeypatch)
    roster = {coordinator.phone for coordinator in day.election.coordinators} | {
        coordinator.email for coordinator in day.election.coordinators
    }
    coordinators = [coordinator.phone for coordinator in day.election.coordinators if coordinator.phone]
    phones = [day.phone(0), day.phone(1), coordinators[0], "+996777123456"]
    texts = [(phone, text) for phone in phones for text in SAID]
    random.Random(1).shuffle(texts)
    answered = 0
    for phone, text in texts:
        sms = day.say(phone, text)
        for row in day.rows("out"):
            if row.key == f"reply#{sms.key}":
                assert row.recipient == phone, text
                answered += 1
    assert answered >= 15
    others = [row for row in day.rows("out") if not row.key.startswith("reply#")]
    assert others
    assert {row.recipient for row in others} <= roster
