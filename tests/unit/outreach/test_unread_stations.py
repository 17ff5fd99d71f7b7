"""An observer whose SMS lies unread is reminded of nothing, wherever in the queue it lies."""

import datetime as dt
from collections.abc import Iterator
from itertools import count

import pytest
from chased_election import an_election
from election_day import ElectionDay

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.outreach import reminders
from chalicelib.services.outreach.reminders import ChaseResult, chase_due, unread_stations
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.queues import QUEUE_SHARDS, pending_in

REAL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
OPENING = {"code": "OP", "due": {"by": "08:30"}, "questions": [{"code": "A", "type": "integer"}]}
OF_ONE_SHARD = 400


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> ElectionDay:
    """When all six observers owe their form."""
    start = dt.datetime.fromisoformat("2017-10-15T07:30:00+06:00")
    memory = ElectionDay(an_election(forms=[OPENING]), Clock(start, REAL), monkeypatch)
    chase_due(memory.now)
    memory.now += dt.timedelta(minutes=90)
    return memory


def keys_of_one_shard() -> Iterator[str]:
    return (key for key in (f"generic#{n}" for n in count()) if pending_in("in", key) == "in#7")


def fill_one_shard(day: ElectionDay, keys: Iterator[str], most: int = OF_ONE_SHARD) -> None:
    for place in range(most):
        stranger = f"+99677{place:07}"
        received_sms(next(keys), day.now, stored_at=day.now, sender=stranger, text_as_sent="OP A1").save()


def of_an_observer(day: ElectionDay, key: str, place: int = 0) -> Message:
    """The last of its shard: it came after the others."""
    observer, at = day.election.observers[place], day.now + dt.timedelta(seconds=30)
    row = received_sms(key, at, stored_at=at, sender=observer.phones[0], text_as_sent="OP A1")
    row.save()
    return row


def test_an_sms_behind_many_of_its_shard_keeps_its_observer_from_being_reminded(day: ElectionDay) -> None:
    assert QUEUE_SHARDS["in"] * OF_ONE_SHARD > reminders.MOST_LOOKED_AT > OF_ONE_SHARD
    keys = keys_of_one_shard()
    fill_one_shard(day, keys)
    row = of_an_observer(day, next(keys))
    assert unread_stations(day.election, day.now) == {day.election.observers[0].station}
    chase_due(day.now)
    assert all(sms.recipient != row.sender for sms, _ in day.queued.values())
    reminded = {sms.recipient for sms, _ in day.queued.values() if sms.key.startswith("reminder#")}
    others = {
        person.phones[0] for person in day.election.observers if person.station != day.election.observers[0].station
    }
    assert reminded == others, "all others are"


def test_more_than_is_looked_at_in_one_shard_alone_keeps_everybody(
    day: ElectionDay, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reminders, "MOST_LOOKED_AT", 40)
    fill_one_shard(day, keys_of_one_shard(), 40)
    assert chase_due(day.now) == ChaseResult()
    assert "nobody is reminded in this run" in caplog.text


def test_just_fewer_than_are_looked_at_keep_nobody(day: ElectionDay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "MOST_LOOKED_AT", 40)
    fill_one_shard(day, keys_of_one_shard(), 39)
    assert chase_due(day.now).reminders == 6


def test_an_sms_that_no_try_has_read_lies_unread_too(day: ElectionDay) -> None:
    row = of_an_observer(day, "generic#held", 2)
    assert row.hold(MessageState.HELD, day.now, reason=Reason.NOT_PROCESSED)
    read = of_an_observer(day, "generic#read", 4)
    assert read.hold(MessageState.HELD, day.now, reason=Reason.TOO_LONG)
    assert unread_stations(day.election, day.now) == {day.election.observers[2].station}
    assert chase_due(day.now).reminders == 4
