"""A provider that says nothing in an election's hours is noticed, by the alarm's metric and by operators."""

import datetime as dt
from typing import Any

import pytest
from aws_faults import Wire, unreachable
from pipeline import Pipeline, stored

from chalicelib.observation.elections.schedule import hours_of
from chalicelib.observation.sms.states import Flag
from chalicelib.observation.texts.catalogue import catalogue
from chalicelib.services.board.board import compute_board
from chalicelib.services.clients.provider_settings import configured_providers
from chalicelib.services.intake import provider_clock, silence
from chalicelib.services.intake.silence import (
    describe,
    last_measured,
    measure_providers,
    record_arrival,
)
from chalicelib.store.providers import ProviderRow, last_heard

NAME = "generic"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def fresh(services: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker has noted anything, and nothing was heard or measured before: tests' days go backwards."""
    monkeypatch.setattr(silence, "_noted", {})
    monkeypatch.setattr(provider_clock, "_lags", {})
    for row in ProviderRow.scan():
        row.delete()


def measured(now: dt.datetime) -> dict[str, Any]:
    measure_providers(now)
    [value] = [provider for provider in describe(now)["providers"] if provider["name"] == NAME]
    return dict(value)


def began(pipeline: Pipeline) -> dt.datetime:
    hours = hours_of(pipeline.election)
    assert hours is not None
    return hours[0]


def test_what_comes_by_webhook_is_heard_and_what_was_reconciled_is_not(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), "OP A1")
    message.flag = Flag.RECONCILED
    record_arrival(message)
    assert last_heard(NAME) is None
    record_arrival(stored(message.key))
    assert last_heard(NAME) == message.stored_at


def test_a_provider_is_silent_after_its_minutes_and_no_more_when_it_speaks(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), "OP A1")
    record_arrival(message)
    at = message.stored_at
    assert measured(at + 29 * MINUTE)["silent"] is False
    found = measured(at + 30 * MINUTE)
    assert (found["silent"], found["silent_since"], found["minutes"]) == (True, at.isoformat(), 30)
    pipeline.now = at + 31 * MINUTE
    silence._noted.clear()
    record_arrival(pipeline.say(pipeline.phone(1), "OP A1"))
    assert measured(pipeline.now)["silent"] is False


def test_one_that_was_never_heard_is_silent_since_the_hours_began(pipeline: Pipeline) -> None:
    start = began(pipeline)
    assert measured(start + 29 * MINUTE)["silent"] is False
    found = measured(start + 45 * MINUTE)
    assert (found["silent"], found["last_heard"], found["minutes"]) == (True, None, 45)
    assert dt.datetime.fromisoformat(found["silent_since"]) == start


def test_the_board_says_nothing_of_providers_that_nobody_uses(pipeline: Pipeline) -> None:
    record_arrival(pipeline.say(pipeline.phone(), "OP A1"))
    at = pipeline.now + 45 * MINUTE
    measure_providers(at)
    assert sum(provider["silent"] for provider in describe(at)["providers"]) > 1
    shown = compute_board(pipeline.current, (), at)["providers"]["silent"]
    assert [row["name"] for row in shown] == [NAME]


def test_outside_the_hours_nobody_is_silent(pipeline: Pipeline) -> None:
    assert measured(began(pipeline) - MINUTE)["silent"] is False


@pytest.mark.parametrize(("minutes", "silent"), [(0, False), (10, True), (60, False)])
def test_the_minutes_are_a_setting(
    minutes: int, silent: bool, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "provider_secrets", lambda name: {"secrets": ["s"], "silent_minutes": minutes})
    assert measured(began(pipeline) + 45 * MINUTE)["silent"] is silent


def test_a_burst_is_one_write_and_a_fault_of_the_store_harms_no_sms(pipeline: Pipeline, wire: Wire) -> None:
    messages = [pipeline.say(pipeline.phone(number), "OP A1") for number in range(3)]
    wire.listen()
    wire.cut_all = lambda operation, _place, when: unreachable() if when == "before" else None
    record_arrival(messages[0])
    wire.listen()
    silence._noted.clear()
    for message in messages:
        record_arrival(message)
    assert wire.calls == ["PutItem"]


