"""The unit tests' DynamoDB in memory answers the store as the emulator does: refusals, transactions, indexes, order."""

import datetime as dt
from typing import Any

import pytest
from fake_dynamodb import FakeDynamoDB
from pipeline import Pipeline

from chalicelib.observation.sms.states import MessageState
from chalicelib.services import outbox
from chalicelib.store import escalations, message_queries, progress, summaries
from chalicelib.store.incidents import Incident, incidents_at
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.opt_outs import OptOutRow
from chalicelib.store.outcome import AlreadyThere, queued, write
from chalicelib.store.queues import QUEUE_SHARDS
from chalicelib.store.requests import put_first
from chalicelib.store.tables import put_new
from chalicelib.store.tallies import adding, read_cells, tally_row
from chalicelib.store.unsolicited import OptedOut, queue_unsolicited

PHONES = ("+996559000001", "+996559000002")


def outgoing(day: Pipeline, name: str, phone: str) -> Message:
    origin = outbox.Origin(day.election.id, "bulk#x", day.now)
    return outbox.sms_row(f"fake#{day.election.id}#{name}", phone, name, origin)


def messages(day: Pipeline) -> list[Any]:
    """What messages' puts, changes and indexes answer."""
    key, now = f"fake#{day.election.id}#in", day.now
    row = received_sms(key, now, stored_at=now, sender=PHONES[0], conversation=PHONES[0], text_as_sent="OP A1")
    other = received_sms(key, now, stored_at=now, text_as_sent="another")
    answers: list[Any] = [put_new(row), put_new(other), getattr(put_first(other), "text", None)]
    stale = message_queries.get(key)
    assert stale is not None
    answers += [row.postpone(now, last_error="x"), stale.finish(MessageState.ACCEPTED)]
    sms = outgoing(day, "out", PHONES[1])
    write([queued(sms)])
    answers += [sms.claim(now), sms.put_back(now, last_error="later"), sms.claim(now)]
    answers += [sms.finish(MessageState.SENT, carrier="x", asked=["x"]), sms.retry(now)]
    waiting = [waits for waits in message_queries.unfinished("in", now, 1000) if waits == key]
    since, until = now - dt.timedelta(days=1), now + dt.timedelta(days=1)
    answers += [waiting, message_queries.conversation_between(PHONES[0], since, until, 10)]
    rows = sorted(message_queries.get_many([key, sms.key, "fake#none"]), key=lambda found: str(found.key))
    return [*answers, *(dict(kept.attribute_values) for kept in rows)]


def transactions(day: Pipeline) -> list[Any]:
    """What transactions answer, and what they leave."""
    election, now = day.election.id, day.now
    answers: list[Any] = [queue_unsolicited(outgoing(day, "bulk", PHONES[0]))]
    answers.append(queue_unsolicited(outgoing(day, "bulk", PHONES[0])))
    OptOutRow(election, PHONES[0], wish="out", at=now, message="x", source="sms").save()
    with pytest.raises(OptedOut):
        queue_unsolicited(outgoing(day, "again", PHONES[0]))
    with pytest.raises(AlreadyThere):
        write([queued(outgoing(day, "first", PHONES[1])), queued(outgoing(day, "bulk", PHONES[0]))])
    keys = [outgoing(day, name, PHONES[0]).key for name in ("bulk", "again", "first")]
    answers.append([row.key for row in message_queries.get_many(keys)])
    for numbers in ({1, 2}, {2, 3}):
        write([escalations.adding_to_digest(election, "Chuy", 0, numbers, now)])
        now += dt.timedelta(hours=1)
    [digest] = escalations.digests_due(election, now)
    answers += [digest.numbers, digest.due, digest.version]
    for amount in (1, 2):
        tally_row(day.election, 1, ("Chuy", "OP", "-")).update(actions=adding({"received": amount, "A#sum": 5}))
    return [*answers, read_cells(day.election)]


def tables_of_two_keys(day: Pipeline) -> list[Any]:
    """What rows under an election answer."""
    election, now = day.election.id, day.now
    answers: list[Any] = [progress.advance(election, "fake", version, {"n": version}, now) for version in (0, 0, 1)]
    answers.append(progress.read(election, "fake"))
    hours = ("2090-01-01T12", "2090-01-01T09", "2090-01-02T09")
    answers += [summaries.keep_first(election, hour, {"hour": hour}, now) for hour in hours]
    answers.append(summaries.keep_first(election, "2090-01-01T09", {"hour": "other"}, now))
    answers.append(summaries.day_of(election, dt.date(2090, 1, 1)))
    whose = {"region": "Chuy", "observer": "1", "message": "x", "severity": "low"}
    for number, station in enumerate(("7", "70", "7")):
        Incident(election, f"{station}#{number}", station=station, opened_at=now, **whose).save()
    return [*answers, [incident.id for incident in incidents_at(election, "7")]]


def test_the_fake_answers_as_the_emulator_does(load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert QUEUE_SHARDS["in"] > 1
    day = load()
    for play in (messages, transactions, tables_of_two_keys):
        real = play(day)
        with monkeypatch.context() as patched:
            FakeDynamoDB().install(patched)
            assert play(day) == real
