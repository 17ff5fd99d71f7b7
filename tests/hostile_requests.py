"""Hostile HTTP requests over every route, made by a seed and sent byte for byte.

No client stands between: what a library would refuse to send is sent too.
"""

import gzip
import json
import random
import re
import socket
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from hostile_sms import strange, text
from typed_bodies import typed_body

from chalicelib.entrypoints.api.openapi import declared
from chalicelib.entrypoints.api.routes import PAGE, ROUTES, UNVERSIONED, WEBHOOKS
from chalicelib.providers.table import NAMES

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "post", "X" * 100, "G\tET")
PATHS = (
    "%2e%2e/%2e%2e/etc/passwd",
    "..%2f..%2fapp.py",
    "..%5c..%5cx",
    "%252e%252e%252f",
    "%00",
    "x%00.json",
    "%c0%ae%c0%ae/",
    "%ed%a0%80",
    "%ff%fe",
    "%0d%0aSet-Cookie:%20x=1",
    "%u002e",
    ";a=b",
    "/",
    "//",
    "/./",
    "%20",
    "%",
    "%zz",
    "a" * 3000,
    "%D0%B6" * 300,
    "%E3%81%82" * 700,
    "*",
    "#x",
    "{{7*7}}",
    "%7B%22a%22%3A1%7D",
)
QUERIES = (
    "limit=999999999999",
    "limit=-1",
    "limit=1&limit=2",
    "limit[]=1",
    "limit=%00",
    "next=%ff%fe",
    "next=" + "a" * 2000,
    "next=..%2f",
    "a=%0d%0aX:%201",
    "__proto__[x]=1",
    "&&&=&=",
    "region=*",
    "since=NaN&until=Infinity",
    "since=0000-00-00",
    "&".join(f"p{place}=1" for place in range(300)),
    "%" * 100,
)
DEEP = 4_000
BOMB = 4_000_000
NESTED = b"[" * DEEP
VALUES: Sequence[Any] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**400,
    "",
    " ",
    "x" * 5000,
    [],
    {},
    [[[[[]]]]],
    [None] * 200,
    {"__proto__": {"a": 1}},
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "\u0000",
)
_BODIES = (
    b"",
    b"null",
    b"[]",
    b"NaN",
    b'{"a": Infinity}',
    b'{"note": "a", "note": "b"}',
    NESTED,
    b'{"a":' * DEEP,
    b'"' + b"a" * 70_000,
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"note": "\xc0\xaf"}',
    b'{"note": "\xed\xa0\x80"}',
    rb'{"note": "\ud800"}',
    b'{"note": ' + b"9" * 5000 + b"}",
    b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--",
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><l>&b;</l>',
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>',
    b"&".join(b"p%d=1" % place for place in range(2_000)),
    b"text=%ff%fe&from=%00&to=%0d%0a",
)
TYPES = ("application/json", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "")
TYPES += ("application/json; charset=utf-16", "application/json;" + "x" * 500, "*/*", "application/x-python-serialize")


@dataclass(frozen=True)
class Target:
    """What is asked: the API's base URL, an election there, and a proof, which may be none."""

    base: str
    election: str
    proof: str | None


