"""The setting `format` of a generic provider, checked when it is used.

A fault in the settings is ours, so it is answered by a 503. docs/providers/generic.md lists every key with examples.
"""

import codecs
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.providers.content import is_charset_of_forms
from chalicelib.providers.contract import Answer
from chalicelib.providers.encodings import is_charset
from chalicelib.providers.generic_format import (
    FIELDS,
    TAKEN,
    Condition,
    Format,
    ReceiptFormat,
    Signature,
    TextCoding,
)
from chalicelib.providers.refusals import Undecidable

_HASHES = ("md5", "sha1", "sha256", "sha512")
_KEYS = {
    "method",
    "body",
    "charset",
    "text",
    "messages",
    "fields",
    "time",
    "timezone",
    "when",
    "ignore",
    "receipts",
    "secret_field",
    "signature",
    "answer",
}
_NAMED_TIMES = ("iso", "unix", "unix_ms")
_A_MOMENT = dt.datetime(2017, 10, 15, 10, 0, tzinfo=dt.UTC)
_SIGNATURE_KEYS = {"header", "field", "prefix", "algorithm", "encoding", "signs", "timestamp_header", "timestamp_field"}


def format_of(settings: Any, *, has_recipient: bool = False) -> Format:
    """Read a format from the settings; raises Undecidable.

    Naming the key. `has_recipient`: the settings have the number of ours, so that the calls need not.
    """
    _require(isinstance(settings, Mapping), "format", "an object")
    _only(settings, _KEYS, "format")
    zone = _zone(settings.get("timezone"))
    signature = _signature(settings.get("signature"))
    secret_field = _optional_text(settings, "secret_field")
    _require(not (signature and secret_field), "secret_field", "left out where there is a signature")
    return Format(
        method=_choice(settings, "method", ("POST", "GET")),
        body=_choice(settings, "body", ("json", "form", "xml")),
        charset=_charset(_text(settings, "charset", "utf-8"), _choice(settings, "method", ("POST", "GET"))),
        text=_text_coding(settings.get("text")),
        messages=_optional_text(settings, "messages"),
        fields=_fields(settings.get("fields"), has_recipient=has_recipient),
        time=_time(_text(settings, "time", "iso"), zone),
        zone=zone,
        when=None if settings.get("when") is None else _condition(settings["when"], "when"),
        ignore=_conditions(settings.get("ignore", [])),
        receipts=_receipts(settings.get("receipts")),
        secret_field=secret_field,
        signature=signature,
        answer=_answer(settings.get("answer")),
    )


def _fields(named: Any, *, has_recipient: bool) -> dict[str, tuple[str, ...]]:
    _require(isinstance(named, Mapping), "fields", "an object")
    _only(named, set(FIELDS), "fields")
    fields = {name: _ways(named[name], "fields") for name in named}
    for name in ("from", "text") if has_recipient else ("from", "to", "text"):
        _require(bool(fields.get(name)), f"fields.{name}", _named(name))
    parts = {"part_reference", "part_number", "part_total"} & fields.keys()
    _require(len(parts) in {0, 3}, "fields", "with all of part_reference, part_number and part_total, or none")
    return fields


def _named(name: str) -> str:
    return "the name of a field" + (", unless the setting recipient is there" if name == "to" else "")


def _ways(named: Any, place: str) -> tuple[str, ...]:
    """One name, or several of which the first that is there counts."""
    several = named if isinstance(named, list) else [named]
    _require(all(isinstance(name, str) for name in several), place, "an object of names, or lists of them")
    return tuple(name for name in several if name)


def _condition(named: Any, place: str) -> Condition:
    _require(isinstance(named, Mapping) and bool(named), place, 'an object such as {"event": ["received"]}')
    return {str(way): _values(value, place) for way, value in named.items()}


def _values(value: Any, place: str) -> frozenset[str] | None:
    """One value, several, or true for any."""
    if value is True:
        return None
    several = value if isinstance(value, list) else [value]
    is_plain = all(isinstance(value, str | int) and not isinstance(value, bool) for value in several)
    _require(is_plain and bool(several), place, "with a value, a list of values, or true for any")
    return frozenset(map(str, several))


def _conditions(named: Any) -> tuple[Condition, ...]:
    return tuple(_condition(condition, "ignore") for condition in (named if isinstance(named, list) else [named]))


def _receipts(named: Any) -> ReceiptFormat | None:
    if named is None:
        return None
    _require(isinstance(named, Mapping), "receipts", "an object")
    _only(named, {"when", "id", "state", "delivered", "failed"}, "receipts")
    read = ReceiptFormat(
        when=_condition(named.get("when"), "receipts.when"),
        id=_ways(named.get("id"), "receipts.id"),
        state=_ways(named.get("state"), "receipts.state"),
        delivered=_values(named.get("delivered", []) or [""], "receipts.delivered") or frozenset(),
        failed=_values(named.get("failed", []) or [""], "receipts.failed") or frozenset(),
    )
    _require(bool(read.id), "receipts.id", "the name of a field")
    _require(bool(read.state), "receipts.state", "the name of a field")
    _require(not read.delivered & read.failed - {""}, "receipts.failed", "other words than receipts.delivered")
    return read


def _text_coding(named: Any) -> TextCoding | None:
    if named is None:
        return None
    _require(isinstance(named, Mapping), "text", "an object")
    _only(named, {"charset_field", "charsets", "written"}, "text")
    charsets = named.get("charsets", {})
    _require(isinstance(charsets, Mapping), "text.charsets", 'an object such as {"8": "utf-16-be"}')
    for charset in charsets.values():
        _require(isinstance(charset, str) and is_charset(charset), "text.charsets", "charsets such as gsm-7, utf-16-be")
    field = _optional_text(named, "charset_field")
    _require(field is not None or not charsets, "text.charset_field", "the name of a field")
    return TextCoding(field, dict(charsets), _choice(named, "written", ("plain", "hex", "base64")))


def _charset(name: str, method: str) -> str:
    _require(is_charset_of_forms(name), "charset", "a charset such as windows-1251")
    is_carried = method != "GET" or codecs.lookup(name).name == "utf-8"
    _require(is_carried, "charset", "utf-8 where the method is GET, for API Gateway carries no other in a URL")
    return name


def _time(pattern: str, zone: dt.tzinfo | None) -> str:
    """Check that a pattern tells day and hour.

    What it writes must be read as the same moment again.
    """
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
        isinstance(named, Mapping) and all(isinstance(value, str) for value in named.values()), "signature", "an object"
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


def _choice(settings: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> Any:
    chosen = settings.get(name, choices[0])
    _require(chosen in choices, name, " or ".join(choices))
    return chosen


def _text(settings: Mapping[str, Any], name: str, default: str) -> str:
    value = settings.get(name, default)
    _require(isinstance(value, str), name, "a text")
    return str(value)


def _optional_text(settings: Mapping[str, Any], name: str) -> str | None:
    value = settings.get(name)
    _require(value is None or (isinstance(value, str) and bool(value)), name, "a text")
    return value


def _only(settings: Mapping[str, Any], names: set[str], place: str) -> None:
    unknown = ", ".join(str(name) for name in settings if name not in names)
    _require(not unknown, f"{place}: {unknown}", f"one of {', '.join(sorted(names))}")


def _require(held: bool, name: str, must_be: str) -> None:
    if not held:
        raise _bad(name, must_be)


def _bad(name: str, must_be: str) -> Undecidable:
    return Undecidable("bad_setting", f"the setting format, {name}, must be {must_be}", name)
