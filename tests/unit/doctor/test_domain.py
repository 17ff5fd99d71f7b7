"""A domain of one's own: whether it leads to the API, under a certificate that lasts."""

import datetime as dt
import socket
from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from chalicelib.services.clients.aws import client
from chalicelib.services.doctor.deployment import PATIENCE, Deployment, domain, stack_state

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
ARN = "arn:aws:acm:eu-central-1:000000000001:certificate/0"


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client.cache_clear()
    yield
    client.cache_clear()


def stack(name: str = "sms.example.org", state: str = "UPDATE_COMPLETE") -> Deployment:
    parameters = {"DomainName": name, "CertificateArn": ARN if name else ""}
    return Deployment("baykoo", state, {"DomainTarget": "d-1.execute-api.example"}, parameters)


@pytest.mark.parametrize(
    ("is_known", "status", "days", "severities"),
    [
        (True, "ISSUED", 200, ["good", "good"]),
        (False, "ISSUED", 200, ["problem", "good"]),
        (True, "ISSUED", 12, ["good", "problem"]),
        (True, "EXPIRED", 200, ["good", "problem"]),
        (True, "PENDING_VALIDATION", None, ["good", "problem"]),
    ],
)
def test_domain_and_certificate(
    is_known: bool, status: str, days: int | None, severities: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_up(*_: object) -> list[object]:
        if not is_known:
            raise socket.gaierror
        return []

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    ends = {} if days is None else {"NotAfter": NOW + dt.timedelta(days=days)}
    with Stubber(client("acm", PATIENCE)) as acm:
        acm.add_response("describe_certificate", {"Certificate": {"Status": status, **ends}}, {"CertificateArn": ARN})
        found = list(domain(stack(), NOW))
    assert [incident.severity for incident in found] == severities
    assert all(incident.advice for incident in found if incident.severity != "good")
    if not is_known:
        assert "d-1.execute-api.example" in found[0].advice


def test_without_a_domain_there_is_nothing_to_see() -> None:
    assert list(domain(stack(""), NOW)) == []


@pytest.mark.parametrize(
    ("state", "severity"),
    [("CREATE_COMPLETE", "good"), ("UPDATE_ROLLBACK_COMPLETE", "warning"), ("UPDATE_IN_PROGRESS", "warning")],
)
def test_the_last_deployment(state: str, severity: str) -> None:
    [incident] = stack_state(stack(state=state))
    assert incident.severity == severity
