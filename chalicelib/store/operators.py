"""Operators with access to the API, and the audit trail of actions."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.observation.elections.accounts import Role
from chalicelib.store.attributes import InstantAttribute, WordAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, store_faults
from chalicelib.store.writes import Write


class OperatorRow(StoredRow):
    """An operator's access, under the SHA-256 of the token.

    The token itself is stored nowhere. `regions` empty: all of them.
    """

    class Meta(TableMeta):
        table = "operators"

    token = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    role = WordAttribute[Role]()
    election = UnicodeAttribute()
    regions = Document()
    organisation = UnicodeAttribute(null=True)
    expires_at = InstantAttribute()
    revoked = BooleanAttribute(default=False)


class AuditRow(StoredRow):
    """A person's action: who, what, on what, and perhaps a note.

    The note gives the reason where the action requires one. `before` and `after`: what it changed, where it did.
    """

    class Meta(TableMeta):
        table = "audit"

    election = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)
    who = UnicodeAttribute()
    action = UnicodeAttribute()
    subject = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    before = Document(null=True)
    after = Document(null=True)

    @property
    def instant(self) -> dt.datetime:
        """When it was done."""
        return dt.datetime.fromisoformat(self.at.partition("#")[0])


def audit_of(election_id: str) -> Iterator[AuditRow]:
    """Yield an election's audit trail, the oldest line first; raises StoreUnavailable."""
    with store_faults():
        yield from AuditRow.query(election_id, consistent_read=True)


def add(row: OperatorRow) -> None:
    """Store an operator; raises StoreUnavailable."""
    with store_faults():
        row.save()


def by_token_hash(token_hash: str) -> OperatorRow | None:
    """Return the operator with a token's hash, as of now.

    None if there is none. Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return OperatorRow.get(token_hash, consistent_read=True)
        except OperatorRow.DoesNotExist:
            return None


def of_election(election_id: str) -> list[OperatorRow]:
    """Return all operators of an election.

    Reads the whole small table: for the command line, never for a request. Raises StoreUnavailable.
    """
    with store_faults():
        return list(OperatorRow.scan(OperatorRow.election == election_id))


def revoke(row: OperatorRow) -> None:
    """End an operator's access at once; raises StoreUnavailable."""
    with store_faults():
        row.update(actions=[OperatorRow.revoked.set(True)])


def record(election_id: str, at: dt.datetime, who: str, action: str, subject: str) -> None:
    """Add a line to the audit trail; raises StoreUnavailable."""
    with store_faults():
        _audit_row(election_id, at, who, action, subject).save()


def recorded(
    election_id: str,
    at: dt.datetime,
    who: str,
    action: str,
    subject: str,
    note: str | None = None,
    *,
    change: tuple[Any, Any] = (None, None),
) -> Write:
    """Return the write that adds a line to the audit trail.

    It belongs in one transaction with the action that it records. `change`: what was before it, and what after.
    """
    row = _audit_row(election_id, at, who, action, subject, note)
    row.before, row.after = change
    return Write.put("row", row.at, row)


def actions_before(election_id: str, at: str | None, limit: int) -> list[AuditRow]:
    """Return lines of the audit trail before one, by its range key.

    The newest first; raises StoreUnavailable.
    """
    earlier = AuditRow.at < at if at is not None else None
    with store_faults():
        return list(AuditRow.query(election_id, earlier, scan_index_forward=False, limit=limit))


def _audit_row(
    election_id: str, at: dt.datetime, who: str, action: str, subject: str, note: str | None = None
) -> AuditRow:
    key = f"{at.isoformat()}#{action}#{subject}"
    return AuditRow(election_id, key, who=who, action=action, subject=subject, note=note)
