"""One SMS under two ids counts once and shows as a duplicate; what was said twice counts twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from pipeline import Pipeline, stored

from chalicelib.services.elections import loading
from chalicelib.services.processing.process import process
from chalicelib.store.message_rows import DedupRow
from chalicelib.store.messages import Message


@pytest.mark.parametrize("text", ["OP A1 B0730", "IN 3 they beat us", "?!", "OP A1 C99"])
def test_a_twin_changes_nothing_and_is_shown(text: str, pipeline: Pipeline) -> None:
    first = pipeline.say(pipeline.phone(), text)
    before, sent = pipeline.summary(), len(pipeline.outgoing())
    pipeline.now += dt.timedelta(seconds=90)
    twin = pipeline.say(pipeline.phone(), text, sent_at=first.provider_at)
    assert (twin.state, twin.reason, twin.about) == ("duplicate", "same_sms", first.key)
    assert twin.pending is None
    assert twin.region == first.region
    after = pipeline.summary()
    assert after["nation"]["messages"] == before["nation"]["messages"]
    assert after["nation"]["incidents"] == before["nation"]["incidents"]
    assert len(pipeline.outgoing()) == sent
    assert pipeline.differences() == ()


OTHER = {
    "another text": {"text": "OP A1 B0731"},
    "another second": {"later": dt.timedelta(seconds=1)},
    "hours later": {"later": dt.timedelta(hours=3), "wait": dt.timedelta(hours=3)},
}


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_what_is_said_again_is_a_message_of_its_own(other: dict[str, object], pipeline: Pipeline) -> None:
    first = pipeline.say(pipeline.phone(), "OP A1 B0730")
    tallies = pipeline.summary()["nation"]["forms"]["OP"]["-"]["answers"]
    later, wait = (other.get(name, dt.timedelta()) for name in ("later", "wait"))
    assert isinstance(later, dt.timedelta)
    assert isinstance(wait, dt.timedelta)
    sent_at = pipeline.now + later
    pipeline.now += wait
    second = pipeline.say(pipeline.phone(), str(other.get("text", "OP A1 B0730")), sent_at=sent_at)
    assert (first.state, second.state) == ("accepted", "accepted")
    assert pipeline.summary()["nation"]["messages"]["received"] == 2
    assert pipeline.summary()["nation"]["forms"]["OP"]["-"]["answers"] == tallies
    assert pipeline.differences() == ()


@pytest.mark.parametrize("written", ["0{national}", "996{national}", "00996{national}", "+996 {national}"])
def test_a_number_that_is_written_otherwise_is_the_same(written: str, pipeline: Pipeline) -> None:
    phone = pipeline.phone()
    first = pipeline.say(phone, "OP A1 B0730")
    twin = pipeline.say(
        written.format(national=phone.removeprefix("+996")),
        "OP A1 B0730",
        sent_at=first.provider_at,
        to=pipeline.number.removeprefix("+"),
    )
    assert (twin.state, twin.about) == ("duplicate", first.key)
    assert pipeline.differences() == ()


def test_what_was_texted_to_two_numbers_is_two_sms(pipeline: Pipeline) -> None:
    other = loading.route(f"+9963129{pipeline.number[-5:]}", pipeline.election.id)
    first = pipeline.say(pipeline.phone(), "OP A1 B0730")
    second = pipeline.say(pipeline.phone(), "OP A1 B0730", sent_at=first.provider_at, to=other)
    assert (first.state, second.state) == ("accepted", "accepted")


def test_the_row_that_copies_are_known_by_stays_as_long_as_its_message(pipeline: Pipeline) -> None:
    first = pipeline.say(pipeline.phone(), "OP A1 B0730")
    [guard] = DedupRow.scan((DedupRow.direction == "twin") & (DedupRow.about == first.key))
    assert "expires" not in guard.attribute_values


@pytest.mark.parametrize("wait", [dt.timedelta(seconds=125), dt.timedelta(hours=5), dt.timedelta(days=40)])
def test_a_copy_with_the_same_time_of_the_provider_is_one_however_late(wait: dt.timedelta, pipeline: Pipeline) -> None:
    first = pipeline.say(pipeline.phone(), "IN 3 fight at the door")
    incidents, sent = pipeline.summary()["nation"]["incidents"], len(pipeline.outgoing())
    pipeline.now += wait
    copy = pipeline.say(pipeline.phone(), "IN 3 fight at the door", sent_at=first.provider_at)
    assert (copy.state, copy.reason, copy.about) == ("duplicate", "same_sms", first.key)
    assert pipeline.summary()["nation"]["incidents"] == incidents
    assert len(pipeline.outgoing()) == sent
    assert pipeline.differences() == ()


def say_without_a_time(pipeline: Pipeline, text: str, after: dt.timedelta = dt.timedelta()) -> Message:
    """An SMS of a provider that tells no time of its own."""
    pipeline.now += after
    message = pipeline.send(pipeline.phone(), text)
    message.provider_at = None
    message.save()
    process(message, pipeline.now)
    return stored(message.key)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, "duplicate"), (119, "duplicate"), (120, "duplicate"), (121, "accepted"), (9999, "accepted")],
)
def test_without_a_time_of_the_provider_two_minutes_of_arrival_make_a_copy(
    seconds: int, state: str, pipeline: Pipeline
) -> None:
    first = say_without_a_time(pipeline, "OP A1 B0730")
    second = say_without_a_time(pipeline, "OP A1 B0730", dt.timedelta(seconds=seconds))
    assert (first.state, second.state) == ("accepted", state)
    assert pipeline.differences() == ()


def test_a_correction_that_is_taken_back_at_once_counts(pipeline: Pipeline) -> None:
    texts = ("OP A1 B0730", "OP A1 B0740", "OP A1 B0730")
    states = [say_without_a_time(pipeline, text, dt.timedelta(seconds=20)).state for text in texts]
    assert states == ["accepted"] * 3
    assert pipeline.differences() == ()


def test_of_twins_that_are_processed_at_once_one_counts(pipeline: Pipeline) -> None:
    twins = [pipeline.send(pipeline.phone(), "IN 3 they beat us") for _ in range(6)]
    with ThreadPoolExecutor(6) as workers:
        list(workers.map(lambda row: process(row, pipeline.now), twins))
    states = sorted(str(stored(row.key).state) for row in twins)
    assert states == ["accepted"] + ["duplicate"] * 5
    assert pipeline.summary()["nation"]["messages"]["received"] == 1
    assert sum(pipeline.summary()["nation"]["incidents"].values()) == 1
    assert pipeline.differences() == ()


def test_a_twin_that_is_processed_again_stays_one(pipeline: Pipeline) -> None:
    first = pipeline.say(pipeline.phone(), "OP A1")
    waiting: Message = pipeline.send(pipeline.phone(), "OP A1")
    for _ in range(3):
        process(waiting, pipeline.now)
        process(first, pipeline.now)
    assert stored(waiting.key).state == "duplicate"
    assert stored(first.key).state == "accepted"


def test_a_copy_of_what_was_said_again_is_one_too(pipeline: Pipeline) -> None:
    say_without_a_time(pipeline, "OP A1 B0730")
    again = say_without_a_time(pipeline, "OP A1 B0730", dt.timedelta(minutes=3))
    copy = say_without_a_time(pipeline, "OP A1 B0730", dt.timedelta(seconds=90))
    assert (again.state, copy.state, copy.about) == ("accepted", "duplicate", again.key)
