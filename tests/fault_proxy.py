"""A proxy between Lambda functions and AWS's emulator that disturbs some of their calls, by a seed.

A call is refused before it is done (503, or the connection is closed), done and its answer lost, throttled as its
service throttles, or slow: answered late, or done once its caller has given up. Each is as likely as the others.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

from loopback import served

from infra.stack import Stack

Kind = Literal["refused", "cut", "lost", "throttled", "slow", "late"]
"""`refused`: 503; `cut`: closed before it is done; `lost`: done, its answer lost; `slow`: answered late; `late`: done
once the caller's read timeout is over, its answer lost."""
KINDS: Final[tuple[tuple[Kind, ...], ...]] = (("refused", "cut"), ("lost",), ("throttled",), ("slow", "late"))
SLOW_SECONDS: Final = 0.5
LATE_SECONDS: Final = {"dynamodb": 3.5, "lambda": 3.5, "ssm": 2.5, "sns": 8.5, "ses": 8.5}
"""Beyond what the clients wait for an answer, of services where they wait for seconds."""
UPSTREAM_SECONDS: Final = 60
_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "expect", "proxy-connection"})
_BOTO_OPERATIONS: Final = {"Put": "PutObject", "Get": "GetObject", "Head": "HeadObject", "Delete": "DeleteObject"}


@dataclass(frozen=True)
class Call:
    """What is asked of AWS: `dynamodb PutItem`."""

    service: str
    operation: str

    def __str__(self) -> str:
        return f"{self.service} {self.operation}"

    @classmethod
    def of(cls, method: str, path: str, headers: Any, body: bytes) -> "Call":
        scope = headers.get("Authorization", "").partition("Credential=")[2].split(",")[0].split("/")
        service = scope[3] if len(scope) > 3 else "?"
        target, action = headers.get("X-Amz-Target"), b"Action=" in body[:4000]
        if target:
            return cls(service, target.rpartition(".")[2])
        if action:
            return cls(service, parse_qs(body.decode())["Action"][0])
        if service == "lambda" and path.endswith("/invocations"):
            return cls(service, "Invoke")
        if service == "s3":
            return cls(service, _BOTO_OPERATIONS.get(method.title(), method.title()))
        return cls(service, f"{method} {urlsplit(path).path.rstrip('/').rpartition('/')[2]}")

    def throttled(self) -> "Answer":
        """The service's own answer to a call that it throttles."""
        return self._error(*_THROTTLED.get(self.service, (400, "ThrottlingException")))

    def refused(self) -> "Answer":
        """What a service answers that cannot do it now."""
        return self._error(503, "ServiceUnavailable")

    def _error(self, status: int, code: str) -> "Answer":
        """An error in the service's protocol."""
        error = f"<Code>{code}</Code><Message>{code}</Message>"
        if self.service == "s3":
            return status, {"Content-Type": "application/xml"}, f"<Error>{error}</Error>".encode()
        if self.service == "sns":
            written = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
            return status, {"Content-Type": "text/xml"}, written.encode()
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": code}
        return status, headers, json.dumps({"__type": code, "message": code}).encode()


Answer = tuple[int, dict[str, str], bytes]
_THROTTLED: Final = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "lambda": (429, "TooManyRequestsException"),
    "ses": (429, "TooManyRequestsException"),
    "s3": (503, "SlowDown"),
    "sns": (400, "Throttling"),
}


@dataclass
class FaultProxy:
    """Its address, and what it did: `asked` counts calls, `injected` faults by kind and call."""

    upstream: str
    seed: int
    share: float
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    injected: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._lock = threading.Lock()

    def fault_of(self, call: Call) -> Kind | None:
        """Which fault a call meets, None mostly."""
        with self._lock:
            self.asked[str(call)] += 1
            if self._chance.random() >= self.share:
                return None
            kind = self._chance.choice(self._chance.choice(KINDS))
            self.injected[kind, str(call)] += 1
            return kind

    def lines(self) -> Iterator[str]:
        """What it did, in words: kinds by call."""
        total, faults = sum(self.asked.values()), sum(self.injected.values())
        yield f"{faults} faults in {total} calls, {faults / max(total, 1):.1%}; seed {self.seed}"
        names = [kind for some in KINDS for kind in some]
        yield f"{'call':<34}{'asked':>8}" + "".join(f"{kind:>11}" for kind in names)
        for call, times in sorted(self.asked.items(), key=lambda carrier: -carrier[1]):
            yield f"{call:<34}{times:>8}" + "".join(f"{self.injected[kind, call] or '':>11}" for kind in names)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy
    _line: http.client.HTTPConnection | None = None

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call.of(self.command, self.path, self.headers, body)
        kind = self.proxy.fault_of(call)
        match kind:
            case "refused":
                return self._send(*call.refused())
            case "throttled":
                return self._send(*call.throttled())
            case "cut":
                self.close_connection = True
                return None
            case "slow":
                time.sleep(SLOW_SECONDS)
            case "late":
                time.sleep(LATE_SECONDS.get(call.service, SLOW_SECONDS))
        status, headers, content = self._forward(body)
        if kind in ("lost", "late"):
            self.close_connection = True
            return None
        return self._send(status, headers, content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _answer  # noqa: N815 - http.server's names

    def _forward(self, body: bytes) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        upstream = urlsplit(self.proxy.upstream)
        line = http.client.HTTPConnection(str(upstream.hostname), upstream.port, timeout=UPSTREAM_SECONDS)
        try:
            line.request(self.command, self.path, body, headers)
            answer = line.getresponse()
            content = answer.read()
            return answer.status, {n: v for n, v in answer.getheaders() if n.lower() not in _HOP}, content
        finally:
            line.close()

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header(
            "Content-Length",
            headers.get("content-length", str(len(content))) if self.command == "HEAD" else str(len(content)),
        )
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        pass


@contextmanager
def fault_proxy(upstream: str, *, seed: int, share: float = 0.05) -> Iterator[FaultProxy]:
    """A proxy in front of an endpoint until the block ends."""
    proxy = FaultProxy(upstream, seed, share)
    with served(type("Handler", (_Handler,), {"proxy": proxy})) as url:
        proxy.url = url
        yield proxy


def lead_through(proxy: FaultProxy, stack: Stack) -> list[str]:
    """Have all functions of a stack call AWS through a proxy from now on; their names."""
    functions = stack.client("lambda")
    names = []
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables = {**function.get("Environment", {}).get("Variables", {}), "AWS_ENDPOINT_URL": proxy.url}
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": variables}
            )
            functions.get_waiter("function_updated_v2").wait(FunctionName=function["FunctionName"])
            names.append(function["FunctionName"])
    return names
