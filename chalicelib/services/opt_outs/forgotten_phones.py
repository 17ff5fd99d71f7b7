"""Opt-outs of phones that are forgotten: kept as keyed hashes.

A roster that names such a phone again is loaded with its opt-out.
"""

import hashlib
import hmac

from chalicelib.observation.elections.election import Election
from chalicelib.store.election_rewrite import comparing_key
from chalicelib.store.opt_outs import forgotten_opt_outs, keep_forgotten, restore_opt_out, wish_of


def keep_opt_out(election_id: str, phone: str) -> None:
    """Keep a phone's opt-out without the phone, if it has one.

    Raises StoreUnavailable.
    """
    wish = wish_of(election_id, phone)
    if wish is not None and wish.wish == "out":
        keep_forgotten(wish, _hash(comparing_key(election_id), phone))


def restore_opt_outs(election: Election) -> int:
    """Let forgotten opt-outs hold for phones that a roster names again.

    Returns for how many. One query where nobody is forgotten. Raises StoreUnavailable.
    """
    forgotten = {row.phone: row for row in forgotten_opt_outs(election.id)}
    if not forgotten:
        return 0
    key = comparing_key(election.id)
    phones = {phone: _hash(key, phone) for phone in (*election.observers_by_phone, *election.coordinators_by_phone)}
    return sum(restore_opt_out(forgotten[digest], phone) for phone, digest in phones.items() if digest in forgotten)


def _hash(key: bytes, phone: str) -> str:
    return hmac.new(key, phone.encode(), hashlib.sha256).hexdigest()
