"""Accounts: who may sign in to an election, as what, where."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.elections.accounts import MOST_ACCOUNTS, DeclaredAccount, Role
from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.phones import international
from chalicelib.services.access.operators import COMMAND_LINE, Operator, OperatorInvalid, require_scope
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.store import accounts, operators
from chalicelib.store.accounts import AccountRow, SessionRow
from chalicelib.store.elections import existing
from chalicelib.store.outcome import AccountChanged, write
from chalicelib.store.writes import Write

SHOWN_DIGITS: Final = 12
"""Of a session's id, which is a hash: enough to tell it from others."""


class AccountUnknown(LookupError):
    """There is no such account in this election."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom an account is for, and what they may.

    `address`: an email address or a phone; `regions` empty: all of them.
    """

    name: str
    address: str
    role: Role
    regions: tuple[str, ...] = ()
    organisation: str | None = None
    language: str | None = None
    expires_at: dt.datetime | None = None


def address_of(written: str, default_region: str | None = None) -> str:
    """Return an address in its one written form.

    An email's is in lower case, a phone's in E.164.
    """
    address = written.strip()
    return address.casefold() if "@" in address else international(address, default_region)


def address_hash(address: str) -> str:
    """Return what an address is found by.

    The address itself stands in no key.
    """
    return hashlib.sha256(address.encode()).hexdigest()


def account_writes(
    election: Election, invitation: Invitation, who: str, now: dt.datetime, seen: int
) -> tuple[AccountRow, tuple[Write, ...]]:
    """Return an account's row and the writes that replace the seen one.

    Raises OperatorInvalid, StoreUnavailable.
    """
    require_scope(election, invitation.regions, invitation.organisation)
    address = address_of(invitation.address, election.default_region)
    if "@" not in address and not address.startswith("+"):
        raise OperatorInvalid(f"{invitation.address} is neither an email address nor a phone with its country code")
    hashed = address_hash(address)
    existing_accounts = accounts.accounts_of(election.id)
    if not seen and len(existing_accounts) >= MOST_ACCOUNTS:
        raise OperatorInvalid(f"election {election.id} has {MOST_ACCOUNTS} accounts, and may have no more")
    new_id = accounts.account_id(hashed)
    row = AccountRow(
        election.id,
        new_id,
        name=distinct(invitation, [account for account in existing_accounts if account.id != new_id]),
        address=address,
        role=invitation.role,
        regions=list(invitation.regions),
        organisation=invitation.organisation,
        language=invitation.language,
        invited_by=who,
        invited_at=now,
        expires_at=invitation.expires_at,
        version=seen + 1,
    )
    return row, accounts.putting_account(row, hashed, seen)


def distinct(invitation: Invitation, others: Iterable[AccountRow]) -> str:
    """Return an invitation's name, numbered where somebody has it.

    Leases and the audit trail know people by name and role: two of one name would hold each other's.
    """
    used_names = {other.name for other in others if other.role == invitation.role}
    names = (invitation.name, *(f"{invitation.name} {number}" for number in range(2, len(used_names) + 2)))
    return next(name for name in names if name not in used_names)


def add_account(election_id: str, invitation: Invitation, now: dt.datetime) -> str:
    """Add an account at the command line; return its id.

    An address that has one is invited again.

    Raises ElectionUnknown, OperatorInvalid, StoreUnavailable.
    """
    election = existing(election_id).election
    hashed = address_hash(address_of(invitation.address, election.default_region))

    def add() -> str:
        before = accounts.get_account(election_id, accounts.account_id(hashed))
        row, writes = account_writes(election, invitation, COMMAND_LINE, now, before.version if before else 0)
        subject = f"account {row.name} ({row.role})"
        write([*writes, operators.recorded(election_id, now, COMMAND_LINE, "account added", subject)])
        return str(row.id)

    return until_uncontended(add, also=(AccountChanged,), what="the account")


def load_accounts(election_id: str, filed: Iterable[DeclaredAccount], now: dt.datetime) -> Counter[str]:
    """Give everybody of a file the account that it says.

    Who is not in the file keeps theirs, and what was revoked stays so. Returns how many were `added`, `changed`, left
    as they were (`same`) or `revoked`. Raises ElectionUnknown, OperatorInvalid, StoreUnavailable.
    """
    election = existing(election_id).election
    return Counter(_load(election, account, now) for account in filed)


