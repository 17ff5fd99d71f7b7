"""The account that a stack sends by: sandboxes, a pause, and what SMS have cost."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from chalicelib.services.clients.aws import client
from chalicelib.services.doctor.account import email_account, sms_account
from chalicelib.services.doctor.deployment import PATIENCE
from chalicelib.services.doctor.finding import Finding, gravest, isolated

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    client.cache_clear()
    yield
    client.cache_clear()


@pytest.mark.parametrize(
    ("found", "severity", "words"),
    [
        ({"SendingEnabled": True, "ProductionAccessEnabled": True}, "good", "everybody"),
        ({"SendingEnabled": True, "ProductionAccessEnabled": False}, "problem", "sandbox"),
        ({"SendingEnabled": False, "ProductionAccessEnabled": True}, "problem", "paused"),
    ],
)
def test_email(found: dict[str, Any], severity: str, words: str) -> None:
    with Stubber(client("sesv2", PATIENCE)) as ses:
        ses.add_response("get_account", found)
        [incident] = email_account()
    assert incident.severity == severity
    assert words in incident.text
    assert bool(incident.advice) == (severity != "good")


@pytest.mark.parametrize(
    ("is_in_sandbox", "attributes", "spent", "severities"),
    [
        (False, {"MonthlySpendLimit": "200"}, 20.0, ["good", "good"]),
        (True, {"MonthlySpendLimit": "200"}, 20.0, ["problem", "good"]),
        (False, {"MonthlySpendLimit": "200"}, 160.0, ["good", "problem"]),
        (False, {}, 0.9, ["good", "problem"]),
        (False, {}, None, ["good", "good"]),
    ],
)
def test_sms(is_in_sandbox: bool, attributes: dict[str, str], spent: float | None, severities: list[str]) -> None:
    points = [] if spent is None else [{"Maximum": spent / 2}, {"Maximum": spent}]
    with Stubber(client("sns", PATIENCE)) as sns, Stubber(client("cloudwatch", PATIENCE)) as figures:
        sns.add_response("get_sms_sandbox_account_status", {"IsInSandbox": is_in_sandbox})
        sns.add_response("get_sms_attributes", {"attributes": attributes})
        figures.add_response("get_metric_statistics", {"Datapoints": points})
        found = list(sms_account(NOW))
    assert [incident.severity for incident in found] == severities


def test_what_may_not_be_asked_is_a_warning_and_no_end() -> None:
    with Stubber(client("sesv2", PATIENCE)) as ses:
        ses.add_client_error("get_account", "AccessDeniedException", "not authorized")
        [incident] = isolated("email", email_account)
    assert (incident.subject, incident.severity) == ("email", "warning")
    assert "not authorized" in incident.text


def test_the_exit_code_is_that_of_the_gravest() -> None:
    good, warning, problem = Finding("a", "good", ""), Finding("b", "warning", ""), Finding("c", "problem", "")
    assert gravest([]) == gravest([good]) == 0
    assert gravest([good, warning]) == 1
    assert gravest([problem, warning, good]) == 2
