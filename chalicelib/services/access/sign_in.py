"""Sign in without a password.

A link and a code go to the account's address, each for one use.

What is asked for an unknown address looks the same from outside: the same answer, after the same time.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election
from chalicelib.observation.texts.catalogue import text
from chalicelib.services.access.accounts import address_hash, address_of, is_open
from chalicelib.services.access.refusals import TooManyAttempts
from chalicelib.services.outbox import Email, Origin, email_row, sms_row
from chalicelib.store import accounts, keys
from chalicelib.store.accounts import AccountRow, ProofRow
from chalicelib.store.elections import current
from chalicelib.store.messages import Message
from chalicelib.store.routes import number_of
from chalicelib.store.tables import put_new

VALID_FOR = dt.timedelta(minutes=15)
MOST_TRIES = 5
REQUESTS_PER_ADDRESS = 5
"""Proofs that one address is sent in a quarter of an hour."""
REQUESTS_PER_CALLER = 60
"""Requests of one network address in an hour: a room of operators shares one."""
WRONG_PER_ADDRESS = 20
"""Wrong codes for one address in a day: 10^6 codes, so that guessing is hopeless."""
_QUARTER, _HOUR, _DAY = (dt.timedelta(minutes=15), dt.timedelta(hours=1), dt.timedelta(days=1))


class ProofRefused(Exception):
    """A link or code is wrong, was used, or is too old.

    `left`: how many tries are left for a code.
    """

    def __init__(self, why: str, left: int | None = None) -> None:
        super().__init__(why)
        self.left = left


@dataclass(frozen=True, slots=True)
class SignInResult:
    """Whose proof it was.

    It has the account that was asked for, and all of that address.
    """

    account: AccountRow
    others: tuple[AccountRow, ...]


def request_proof(written: str, page: str, caller: str, now: dt.datetime) -> None:
    """Send a link and a code to an address.

    If somebody has an account there.

    `page`: where the link leads; `caller`: the network address that asks. Raises TooManyAttempts, StoreUnavailable.
    """
    address = address_of(written)
    hashed = address_hash(address)
    bound_caller(caller, now)
    _bound(f"address#{hashed}", _QUARTER, REQUESTS_PER_ADDRESS, now)
    token, code = make_proof(address, now)
    account = next(iter(open_accounts(hashed, now)), None)
    if account is not None:
        loaded = current(account.scope)
        if loaded is not None:
            put_new(_proof_message(loaded.election, account, link_of(page, token), code, now))


def bound_caller(caller: str, now: dt.datetime) -> None:
    """Count a request of a network address; raises TooManyAttempts, StoreUnavailable."""
    _bound(f"caller#{caller}", _HOUR, REQUESTS_PER_CALLER, now)


def accounts_beside(account: AccountRow, now: dt.datetime) -> tuple[AccountRow, ...]:
    """Return every open account of an account's address.

    Itself among them; a wall's has no address, and is alone. Raises StoreUnavailable.
    """
    if "@" not in account.address and not account.address.startswith("+"):
        return (account,)
    return tuple(open_accounts(address_hash(account.address), now)) or (account,)


def signed_in_elsewhere(account: AccountRow, election_id: str, now: dt.datetime) -> SignInResult:
    """Return the account of the same address in another election.

    Whoever has proved the address once needs no new proof. Raises ProofRefused, StoreUnavailable.
    """
    accounts_of_address = accounts_beside(account, now)
    for other in accounts_of_address:
        if other.scope == election_id:
            return SignInResult(other, accounts_of_address)
    raise ProofRefused(f"your address has no account in election {election_id}")


def make_proof(address: str, now: dt.datetime) -> tuple[str, str]:
    """Make an address's newest proof: a link's token and a code.

    Raises StoreUnavailable.
    """
    row, token, code = proof_of(address_hash(address), now, VALID_FOR)
    accounts.put_proof(row)
    return token, code


def proof_of(hashed: str, now: dt.datetime, valid_for: dt.timedelta) -> tuple[ProofRow, str, str]:
    """Return the row of a new proof.

    It holds its link's token and its code; only hashes are in the row.
    """
    token, code, salt = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}", secrets.token_hex(16)
    until = now + valid_for
    row = ProofRow(
        accounts.address_scope(hashed),
        accounts.PROOF,
        token=_hash(token, salt),
        code=_hash(code, salt),
        salt=salt,
        until=until,
        expires=until + _DAY,
    )
    return row, f"{urlsafe_b64encode(bytes.fromhex(hashed)).decode().rstrip('=')}.{token}", code


def link_of(page: str, token: str) -> str:
    """Return a sign-in link.

    Its token stands in the fragment, which no server and no log sees.
    """
    return f"{page.rstrip('/')}/#sign-in={token}"


def redeem_link(token: str, election_id: str | None, now: dt.datetime) -> SignInResult:
    """Return who signs in by a link's token, and use it up.

    Raises ProofRefused, StoreUnavailable.
    """
    written, _, secret = token.partition(".")
    try:
        hashed = urlsafe_b64decode(written + "=" * (-len(written) % 4)).hex()
    except ValueError as invalid:
        raise ProofRefused("this link is not whole: copy all of it, or ask for a new one") from invalid
    row = _standing(hashed, now)
    if not hmac.compare_digest(row.token, _hash(secret, row.salt)):
        raise ProofRefused("this link is not the newest: use the last one, or ask for a new one")
    return _signed_in(row, hashed, election_id, now)


def redeem_code(written: str, code: str, election_id: str | None, now: dt.datetime) -> SignInResult:
    """Use an address's code up; return who signs in by it.

    Raises ProofRefused, TooManyAttempts, StoreUnavailable.
    """
    hashed = address_hash(address_of(written))
    _bound(f"code#{hashed}", _DAY, WRONG_PER_ADDRESS, now)
    row = _standing(hashed, now)
    if row.tries >= MOST_TRIES:
        raise ProofRefused("too many wrong codes: ask for a new one", 0)
    if not hmac.compare_digest(row.code, _hash(code.strip(), row.salt)):
        left = MOST_TRIES - row.tries - 1
        accounts.count_wrong_code(row)
        raise ProofRefused(f"this code is wrong: {left} of {MOST_TRIES} tries left", left)
    return _signed_in(row, hashed, election_id, now)


def open_accounts(hashed: str, now: dt.datetime) -> list[AccountRow]:
    """Return the accounts of an address that give access now.

    The newest comes first.
    """
    rows = [accounts.get_account(place.id, place.account) for place in accounts.places_of(hashed)]
    valid = [row for row in rows if row is not None and is_open(row, now)]
    return sorted(valid, key=lambda row: row.invited_at, reverse=True)


def _standing(hashed: str, now: dt.datetime) -> ProofRow:
    row = accounts.get_proof(hashed)
    if row is None or row.until <= now:
        raise ProofRefused("this proof was used or is too old: ask for a new one", 0)
    return row


def _signed_in(row: ProofRow, hashed: str, election_id: str | None, now: dt.datetime) -> SignInResult:
    valid = open_accounts(hashed, now)
    chosen = next((account for account in valid if election_id in (None, account.scope)), None)
    if chosen is None or not accounts.use_up(row):
        raise ProofRefused("this proof was used or is too old: ask for a new one", 0)
    return SignInResult(chosen, tuple(valid))


def _bound(who: str, window: dt.timedelta, most: int, now: dt.datetime) -> None:
    seconds = int(window.total_seconds())
    begun = int(now.timestamp()) // seconds * seconds
    until = dt.datetime.fromtimestamp(begun + seconds, dt.UTC)
    if accounts.count_attempt(who, str(begun), until + _HOUR) > most:
        raise TooManyAttempts(until)


def _proof_message(election: Election, account: AccountRow, link: str, code: str, now: dt.datetime) -> Message:
    """Make the SMS or email that brings a proof.

    It goes first, as alerts do.
    """
    language = account.language or election.languages[0]
    minutes = str(int(VALID_FOR.total_seconds() // 60))
    written = text(election, language, "sign_in", code=code, minutes=minutes, link=link)
    key = keys.sign_in(election.id, secrets.token_hex(16))
    origin = Origin(election.id, account.id, now, "alert")
    if "@" in account.address:
        return email_row(key, account.address, Email(text(election, language, "sign_in_subject"), written), origin)
    row = sms_row(key, account.address, written, origin, sender=number_of(election.id))
    row.conversation = None
    return row


def _hash(secret: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}{secret}".encode()).hexdigest()
