"""Changes of accounts, each once, audited, on the version seen."""

from collections.abc import Mapping
from typing import Any

from chalicelib.observation.elections.accounts import Role
from chalicelib.observation.elections.election import Election
from chalicelib.services.access.accounts import (
    MOST_ENDED,
    AccountUnknown,
    Invitation,
    access_of,
    account_writes,
    address_hash,
    address_of,
    describe,
    distinct,
    end_sessions,
    revoking,
)
from chalicelib.services.access.operators import OperatorInvalid, require_scope
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.versions import VersionPassed
from chalicelib.store import accounts
from chalicelib.store.accounts import AccountRow
from chalicelib.store.outcome import AccountChanged


class AccountExists(Exception):
    """The address has an account in this election already."""


def invite(election: Election, invitation: Invitation, action: Action) -> dict[str, Any]:
    """Give an address an account, or a revoked one again.

    Raises AccountExists, OperatorInvalid, and what `perform` raises.
    """
    identity = accounts.account_id(address_hash(address_of(invitation.address, election.default_region)))

    def attempt() -> Change:
        before = accounts.get_account(election.id, identity)
        if before is not None and not before.revoked:
            raise AccountExists(f"{before.name} has an account of this address: change that one")
        seen = before.version if before else 0
        row, writes = account_writes(election, invitation, action.who, action.now, seen)
        return Change(describe(row, []), writes, "account added", _subject(row), None, access_of(row))

    return perform(action, attempt, also=(AccountChanged,))


def change_account(
    election: Election,
    identity: str,
    changes: Mapping[str, Any],
    seen: int,
    action: Action,
    *,
    of_role: Role | None = None,
) -> dict[str, Any]:
    """Change an account's role, regions, language or end, on the version seen.

    `of_role`: it is refused for accounts of other roles. Raises AccountUnknown, VersionPassed, OperatorInvalid, and
    what `perform` raises.
    """

    def attempt() -> Change:
        row = _required(election.id, identity)
        if row.version != seen:
            raise VersionPassed(f"{row.name}'s account is at version {row.version} now, you have seen {seen}")
        if of_role not in (None, row.role):
            raise OperatorInvalid(f"{row.name} is no {of_role}: an administrator changes other accounts")
        before = access_of(row)
        for name, value in changes.items():
            if value is not None or name not in ("role", "regions"):
                setattr(row, name, list(value) if name == "regions" else value)
        if row.role != before["role"]:
            others = [other for other in accounts.accounts_of(election.id) if other.id != row.id]
            row.name = distinct(Invitation(row.name, row.address, row.role), others)
        require_scope(election, row.regions, row.organisation)
        row.version = seen + 1
        writes = accounts.putting_account(row, address_hash(row.address), seen)
        return Change(describe(row, _sessions(row)), writes, "account changed", _subject(row), before, access_of(row))

    return perform(action, attempt, also=(AccountChanged,))


def revoke(election_id: str, identity: str, action: Action) -> dict[str, Any]:
    """End an account's access and its sessions, whatever its version.

    Raises AccountUnknown, and what `perform` raises.
    """

    def attempt() -> Change:
        row = _required(election_id, identity)
        writes = revoking(row)
        after = describe(row, []) | {"revoked": True, "version": row.version + 1}
        return Change(after, writes, "account revoked", _subject(row), access_of(row), None)

    answer = perform(action, attempt, also=(AccountChanged,))
    end_sessions(_required(election_id, identity))
    return answer


def sign_out_everywhere(election_id: str, identity: str, action: Action) -> dict[str, Any]:
    """End all sessions of an account.

    Raises AccountUnknown, and what `perform` raises.
    """

    def attempt() -> Change:
        row = _required(election_id, identity)
        ended = _sessions(row)
        writes = tuple(accounts.ending(session) for session in ended[:MOST_ENDED])
        return Change(describe(row, []), writes, "sessions ended", _subject(row), {"sessions": len(ended)}, None)

    answer = perform(action, attempt)
    end_sessions(_required(election_id, identity))
    return answer


def _required(election_id: str, identity: str) -> AccountRow:
    row = accounts.get_account(election_id, identity)
    if row is None:
        raise AccountUnknown("there is no such account in this election")
    return row


def _sessions(row: AccountRow) -> list[accounts.SessionRow]:
    return [session for session in accounts.sessions_of(row.scope) if session.account == row.id]


def _subject(row: AccountRow) -> str:
    return f"account {row.name}"
