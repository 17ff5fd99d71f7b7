"""Long SMS in parts: one row per sender, recipient, reference and total.

The provider belongs to the row's key too.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.observation.sms.multipart import LongSms, PartText, StoredPart
from chalicelib.store import keys
from chalicelib.store.attributes import IntAttribute
from chalicelib.store.messages import Message
from chalicelib.store.requests import rows_of
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, at_version
from chalicelib.store.writes import Write


class PartsRow(StoredRow):
    """A row of parts among the messages; `version` guards it.

    Nothing is done for rows of its direction.
    """

    class Meta(TableMeta):
        table = "messages"

    key = UnicodeAttribute(hash_key=True)
    direction = UnicodeAttribute(default="parts")
    state = UnicodeAttribute(default="noted")
    version = IntAttribute()
    known = Document()


@dataclass(frozen=True, slots=True)
class KnownParts:
    """The stored long SMS of one sender, recipient, reference and total.

    `version` is the one to be replaced.
    """

    key: str
    version: int
    known: tuple[LongSms, ...]


def known_parts(message: Message) -> KnownParts:
    """Return the long SMS that a part may belong to, read afresh.

    Raises StoreUnavailable.
    """
    reference, _, total = message.part[:3]
    shared = [message.provider, message.sender, message.recipient, reference, total]
    key = keys.parts(hashlib.sha256(json.dumps(shared).encode()).hexdigest())
    row = next(iter(rows_of(PartsRow, [key])), None)
    if row is None:
        return KnownParts(key, 0, ())
    return KnownParts(key, row.version, tuple(_from_document(total, sms) for sms in row.known))


def noting(parts: KnownParts, several: Sequence[LongSms]) -> Write:
    """Return the write that replaces the content of a row of parts.

    It is refused if another message changed the row since it was read.
    """
    row = PartsRow(parts.key, version=parts.version + 1, known=[_document(sms) for sms in several])
    return Write.put("parts", parts.key, row, at_version(PartsRow, parts.version))


def stored_part(reference: str, total: int, text: PartText) -> list[Any]:
    """Return the attribute `part` by which a message is a part.

    It lists reference, number, total, and the halves of characters at the text's ends, if there are any.
    """
    halves = [text.begins, text.ends] if text.begins or text.ends else []
    return [reference, text.number, total, *halves]


def part_text(message: Message) -> PartText:
    """Return the text of a stored part."""
    _, number, _, *halves = message.part
    return PartText(number, message.text_as_sent or "", *halves)


def piece_of(message: Message) -> StoredPart:
    """Return a stored part as a piece of its long SMS."""
    digest = hashlib.sha256((message.text_as_sent or "").encode()).hexdigest()[:16]
    return StoredPart(message.key, message.part[1], message.received_at or message.stored_at, message.stored_at, digest)


def _document(sms: LongSms) -> dict[str, Any]:
    pieces = [[p.key, p.number, p.at.isoformat(), p.stored_at.isoformat(), p.digest] for p in sms.pieces]
    return {"pieces": pieces, "repeats": sms.repeats, "read": sms.read}


def _from_document(total: int, written: dict[str, Any]) -> LongSms:
    pieces = tuple(
        StoredPart(key, number, dt.datetime.fromisoformat(at), dt.datetime.fromisoformat(stored_at), digest)
        for key, number, at, stored_at, digest in written["pieces"]
    )
    return LongSms(total, pieces, tuple((again, first) for again, first in written["repeats"]), written["read"])
