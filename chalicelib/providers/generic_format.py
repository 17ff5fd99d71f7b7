"""How a gateway that has no code of its own writes its webhook: declared in the settings, checked when it is used.

docs/providers/generic.md lists every key with examples. A fault in the settings is ours, so it is answered by a 503.
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from chalicelib.providers.content import is_charset_of_forms
from chalicelib.providers.contract import Answer, Undecidable

TAKEN = Answer(200)
FIELDS = ("id", "from", "to", "text", "received_at")
_TOKEN = re.compile(r"\{(timestamp|body|url|method|secret|field:[^{}]+)\}")
_HASHES = ("md5", "sha1", "sha256", "sha512")
_KEYS = {"method", "body", "charset", "fields", "time", "timezone", "signature", "answer"}
_NAMED_TIMES = ("iso", "unix", "unix_ms")
_A_MOMENT = dt.datetime(2017, 10, 15, 10, 0, tzinfo=dt.UTC)
_SIGNATURE_KEYS = {"header", "field", "prefix", "algorithm", "encoding", "signs", "timestamp_header", "timestamp_field"}


@dataclass(frozen=True, slots=True)
class Signature:
    """Where a signature stands, and of what it is. `signs` is a text with {timestamp}, {body}, {url}, {method},
    {field:NAME} and, for a hash without a key, {secret} in it."""

    header: str | None = None
    field: str | None = None
    prefix: str = ""
    algorithm: str = "hmac-sha256"
    encoding: str = "hex"
    signs: str = "{body}"
    timestamp_header: str | None = None
    timestamp_field: str | None = None

    def compute(self, secret: str, parts: Callable[[str], bytes]) -> str:
        """The signature under a secret; `parts` gives what a token of `signs` stands for."""
        pieces = _TOKEN.split(self.signs)
        signed = b"".join(
            (secret.encode() if piece == "secret" else parts(piece)) if index % 2 else piece.encode()
            for index, piece in enumerate(pieces)
        )
        name = self.algorithm.removeprefix("hmac-")
        if name == self.algorithm:
            digest = hashlib.new(name, signed, usedforsecurity=False).digest()
        else:
            digest = hmac.digest(secret.encode(), signed, name)
        return self.prefix + (base64.b64encode(digest).decode() if self.encoding == "base64" else digest.hex())


@dataclass(frozen=True, slots=True)
class Format:
    """One gateway's webhook. `fields` names, by ours, its fields; a dot leads into an inner JSON object. `charset` is
    that of a form or query whose request names none."""

    method: Literal["POST", "GET"] = "POST"
    body: Literal["json", "form"] = "json"
    charset: str = "utf-8"
    fields: Mapping[str, str] | None = None
    time: str = "iso"
    zone: dt.tzinfo | None = None
    signature: Signature | None = None
    answer: Answer = TAKEN

    @classmethod
    def of_settings(cls, settings: Any) -> Self:
        """A format as it stands in the settings; raises Undecidable, naming the key."""
        _require(isinstance(settings, Mapping), "format", "an object")
        _only(settings, _KEYS, "format")
        zone = _zone(settings.get("timezone"))
        return cls(
            method=_choice(settings, "method", ("POST", "GET")),
            body=_choice(settings, "body", ("json", "form")),
            charset=_charset(_text(settings, "charset", "utf-8")),
            fields=_fields(settings.get("fields")),
            time=_time(_text(settings, "time", "iso"), zone),
            zone=zone,
            signature=_signature(settings.get("signature")),
            answer=_answer(settings.get("answer")),
        )


def _fields(named: Any) -> dict[str, str]:
    _require(isinstance(named, Mapping) and all(isinstance(one, str) for one in named.values()), "fields", "an object")
    _only(named, set(FIELDS), "fields")
    for name in ("from", "to", "text"):
        _require(bool(named.get(name)), f"fields.{name}", "the name of a field")
    return dict(named)


def _charset(name: str) -> str:
    _require(is_charset_of_forms(name), "charset", "a charset such as windows-1251")
    return name


def _time(pattern: str, zone: dt.tzinfo | None) -> str:
    """A pattern has to tell day and hour: what it writes must be read as the same moment again."""
    if pattern in _NAMED_TIMES:
        return pattern
    try:
        read = dt.datetime.strptime(_A_MOMENT.strftime(pattern), pattern)  # noqa: DTZ007 - a pattern may name no zone
        is_moment = read.replace(tzinfo=dt.UTC) == _A_MOMENT
    except ValueError:
        is_moment = False
    _require(is_moment, "time", f"{', '.join(_NAMED_TIMES)} or a pattern of strptime that tells day and time")
    _require("%z" in pattern or zone is not None, "timezone", "set, for the time's pattern has no %z")
    return pattern


def _zone(name: Any) -> dt.tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, TypeError, ValueError) as fault:
        raise _bad("timezone", "a time zone such as Asia/Bishkek") from fault


def _signature(named: Any) -> Signature | None:
    if named is None:
        return None
    _require(
        isinstance(named, Mapping) and all(isinstance(one, str) for one in named.values()), "signature", "an object"
    )
    _only(named, _SIGNATURE_KEYS, "signature")
    made = Signature(**named)
    _require((made.header is None) != (made.field is None), "signature", "with either header or field")
    _require(made.algorithm.removeprefix("hmac-") in _HASHES, "signature.algorithm", f"hmac- and one of {_HASHES}")
    _require(made.encoding in {"hex", "base64"}, "signature.encoding", "hex or base64")
    keyed = made.algorithm.startswith("hmac-")
    _require(keyed or "{secret}" in made.signs, "signature.signs", "a text with {secret}, for the algorithm has no key")
    timed = made.timestamp_header is not None or made.timestamp_field is not None
    _require(timed or "{timestamp}" not in made.signs, "signature", "with timestamp_header or timestamp_field")
    covers = re.search(r"\{(body|url|field:[^{}]+)\}", made.signs)
    _require(covers is not None, "signature.signs", "a text with {body}, {url} or {field:NAME}, else it signs no SMS")
    return made


def _answer(named: Any) -> Answer:
    if named is None:
        return TAKEN
    _require(isinstance(named, Mapping), "answer", "an object")
    _only(named, {"status", "content_type", "body"}, "answer")
    status = named.get("status", 200)
    _require(isinstance(status, int) and 200 <= status < 300, "answer.status", "a number from 200 to 299")
    return Answer(status, _text(named, "content_type", "text/plain"), _text(named, "body", ""))


def _choice(settings: Mapping[str, Any], name: str, known: tuple[str, ...]) -> Any:
    chosen = settings.get(name, known[0])
    _require(chosen in known, name, " or ".join(known))
    return chosen


def _text(settings: Mapping[str, Any], name: str, default: str) -> str:
    value = settings.get(name, default)
    _require(isinstance(value, str), name, "a text")
    return str(value)


def _only(settings: Mapping[str, Any], known: set[str], place: str) -> None:
    unknown = ", ".join(str(name) for name in settings if name not in known)
    _require(not unknown, f"{place}: {unknown}", f"one of {', '.join(sorted(known))}")


def _require(held: bool, name: str, must_be: str) -> None:
    if not held:
        raise _bad(name, must_be)


def _bad(name: str, must_be: str) -> Undecidable:
    return Undecidable("bad_setting", f"the setting format, {name}, must be {must_be}", name)
