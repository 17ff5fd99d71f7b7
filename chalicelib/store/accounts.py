"""Who may sign in: accounts by election, one-time proofs by address, sessions.

An address stands in no key: its SHA-256 does. Of a proof and a session only hashes are kept.
"""

import datetime as dt

from pynamodb.attributes import BooleanAttribute, TTLAttribute, UnicodeAttribute

from chalicelib.observation.elections.accounts import Role
from chalicelib.store.attributes import InstantAttribute, IntAttribute, WordAttribute
from chalicelib.store.changes import setting
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, at_version, store_faults, updated_if
from chalicelib.store.writes import Write


class _Row(StoredRow):
    class Meta(TableMeta):
        table = "accounts"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class AccountRow(_Row):
    """Somebody's access to an election: `scope` the election, `id` account#HASH.

    `regions` empty: all of them. `address`: an email address or a phone in E.164. `version` grows with each change.
    """

    name = UnicodeAttribute()
    address = UnicodeAttribute()
    role = WordAttribute[Role]()
    regions = Document()
    organisation = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    invited_by = UnicodeAttribute()
    invited_at = InstantAttribute()
    expires_at = InstantAttribute(null=True)
    revoked = BooleanAttribute(default=False)
    version = IntAttribute(default=1)


class PlaceRow(_Row):
    """That an address has an account in an election.

    `scope` is address#HASH, `id` the election.
    """

    account = UnicodeAttribute()


class ProofRow(_Row):
    """A one-time proof that was sent to an address.

    `scope` is address#HASH, `id` proof.

    A link's token and a code, either of which is used once; `tries`: wrong codes so far.
    """

    token = UnicodeAttribute()
    code = UnicodeAttribute()
    salt = UnicodeAttribute()
    tries = IntAttribute(default=0)
    until = InstantAttribute()
    expires = TTLAttribute()


class SessionRow(_Row):
    """A signed-in browser: `scope` the election, `id` session#HASH of its cookie."""

    account = UnicodeAttribute()
    device = UnicodeAttribute()
    begun_at = InstantAttribute()
    used_at = InstantAttribute()
    until = InstantAttribute()
    expires = TTLAttribute()


class AttemptsRow(_Row):
    """How often something was tried: `scope` attempts#WHO, `id` its window's beginning."""

    tried = IntAttribute(default=0)
    expires = TTLAttribute()


PROOF = "proof"
ACCOUNT = "account#"


def account_id(address_hash: str) -> str:
    """Return an account's id within its election."""
    return f"{ACCOUNT}{address_hash[:24]}"


def address_scope(address_hash: str) -> str:
    """Return the partition of what is known of an address."""
    return f"address#{address_hash}"


def session_id(cookie_hash: str) -> str:
    """Return a session's id within its election."""
    return f"session#{cookie_hash}"


def get_account(election_id: str, identity: str) -> AccountRow | None:
    """Return an account, as of now, or None; raises StoreUnavailable."""
    with store_faults():
        try:
            return AccountRow.get(election_id, identity, consistent_read=True)
        except AccountRow.DoesNotExist:
            return None


def accounts_of(election_id: str) -> list[AccountRow]:
    """Return an election's accounts; raises StoreUnavailable."""
    with store_faults():
        return list(AccountRow.query(election_id, AccountRow.id.startswith(ACCOUNT), consistent_read=True))


def places_of(address_hash: str) -> list[PlaceRow]:
    """Return the elections that an address has accounts in; raises StoreUnavailable."""
    with store_faults():
        rows = PlaceRow.query(address_scope(address_hash), consistent_read=True)
        return [row for row in rows if row.id != PROOF]


def putting_account(row: AccountRow, address_hash: str, seen: int) -> tuple[Write, ...]:
    """Return the writes that store an account over the version seen.

    Version 0: there is none yet.
    """
    place = PlaceRow(address_scope(address_hash), row.scope, account=row.id)
    return Write.put("account", row.id, row, at_version(AccountRow, seen)), Write.put("row", place.id, place)


def revoking_account(row: AccountRow) -> Write:
    """Return the write that ends an account's access, as it was read."""
    actions = setting(AccountRow, {"revoked": True, "version": row.version + 1})
    return Write.update("account", row.id, row, actions, at_version(AccountRow, row.version))


def put_proof(row: ProofRow) -> None:
    """Store an address's newest proof in place of any other; raises StoreUnavailable."""
    with store_faults():
        row.save()


def get_proof(address_hash: str) -> ProofRow | None:
    """Return an address's newest proof, or None; raises StoreUnavailable."""
    with store_faults():
        try:
            return ProofRow.get(address_scope(address_hash), PROOF, consistent_read=True)
        except ProofRow.DoesNotExist:
            return None


def count_wrong_code(row: ProofRow) -> bool:
    """Count a wrong code; False where another was counted meanwhile."""
    return updated_if(row, [ProofRow.tries.set(row.tries + 1)], ProofRow.tries == row.tries)


def use_up(row: ProofRow) -> bool:
    """Use a proof up; False where it was used before. Raises StoreUnavailable."""
    spent = dt.datetime.fromtimestamp(0, dt.UTC)
    unused = (ProofRow.token == row.token) & (ProofRow.until > spent)
    return updated_if(row, [ProofRow.until.set(spent)], unused)


def beginning(row: SessionRow) -> Write:
    """Return the write that stores a session once."""
    return Write.put("once", row.id, row, SessionRow.id.does_not_exist())


def get_session(election_id: str, identity: str) -> SessionRow | None:
    """Return a session, as of now, or None; raises StoreUnavailable."""
    with store_faults():
        try:
            return SessionRow.get(election_id, identity, consistent_read=True)
        except SessionRow.DoesNotExist:
            return None


def sessions_of(election_id: str) -> list[SessionRow]:
    """Return an election's sessions; raises StoreUnavailable."""
    with store_faults():
        return list(SessionRow.query(election_id, SessionRow.id.startswith("session#"), consistent_read=True))


def note_use(row: SessionRow, at: dt.datetime) -> None:
    """Note a session's last use, if it is there; raises StoreUnavailable."""
    updated_if(row, [SessionRow.used_at.set(at)], SessionRow.id.exists())


def ending(row: SessionRow) -> Write:
    """Return the write that ends a session."""
    return Write.delete("row", row.id, row)


def end(row: SessionRow) -> None:
    """End a session; raises StoreUnavailable."""
    with store_faults():
        row.delete()


def count_attempt(who: str, window: str, expires: dt.datetime) -> int:
    """Count an attempt in a window; return how many there were.

    This one is counted too.

    Raises StoreUnavailable.
    """
    row = AttemptsRow(f"attempts#{who}", window)
    with store_faults():
        row.update(actions=[AttemptsRow.tried.add(1), AttemptsRow.expires.set(expires)])
    return row.tried
