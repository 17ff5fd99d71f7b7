"""Judge a webhook request through its provider.

Size, authenticity, content, and the answer, whatever came.
"""

import base64
import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from traceback import walk_tb

from chalicelib.providers.contract import Answer, Fetch, Secrets, WebhookRequest
from chalicelib.providers.inbound import Delivery
from chalicelib.providers.refusals import NotConfigured, TooLarge, Undecidable, WebhookRefused
from chalicelib.providers.shared_secret import without_secrets
from chalicelib.providers.table import provider

LARGEST_BODY = 64 * 1024
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class WebhookResult:
    """The judgement of a request, with its answer.

    `answer` is to be given once `delivery` is stored; if it cannot be stored, a 503 is. A genuine request that is
    refused, for it cannot be read, is stored all the same (`Delivery.unread`). `raw` is the payload to be kept, without
    the secrets that some providers send along.
    """

    authentic: bool
    reason: str
    answer: Answer
    raw: str = ""
    delivery: Delivery = field(default_factory=Delivery)


def handle(name: str, request: WebhookRequest, secrets: Secrets | None, fetch: Fetch) -> WebhookResult:
    """Verify, then read, a request; never raises.

    If this code stumbles, the request must come again. `secrets` is None for a provider that this stack has none for.
    The caller, who could not read the secrets at all, answers `refusal(Undecidable(...))` instead.
    """
    authentic, raw, nonce = False, "", None
    try:
        _require_size(request)
        settings = _require_settings(secrets)
        chosen = provider(name, settings, fetch)
        chosen.verify(request)
        authentic, raw = True, without_secrets(_payload(request), settings)
        nonce = chosen.signed_alone(request)
        delivery = replace(chosen.parse(request), nonce=nonce)
    except WebhookRefused as fault:
        refused = fault
    except Exception as fault:  # noqa: BLE001 - a crash would be answered without a word, and told by nobody
        refused = _stumbled(fault)
    else:
        unread = ": not all of it can be read: " + "; ".join(delivery.unread) if delivery.unread else ""
        return WebhookResult(True, "authentic" + unread, chosen.accepted, raw, delivery)
    delivery = Delivery(nonce=nonce, unread=(str(refused),)) if authentic else Delivery()
    return WebhookResult(authentic, str(refused), refusal(refused), raw, delivery)


def refusal(refused: WebhookRefused) -> Answer:
    """Answer a request that is not taken.

    The answer is a problem document by RFC 9457.
    """
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        "code": refused.code,
        **({"field": refused.field} if refused.field else {}),
    }
    return Answer(refused.status, PROBLEM, json.dumps(problem))


def _require_size(request: WebhookRequest) -> None:
    if len(request.body) > LARGEST_BODY:
        raise TooLarge("too_large", f"the body has {len(request.body)} bytes, the limit is {LARGEST_BODY}")


def _require_settings(secrets: Secrets | None) -> Secrets:
    if not secrets:
        raise NotConfigured("unknown_provider", "there is no such provider")
    return secrets


def _stumbled(fault: Exception) -> Undecidable:
    """Say where and over what this code stumbled.

    It leaves out the values, which may be anybody's.
    """
    way = " ".join(f"{Path(frame.f_code.co_filename).name}:{line}" for frame, line in walk_tb(fault.__traceback__))
    hint = f"{type(fault).__name__} at {way}"
    return Undecidable("stumbled", "the request could not be judged for a fault of ours, send it again", hint=hint)


def _payload(request: WebhookRequest) -> str:
    """Return the body, or the query of a request without one.

    Base64 where it is not UTF-8.
    """
    if not request.body:
        return request.url.partition("?")[2]
    try:
        return request.body.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(request.body).decode()
