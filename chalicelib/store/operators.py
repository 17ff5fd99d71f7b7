"""Operators: who may read the API, and the audit trail of what was done."""

import datetime as dt
from typing import Literal

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.store.attributes import WordAttribute
from chalicelib.store.tables import Document, TableMeta, store_faults
from chalicelib.store.writes import Write

Role = Literal["viewer", "operator", "headquarters"]


class OperatorRow(Model):
    """An operator's access, under the SHA-256 of the token; the token itself is stored nowhere.

    `regions` empty: all of them.
    """

    class Meta(TableMeta):
        table = "operators"

    token = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    role = WordAttribute[Role]()
    election = UnicodeAttribute()
    regions = Document()
    expires_at = UTCDateTimeAttribute()
    revoked = BooleanAttribute(default=False)


class AuditRow(Model):
    """Something that a person did: who, what, to what, and a note that says why where one was asked for."""

    class Meta(TableMeta):
        table = "audit"

    election = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)
    who = UnicodeAttribute()
    action = UnicodeAttribute()
    subject = UnicodeAttribute()
    note = UnicodeAttribute(null=True)


def add(row: OperatorRow) -> None:
    """Store an operator; raises StoreUnavailable."""
    with store_faults():
        row.save()


def by_token_hash(token_hash: str) -> OperatorRow | None:
    """The operator with a token's hash, as of now; raises StoreUnavailable."""
    with store_faults():
        try:
            return OperatorRow.get(token_hash, consistent_read=True)
        except OperatorRow.DoesNotExist:
            return None


def of_election(election_id: str) -> list[OperatorRow]:
    """All operators of an election. Reads the whole small table: for the command line, never for a request."""
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


def recorded(election_id: str, at: dt.datetime, who: str, action: str, subject: str, note: str | None = None) -> Write:
    """The same line, to be written in one transaction with what it tells of."""
    row = _audit_row(election_id, at, who, action, subject, note)
    return Write.put("row", row.at, row)


def _audit_row(
    election_id: str, at: dt.datetime, who: str, action: str, subject: str, note: str | None = None
) -> AuditRow:
    key = f"{at.isoformat()}#{action}#{subject}"
    return AuditRow(election_id, key, who=who, action=action, subject=subject, note=note)
