"""./baykoo provider: explain a webhook's refusal by the code that serves it.

It needs no stack.
"""

import base64
import binascii
import datetime as dt
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import click

from chalicelib.cli.json_lines import LineInvalid, answer_lines, read_json
from chalicelib.cli.printable import show
from chalicelib.cli.provider_stack import check, reconcile, send
from chalicelib.observation.sms.arrival import received_at
from chalicelib.providers.contract import Answer, Secrets, WebhookRequest
from chalicelib.providers.encodings import whole_characters
from chalicelib.providers.inbound import Delivery, InboundSms
from chalicelib.providers.refusals import Malformed
from chalicelib.providers.webhook import handle, refusal
from chalicelib.services.clients.http import fetch
from chalicelib.services.intake.provider_clock import arrival_counts

_LAST_SECOND = 253_402_300_799
_EPOCH = dt.datetime.fromtimestamp(0, dt.UTC)
SHAPE = '{"provider", "secrets": {…}, "request": {"method", "url", "headers": {…}, "body"}, "at": seconds or null}'


@click.group()
def provider() -> None:
    """Explain, check and reconcile SMS providers."""


for command in (check, reconcile, send):
    provider.add_command(command)


@provider.command()
def explain() -> None:
    """Say what the webhook answers to a request, and why.

    JSON lines in and out, in order. In: {"provider", "secrets": {…}, "request": {"method", "url", "headers": {…},
    "body"}, "at"}; `body` is a text, or {"base64": "…"} for bytes; `at` is the arrival in seconds since 1970, null for
    now. Nothing is stored, and no subscription is confirmed; a certificate that is not in `secrets` is fetched, as the
    webhook does.
    """
    if sys.stdin.isatty():
        show(f"One {SHAPE} a line; Ctrl-D ends.", err=True)
    if answer_lines(
        sys.stdin.buffer, sys.stdout.buffer, lambda line: explain_line(line, dt.datetime.now(dt.UTC)), _refused
    ):
        raise click.exceptions.Exit(1)


def _refused(number: int, problem: LineInvalid) -> dict[str, Any]:
    reason = f"bad_line: line {number}: {problem}"
    show(reason, err=True)
    answer = refusal(Malformed("bad_line", str(problem)))
    return _explained(authentic=False, reason=reason, delivery=Delivery(), at=_EPOCH, answer=answer)


def explain_line(line: bytes, now: dt.datetime) -> dict[str, Any]:
    """Judge the webhook call that a line describes; raises LineInvalid."""
    described = read_json(line, SHAPE)
    if not isinstance(described, dict):
        raise LineInvalid(f"not an object: write {SHAPE}")
    name = described.get("provider")
    if not isinstance(name, str):
        raise LineInvalid("provider must be a text")
    at = _arrival(described.get("at"), now)
    settings = _secrets(described.get("secrets"))
    result = handle(name, _request(described.get("request"), at), settings, fetch)
    delivery = _at_arrival(result.delivery) if arrival_counts(settings or {}) else result.delivery
    return _explained(authentic=result.authentic, reason=result.reason, delivery=delivery, at=at, answer=result.answer)


def _at_arrival(delivery: Delivery) -> Delivery:
    """Return a delivery whose SMS count at their arrival."""
    return replace(delivery, messages=tuple(replace(sms, sent_at=None) for sms in delivery.messages))


def _explained(*, authentic: bool, reason: str, delivery: Delivery, at: dt.datetime, answer: Answer) -> dict[str, Any]:
    messages = delivery.messages
    return {
        "authentic": authentic,
        "reason": reason,
        "messages": [_message(sms, at) for sms in messages],
        "parts": [{"id": sms.id, **asdict(sms.part)} for sms in messages if sms.part is not None],
        "opt_outs": [{"id": sms.id, "from": sms.sender, "wish": sms.wish} for sms in messages if sms.wish is not None],
        "receipts": [{"id": receipt.id, "state": receipt.state} for receipt in delivery.receipts],
        "answer": {"status": answer.status, "content_type": answer.content_type, "body": answer.body},
    }


def _message(sms: InboundSms, at: dt.datetime) -> dict[str, str]:
    """Return an SMS as it would be stored."""
    return {
        "id": sms.id,
        "from": sms.sender,
        "to": sms.recipient,
        "text": whole_characters(sms.text),
        "received_at": received_at(sms.sent_at, at).isoformat(),
    }


def _arrival(seconds: object, now: dt.datetime) -> dt.datetime:
    if seconds is None:
        return now
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise LineInvalid("at must be seconds since 1970, or null for now")
    if not (math.isfinite(seconds) and 0 <= seconds <= _LAST_SECOND):
        raise LineInvalid("at must be seconds since 1970, up to the year 9999")
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _secrets(described: object) -> Secrets | None:
    if described is not None and not isinstance(described, dict):
        raise LineInvalid("secrets must be an object, or null for a provider that is not configured")
    return described


def _request(described: object, at: dt.datetime) -> WebhookRequest:
    if not isinstance(described, dict):
        raise LineInvalid('request must be an object: {"method", "url", "headers", "body"}')
    method, url = described.get("method", "POST"), described.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise LineInvalid("request.method and request.url must be texts")
    source = described.get("source_ip")
    return WebhookRequest(
        method=_whole_characters(method).upper(),
        url=_whole_characters(url),
        headers=_headers(described.get("headers")),
        body=_body(described.get("body")),
        at=at,
        source_ip=source if isinstance(source, str) else None,
    )


def _headers(described: object) -> Mapping[str, str]:
    if described is None:
        return {}
    if not isinstance(described, dict) or not all(isinstance(value, str) for value in described.values()):
        raise LineInvalid("request.headers must be an object of texts")
    return {_whole_characters(name): _whole_characters(value) for name, value in described.items()}


def _body(described: object) -> bytes:
    if described is None:
        return b""
    if isinstance(described, str):
        return _whole_characters(described).encode()
    if isinstance(described, dict) and isinstance(described.get("base64"), str):
        try:
            return base64.b64decode(described["base64"], validate=True)
        except (binascii.Error, ValueError):
            raise LineInvalid("request.body.base64 is not base64") from None
    raise LineInvalid('request.body must be a text, or {"base64": "…"} for bytes')


def _whole_characters(text: str) -> str:
    """Replace half surrogate pairs, which HTTP cannot carry."""
    return text.encode("utf-8", "replace").decode()
