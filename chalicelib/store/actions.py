"""Actions that were done, each under the key that came with it."""

import datetime as dt
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import LargeDocument, TableMeta, store_faults
from chalicelib.store.writes import Write

KEPT_FOR = dt.timedelta(days=2)


class ActionRow(StoredRow):
    """An action under its Idempotency-Key: its request's digest, its answer."""

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    digest = UnicodeAttribute()
    answer = LargeDocument()
    expires = TTLAttribute()


def done_before(election_id: str, who: str, key: str) -> ActionRow | None:
    """Return somebody's action of a key, as of now, or None.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return ActionRow.get(_scope(election_id, who), key, consistent_read=True)
        except ActionRow.DoesNotExist:
            return None


def done(election_id: str, who: str, key: str, digest: str, answer: dict[str, Any], now: dt.datetime) -> Write:
    """Return the write that keeps an action's answer under its key.

    It is refused where the key was used before, as a row that may exist only once.
    """
    row = ActionRow(_scope(election_id, who), key, digest=digest, answer=answer, expires=now + KEPT_FOR)
    return Write.put("once", action_key(election_id, who, key), row, ActionRow.id.does_not_exist())


def action_key(election_id: str, who: str, key: str) -> str:
    """Name the row by which a transaction's refusal tells of it."""
    return f"{_scope(election_id, who)}#{key}"


def _scope(election_id: str, who: str) -> str:
    return f"action#{election_id}#{who}"