def _load(election: Election, filed: DeclaredAccount, now: dt.datetime) -> str:
    identity = accounts.account_id(address_hash(address_of(filed.address, election.default_region)))
    fields = (filed.regions, filed.organisation, filed.language)
    invitation = Invitation(filed.name, filed.address, filed.role, *fields)

    def load() -> str:
        before = accounts.get_account(election.id, identity)
        if before is not None and before.revoked:
            return "revoked"
        if before is not None and _is_as_filed(before, filed):
            return "same"
        row, writes = account_writes(election, invitation, COMMAND_LINE, now, before.version if before else 0)
        row.expires_at = before.expires_at if before else None
        what, subject = "account added" if before is None else "account changed", f"account {row.name} ({row.role})"
        change = (access_of(before) if before else None, access_of(row))
        audited = operators.recorded(election.id, now, COMMAND_LINE, what, subject, change=change)
        write([*writes, audited])
        return "added" if before is None else "changed"

    return until_uncontended(load, also=(AccountChanged,), what=f"the account of {filed.name}")


def _is_as_filed(row: AccountRow, filed: DeclaredAccount) -> bool:
    numbered = re.fullmatch(rf"{re.escape(filed.name)} \d+", row.name)  # as `distinct` numbers it
    stands = (filed.name if numbered else row.name, row.role, tuple(row.regions), row.organisation, row.language)
    return stands == (filed.name, filed.role, filed.regions, filed.organisation, filed.language)


def access_of(row: AccountRow) -> dict[str, Any]:
    """Return what an account may, for the audit trail."""
    return {
        "role": row.role,
        "regions": list(row.regions),
        "organisation": row.organisation,
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


MOST_ENDED: Final = 90
"""Sessions that one transaction ends with its other rows; DynamoDB takes a hundred."""


def revoking(row: AccountRow) -> tuple[Write, ...]:
    """Return the writes that end an account's access and sessions."""
    sessions = [session for session in accounts.sessions_of(row.scope) if session.account == row.id]
    return accounts.revoking_account(row), *map(accounts.ending, sessions[:MOST_ENDED])


def revoke_account(election_id: str, name: str, now: dt.datetime) -> int:
    """End the access of everybody of a name now; return how many.

    Raises StoreUnavailable.
    """
    rows = [row for row in accounts.accounts_of(election_id) if row.name == name and not row.revoked]
    for row in rows:
        write(
            [*revoking(row), operators.recorded(election_id, now, COMMAND_LINE, "account revoked", f"account {name}")]
        )
        end_sessions(row)
    return len(rows)


def end_sessions(row: AccountRow) -> None:
    """End sessions of an account that one transaction left.

    Raises StoreUnavailable.
    """
    for session in accounts.sessions_of(row.scope):
        if session.account == row.id:
            accounts.end(session)


def operator_of(row: AccountRow) -> Operator:
    """Return what an account's owner may see and do."""
    return Operator(row.name, row.role, row.scope, tuple(row.regions), account=row.id, organisation=row.organisation)


def is_open(row: AccountRow, now: dt.datetime) -> bool:
    """Tell whether an account gives access at an instant."""
    return not row.revoked and (row.expires_at is None or row.expires_at > now)


def list_accounts(election_id: str) -> dict[str, Any]:
    """Return an election's accounts with their sessions, by name; raises StoreUnavailable."""
    by_account: dict[str, list[SessionRow]] = {}
    for session in accounts.sessions_of(election_id):
        by_account.setdefault(session.account, []).append(session)
    rows = sorted(accounts.accounts_of(election_id), key=lambda row: (row.name, row.id))
    return {"election": election_id, "accounts": [describe(row, by_account.get(row.id, [])) for row in rows]}


def describe(row: AccountRow, sessions: list[SessionRow]) -> dict[str, Any]:
    """Describe an account, with its sessions the latest used first."""
    recent = sorted(sessions, key=lambda session: session.used_at, reverse=True)
    return {
        "id": row.id.removeprefix(accounts.ACCOUNT),
        "version": row.version,
        "name": row.name,
        "address": row.address,
        "role": row.role,
        "regions": list(row.regions),
        "organisation": row.organisation,
        "language": row.language,
        "invited_by": row.invited_by,
        "invited_at": row.invited_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "revoked": row.revoked,
        "last_used_at": recent[0].used_at.isoformat() if recent else None,
        "sessions": [_session(session) for session in recent],
    }


def _session(row: SessionRow) -> dict[str, Any]:
    return {
        "id": row.id[-SHOWN_DIGITS:],
        "device": row.device,
        "begun_at": row.begun_at.isoformat(),
        "used_at": row.used_at.isoformat(),
        "until": row.until.isoformat(),
    }
