"""A long SMS that is joined long after its parts came is in the next hour, and no difference."""

import datetime as dt

import pytest
from day_in_memory import DayInMemory, small_election

from chalicelib.observation.sms.multipart import PartText
from chalicelib.services.ledger.seal import STRAGGLES_WITHIN, seal
from chalicelib.services.ledger.verify import verify
from chalicelib.store import ledger
from chalicelib.store.long_sms import stored_part
from chalicelib.store.messages import Message

MINUTE = dt.timedelta(minutes=1)
TEXTS = ("OP A1 B0730 ", "C12 D1 E1668")


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DayInMemory:
    return DayInMemory.begun(small_election("joined"), monkeypatch)


def parts(day: DayInMemory) -> list[Message]:
    """The parts of an SMS, stored and not processed, as in an outage."""
    rows = [day.send(day.phone(), text) for text in TEXTS]
    for number, (row, text) in enumerate(zip(rows, TEXTS, strict=True), 1):
        row.part = stored_part("77", len(TEXTS), PartText(number, text))
        row.save()
    return rows


def sealed(day: DayInMemory) -> set[str]:
    """The keys of the messages that the hour takes which ends now."""
    day.now += MINUTE
    done = seal(day.current, day.now)
    assert done is not None
    return {
        key
        for part in ledger.parts_of(day.election.id, done.number)
        for key in part.keys
        if part.kind == "message" and not key.startswith("reply#")
    }


def joined(day: DayInMemory, rows: list[Message]) -> set[str]:
    """Process the parts; the keys of what they are read as, first in part and then whole if they are late."""
    for row in rows:
        day.process(day.stored(row.key))
    return {row.key for row in day.rows("in") if row.key.startswith("joined#")}


def test_what_is_joined_late_is_in_the_next_hour(day: DayInMemory) -> None:
    rows = parts(day)
    assert sealed(day) == {row.key for row in rows}
    day.now += 2 * STRAGGLES_WITHIN
    assert sealed(day) == set()
    keys = joined(day, rows)
    assert {day.stored(key).stored_at for key in keys} == {row.stored_at for row in rows}
    verified = verify(day.election.id)
    assert (verified.differences, verified.unsealed) == ((), len(keys))
    day.now += 2 * STRAGGLES_WITHIN
    assert sealed(day) == keys
    verified = verify(day.election.id)
    assert (verified.differences, verified.unsealed) == ((), 0)


def test_what_is_joined_between_two_cuts_is_in_one_hour_alone(day: DayInMemory) -> None:
    rows = parts(day)
    keys = joined(day, rows)
    assert sealed(day) == {*keys, *(row.key for row in rows)}
    assert sealed(day) == set()
    assert verify(day.election.id).differences == ()


def test_one_that_was_put_behind_everybody_s_back_is_named(day: DayInMemory) -> None:
    day.say(day.phone(), "OP A1")
    day.now += 3 * STRAGGLES_WITHIN
    sealed(day)
    since = day.now - 2 * STRAGGLES_WITHIN
    Message("joined#forged", direction="in", state="accepted", stored_at=since, joined_at=since).save()
    (named,) = verify(day.election.id).differences
    assert named.startswith("message joined#forged: added")
