"""Queues whose rows lie in one shard alone: the longest due are listed, and whether there are more is true."""

import datetime as dt
from itertools import count, islice

import pytest
from fake_dynamodb import FakeDynamoDB

from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.access.operators import Operator
from chalicelib.services.review import held_rows
from chalicelib.services.review.held_rows import held_of
from chalicelib.store.message_queries import longest_due
from chalicelib.store.messages import received_sms
from chalicelib.store.queues import QUEUE_SHARDS, pending_in

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
EVERYWHERE = Operator("Aida", None, "e", ())


@pytest.fixture(autouse=True)
def _rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve rows of one shard, held in turn, and one before them of another."""
    FakeDynamoDB().install(monkeypatch)
    keys = (f"generic#{n}" for n in count())
    of_one = list(islice((key for key in keys if pending_in("held", key) == "held#2"), 12))
    of_another = next(key for key in keys if pending_in("held", key) == "held#0")
    for minute, key in enumerate([of_another, *of_one]):
        at = NOW + dt.timedelta(minutes=minute)
        row = received_sms(key, at, stored_at=at, sender="+996700000000", text_as_sent="OP A1")
        row.election = "e"
        row.save()
        assert row.hold(MessageState.HELD, at, reason=Reason.NOT_PROCESSED)


def test_as_many_are_listed_as_are_asked_for_the_longest_due_first() -> None:
    every, is_cut = longest_due(["held"], None, 13)
    assert (len(every), is_cut) == (13, False)
    assert longest_due(["held"], None, 12) == (every[:12], True)
    assert longest_due(["held"], NOW + dt.timedelta(minutes=3), 12) == (every[:4], False)
    assert longest_due(["out"], None, 12) == ([], False)


def test_the_list_of_what_is_held_says_truly_whether_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, is_cut in ((13, False), (12, True), (QUEUE_SHARDS["held"], True)):
        monkeypatch.setattr(held_rows, "MOST_SHOWN", most)
        shown = held_of(EVERYWHERE)
        assert (len(shown["held"]), shown["is_cut"]) == (most, is_cut)
