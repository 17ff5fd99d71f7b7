"""Try a deployed stack from end to end.

A signed SMS goes by the webhook to its outcome, an alert to the deployer.
"""

import datetime as dt
import json
import secrets
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from chalicelib.observation.sms.states import MessageState
from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.generic import Generic
from chalicelib.services.outbox import Email, Origin, email_row

from infra.deploying.target import Target

PROVIDER = "generic-smoke-test"
WITHIN_SECONDS = 150.0
"""Names of providers are listed once per minute, and sweep, which delivers where streams are off, runs each minute."""
POLL_SECONDS = 2.0
Found = TypeVar("Found")


class SmokeTestFailed(Exception):
    """The deployed stack does not do its work.

    The message says what was tried and what came.
    """


def smoke_test(target: Target, outputs: Mapping[str, str], alert_to: str | None) -> Iterator[str]:
    """Try the stack and tell each step that worked; raises `SmokeTestFailed`, `DeployFailed`."""
    with _settings(target, outputs) as settings:
        key = f"{PROVIDER}#{_post(outputs['ApiUrl'], settings)}"
        yield "a signed SMS was taken by the webhook"
        row = _eventually(lambda: _processed(target, key), f"the SMS {key} was not processed")
        yield f"the SMS was processed: {row['state']['S']}"
        _delete(target, key)
    if alert_to is None:
        yield "no alert was sent: name an address by ALERT_TO"
        return
    key = _put_alert(target, alert_to)
    _eventually(lambda: _sent(target, key), f"the alert to {alert_to} was not sent")
    yield f"an alert was sent to {alert_to}: see that it came"
    _delete(target, key)


@contextmanager
def _settings(target: Target, outputs: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give the test's own provider settings until the block ends."""
    settings = {"secrets": [secrets.token_hex(32)]}
    name = f"{outputs['Parameters']}/providers/{PROVIDER}"
    parameter = {"Name": name, "Type": "SecureString", "Overwrite": True, "Value": json.dumps(settings)}
    with _as_file(parameter) as given:
        target.aws("ssm", "put-parameter", "--cli-input-json", given)
    try:
        yield settings
    finally:
        target.aws("ssm", "delete-parameter", "--name", name)


def _post(api_url: str, settings: dict[str, Any]) -> str:
    """Post a self-test's SMS; return its id.

    Again and again until the webhook knows the provider.
    """
    url = f"{api_url}/webhooks/{PROVIDER}"
    answers: list[str] = []

    def taken() -> str | None:
        call = Generic(settings, _no_fetch).self_test(url, dt.datetime.now(dt.UTC))
        status, body = _call(call)
        answers[:] = [f"{status} {body}"]
        return str(json.loads(call.body)["id"]) if status == 200 else None

    return _eventually(taken, lambda: f"{url} answered {answers[0]}")


def _call(call: WebhookRequest) -> tuple[int, str]:
    request = urllib.request.Request(call.url, call.body, dict(call.headers), method=call.method)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, ""
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(errors="replace")[:300]
    except OSError as fault:
        return 0, str(fault)


def _no_fetch(url: str) -> bytes:
    raise OSError(f"{url} is not fetched")


def _processed(target: Target, key: str) -> dict[str, Any] | None:
    row = _row(target, key)
    return row if row and row["state"]["S"] != MessageState.RECEIVED else None


def _put_alert(target: Target, to: str) -> str:
    now = dt.datetime.now(dt.UTC)
    email = Email(f"Baykoo {target.stack}: test alert", "This is a test of a new deployment. Nothing needs to be done.")
    origin = Origin("smoke-test", "smoke-test", now, "alert")
    row = email_row(f"smoke-test#{secrets.token_hex(8)}", to, email, origin)
    with _as_file({"TableName": _table(target), "Item": row.serialize()}) as given:
        target.aws("dynamodb", "put-item", "--cli-input-json", given)
    return str(row.key)


def _sent(target: Target, key: str) -> dict[str, Any] | None:
    row = _row(target, key)
    state = row["state"]["S"] if row else "gone"
    if row and (state == MessageState.FAILED or "last_error" in row):
        raise SmokeTestFailed(f"the alert is {state}: {row.get('last_error', {}).get('S', '')}")
    return row if state == MessageState.SENT else None


def _row(target: Target, key: str) -> dict[str, Any] | None:
    request = {"TableName": _table(target), "Key": {"key": {"S": key}}, "ConsistentRead": True}
    answer = target.ask("dynamodb", "get-item", "--cli-input-json", json.dumps(request))
    return (answer or {}).get("Item")


def _delete(target: Target, key: str) -> None:
    request = {"TableName": _table(target), "Key": {"key": {"S": key}}}
    target.aws("dynamodb", "delete-item", "--cli-input-json", json.dumps(request))


def _table(target: Target) -> str:
    return f"{target.stack}-messages"


@contextmanager
def _as_file(content: Mapping[str, Any]) -> Iterator[str]:
    """Write a file that only this user reads; yield its name.

    As the `aws` command takes it, for secrets stand on no command line.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input.json"
        path.write_text(json.dumps(content))
        yield f"file://{path}"


def _eventually(attempt: Callable[[], Found | None], why: str | Callable[[], str]) -> Found:
    end = time.monotonic() + WITHIN_SECONDS
    while True:
        outcome = attempt()
        if outcome is not None:
            return outcome
        if time.monotonic() >= end:
            raise SmokeTestFailed(why if isinstance(why, str) else why())
        time.sleep(POLL_SECONDS)
