"""What providers' lists of inbound SMS have in common.

An answer that is one, and entries read one by one.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.providers.inbound import InboundSms
from chalicelib.providers.listed_sms import ListedSms, ListFailed, ListPage, UnreadableEntry
from chalicelib.providers.refusals import Malformed
from chalicelib.providers.send_api import answer_json, retry_after

Read = Callable[[Mapping[str, Any]], InboundSms | None]


def list_document(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Read the JSON object of a list's page; raises ListFailed."""
    document = answer_json(body)
    if 200 <= status < 300 and isinstance(document, dict):
        return document
    is_refused = 400 <= status < 500 and status != 429
    raise ListFailed(f"the list was not given: HTTP {status}", retry_after(headers), is_refused=is_refused)


def read_entries(
    entries: object,
    read: Read,
    *,
    next_page: str | None = None,
    resume: str | None = None,
) -> ListPage:
    """Read a page's entries.

    One that is no inbound SMS is passed over; one that cannot be read must not hide the others.
    """
    if not isinstance(entries, list):
        raise ListFailed("the list's answer has no list in it")
    readable: list[ListedSms] = []
    unreadable: list[UnreadableEntry] = []
    for entry in entries:
        raw = json.dumps(entry, ensure_ascii=False)
        try:
            sms = _read_entry(entry, read)
        except Malformed as fault:
            unreadable.append(UnreadableEntry(raw, str(fault)))
            continue
        if sms is not None:
            readable.append(ListedSms(sms, raw))
    return ListPage(tuple(readable), next_page, resume, tuple(unreadable))


def _read_entry(entry: object, read: Read) -> InboundSms | None:
    """Read an entry.

    Without its time where that cannot be read, if the list can do without: its arrival counts then.
    """
    if not isinstance(entry, dict):
        raise Malformed("not_an_object", "the list's entry must be an object")
    try:
        return read(entry)
    except Malformed as fault:
        if fault.code != "bad_time" or fault.field is None:
            raise
        return read({**entry, fault.field: None})
