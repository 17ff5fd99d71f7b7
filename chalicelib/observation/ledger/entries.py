"""What the ledger's entries commit to: canonical rows, salts and chained roots.

A row is written as JSON with sorted keys, without blanks, in UTF-8. A random salt stands before it: whoever knows a
root or a leaf alone can try no phone and no text against it, and once a salt is destroyed nobody can.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.observation.ledger.merkle import leaf_hash

Kind = Literal["message", "report"]

SALT_BYTES: Final = 16
FORGOTTEN: Final = bytes(SALT_BYTES)
"""What stands in a salt's place once it is destroyed."""
_SEAL: Final = b"\2"

OF_MESSAGE: Final = (
    "key",
    "channel",
    "direction",
    "provider",
    "sender",
    "recipient",
    "subject",
    "text",
    "provider_at",
    "stored_at",
)
"""What of a message never changes, whatever becomes of it."""
OF_REPORT: Final = ("region", "answers", "counted", "decisions")
"""What of a report changes only with its version."""

Row = Mapping[str, Mapping[str, Any]]
"""A row in DynamoDB's own JSON: attribute → type → value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as the ledger knows it.

    `key` is its own, of a report with the version.
    """

    kind: Kind
    key: str
    row: Mapping[str, Any]

    def leaf(self, salt: bytes) -> bytes:
        """Return the leaf that commits to the row."""
        return leaf_hash(salt + canonical(self.row))


def canonical(value: Mapping[str, Any]) -> bytes:
    """Write a row or a seal in its one form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def message_entry(row: Row) -> Entry:
    """Return the entry of a message's row."""
    content = {name: _value(row, name) for name in OF_MESSAGE}
    return Entry("message", str(content["key"]), {"kind": "message", **content})


def report_entry(row: Row) -> Entry:
    """Return the entry of a report's row at its version.

    It lacks the election's id, so that it is the same in a copy under another.
    """
    station = row["station"]["S"].partition("#")[2]
    place, version = row["form"]["S"], int(row["version"]["N"])
    content = {name: _value(row, name) for name in OF_REPORT}
    fields = {"kind": "report", "station": station, "form": place, "version": version, **content}
    return Entry("report", report_entry_key(station, place, version), fields)


def report_key(station: str, place: str) -> str:
    """Return a report's key in the ledger, without a version.

    `place` is the form and round as its row has them, `OP#-`.
    """
    return f"{station}#{place}"


def report_entry_key(station: str, place: str, version: int) -> str:
    """Return the key of a report at a version."""
    return f"{report_key(station, place)}@{version}"


def split_report_key(key: str) -> tuple[str, int]:
    """Return the key of a report without its version, and that."""
    report, _, version = key.rpartition("@")
    return report, int(version)


def seal_hash(header: Mapping[str, Any]) -> str:
    """Return the root that is published of a seal.

    Its `previous` is the one before, so that each root stands for all before it.
    """
    return hashlib.sha256(_SEAL + canonical(header)).hexdigest()


def _value(row: Row, name: str) -> Any:
    return next(iter(row[name].values())) if name in row else None
