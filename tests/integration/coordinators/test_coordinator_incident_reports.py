"""A coordinator who is no observer and sends a form: an incident is opened, anything else waits for an operator."""

import pytest
from pipeline import Load, Pipeline

from chalicelib.observation.coordinators.commands import word
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import catalogue
from chalicelib.services.processing.process import process
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.messages import Message

PHONE = "+996557200001"


@pytest.fixture
def day(load: Load) -> Pipeline:
    asan = Coordinator(name="Asan", phone=PHONE, language="en", regions=("Bishkek",), alerts=("sms",))
    return load(coordinators=(asan,))


def say(day: Pipeline, text: str) -> tuple[Message, str]:
    message = day.say(PHONE, text)
    reply = day.reply(message)
    return message, (reply.text or "") if reply else ""


def opened(day: Pipeline) -> list[Incident]:
    return sorted(incidents_of(day.election.id), key=lambda incident: int(incident.number))


def test_their_incident_is_opened_at_the_station_that_they_name(day: Pipeline) -> None:
    station = day.election.stations[3].number
    message, answer = say(day, f"IN {station} 3 драка")
    assert answer == f"Baykoo: Incident 1 is opened, station {station}."
    assert (message.state, message.reason) == ("command", None)
    (incident,) = opened(day)
    assert (incident.station, incident.category, incident.observer, incident.text) == (station, 3, "Asan", "драка")
    assert incident.history[0]["who"] == "Asan"
    assert [row.recipient for row in day.outgoing() if row.key.startswith("alert#")] == [PHONE]
    assert day.summary()["regions"]["Bishkek"]["incidents"][incident.severity] == 1
    assert day.summary()["nation"]["messages"]["received"] == 0
    assert say(day, "OK 1")[1].startswith("Baykoo: Incident 1 is now taken")
    assert day.differences() == ()


def test_it_is_opened_once_however_often_it_is_processed(day: Pipeline) -> None:
    message = day.send(PHONE, f"IN {day.election.stations[3].number} 3 a fight")
    for _ in range(3):
        process(message, day.now)
    assert len(opened(day)) == 1
    assert day.differences() == ()


def test_an_observers_report_of_the_same_is_linked_with_it(day: Pipeline) -> None:
    observer = day.observers(3)[0]
    say(day, f"IN {observer.station} 3 a fight")
    day.say(observer.phones[0], "IN 3 a fight here")
    assert [list(incident.may_be_same_as) for incident in opened(day)] == [[], [1]]


def test_several_incidents_and_a_form_beside_them(day: Pipeline) -> None:
    first, second = (day.election.stations[place].number for place in (3, 4))
    message, answer = say(day, f"IN {first} 3 a fight\nIN {second} 2 they stuff\nOP {first} A1")
    assert [incident.station for incident in opened(day)] == [first, second]
    assert answer.count("is opened") == 2
    assert (message.state, message.reason) == ("command", "forms_left")
    assert not day.reports() or all(not report.report.observers for report in day.reports())
    assert day.differences() == ()


@pytest.mark.parametrize("text", ["Окуя 17 бизде", "ИН 17 проверили", "IN 9999999 3 a fight", "IN 3 a fight", "OP A1"])
def test_a_form_that_is_nobodys_waits_for_an_operator_and_says_what_to_write(day: Pipeline, text: str) -> None:
    message, answer = say(day, text)
    assert opened(day) == []
    assert message.state == "quarantined"
    assert "not on our list" not in answer
    assert f"IN {day.election.stations[0].number} " in answer
    assert "OK 17" in answer
    assert day.differences() == ()


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_they_are_answered_in_their_language_every_time(load: Load, language: str) -> None:
    asan = Coordinator(name="Asan", phone=PHONE, language=language, regions=("Bishkek",), alerts=("sms",))
    day = load(coordinators=(asan,), size=2)
    for text in ("IN 3 a fight", "IN 3 a fight!"):
        _, answer = say(day, text)
        assert word("help", language) in answer
        assert count_segments(answer).count <= 2
        assert catalogue()[language]["command_no_observer"][:20] in answer


def test_two_machines_do_not_talk_for_ever(day: Pipeline) -> None:
    answers = [say(day, f"OP A1 C{number}")[1] for number in range(8)]
    assert [bool(answer) for answer in answers] == [True] * 5 + [False] * 3
