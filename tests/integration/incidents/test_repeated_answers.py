"""A critical answer that is given again: never merged in silence, and told once however often it is repeated."""

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from pipeline import Load, Pipeline
from sample_election import sample

from chalicelib.observation.elections.election import Form
from chalicelib.observation.incidents.lifecycle import SAME_WITHIN
from chalicelib.observation.texts.catalogue import catalogue
from chalicelib.services.access.operators import at_the_command_line
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.incidents.steps import list_incidents, show_incident
from chalicelib.services.processing.process import process
from chalicelib.store.incidents import Incident, incidents_of

CRITICAL = "VO A1 B2"


def opened(pipeline: Pipeline) -> list[Incident]:
    return sorted(incidents_of(pipeline.election.id), key=lambda incident: int(incident.number))


def says_same(text: str, number: str = "1") -> bool:
    """Whether an alert in any language names an incident as what this may be."""
    return any(texts["alert_same"].format(numbers=number) in text for texts in catalogue().values())


def test_two_observers_of_a_station_open_two_incidents_and_each_says_what_it_may_be(pipeline: Pipeline) -> None:
    lead, other = pipeline.observers()[:2]
    pipeline.say(lead.phones[0], CRITICAL)
    pipeline.now += SAME_WITHIN
    pipeline.say(other.phones[0], CRITICAL)
    first, second = opened(pipeline)
    assert [first.observer, second.observer] == [lead.number, other.number]
    assert list(second.may_be_same_as) == [1]
    alerts = [row.text or "" for row in pipeline.outgoing() if row.about == second.id]
    assert alerts
    assert all(says_same(text) for text in alerts)
    me = at_the_command_line(pipeline.election.id)
    shown = [show_incident(pipeline.election, me, number) or {} for number in (1, 2)]
    assert [row["may_be_same_as"] for row in shown] == [[2], [1]]
    listed = list_incidents(pipeline.election, me)["incidents"]
    assert [(row["number"], row["may_be_same_as"]) for row in listed] == [(2, [1]), (1, [2])]
    assert list_incidents(pipeline.election, me, state="resolved")["incidents"] == []
    assert pipeline.differences() == ()


def test_an_escalated_incident_names_later_ones_too(pipeline: Pipeline) -> None:
    lead, other = pipeline.observers()[:2]
    for observer in (lead, other):
        pipeline.say(observer.phones[0], CRITICAL)
    pipeline.now += dt.timedelta(minutes=15)
    escalated = [row.text or "" for row in escalate_election(pipeline.current, pipeline.now) if row.channel == "email"]
    assert len(escalated) == 2
    assert says_same(escalated[0], "2")
    assert says_same(escalated[1], "1")


def test_what_is_seen_again_later_is_another_incident(pipeline: Pipeline) -> None:
    lead, other = pipeline.observers()[:2]
    pipeline.say(lead.phones[0], CRITICAL)
    pipeline.now += SAME_WITHIN + dt.timedelta(minutes=1)
    pipeline.say(other.phones[0], CRITICAL)
    assert [list(incident.may_be_same_as) for incident in opened(pipeline)] == [[], []]


def test_a_later_round_opens_an_incident_of_its_own(load: Load) -> None:
    rounds = {"rounds": ("10:00", "12:00"), "due": None}
    forms = [form.model_dump(by_alias=True) | (rounds if form.code == "VO" else {}) for form in sample().forms]
    pipeline = load(size=2, forms=[Form.model_validate(form) for form in forms])
    for text in ("VO 10:00 B2", "VO 10:00 B2 again", "VO 10:00 A1 B2", "VO 12:00 B2"):
        pipeline.say(pipeline.phone(), text)
    assert [incident.report for incident in opened(pipeline)] == ["VO#10:00#B", "VO#12:00#B"]
    assert pipeline.differences() == ()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_observers_repetition_is_one_incident_in_any_order(order: Sequence[int], load: Load) -> None:
    pipeline = load(size=2)
    lead, other = pipeline.observers()[:2]
    reports = [(lead, CRITICAL), (lead, "VO B2 again"), (other, CRITICAL)]
    waiting = [pipeline.send(observer.phones[0], text) for observer, text in reports]
    for place in (*order, *order):
        process(waiting[place], pipeline.now)
    assert sorted(incident.observer for incident in opened(pipeline)) == sorted([lead.number, other.number])
    assert pipeline.differences() == ()
