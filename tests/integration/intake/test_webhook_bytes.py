"""Bodies that are not UTF-8 reach intake through API Gateway as the bytes that came: the emulator models its types."""

import datetime as dt
import urllib.request
from typing import Any

import pytest

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.self_test import with_shared_secret
from infra.stack import Stack

ROWS = {
    "UTF-16BE": ("ӨҢҮ А1", 'text/plain; charset="UTF-16BE"', "utf-16-be"),
    "windows-1251": ("ОП A1", "text/plain; charset=windows-1251", "windows-1251"),
    "latin": ("café A1", "text/plain; charset=ISO-8859-1", "latin-1"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_text_that_is_no_utf8_is_stored_as_it_was_sent(stack: Stack, case: str) -> None:
    text, content_type, encoding = ROWS[case]
    url = f"{stack.api_url}/webhooks/kannel"
    at = dt.datetime.now(dt.UTC)
    headers = {
        "Content-Type": content_type,
        "X-Kannel-From": "+996502000111",
        "X-Kannel-To": f"+99631277{len(case):04}",
        "X-Kannel-Time": at.strftime("%Y-%m-%d %H:%M:%S"),
    }
    webhook_request = WebhookRequest("POST", url, headers, text.encode(encoding), at)
    proven = with_shared_secret(webhook_request, stack.webhook_secrets["kannel"])
    request = urllib.request.Request(proven.url, proven.body, dict(proven.headers), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    [row] = [row for row in rows(stack) if row.get("recipient", {}).get("S") == headers["X-Kannel-To"]]
    assert row["text"]["S"] == text
    assert row["direction"]["S"] == "in"


def rows(stack: Stack) -> list[dict[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=f"{stack.outputs['TablePrefix']}messages")
    return [row for page in pages for row in page["Items"]]
