"""Entries are messages: they are read, merged, counted and audited as an SMS of their observer."""

import datetime as dt

import pytest
from aws_faults import Wire
from entries import aida, enter
from pipeline import Load, Pipeline

from chalicelib.observation.elections.election import Observer
from chalicelib.observation.reports.entry_fields import EntryFields
from chalicelib.services.review.entry import Draft, describe, read_back
from chalicelib.services.versions import NotInRegion
from chalicelib.store.incidents import incidents_of

OPENING = "OP 1001 A1 B0730 C12 D1 E1668"


def answers(pipeline: Pipeline, observer: Observer, form: str = "OP") -> dict[str, object]:
    found = [report.report for report in pipeline.reports() if report.report.form == form]
    return {code: answer.value for row in found for code, answer in row.observers[observer.number].answers.items()}


def test_an_entry_counts_as_its_observer_s_sms_would(load: Load) -> None:
    by_sms, by_phone = load(size=2), load(size=2)
    by_sms.say(by_sms.phone(), OPENING)
    entry = enter(by_phone, OPENING, by_phone.observers()[0])
    assert (entry.state, entry.observer, entry.region) == ("accepted", by_phone.observers()[0].number, "Bishkek")
    assert by_phone.summary()["nation"]["forms"] == by_sms.summary()["nation"]["forms"]
    assert by_phone.summary()["nation"]["messages"]["received"] == 0, "no SMS came"
    assert by_phone.outgoing() == [], "nobody is answered"
    assert by_phone.differences() == ()


def test_an_entry_of_what_an_sms_says_beats_it_and_loses_to_the_next(pipeline: Pipeline) -> None:
    observer = pipeline.observers()[0]
    sms = pipeline.say(pipeline.phone(), "OP 1001 A1 C12")
    pipeline.now += dt.timedelta(minutes=1)
    later = pipeline.say(pipeline.phone(), "OP 1001 C14")
    enter(pipeline, "OP 1001 A1 C13 D1", observer, about=sms)
    assert answers(pipeline, observer) == {"A": True, "C": 14, "D": True}
    assert later.state == "accepted"
    assert pipeline.differences() == ()


def test_an_entry_opens_an_incident_and_its_alerts(pipeline: Pipeline) -> None:
    entry = enter(pipeline, "IN 1001 3 they beat us", pipeline.observers()[0])
    (incident,) = incidents_of(pipeline.election.id)
    assert (incident.message, incident.station, incident.category) == (entry.key, "1001", 3)
    assert [row.channel for row in pipeline.outgoing()] != []
    assert all(row.key.startswith("alert#") for row in pipeline.outgoing())
    assert pipeline.differences() == ()


def test_the_same_text_entered_twice_is_two_entries_and_counts_once(pipeline: Pipeline) -> None:
    first, second = (enter(pipeline, OPENING, pipeline.observers()[0], key=key) for key in ("1", "2"))
    assert [first.state, second.state] == ["accepted", "accepted"]
    assert pipeline.summary()["nation"]["forms"]["OP"]["-"]["received"] == 1
    assert pipeline.differences() == ()


def test_what_is_read_back_is_what_counts_and_nothing_is_written(pipeline: Pipeline, wire: Wire) -> None:
    observer = pipeline.observers()[0]
    pipeline.say(pipeline.phone(), "OP 1001 C12")
    pipeline.now += dt.timedelta(minutes=1)
    draft = Draft(observer.number, fields=EntryFields("OP", "1001", None, {"A": "да", "C": "13"}))
    wire.listen()
    document = describe(read_back(pipeline.current, aida(pipeline), draft, pipeline.now), pipeline.election)
    assert {call for call in wire.calls if call not in ("GetItem", "BatchGetItem", "Query")} == set()
    (report,) = document["reports"]
    assert document["text"] == "OP 1001 A1 C13"
    assert document["may_be_entered"]
    assert report["answers"] == {"A": True, "C": 13}
    assert report["before"] == {"C": 12}
    enter(pipeline, document["text"], observer)
    assert answers(pipeline, observer) == {"A": True, "C": 13}


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Thank you", "/text"),
        ("test OP A1", "/text"),
        ("OP 1001 A1 C999999", "/reports/0/answers/C"),
        ("OP 9999 A1", "/reports/0"),
        ("OP 1001", "/reports/0"),
    ],
)
def test_what_would_not_count_whole_is_named(pipeline: Pipeline, text: str, at: str) -> None:
    read = read_back(pipeline.current, aida(pipeline), Draft(pipeline.observers()[0].number, text), pipeline.now)
    assert at in [fault.at for fault in read.faults]


def test_an_operator_enters_for_their_own_regions_alone(pipeline: Pipeline) -> None:
    number = pipeline.observers()[0].number
    with pytest.raises(NotInRegion):
        read_back(pipeline.current, aida(pipeline, "Chuy"), Draft(number, OPENING), pipeline.now)
    elsewhere = pipeline.election.stations[-1].number
    with pytest.raises(NotInRegion):
        read_back(pipeline.current, aida(pipeline, "Bishkek"), Draft(number, f"OP {elsewhere} A1"), pipeline.now)
