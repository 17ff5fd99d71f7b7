"""Providers' own lists of inbound SMS, each in its own format, on a server of this machine."""

import datetime as dt
import json
from collections.abc import Callable
from contextlib import ExitStack
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from loopback import served

from chalicelib.providers.inbound import InboundSms

Query = dict[str, str]
Answered = tuple[int, dict[str, str], dict[str, Any]]


class Vendor:
    """A provider's list, in its own format, on a server of this machine. `refusals`: what it answers first."""

    def __init__(self, answer: Callable[["Vendor", str, Query], dict[str, Any]]) -> None:
        self.sms: list[InboundSms] = []
        self.refusals: list[tuple[int, dict[str, str]]] = []
        self.asked: list[str] = []
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                vendor.asked.append(self.path)
                status, headers = vendor.refusals.pop(0) if vendor.refusals else (200, {})
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                body = json.dumps(answer(vendor, parts.path, query) if status == 200 else {}).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
                """Say nothing."""

        self._serving = ExitStack()
        self.url = self._serving.enter_context(served(Handler))
        self.close = self._serving.close

    def between(self, since: dt.datetime, until: dt.datetime) -> list[InboundSms]:
        return [sms for sms in self.sms if sms.sent_at and since <= sms.sent_at < until]


def twilio(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    page, size = int(query.get("Page", "0")), 4
    window = {name: query[name] for name in ("DateSent>", "DateSent<")}
    found = vendor.between(*(dt.datetime.fromisoformat(sms) for sms in window.values()))
    entries = [
        {
            "sid": message.id,
            "direction": "inbound",
            "from": message.sender,
            "to": message.recipient,
            "body": message.text,
            "status": "received",
            "date_sent": format_datetime(message.sent_at or dt.datetime.now(dt.UTC)),
        }
        for message in reversed(found)
    ]
    sent = {"sid": "SMours", "direction": "outbound-api", "from": "+1", "to": "+2", "body": "x", "date_sent": None}
    shown = entries[page * size : (page + 1) * size]
    more = f"{path}?{urlencode({**window, 'Page': page + 1})}" if len(entries) > (page + 1) * size else None
    return {"messages": [*shown, sent], "next_page_uri": more, "page": page}


def plivo(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
    assert (path, query["message_direction"]) == ("/v1/Account/MA1/Message/", "inbound")
    limit, offset = int(query["limit"]), int(query["offset"])
    window = (query["message_time__gte"], query["message_time__lt"])
    found = vendor.between(*(dt.datetime.fromisoformat(sms).replace(tzinfo=dt.UTC) for sms in window))
    entries = [
        {
            "message_uuid": message.id,
            "message_direction": "inbound",
            "from_number": message.sender.removeprefix("+"),
            "to_number": message.recipient.removeprefix("+"),
            "message_state": "delivered",
            "message_time": str(message.sent_at),
        }
        for message in found[offset : offset + limit]
    ]
    more = f"{path}?offset={offset + limit}" if len(found) > offset + limit else None
    return {"objects": entries, "meta": {"limit": limit, "offset": offset, "next": more, "previous": None}}


def telerivet(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
    assert (path, query["direction"]) == ("/v1/projects/PJ1/messages", "incoming")
    window = (query["time_created[min]"], query["time_created[max]"])
    found = vendor.between(*(dt.datetime.fromtimestamp(int(sms), dt.UTC) for sms in window))
    start = int(query.get("marker", "0"))
    entries = [
        {
            "id": message.id,
            "direction": "incoming",
            "message_type": "sms",
            "from_number": message.sender,
            "to_number": message.recipient,
            "content": message.text,
            "time_created": int(message.sent_at.timestamp()) if message.sent_at else 0,
        }
        for message in found[start : start + 4]
    ]
    more = len(found) > start + 4
    return {"data": entries, "truncated": more, **({"next_marker": str(start + 4)} if more else {})}


def infobip(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
    """Tells each SMS once, as Infobip does."""
    assert path == "/sms/1/inbox/reports"
    listed, vendor.sms = vendor.sms[:4], vendor.sms[4:]
    entries = [
        {
            "messageId": message.id,
            "from": message.sender.removeprefix("+"),
            "to": message.recipient.removeprefix("+"),
            "text": message.text,
            "receivedAt": message.sent_at.strftime("%Y-%m-%dT%H:%M:%S.000%z") if message.sent_at else None,
        }
        for message in listed
    ]
    return {"results": entries, "messageCount": len(entries), "pendingMessageCount": len(vendor.sms)}


def africastalking(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
    assert (path, query["username"]) == ("/version1/messaging", "coalition")
    after = [sms for sms in vendor.sms if int(sms.id) > int(query["lastReceivedId"])]
    entries = [
        {
            "id": int(message.id),
            "from": message.sender,
            "to": message.recipient,
            "text": message.text,
            "date": str(message.sent_at),
        }
        for message in after[:4]
    ]
    return {"SMSMessageData": {"Messages": entries}}


VENDORS: dict[str, tuple[Callable[[Vendor, str, Query], dict[str, Any]], dict[str, str]]] = {
    "twilio": (twilio, {"account_sid": "AC1", "auth_token": "token"}),
    "plivo": (plivo, {"auth_id": "MA1", "auth_token": "token"}),
    "telerivet": (telerivet, {"project_id": "PJ1", "api_key": "key"}),
    "infobip": (infobip, {"api_key": "key"}),
    "africastalking": (africastalking, {"username": "coalition", "api_key": "key"}),
}
