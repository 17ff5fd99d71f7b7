"""What providers' lists of inbound SMS have in common: an answer that is one, and entries read one by one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.providers.contract import InboundSms, Listed, ListedSms, ListFailed, Malformed
from chalicelib.providers.sending import answer_json, retry_after


def list_document(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The JSON object that a list's page is; raises ListFailed."""
    document = answer_json(body)
    if 200 <= status < 300 and isinstance(document, dict):
        return document
    raise ListFailed(f"the list was not given: HTTP {status}", retry_after(headers))


def read_entries(
    entries: object,
    read: Callable[[Mapping[str, Any]], InboundSms | None],
    *,
    next_page: str | None = None,
    resume: str | None = None,
) -> Listed:
    """A page's entries. One that is no inbound SMS is passed over; one that cannot be read must not hide the others."""
    if not isinstance(entries, list):
        raise ListFailed("the list's answer has no list in it")
    found, unreadable = [], 0
    for entry in entries:
        try:
            sms = read(entry) if isinstance(entry, dict) else None
        except Malformed:
            unreadable += 1
            continue
        if sms is not None:
            found.append(ListedSms(sms, json.dumps(entry, ensure_ascii=False)))
    return Listed(tuple(found), next_page, resume, unreadable)
