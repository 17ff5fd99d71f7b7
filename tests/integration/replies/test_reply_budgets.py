"""SMS that are answered: strangers together, and one phone that alternates STOP and START."""

import datetime as dt

import pytest
from pipeline import Pipeline

from chalicelib.services.opt_outs.record import ANSWERS_PER_HOUR
from chalicelib.services.replies import known_senders, strangers
from chalicelib.services.replies.known_senders import FREE_PER_REPORT
from chalicelib.store.escalations import Mute
from chalicelib.store.incidents import incidents_of
from chalicelib.store.message_queries import unfinished
from chalicelib.store.operators import AuditRow
from chalicelib.store.opt_outs import wish_of


def replies(pipeline: Pipeline) -> int:
    return sum(row.key.startswith("reply#") for row in pipeline.outgoing())


def test_b4_strangers_are_answered_so_often_an_hour_together(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "MOST_REPLIES_PER_HOUR", 5)
    for place in range(9):
        message = pipeline.say(f"+99677000{place:04}", "OP A1" if place % 2 else "STOP")
        assert message.state in ("quarantined", "opted_out")
    assert replies(pipeline) == 5
    assert pipeline.reply(pipeline.say(pipeline.phone(), "OP A1")) is not None, "an observer is answered"
    pipeline.now += dt.timedelta(hours=1)
    pipeline.say("+996770009999", "OP A1")
    assert replies(pipeline) == 7
    assert pipeline.differences() == ()


def test_b4_a_wish_is_answered_so_often_an_hour_and_obeyed_each_time(pipeline: Pipeline) -> None:
    for place in range(20):
        pipeline.now += dt.timedelta(seconds=1)
        pipeline.say("+996770000001", "START" if place % 2 else "STOP")
        wish = wish_of(pipeline.election.id, "+996770000001")
        assert wish is not None
        assert wish.wish == ("in" if place % 2 else "out")
    assert replies(pipeline) == ANSWERS_PER_HOUR
    pipeline.now += dt.timedelta(hours=1)
    pipeline.say("+996770000001", "STOP")
    assert replies(pipeline) == ANSWERS_PER_HOUR + 1


def test_b4_a_phone_of_the_election_is_answered_so_often_an_hour(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_senders, "REPLIES_PER_PHONE_AND_HOUR", 3)
    phone = pipeline.phone()
    rows = []
    for place in range(FREE_PER_REPORT + 6):
        pipeline.now += dt.timedelta(seconds=1)
        rows.append(pipeline.say(phone, f"OP A1 C{place}"))
    answered = [pipeline.reply(row) is not None for row in rows]
    assert answered == [True] * (FREE_PER_REPORT + 3) + [False] * 3
    assert {row.state for row in rows} == {"accepted"}, "each of them counts"
    assert [row.reason for row in rows if row.reason] == ["over_budget"]
    held = [key for key in unfinished("held", None, 100) if key in {row.key for row in rows}]
    assert held == [rows[FREE_PER_REPORT + 3].key], "a person sees the first that was not answered"
    assert pipeline.reply(pipeline.say(pipeline.phone(5), "OP A1")) is not None, "another phone's budget is its own"
    pipeline.now += dt.timedelta(hours=1)
    assert pipeline.reply(pipeline.say(phone, "OP A1 C99")) is not None
    assert pipeline.differences() == ()


def test_b4_texts_that_nobody_can_read_and_incidents_use_the_same_budget(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_senders, "REPLIES_PER_PHONE_AND_HOUR", 3)
    texts = ["?!", "IN 3 they beat us", "IN 3 they still beat us", "IN 3 and again"]
    rows = [pipeline.say(pipeline.phone(), text) for text in texts]
    assert [pipeline.reply(row) is not None for row in rows] == [True, True, True, False]
    assert len(list(incidents_of(pipeline.election.id))) == 3


def test_b4_a_coordinator_is_answered_so_often_an_hour_and_obeyed_each_time(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_senders, "REPLIES_PER_PHONE_AND_HOUR", 3)
    coordinator = next(coordinator for coordinator in pipeline.election.coordinators if coordinator.phone)
    rows = [pipeline.say(coordinator.phone or "", f"MUTE {hours}h") for hours in range(1, 6)]
    assert [pipeline.reply(row) is not None for row in rows] == [True, True, True, False, False]
    assert {row.state for row in rows} == {"command"}
    lines = [row for row in AuditRow.query(pipeline.election.id) if row.action == "not answered"]
    assert [line.subject for line in lines] == [rows[3].key]
    assert len(list(Mute.query(f"{pipeline.election.id}#mutes"))) == 1, "muting again replaces the row"
