"""Rows in the table of messages that are no messages.

They have no queue and no outcome, and nothing of them is shown.
"""

import datetime as dt

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store import keys
from chalicelib.store.attributes import InstantAttribute
from chalicelib.store.requests import put_first, rows_of
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, put_new, store_faults
from chalicelib.store.writes import Write


class _MessagesMeta(TableMeta):
    table = "messages"


class Nonce(StoredRow):
    """A nonce that came with a request of the content `about`.

    Kept for ever, for the request can come again.
    """

    class Meta(_MessagesMeta):
        pass

    key = UnicodeAttribute(hash_key=True)
    direction = UnicodeAttribute(default="nonce")
    state = UnicodeAttribute(default="taken")
    stored_at = InstantAttribute()
    about = UnicodeAttribute()


class DedupRow(StoredRow):
    """The first SMS of a content: `about` is its key.

    The same SMS under another id is its duplicate, however late.

    Where providers tell no time: the latest SMS of a sender, and `text`, the digest of its text.
    """

    class Meta(_MessagesMeta):
        pass

    key = UnicodeAttribute(hash_key=True)
    direction = UnicodeAttribute(default="twin")
    state = UnicodeAttribute(default="guard")
    stored_at = InstantAttribute()
    about = UnicodeAttribute()
    text = UnicodeAttribute(null=True)


class SentPointer(StoredRow):
    """Which SMS, `about`, a carrier means by a reference."""

    class Meta(_MessagesMeta):
        pass

    key = UnicodeAttribute(hash_key=True)
    direction = UnicodeAttribute(default="sent")
    state = UnicodeAttribute(default="sent")
    stored_at = InstantAttribute()
    about = UnicodeAttribute()


def take_nonce(provider: str, digest: str, content: str, now: dt.datetime) -> bool:
    """Let a nonce prove one content, however often that comes.

    False if it came with another content before. Raises StoreUnavailable.
    """
    before = put_first(Nonce(keys.nonce(provider, digest), stored_at=now, about=content))
    return before is None or before.about == content


def dedup_row(digest: str, message_key: str, stored_at: dt.datetime) -> Write:
    """Return the write that makes an SMS the first of its content.

    It is refused if there is one already.
    """
    row = DedupRow(keys.twin(digest), stored_at=stored_at, about=message_key)
    return Write.put("once", row.key, row, DedupRow.key.does_not_exist())


def latest_row(digest: str, message_key: str, stored_at: dt.datetime, text: str, within: dt.timedelta) -> Write:
    """Return the write that makes an SMS the latest of its sender.

    It is refused if the latest has the same text and was stored `within` that time before.
    """
    row = DedupRow(keys.twin(digest), stored_at=stored_at, about=message_key, text=text)
    is_other = (DedupRow.text != text) | (DedupRow.stored_at < stored_at - within)
    return Write.put("once", row.key, row, DedupRow.key.does_not_exist() | is_other)


def get_dedup_row(key: str) -> DedupRow | None:
    """Return the row of a content's first SMS; raises StoreUnavailable."""
    return next(iter(rows_of(DedupRow, [key])), None)


def put_pointer(provider: str, reference: str, message_key: str, now: dt.datetime) -> None:
    """Note which SMS a provider means by a reference, once; raises StoreUnavailable."""
    put_new(SentPointer(keys.sent(provider, reference), stored_at=now, about=message_key))


def pointed_at(provider: str, reference: str) -> str | None:
    """Return the key of the SMS that a provider's reference names.

    None if it is not known. Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return SentPointer.get(keys.sent(provider, reference), consistent_read=True).about
        except SentPointer.DoesNotExist:
            return None
