"""A webhook request through its provider: size, authenticity, content, and the answer, whatever came."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus

from chalicelib.providers.contract import (
    Answer,
    Delivery,
    Fetch,
    NotConfigured,
    Secrets,
    TooLarge,
    WebhookRefused,
    WebhookRequest,
)
from chalicelib.providers.table import provider

LARGEST_BODY = 64 * 1024
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a request came to. `answer` is to be given once `delivery` is stored; if it cannot be stored, a 503 is."""

    authentic: bool
    reason: str
    answer: Answer
    delivery: Delivery = field(default_factory=Delivery)


def hear(name: str, request: WebhookRequest, secrets: Secrets | None, fetch: Fetch) -> Heard:
    """Verify, then read, a request; never raises for anything that is in it.

    `secrets` is None for a provider that this stack has none for. The caller, who could not read the secrets
    at all, answers `refusal(Undecidable(...))` instead.
    """
    authentic = False
    try:
        if len(request.body) > LARGEST_BODY:
            raise TooLarge("too_large", f"the body has {len(request.body)} bytes, the limit is {LARGEST_BODY}")
        if not secrets:
            raise NotConfigured("unknown_provider", "there is no such provider")
        chosen = provider(name, secrets, fetch)
        chosen.verify(request)
        authentic = True
        return Heard(True, "authentic", chosen.accepted, chosen.parse(request))
    except WebhookRefused as refused:
        return Heard(authentic, str(refused), refusal(refused))


def refusal(refused: WebhookRefused) -> Answer:
    """The answer to a request that is not taken: a problem document by RFC 9457."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        "code": refused.code,
        **({"field": refused.field} if refused.field else {}),
    }
    return Answer(refused.status, PROBLEM, json.dumps(problem, ensure_ascii=False))
