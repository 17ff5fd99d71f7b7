"""Operators' access by tokens.

Shown once, stored hashed, scoped, expiring, and revocable at once.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from chalicelib.services.access.permissions import ALLOWED, Permission, may
from chalicelib.store import operators
from chalicelib.store.elections import existing
from chalicelib.store.operators import OperatorRow, Role

ROLES: tuple[Role, ...] = tuple(ALLOWED)
COMMAND_LINE = "command line"
VALID_FOR = dt.timedelta(days=30)


class OperatorInvalid(ValueError):
    """An operator cannot be given this access."""


class TokenRefused(Exception):
    """A bearer token is missing, unknown, expired or revoked."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks, and what they may see.

    One election, some of its regions (none named: all). Who works at the command line proves it by access to the stack
    itself, and has no `role`. `account`: the id of who signed in, None for a program's token.
    """

    name: str
    role: Role | None
    election: str
    regions: tuple[str, ...]
    account: str | None = None
    organisation: str | None = None

    @property
    def signature(self) -> str:
        """Who it was, as the audit trail and histories say it."""
        return self.name if self.role is None else f"{self.name} ({self.role})"

    def sees_all(self) -> bool:
        """Whether the operator sees the whole nation."""
        return not self.regions

    def sees(self, region: str) -> bool:
        """Whether the operator sees a region."""
        return not self.regions or region in self.regions

    def may(self, permission: Permission) -> bool:
        """Whether the operator's role may do something."""
        return may(self.role, permission)

    def sees_phones(self) -> bool:
        """Whether the operator needs to call people."""
        return self.may(Permission.READ_PEOPLE)


def add_operator(
    name: str,
    role: Role,
    election_id: str,
    regions: tuple[str, ...],
    now: dt.datetime,
    valid_for: dt.timedelta = VALID_FOR,
) -> str:
    """Give somebody access; return the token, stored nowhere.

    Raises ElectionUnknown, OperatorInvalid.
    """
    election = existing(election_id).election
    unknown = sorted(set(regions) - set(election.regions))
    if unknown:
        known = ", ".join(election.regions)
        raise OperatorInvalid(f"no such region: {', '.join(unknown)}; election {election_id} has {known}")
    token = secrets.token_urlsafe(32)
    row = OperatorRow(
        token_hash(token), name=name, role=role, election=election_id, regions=list(regions), expires_at=now + valid_for
    )
    operators.add(row)
    operators.record(election_id, now, COMMAND_LINE, "operator added", f"{name} ({role})")
    return token


def revoke_operator(name: str, election_id: str, now: dt.datetime) -> int:
    """End all access of a name at once; return how many tokens."""
    rows = [row for row in operators.of_election(election_id) if row.name == name and not row.revoked]
    for row in rows:
        operators.revoke(row)
        operators.record(election_id, now, COMMAND_LINE, "operator revoked", name)
    return len(rows)


def at_the_command_line(election_id: str) -> Operator:
    """Whoever runs ./baykoo on the stack."""
    return Operator(COMMAND_LINE, None, election_id, ())


def authenticate(authorization: str | None, now: dt.datetime) -> Operator:
    """Return the operator that an Authorization header proves.

    RFC 6750. Raises TokenRefused, StoreUnavailable.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefused("send the header Authorization: Bearer TOKEN; ./baykoo operator add prints a token")
    row = operators.by_token_hash(token_hash(token.strip()))
    if row is None or row.revoked:
        raise TokenRefused("this token is not known, or was revoked")
    if row.expires_at <= now:
        raise TokenRefused(f"this token expired at {row.expires_at.isoformat()}: ask for a new one")
    return Operator(row.name, row.role, row.election, tuple(row.regions))


def token_hash(token: str) -> str:
    """Hash a token as it is stored.

    A token has 256 random bits, so a plain hash cannot be searched for.
    """
    return hashlib.sha256(token.encode()).hexdigest()
