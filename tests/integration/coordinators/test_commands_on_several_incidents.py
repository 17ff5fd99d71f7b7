"""A coordinator takes several incidents over in one SMS; a command that may mean two things does nothing."""

from typing import Any

import pytest
from aws_faults import Wire
from pipeline import Load, Pipeline

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import catalogue
from chalicelib.services.processing.process import process
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

PHONE, OTHER = "+996557100001", "+996557100002"


@pytest.fixture(params=["en", "ru", "ky"])
def day(request: pytest.FixtureRequest, load: Load) -> Pipeline:
    """Three incidents in Bishkek and the fourth in Chuy, and a coordinator of each region."""
    fields = {"language": request.param, "alerts": ("sms",)}
    bishkek = Coordinator(name="Asan", phone=PHONE, regions=("Bishkek",), **fields)
    chuy = Coordinator(name="Cholpon", phone=OTHER, regions=("Chuy",), **fields)
    pipeline = load(coordinators=(bishkek, chuy))
    for station in (0, 1, 2, 10):
        pipeline.say(pipeline.observers(station)[0].phones[0], "IN 2 they stuff")
    return pipeline


def incident(day: Pipeline, number: int) -> Incident:
    found = incident_of_number(day.election.id, number)
    assert found is not None
    return found


def states(day: Pipeline) -> list[str]:
    return [incident(day, number).state for number in (1, 2, 3, 4)]


def say(day: Pipeline, text: str) -> tuple[Message, str]:
    message = day.say(PHONE, text)
    reply = day.reply(message)
    assert reply is not None
    assert reply.text is not None
    return message, reply.text


def test_each_has_an_outcome_of_its_own_and_the_reply_names_it(day: Pipeline) -> None:
    say(day, "OK 2")
    message, answer = say(day, "OK 1, 2, 3, 4, 99")
    assert states(day) == ["acknowledged", "acknowledged", "acknowledged", "new"]
    assert message.reason is None
    assert all(f" {number}" in answer for number in (1, 2, 3, 4, 99)), answer
    if day.election.coordinators[0].language == "en":
        assert answer == "Baykoo: Taken: 1 3. Not changed, no longer new: 2. Not in your regions: 4 99."
    assert day.differences() == ()


def test_ten_numbers_fit_the_reply(day: Pipeline) -> None:
    say(day, "OK 2")
    numbers = [1, 2, *range(99001, 99009)]
    _, answer = say(day, "OK " + ", ".join(map(str, numbers)))
    assert count_segments(answer).count <= 2
    assert all(f" {number}" in answer for number in numbers), answer


def test_it_is_done_once_however_often_it_is_processed(day: Pipeline) -> None:
    message = day.send(PHONE, "OK 1, 2")
    for _ in range(3):
        process(message, day.now)
    assert [len(incident(day, number).history) for number in (1, 2)] == [2, 2]


def test_somebody_else_at_one_of_them_keeps_none_of_the_others(day: Pipeline, wire: Wire) -> None:
    message = day.send(PHONE, "OK 1, 2, 3")
    interrupted: list[str] = []

    def take_the_second_first(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "TransactWriteItems" and not interrupted:
            interrupted.append(operation)
            incident(day, 2).update(actions=[Incident.state.set("acknowledged"), Incident.version.set(2)])

    wire.prepare = take_the_second_first
    process(message, day.now)
    assert states(day)[:3] == ["acknowledged"] * 3
    assert [len(incident(day, number).history) for number in (1, 2, 3)] == [2, 1, 2]
    reply = day.reply(message)
    assert all(f" {number}" in str(reply and reply.text) for number in (1, 2, 3))


@pytest.mark.parametrize("text", ["OK 1 2 спасибо", "OK 1 VERIFY 1", "VERIFY 1 2", "OK 1-3", "OK 1 2", "OK 3 минуты"])
def test_what_is_not_clear_does_nothing_and_asks(day: Pipeline, text: str) -> None:
    message, answer = say(day, text)
    assert states(day) == ["new"] * 4
    assert (message.state, message.reason) == ("command", "doubtful")
    assert "OK 17, 18" in answer.replace("ОК", "OK")
    assert count_segments(answer).count <= 2


def test_a_confirmation_names_what_may_be_the_same(day: Pipeline) -> None:
    day.say(day.observers(1)[1].phones[0], "IN 2 I saw it too")
    _, answer = say(day, "OK 2")
    language = day.election.coordinators[0].language
    assert catalogue()[language]["alert_same"].format(numbers="5") in answer
