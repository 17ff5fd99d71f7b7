"""Vendors' send APIs on this machine: one HTTP server, with a path for each."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from loopback import served

Answer = tuple[int, dict[str, str]]
TAKEN: Answer = (200, {})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the vendor, the SMS's text, the fields, and whether it was taken."""

    vendor: str
    text: str
    fields: dict[str, Any]
    taken: bool
    at: float


@dataclass
class Vendors:
    """`answers`: what a vendor says to its n-th request, counted from 0; it takes every SMS unless told otherwise."""

    url: str = ""
    answers: dict[str, Callable[[int], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, **more: Any) -> dict[str, dict[str, Any]]:
        twilio = {"account_sid": "AC1", "auth_token": "twilio-auth-token", "sender": "+15550001111"}
        plivo = {"auth_id": "MA1", "auth_token": "plivo-auth-token", "sender": "+15550002222"}
        vonage = {"api_key": "k", "api_secret": "s", "signature_secret": "vonage-signature-secret-" * 3, "sender": "B"}
        all_of_them = {"twilio": twilio, "plivo": plivo, "vonage-messages": vonage}
        return {name: {**value, "base_url": f"{self.url}/{name}", **more} for name, value in all_of_them.items()}

    def taken(self) -> Counter[str]:
        """How often each text was taken, by whomever."""
        return Counter(carrier.text for carrier in self.asked if carrier.taken)

    def order(self) -> list[str]:
        return [carrier.vendor for carrier in self.asked]

    def answer(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        vendor = path.split("/")[1]
        fields = json.loads(body) if body.startswith(b"{") else {k: v[0] for k, v in parse_qs(body.decode()).items()}
        with self.lock:
            status, headers = self.answers.get(vendor, lambda _: TAKEN)(self.order().count(vendor))
            text = str(fields.get("Body") or fields.get("text"))
            self.asked.append(Asked(vendor, text, fields, 200 <= status < 300, time.time()))
            reference = f"{vendor}-{text}-{len(self.asked)}"
        document = {"sid": reference, "message_uuid": [reference] if vendor == "plivo" else reference}
        return status, headers, json.dumps(document).encode()


@contextmanager
def serving() -> Iterator[Vendors]:
    vendors = Vendors()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, answer = vendors.answer(self.path, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_said: Any) -> None:
            """Nothing on the tests' output."""

    with served(Handler) as vendors.url:
        yield vendors
