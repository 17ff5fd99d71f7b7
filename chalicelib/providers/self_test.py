"""What self-tests of webhooks have in common.

How the request is written, and its proof by a shared secret.
"""

import base64
import datetime as dt
import json
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from chalicelib.providers.content import FORM
from chalicelib.providers.contract import Secrets, WebhookRequest
from chalicelib.providers.signatures import secret_values

SELF_TEST = "baykoo-self-test"
"""The id that a self-test names; no SMS of ours has it."""
NOBODY = "self-test"
"""Sender and recipient of a self-test that cannot but be an SMS."""


def form_call(url: str, fields: Mapping[str, str], at: dt.datetime) -> WebhookRequest:
    """Make a POST of a form, not yet proven."""
    return WebhookRequest("POST", url, {"Content-Type": FORM}, urlencode(fields).encode(), at)


def json_call(url: str, document: object, at: dt.datetime) -> WebhookRequest:
    """Make a POST of JSON, not yet proven."""
    return WebhookRequest("POST", url, {"Content-Type": "application/json"}, json.dumps(document).encode(), at)


def with_headers(request: WebhookRequest, headers: Mapping[str, str]) -> WebhookRequest:
    """Return the request with more headers."""
    return replace(request, headers={**request.headers, **headers})


def with_shared_secret(request: WebhookRequest, secrets: Secrets) -> WebhookRequest:
    """Return the request with the first proof of the settings.

    See `shared_secret`.
    """
    if secrets.get("path_token"):
        path, mark, query = request.url.partition("?")
        token = quote(secret_values(secrets, "path_token")[0], safe="")
        return replace(request, url=f"{path.rstrip('/')}/{token}{mark}{query}")
    if secrets.get("query_token"):
        mark = "&" if "?" in request.url else "?"
        return replace(
            request, url=f"{request.url}{mark}{urlencode({'token': secret_values(secrets, 'query_token')[0]})}"
        )
    return with_basic(request, secrets, "basic_user", "basic_password")


def with_basic(request: WebhookRequest, secrets: Secrets, user: str, password: str) -> WebhookRequest:
    """Return the request with basic authentication by two settings."""
    credentials = f"{secret_values(secrets, user)[0]}:{secret_values(secrets, password)[0]}"
    return with_headers(request, {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()})


def with_other_secrets(secrets: Secrets, proven_by: Container[str]) -> dict[str, Any]:
    """Return settings that prove nothing to this webhook."""
    return {name: "not-the-secret" if name in proven_by else value for name, value in secrets.items()}
