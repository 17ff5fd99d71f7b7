"""Operators' access by tokens: shown once, hashed, scoped, expiring, revocable."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace

from chalicelib.observation.elections.accounts import Role
from chalicelib.observation.elections.election import Election, Station
from chalicelib.observation.elections.organisations import MemberView, VisibleToMember
from chalicelib.services.access.permissions import ALLOWED, Permission, may
from chalicelib.store import operators
from chalicelib.store.elections import existing
from chalicelib.store.operators import OperatorRow

ROLES: tuple[Role, ...] = tuple(ALLOWED)
COMMAND_LINE = "command line"
VALID_FOR = dt.timedelta(days=30)
EVERYTHING = VisibleToMember(phones="all", reports="all", stations="all")


class OperatorInvalid(ValueError):
    """An operator cannot be given this access."""


class NotOwn(PermissionError):
    """Somebody acts on what is another organisation's."""


class TokenRefused(Exception):
    """A bearer token is missing, unknown, expired or revoked."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who asks, and what they may see.

    They see one election and some of its regions (none named: all). Who works at the command line proves it by access
    to the stack itself, and has no `role`. `account`: the id of who signed in, None for a program's token.
    `organisation`: the coalition's member that it is limited to, and `sight` what that member sees; None: the whole
    coalition.
    """

    name: str
    role: Role | None
    election: str
    regions: tuple[str, ...]
    account: str | None = None
    organisation: str | None = None
    sight: MemberView | None = None
    has_no_people: bool = False

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

    def looking_at(self, election: Election) -> "Operator":
        """Return the operator with what their organisation sees of an election."""
        return self if self.organisation is None else replace(self, sight=MemberView(election, self.organisation))

    def sees_station(self, station: Station) -> bool:
        """Whether the operator sees a station, by region and organisation."""
        return self.sees(station.region) and (self.sight is None or self.sight.sees_station(station.number))

    def sees_reports_of(self, observer: str | None) -> bool:
        """Whether the operator sees what an observer reports; None: nobody known."""
        return self.sight is None or self.sight.sees_reports_of(observer)

    def sees_message(self, region: str | None, observer: str | None) -> bool:
        """Whether the operator sees what an observer of a region sent.

        Of no region it is the whole nation's.
        """
        return (self.sees_all() if region is None else self.sees(region)) and self.sees_reports_of(observer)

    def toward(self, observer: str | None) -> "Operator":
        """Return the operator as they see an observer.

        The operator sees no people where those are another organisation's.
        """
        if self.sight is None or self.sight.sees_people_of(observer):
            return self
        return replace(self, has_no_people=True)

    def acts_for(self, observer: str | None) -> bool:
        """Whether the operator may decide about what an observer sent.

        What nobody known has sent is decided by who sees everybody's reports and phones.
        """
        if self.sight is None or self.sight.owns(observer):
            return True
        return observer is None and self.sight.sees == EVERYTHING

    def require_own(self, *observers: str | None) -> None:
        """Refuse to act for another organisation's observers; raises NotOwn."""
        if not all(self.acts_for(observer) for observer in observers):
            raise NotOwn("it is another organisation's: you act for your own observers only")

    def require_station(self, station: str, *, is_whole: bool = False) -> None:
        """Refuse to act on a station where none of one's own observes.

        `whole`: where anybody else does. Raises NotOwn.
        """
        if self.sight is None:
            return
        if not (self.sight.owns_all_of(station) if is_whole else self.sight.owns_part_of(station)):
            raise NotOwn(f"station {station} is not your organisation's{' alone' if is_whole else ''}")

    def may(self, permission: Permission) -> bool:
        """Whether the operator's role may do something."""
        if self.has_no_people and permission is Permission.READ_PEOPLE:
            return False
        return may(self.role, permission, self.organisation, self.regions)

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
    organisation: str | None = None,
) -> str:
    """Give somebody access; return the token, stored nowhere.

    Raises ElectionUnknown, OperatorInvalid.
    """
    election = existing(election_id).election
    require_scope(election, regions, organisation)
    token = secrets.token_urlsafe(32)
    row = OperatorRow(
        token_hash(token),
        name=name,
        role=role,
        election=election_id,
        regions=list(regions),
        organisation=organisation,
        expires_at=now + valid_for,
    )
    operators.add(row)
    operators.record(election_id, now, COMMAND_LINE, "operator added", f"{name} ({role})")
    return token


def require_scope(election: Election, regions: Collection[str], organisation: str | None) -> None:
    """Refuse regions and organisations that an election does not have; raises OperatorInvalid."""
    unknown = sorted(set(regions) - set(election.regions))
    if unknown:
        existing_regions = ", ".join(election.regions)
        raise OperatorInvalid(f"no such region: {', '.join(unknown)}; election {election.id} has {existing_regions}")
    if organisation is not None and organisation not in election.organisations:
        members = ", ".join(election.organisations) or "none"
        raise OperatorInvalid(f"no such organisation: {organisation}; election {election.id} has {members}")


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
    return Operator(row.name, row.role, row.election, tuple(row.regions), organisation=row.organisation)


def token_hash(token: str) -> str:
    """Hash a token as it is stored.

    A token has 256 random bits, so a plain hash cannot be searched for.
    """
    return hashlib.sha256(token.encode()).hexdigest()
