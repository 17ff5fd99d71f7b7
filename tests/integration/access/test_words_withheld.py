"""Notes quote people and answers as SMS do, and raw requests hold more: who may not read those reads none of them."""

import datetime as dt
import json
from typing import Any

import pytest
from desk_actions import AtDesk, say
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.policies import QuickCount
from chalicelib.observation.sms.codes import hashed
from chalicelib.services.access.operators import Operator
from chalicelib.services.desk import conversation, log, queue
from chalicelib.services.elections import loading
from chalicelib.services.quick_count.visibility import withheld_answers
from chalicelib.store.messages import Message

COUNTING = QuickCount(population={"Bishkek": 230, "Chuy": 417})
SAID, NOTED = "CL 1001 A2005 B7 C1201", "she counted 1201 for A"


@pytest.fixture
def desk(load: Load) -> AtDesk:
    return AtDesk(load(size=4, quick_count=COUNTING))


def heard(desk: AtDesk, text: str = SAID) -> Message:
    """An SMS, processed and in the log of the day."""
    desk.pipeline.now += dt.timedelta(minutes=1)
    return say(desk.pipeline, desk.pipeline.phone(), text)


def who(pipeline: Pipeline, role: Any) -> Operator:
    return Operator(role, role, pipeline.election.id, ())


def seen_by(desk: AtDesk, role: str, key: str) -> dict[str, str]:
    """All that somebody is shown of a message, by where."""
    pipeline = desk.pipeline
    operator, loaded = who(pipeline, role), pipeline.current
    withheld = withheld_answers(loaded, operator)
    queue_filter = queue.QueueFilter()
    log_filter = log.LogFilter(pipeline.now.replace(hour=0), pipeline.now)
    pages = {
        "queue": queue.queue(loaded, operator, queue_filter, withheld, pipeline.now),
        "log": log.log(loaded, operator, log_filter, withheld, pipeline.now),
        "done": log.done(loaded, operator, log.ActedFilter(), withheld, pipeline.now),
        "message": conversation.whole(loaded, operator, key, withheld)[0],
    }
    assert key in json.dumps(pages["message"])
    return {name: json.dumps(page, default=str, ensure_ascii=False) for name, page in pages.items()}


@pytest.mark.parametrize("is_done", [False, True])
def test_notes_are_read_by_who_reads_the_words_that_they_quote(desk: AtDesk, *, is_done: bool) -> None:
    sms = heard(desk)
    desk.dismiss(sms.key, note=NOTED)
    if not is_done:
        desk.undo(sms.key, note=NOTED)
    for role in ("viewer", "coordinator"):
        for place, text in seen_by(desk, role, sms.key).items():
            assert NOTED not in text, (role, place)
            assert "C1201" not in text, (role, place)
    for role in ("operator", "headquarters"):
        seen = seen_by(desk, role, sms.key)
        assert NOTED in seen["done"], role
        assert NOTED in seen["message"], role
        assert SAID in seen["queue" if not is_done else "done"], role


def test_a_coordinator_reads_what_tells_nothing_of_the_count(desk: AtDesk) -> None:
    sms = heard(desk, "OP 1001 C12o")
    desk.dismiss(sms.key, note=NOTED)
    seen = seen_by(desk, "coordinator", sms.key)
    assert NOTED in seen["done"]
    assert "OP 1001 C12o" in seen["done"]
    assert NOTED not in json.dumps(seen_by(desk, "viewer", sms.key))


def test_a_raw_request_is_headquarters_own_and_nobody_s_where_there_are_codes(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = heard(desk)
    raw = {
        role: conversation.whole(pipeline.current, who(pipeline, role), sms.key, ())[0]["raw"]
        for role in ("viewer", "coordinator", "operator", "headquarters", "administrator")
    }
    assert {role for role, shown in raw.items() if shown} == {"headquarters", "administrator"}
    member = Operator("A", "headquarters", pipeline.election.id, (), organisation="A")
    assert conversation.whole(pipeline.current, member, sms.key, ())[0]["raw"] is None
    for kind in ("observers", "coordinators"):
        people = list(getattr(pipeline.election, kind))
        people[-1] = people[-1].model_copy(update={"code": hashed("4821", "somebody")})
        loading.load(changed(pipeline.election, **{kind: people}), REAL_TIME)
        assert conversation.whole(pipeline.current, who(pipeline, "headquarters"), sms.key, ())[0]["raw"] is None, kind
        loading.load(pipeline.election, REAL_TIME)
    assert conversation.whole(pipeline.current, who(pipeline, "headquarters"), sms.key, ())[0]["raw"]
