"""Providers' settings while SSM throttles, fails or is asked for names that somebody made up."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from chalicelib.services.clients import provider_settings
from chalicelib.services.clients.aws import intake_client
from chalicelib.services.clients.provider_settings import (
    KEPT_SECONDS,
    STALE_SECONDS,
    NotConfigured,
    SecretsUnavailable,
    configured_providers,
    provider_secrets,
)

PATH = "/baykoo/providers/"


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(provider_settings, "monotonic", made)
    return made


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """SSM that answers what a test queues, in that order, and refuses any call beyond."""
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BAYKOO_PARAMETERS": "/baykoo",
    }.items():
        monkeypatch.setenv(name, value)
    provider_settings.forget()
    intake_client.cache_clear()
    with Stubber(intake_client("ssm", provider_settings._PATIENCE)) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
    intake_client.cache_clear()
    provider_settings.forget()


def lists(ssm: Stubber, *names: str) -> None:
    listed = [{"Name": PATH + name, "Type": "SecureString"} for name in names]
    ssm.add_response("get_parameters_by_path", {"Parameters": listed}, {"Path": PATH})


def reads(ssm: Stubber, name: str, value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    ssm.add_response("get_parameter", {"Parameter": {"Value": text}}, {"Name": PATH + name, "WithDecryption": True})


def throttles(ssm: Stubber, operation: str = "get_parameter", code: str = "ThrottlingException") -> None:
    ssm.add_client_error(operation, code, "Rate exceeded", 400)


def holds_no_json(ssm: Stubber) -> None:
    reads(ssm, "generic", "not JSON")


@pytest.mark.parametrize("fail", [throttles, holds_no_json], ids=["throttled", "no JSON"])
def test_a2_settings_that_are_kept_are_used_while_ssm_cannot_be_read(
    fail: Callable[[Stubber], None], ssm: Stubber, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    assert provider_secrets("generic") == {"secrets": ["a"]}
    clock.seconds += KEPT_SECONDS
    fail(ssm)
    assert provider_secrets("generic") == {"secrets": ["a"]}
    assert caplog.messages == [provider_settings.STALE_USED], "what the alarm SettingsUnreadable counts"
    clock.seconds += 1
    assert provider_secrets("generic") == {"secrets": ["a"]}, "SSM is left alone for some seconds"


def test_settings_are_not_used_for_ever_while_ssm_cannot_be_read(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    provider_secrets("generic")
    clock.seconds += STALE_SECONDS
    throttles(ssm)
    with pytest.raises(SecretsUnavailable):
        provider_secrets("generic")


def test_a_seeming_forgery_is_undecided_while_ssm_cannot_be_read(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    provider_secrets("generic")
    clock.seconds += KEPT_SECONDS
    throttles(ssm)
    for _ in range(5):
        with pytest.raises(SecretsUnavailable):
            provider_secrets("generic", fresh=True)
    assert provider_secrets("generic") == {"secrets": ["a"]}


def test_a2_a_fresh_read_is_made_once_per_ten_seconds(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    reads(ssm, "generic", {"secrets": ["b", "a"]})
    for half in range(21):  # reads are spread: the second comes after 6.7 to 10 seconds, the third not before 13
        clock.seconds = 1000.0 + half / 2.0
        found = provider_secrets("generic", fresh=True)
    assert found == {"secrets": ["b", "a"]}


def test_a2_made_up_names_cannot_use_up_the_accounts_quota(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic", "sns")
    for number in range(300):
        with pytest.raises(NotConfigured):
            provider_secrets(f"generic-n{number}")
    assert configured_providers() == ["generic"]
    assert not provider_settings._settings


def test_without_anything_read_ssm_is_asked_again_within_a_second(ssm: Stubber, clock: Clock) -> None:
    throttles(ssm, "get_parameters_by_path")
    for _ in range(3):
        with pytest.raises(SecretsUnavailable):
            provider_secrets("generic")
    clock.seconds += 1
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    assert provider_secrets("generic") == {"secrets": ["a"]}


def test_names_that_are_kept_are_used_while_they_cannot_be_listed(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic")
    assert configured_providers() == ["generic"]
    clock.seconds += KEPT_SECONDS
    throttles(ssm, "get_parameters_by_path")
    assert configured_providers() == ["generic"]


def test_a2_workers_refresh_at_different_moments(ssm: Stubber, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    spreads: list[tuple[float, float]] = []

    def at_half(low: float, high: float) -> float:
        spreads.append((low, high))
        return (low + high) / 2

    monkeypatch.setattr(provider_settings.random, "uniform", at_half)
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    provider_secrets("generic")
    clock.seconds += KEPT_SECONDS * 5 / 6
    reads(ssm, "generic", {"secrets": ["b"]})
    assert provider_secrets("generic") == {"secrets": ["b"]}
    assert set(spreads) == {(2 / 3, 1)}


def test_settings_that_were_removed_are_those_of_no_provider(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic")
    reads(ssm, "generic", {"secrets": ["a"]})
    provider_secrets("generic")
    clock.seconds += KEPT_SECONDS
    throttles(ssm, code="ParameterNotFound")
    with pytest.raises(NotConfigured):
        provider_secrets("generic")


def test_a_value_that_is_no_object_is_said(ssm: Stubber, clock: Clock) -> None:
    lists(ssm, "generic")
    written: Any = ["a"]
    reads(ssm, "generic", written)
    with pytest.raises(SecretsUnavailable, match="holds no JSON object"):
        provider_secrets("generic")


def test_what_a_slow_read_brought_is_as_old_as_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    now, read = [100.0], []

    def slow() -> int:
        read.append(now[0])
        now[0] += provider_settings.FRESH_SECONDS
        return len(read)

    monkeypatch.setattr(provider_settings, "monotonic", lambda: now[0])
    cached = provider_settings._CachedValue("name", slow)
    assert [cached.get(fresh=True), cached.get(fresh=True)] == [1, 2]
