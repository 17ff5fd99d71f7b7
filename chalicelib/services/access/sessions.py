"""Sessions of signed-in browsers.

Each is a cookie for twelve hours at most, and ends when it is idle.
"""

import datetime as dt
import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from chalicelib.services.access.accounts import SHOWN_DIGITS, is_open, operator_of
from chalicelib.services.access.operators import Operator
from chalicelib.store import accounts
from chalicelib.store.accounts import AccountRow, SessionRow
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import write
from chalicelib.store.writes import Write

LASTS = dt.timedelta(hours=12)
IDLE = dt.timedelta(minutes=30)
WALL_LASTS = dt.timedelta(hours=24)
NEVER_IDLE: Final = frozenset(("wall",))
"""Roles that nobody sits in front of."""
NOTED_EVERY = dt.timedelta(minutes=5)
"""How often it is noted that a session is used: a write per poll would be a write every five seconds."""
LONGEST_DEVICE = 120


class SessionRefused(Exception):
    """A session's cookie is unknown, ended, idle for long, or revoked."""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person: who, and by which session."""

    operator: Operator
    account: AccountRow
    row: SessionRow


def begin(account: AccountRow, device: str, now: dt.datetime, until: dt.datetime | None = None) -> str:
    """Begin a session; return its cookie's value, stored nowhere.

    `device`: what the browser calls itself. `until`: when a session ends that this one goes on from, and so it does.
    Raises StoreUnavailable.
    """
    token = secrets.token_urlsafe(32)
    ends = now + (WALL_LASTS if account.role in NEVER_IDLE else LASTS)
    ends = min(ends, until or ends)
    row = SessionRow(
        account.scope,
        accounts.session_id(_hash(token)),
        account=account.id,
        device=device[:LONGEST_DEVICE],
        begun_at=now,
        used_at=now,
        until=ends,
        expires=ends + dt.timedelta(days=1),
    )
    write([accounts.beginning(row), _recorded("signed in", account, row, now)])
    return f"{urlsafe_b64encode(account.scope.encode()).decode().rstrip('=')}.{token}"


def resume(cookie: str, now: dt.datetime) -> Session:
    """Return a cookie's session; note its use now and then.

    Raises SessionRefused, StoreUnavailable.
    """
    election_id, token = _parts(cookie)
    row = accounts.get_session(election_id, accounts.session_id(_hash(token)))
    if row is None or row.until <= now:
        raise SessionRefused("this session has ended: sign in again")
    account = accounts.get_account(election_id, row.account)
    if account is None or not is_open(account, now):
        raise SessionRefused("this account has no access any more")
    if account.role not in NEVER_IDLE and row.used_at + IDLE + NOTED_EVERY <= now:
        raise SessionRefused("this session was idle for too long: sign in again")
    if row.used_at + NOTED_EVERY <= now:
        accounts.note_use(row, now)
    return Session(operator_of(account), account, row)


def end(cookie: str, now: dt.datetime) -> None:
    """End a cookie's session; raises SessionRefused, StoreUnavailable."""
    session = resume(cookie, now)
    write([accounts.ending(session.row), _recorded("signed out", session.account, session.row, now)])


def _recorded(what: str, account: AccountRow, row: SessionRow, now: dt.datetime) -> Write:
    """Return the write of a session's line in the audit trail."""
    return recorded(row.scope, now, operator_of(account).signature, what, f"session {row.id[-SHOWN_DIGITS:]}")


def _parts(cookie: str) -> tuple[str, str]:
    written, _, token = cookie.partition(".")
    try:
        election_id = urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
    except ValueError as invalid:
        raise SessionRefused("this is no session's cookie") from invalid
    if not election_id or not token:
        raise SessionRefused("this is no session's cookie")
    return election_id, token


def _hash(token: str) -> str:
    """Hash a token of 256 random bits.

    A plain hash of so many cannot be searched for.
    """
    return hashlib.sha256(token.encode()).hexdigest()
