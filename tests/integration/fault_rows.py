"""What is compared of rows and texts after a play: all but instants, chance and tries."""

import json
import re
from typing import Any

_ATTEMPTS = frozenset({"attempts", "doubts", "last_error", "reference", "expires", "raw", "document", "last"})
"""What a row tells of its tries, when it ends, and the last number given: a number that was taken stays taken."""
_AT_BEST = ("feed#", "carrier#", "heard#", "sent#", "reconciled#")
"""Rows that are written at best: the log of the day, how carriers stand, when a provider was heard last, which SMS a
carrier's own reference means, and how far a provider's list was read."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:\+\d\d:?\d\d|Z)?|\d{8}T\d{12}|\b\d\d:\d\d\b")
_NUMBER = re.compile(r'("number": "|[Ии]нцидент |[Ii]ncident |ОК |OK |incident\\": ?|"id": "0{3})\d+')
"""An incident's number: one that was taken by a process that died is never given again."""
_SIGNED = re.compile(r"bytes\\?\": ?\d+|\?AWSAccessKeyId=[^\"]*")
_RANDOM = re.compile(r"\b[0-9a-f]{12,}\b|[\w-]{43}\b")


def counts(place: tuple[str, ...]) -> bool:
    return not place[0].startswith(_AT_BEST)


def neutral(table: str, row: dict[str, Any]) -> str:
    kept = {name: _in_order(next(iter(typed.values()))) for name, typed in row.items() if name not in _ATTEMPTS}
    kept |= {name: "" for name in ("html", "text") if kept.get("channel") == "email"}  # for how long something is due
    return without_chance(f"{table} {json.dumps(kept, default=str, sort_keys=True, ensure_ascii=False)}")


def _in_order(value: Any) -> Any:
    """Return a document's text with its keys in one order."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    return json.dumps(json.loads(value), sort_keys=True, ensure_ascii=False)


def without_chance(text: str) -> str:
    return _RANDOM.sub("CHANCE", _INSTANT.sub("INSTANT", _SIGNED.sub("", _NUMBER.sub(r"\1N", text))))