@dataclass(frozen=True)
class Hostile:
    """A request as it goes over the wire, and the route that it was made of."""

    method: str
    route: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_framed: bool = True

    def wire(self, base_path: str, host: str) -> bytes:
        """Return the request's bytes."""
        length = [("Content-Length", str(len(self.body)))] if self.is_framed else []
        headers = [("Host", host), *self.headers, *length, ("Connection", "close")]
        lines = [f"{self.method} {base_path}{self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + self.body


_MODELS = {
    (method, route): row.body for method, route, _, row in declared(ROUTES | UNVERSIONED) if row.body is not None
}
EVERY = sorted({*ROUTES, *UNVERSIONED, *PAGE, *WEBHOOKS})


def hostile_requests(seed: int, count: int, target: Target) -> Iterator[Hostile]:
    """Yield so many requests, every route in turn, the same for the same seed."""
    chance = random.Random(seed)
    for place in range(count):
        method, route = EVERY[place % len(EVERY)]
        yield _made(chance, method, route, target)


def typed_requests(seed: int, count: int, target: Target) -> Iterator[Hostile]:
    """Yield so many requests with bodies of the right types, every route that takes one in turn."""
    chance = random.Random(seed)
    routes = sorted(_MODELS)
    for place in range(count):
        method, route = routes[place % len(routes)]
        path = re.sub(r"\{(\w+)\}", lambda part: _parameter(chance, part[1], target), route)
        headers = [("Authorization", f"Bearer {target.proof}")] if target.proof else []
        headers += [("Content-Type", "application/json"), ("If-Match", '"1"')]
        headers += [("Idempotency-Key", f"k{chance.getrandbits(60)}")]
        yield Hostile(
            method, route, path, tuple(headers), json.dumps(typed_body(chance, _MODELS[method, route])).encode()
        )


def _made(chance: random.Random, method: str, route: str, target: Target) -> Hostile:
    path = re.sub(r"\{(\w+)\}", lambda part: _parameter(chance, part[1], target), route)
    if chance.random() < 0.2:
        path += ("?" if chance.random() < 0.9 else "") + chance.choice(QUERIES)
    if chance.random() < 0.05:
        path = path.replace("/", chance.choice(("//", "/./", "/%2e/", "\\")), 1)
    headers = [("Authorization", f"Bearer {target.proof}")] if target.proof else []
    body = _body(chance, method, route) if method == "POST" or chance.random() < 0.05 else b""
    if method == "POST":
        headers += [("Content-Type", chance.choice(TYPES) if chance.random() < 0.3 else "application/json")]
        headers += [("Idempotency-Key", f"k{chance.getrandbits(60)}"), ("If-Match", '"1"')]
    odd, body, is_framed = _odd(chance, body)
    if chance.random() < 0.1:
        method = chance.choice(METHODS)
    return Hostile(method, route, path, (*headers, *odd), body, is_framed)


def _parameter(chance: random.Random, name: str, target: Target) -> str:
    kind = chance.random()
    if name == "election_id" and kind < 0.9:
        return target.election
    if name == "provider" and kind < 0.9:
        return chance.choice(NAMES)
    if kind < 0.5:
        ordinary = {"region": "Bishkek", "station": "1001", "form": "OP", "round": "-", "step": "acknowledge"}
        return ordinary.get(name, chance.choice(("1", "0001", "generic%23x")))
    if kind < 0.8:
        return chance.choice(PATHS)
    return quote(strange(chance)[:400].encode("utf-8", "surrogatepass"), safe=chance.choice(("", "/")))


def _body(chance: random.Random, method: str, route: str) -> bytes:
    model = _MODELS.get((method, route))
    if chance.random() < 0.3 or model is None:
        return chance.choice(_BODIES)
    if chance.random() < 0.6:
        return json.dumps(typed_body(chance, model)).encode()
    fields = sorted(model.model_fields)
    if not fields:
        return b"{}"
    given = {name: _value(chance) for name in chance.sample(fields, chance.randrange(1, len(fields) + 1))}
    if chance.random() < 0.1:
        given[strange(chance)[:50]] = _value(chance)
    return json.dumps(given).encode()


def _value(chance: random.Random) -> Any:
    kind = chance.random()
    if kind < 0.4:
        return chance.choice(VALUES)
    ordinary = ("1001", "Bishkek", "0001", "OP", "OP A1", "email", 1, [1], ["Bishkek"], {"A": "1"})
    return chance.choice(ordinary) if kind < 0.7 else text(chance)[:600]


def _odd(chance: random.Random, body: bytes) -> tuple[list[tuple[str, str]], bytes, bool]:
    """Return headers that are strange, what they make of the body, and whether its length is told."""
    kind = chance.random()
    if kind < 0.7:
        return [], body, True
    packed = chance.choice((gzip.compress(b" " * BOMB), zlib.compress(b"[" * BOMB), gzip.compress(body)))
    value = "".join(text for text in strange(chance)[:200] if text not in "\r\n\0")
    return chance.choice(
        (
            ([("Content-Encoding", "gzip")], packed, True),
            ([("Content-Encoding", "gzip, gzip, deflate, br")], packed, True),
            ([("Transfer-Encoding", "chunked")], b"5\r\nhello\r\n0\r\n\r\n", False),
            ([("Transfer-Encoding", "chunked"), ("Content-Length", "3")], b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n", False),
            ([("Content-Length", "0"), ("Content-Length", "5")], b"hello", False),
            ([("X-A", "b\r\nX-Injected: 1")], body, True),
            ([("Authorization", "Bearer " + "a" * 6000)], body, True),
            ([("Authorization", "Basic eDp4"), ("Authorization", "Bearer x")], body, True),
            ([("Cookie", "__Host-baykoo=" + "a" * 3000 + "; =; \x7f")], body, True),
            ([("If-None-Match", "*, W/, " + '"' * 500)], body, True),
            ([("If-Match", value), ("Idempotency-Key", value)], body, True),
            ([("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/v1/session")], body, True),
            ([("X-Forwarded-For", value), ("X-Forwarded-Proto", value), ("X-Forwarded-Host", "x.example")], body, True),
            ([("Accept", value), ("Accept-Language", value * 5), ("User-Agent", value)], body, True),
            ([("Range", "bytes=0-,1-,2-"), ("Expect", "x"), ("Upgrade", "h2c")], body, True),
        )
    )


def send(target: Target, hostile: Hostile, seconds: float = 30) -> tuple[int, bytes]:
    """Send a request and return its status and answer; the status is 0 where it was closed without one."""
    parts = urlsplit(target.base)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=seconds) as wire:
        try:
            wire.sendall(hostile.wire(parts.path, parts.netloc))
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
        except (ConnectionError, TimeoutError):
            return 0, b""
    status = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return (int(status[1]) if status else 0), answer
