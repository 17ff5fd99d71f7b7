"""An observer's second phone: recognised as theirs, and reached on the one that was heard last."""

import datetime as dt

import pytest
from aws_faults import Wire
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.services.elections import loading
from chalicelib.services.outreach.broadcast import Choice, prepare, send
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.outreach.reachable_phones import reached
from chalicelib.services.outreach.reminders import chase
from chalicelib.store.messages import Message

SECOND = "+99677{:07}"


@pytest.fixture
def two_phones(load: Load, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """An election whose first observer has a second phone, looked after since before the opening was due."""
    pipeline = load()
    first, *others = pipeline.election.observers
    phones = (*first.phones, second(pipeline))
    pipeline.election = changed(pipeline.election, observers=[first.model_copy(update={"phones": phones}), *others])
    loading.load(pipeline.election, REAL_TIME)
    pipeline.now -= dt.timedelta(hours=1)
    chase(pipeline.current, pipeline.now)
    pipeline.now += dt.timedelta(hours=1)
    return pipeline


def second(pipeline: Pipeline) -> str:
    return SECOND.format(int(pipeline.election.id[1:]))


def reminded(pipeline: Pipeline) -> list[str]:
    number = pipeline.election.observers[0].number
    before = {row.key for row in pipeline.outgoing()}
    chase(pipeline.current, pipeline.now)
    fresh: list[Message] = [row for row in pipeline.outgoing() if row.key not in before]
    return [str(row.recipient) for row in fresh if row.key.startswith("reminder#") and f"#{number}#" in row.key]


def test_b15_a_reminder_goes_to_the_phone_that_was_heard_last(two_phones: Pipeline) -> None:
    first, other = two_phones.phone(), second(two_phones)
    assert reminded(two_phones) == [first]
    for phone, text in ((other, "hello"), (first, "hello again"), (other, "and again")):
        two_phones.now += dt.timedelta(minutes=1)
        assert two_phones.say(phone, text).observer == two_phones.election.observers[0].number
    two_phones.now += dt.timedelta(minutes=40)
    assert reminded(two_phones) == [other]


def test_a_number_that_its_gateway_writes_nationally_is_heard_too(two_phones: Pipeline) -> None:
    observer, other = two_phones.election.observers[0], second(two_phones)
    two_phones.say("0" + other.removeprefix("+996"), "TU A10")
    assert reached(observer).phones == (other, *observer.phones[:1])


def test_both_phones_reports_are_one(two_phones: Pipeline) -> None:
    two_phones.say(two_phones.phone(), "OP A1 B0701")
    two_phones.now += dt.timedelta(minutes=1)
    two_phones.say(second(two_phones), "OP B0705 C7")
    (report,) = two_phones.reports()
    (given,) = report.report.given.values()
    assert {code: answer.value for code, answer in given.answers.items()} == {"A": True, "B": "07:05", "C": 7}
    assert two_phones.differences() == ()


def test_b15_the_list_and_an_sms_to_all_name_that_phone_too(two_phones: Pipeline) -> None:
    observer, other = two_phones.election.observers[0], second(two_phones)
    two_phones.say(other, "hello")
    region = two_phones.election.region_of(observer.station)
    of_region = gaps(two_phones.election, [region], two_phones.now)[region]
    (gap,) = [gap for gap in of_region if gap.station.number == observer.station]
    assert next(row for row in gap.observers if row.number == observer.number).phones[0] == other
    batch = prepare(two_phones.current, "b15", BulkText("Come home"), Choice(stations=(observer.station,)))
    sent = list(send(two_phones.current, batch, 1000, lambda: two_phones.now))
    assert observer.number in [row.number for row in sent]
    rows = [row for row in two_phones.outgoing() if row.key.startswith("bulk#")]
    assert other in [row.recipient for row in rows]
    assert observer.phones[0] not in [row.recipient for row in rows]


def test_nothing_is_read_for_observers_with_one_phone(two_phones: Pipeline, wire: Wire) -> None:
    assert reached(two_phones.election.observers[1]) is two_phones.election.observers[1]
    assert wire.calls == []
