"""Every SMS to a coordinator comes from a number that leads to the election: that is where the answer goes."""

import datetime as dt

from pipeline import Load, Pipeline

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.services.elections import loading
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.outreach.reminders import chase
from chalicelib.services.summaries.hourly import queue_summaries

PHONE = "+996557000001"


def senders(pipeline: Pipeline, kind: str) -> set[str | None]:
    """Numbers that the SMS of a kind to the coordinator come from."""
    return {row.sender for row in pipeline.outgoing() if row.key.startswith(kind) and row.recipient == PHONE}


def test_alerts_digests_summaries_and_lists_come_from_the_elections_number(load: Load) -> None:
    only = Coordinator(name="Asan", phone=PHONE, language="ru", regions=("Bishkek",), alerts=("sms",))
    pipeline = load(coordinators=(only,))
    chase(pipeline.current, pipeline.now - dt.timedelta(hours=1))
    for station in range(5):
        pipeline.say(pipeline.observers(station)[0].phones[0], "IN 2 they stuff")
    for _ in range(6):
        chase(pipeline.current, pipeline.now)
        escalate_election(pipeline.current, pipeline.now)
        pipeline.now += dt.timedelta(minutes=10)
    queue_summaries(pipeline.current, pipeline.now)
    for kind in ("alert#", "digest#", "missing#", "summary#"):
        assert senders(pipeline, kind) == {pipeline.number}, kind


def test_an_alert_comes_from_the_number_that_the_observer_wrote_to(pipeline: Pipeline) -> None:
    other = loading.route(pipeline.number[:-1] + "99", pipeline.election.id)
    pipeline.say(pipeline.phone(), "IN 3 a fight", to=other)
    assert {row.sender for row in pipeline.outgoing() if row.channel == "sms"} == {other}
