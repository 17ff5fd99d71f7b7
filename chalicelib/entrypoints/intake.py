"""The webhooks: where SMS providers hand in what observers sent."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib.providers.contract import WebhookRequest
from chalicelib.services.intake.receive import receive


def webhook(request: Any, provider: str, token: str = "") -> Response:
    """Take in what a provider sends; answer as that provider expects.

    `token` is a part of some providers' URLs, which their adapter finds there.
    """
    body = request.raw_body if isinstance(request.raw_body, bytes) else request.raw_body.encode()
    source_ip = request.context.get("identity", {}).get("sourceIp")
    now = dt.datetime.now(dt.UTC)
    call = WebhookRequest(request.method, _public_url(request), dict(request.headers), body, now, source_ip)
    answer = receive(provider, call)
    headers: dict[str, str | list[str]] = {"Content-Type": answer.content_type} if answer.content_type else {}
    return Response(answer.body, status_code=answer.status, headers=headers)


def _public_url(request: Any) -> str:
    """Rebuild the URL as the provider called it.

    As far as API Gateway tells: with the stage, the query put together again.
    """
    scheme = request.headers.get("x-forwarded-proto", "https")
    query: Any = request.query_params or {}
    pairs = [(name, value) for name in query for value in query.getlist(name)]
    path = request.context.get("path", "")
    return f"{scheme}://{request.headers.get('host', '')}{path}" + (f"?{urlencode(pairs)}" if pairs else "")