def test_what_is_noted_late_does_not_undo_what_is_newer(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), "OP A1")
    record_arrival(message)
    newest = message.stored_at
    message.stored_at = newest - 5 * MINUTE
    silence._noted.clear()
    record_arrival(message)
    assert last_heard(NAME) == newest


def test_who_only_carries_sms_is_no_provider_that_could_be_silent(pipeline: Pipeline, configure: Any) -> None:
    start = began(pipeline)
    before = measure_providers(start + 45 * MINUTE)["ProvidersSilent"]
    configure("sns", {"price": "0.045", "currency": "USD"})
    assert measure_providers(start + 45 * MINUTE)["ProvidersSilent"] == before
    assert "sns" not in [provider["name"] for provider in describe(start + 45 * MINUTE)["providers"]]
    assert "sns" not in configured_providers()


def hear(pipeline: Pipeline, lag: dt.timedelta, count: int) -> None:
    """SMS whose provider's time is behind their arrival, each noted."""
    for _ in range(count):
        pipeline.now += dt.timedelta(seconds=30)
        silence._noted.clear()
        record_arrival(pipeline.send(pipeline.phone(), "OP A1", sent_at=pipeline.now - lag))


def test_a_clock_hours_behind_is_measured_and_told_until_it_is_set_right(pipeline: Pipeline) -> None:
    hear(pipeline, dt.timedelta(hours=3), 4)
    assert measured(pipeline.now)["lag_seconds"] is None
    hear(pipeline, dt.timedelta(hours=3), 3)
    assert measure_providers(pipeline.now + MINUTE)["ProvidersLagging"] == 1
    found = last_measured(NAME)
    assert found is not None
    assert (found["lag_seconds"], found["lagging"]) == (3 * 3600, True)
    [shown] = [provider for provider in describe(pipeline.now)["providers"] if provider["name"] == NAME]
    assert (shown["lag_seconds"], shown["lagging"], shown["arrival_counts"]) == (3 * 3600, True, False)
    assert "lags" not in shown
    hear(pipeline, dt.timedelta(seconds=2), 8)
    assert measure_providers(pipeline.now + MINUTE)["ProvidersLagging"] == 0


def test_workers_that_hear_one_sms_each_add_up(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        monkeypatch.setattr(provider_clock, "_lags", {})
        hear(pipeline, dt.timedelta(hours=-2), 1)
        found = measured(pipeline.now)
        assert measured(pipeline.now + dt.timedelta(seconds=5))["lag_seconds"] == found["lag_seconds"], "counted once"
    assert (found["lag_seconds"], found["lagging"]) == (-2 * 3600, True)


def test_the_setting_lets_the_arrival_count(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {"secrets": [pipeline.secret]}
    monkeypatch.setattr("chalicelib.services.clients.provider_settings.provider_secrets", lambda *_, **__: settings)
    behind = pipeline.now - dt.timedelta(hours=3)
    assert pipeline.send(pipeline.phone(), "OP A1", sent_at=behind).received_at == behind
    settings["arrival_counts"] = True
    message = pipeline.send(pipeline.phone(), "OP A1", sent_at=behind)
    assert (message.received_at, message.provider_at) == (pipeline.now, behind)


def test_an_answer_that_loses_to_a_newer_one_is_told_so(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 B0730")
    late = pipeline.say(pipeline.phone(), "OP A1 B0740", sent_at=pipeline.now - dt.timedelta(hours=3))
    reply = pipeline.reply(late)
    assert reply is not None
    phrases = [texts["reply_outdated"].format(codes="B") for texts in catalogue().values()]
    assert any(value in str(reply.text) for value in phrases)
    assert any(texts["reply_accepted"].format(codes="A") in str(reply.text) for texts in catalogue().values())
