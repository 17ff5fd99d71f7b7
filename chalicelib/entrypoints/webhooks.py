"""The webhooks: where SMS providers hand in what observers sent. A function of its own serves them (infra/template)."""

from typing import Any
from urllib.parse import urlencode

from chalice.app import Blueprint, Response

from chalicelib.entrypoints.api.problem import now

webhooks = Blueprint(__name__)


@webhooks.route("/webhooks/{provider}", methods=["GET", "POST"], content_types=["*/*"])
def webhook(provider: str) -> Response:
    """Take in what a provider sends; answer as that provider expects."""
    return _received(provider)


@webhooks.route("/webhooks/{provider}/{token}", methods=["GET", "POST"], content_types=["*/*"])
def webhook_with_token(provider: str, token: str) -> Response:
    """The same for a provider whose URL carries a token, which the provider's adapter finds in it."""
    return _received(provider)


def _received(provider: str) -> Response:
    from chalicelib.providers.contract import WebhookRequest
    from chalicelib.services.intake.receive import receive

    came = webhooks.current_request
    body = came.raw_body if isinstance(came.raw_body, bytes) else came.raw_body.encode()
    source_ip = came.context.get("identity", {}).get("sourceIp")
    request = WebhookRequest(came.method, _public_url(came), dict(came.headers), body, now(), source_ip)
    answer = receive(provider, request)
    headers: dict[str, str | list[str]] = {"Content-Type": answer.content_type} if answer.content_type else {}
    return Response(answer.body, status_code=answer.status, headers=headers)


def _public_url(came: Any) -> str:
    """The URL as the provider called it, as far as API Gateway tells: with the stage, the query put together again."""
    scheme = came.headers.get("x-forwarded-proto", "https")
    query: Any = came.query_params or {}
    pairs = [(name, value) for name in query for value in query.getlist(name)]
    path = came.context.get("path", "")
    return f"{scheme}://{came.headers.get('host', '')}{path}" + (f"?{urlencode(pairs)}" if pairs else "")
