"""The providers' send APIs on the loopback interface: they take SMS, answer as each does, and fail when told to.

``with SendApi() as api: …``; a provider's settings with ``api.settings_of(name)`` in them send there.
"""

import datetime as dt
import json
import re
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from loopback import served
from send_apis.send_table import APIS, Api, Fields, Taken

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sender import Sender
from chalicelib.rehearsal.senders.sms import SignedRequest

Answered = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Failing:
    """How a provider fails once it has taken `after` SMS: by a status, or where that is None by hanging up.

    `takes`: it sends the SMS all the same, and only the answer is lost.
    """

    after: int = 0
    status: int | None = 500
    retry_after: int | None = None
    takes: bool = False

    def answer(self) -> Answered | None:
        wait = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return None if self.status is None else (self.status, wait, b'{"error": "as told"}')


@dataclass
class SendApi:
    """All of them on one port. `taken`: what they sent, in order; `asked`: how often each was asked at all."""

    taken: list[Taken] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._failing: dict[str, Failing] = {}
        self._lock = threading.Lock()
        self._serving = ExitStack()

    def __enter__(self) -> Self:
        self.url = self._serving.enter_context(served(_handler(self)))
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._serving.close()

    def settings_of(self, provider: str) -> dict[str, str]:
        """What a provider's settings need to send here."""
        return APIS[provider].settings(self.url)

    def fail(self, provider: str, how: Failing | None) -> None:
        """Let a provider fail from now on; None heals it."""
        with self._lock:
            self._failing = {name: value for name, value in self._failing.items() if name != provider}
            if how is not None:
                self._failing[provider] = how

    def taken_by(self, provider: str) -> list[Taken]:
        with self._lock:
            return [sms for sms in self.taken if sms.provider == provider]

    def answer(self, provider: str, fields: Fields) -> Answered | None:
        """What a provider answers to a request; None where it hangs up."""
        api = APIS[provider]
        try:
            to, text, key, receipt_url = api.read(fields)
        except (KeyError, IndexError, TypeError) as fault:
            return 400, {}, json.dumps({"error": f"missing {fault}"}).encode()
        with self._lock:
            self.asked.append(provider)
            number = sum(sms.provider == provider for sms in self.taken)
            reference = key if key and api.is_named_by_us else f"{provider}-{number}"
            sent_sms = Taken(provider, to, text, key, reference, receipt_url)
            failing = self._failing.get(provider)
            if failing is not None and number < failing.after:
                failing = None
            is_known = api.repeated is not None and any(
                (sms.provider, sms.key) == (provider, key) for sms in self.taken
            )
            if not is_known and (failing is None or failing.takes):
                self.taken.append(sent_sms)
        if failing is not None:
            return failing.answer()
        reply = api.answer(sent_sms)
        kind, body = ("text/html", reply) if isinstance(reply, str) else ("application/json", json.dumps(reply))
        return api.repeated if is_known else api.status, {"Content-Type": kind}, body.encode()

    def receipt(self, sent_sms: Taken, state: ReceiptState, sender: Sender, url: str | None = None) -> SignedRequest:
        """The call that tells what became of an SMS, signed now by a sender that has the stack's settings.

        `url` is for providers that are told by hand where receipts go; the others were told with the SMS.
        """
        called = sent_sms.receipt_url or url
        assert called, f"nobody has told {sent_sms.provider} where receipts go"
        return sender.sign_receipt(sent_sms.reference, state, called, dt.datetime.now(dt.UTC))


def _handler(api: SendApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            path, query = urlsplit(self.path)[2:4]
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            name = next((name for name, api in APIS.items() if self._is_for(api, path)), None)
            answer = (404, {}, b"") if name is None else api.answer(name, _fields(self.headers, query, body))
            if answer is None:
                self.close_connection = True
                return
            status, headers, reply = answer
            self.send_response(status)
            for header, value in {**headers, "Content-Length": str(len(reply))}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(reply)

        def do_GET(self) -> None:
            self.do_POST()

        def _is_for(self, api: Api, path: str) -> bool:
            return self.command == api.method and re.fullmatch(api.path, path) is not None

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _fields(headers: Mapping[str, str], query: str, body: bytes) -> Fields:
    if not body:
        return dict(parse_qsl(query))
    if "json" in headers.get("Content-Type", ""):
        found: Fields = json.loads(body)
        return found
    return dict(parse_qsl(body.decode()))
