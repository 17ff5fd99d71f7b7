"""Opt-outs: each phone's newest wish about unsolicited SMS, by election."""

import datetime as dt
from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.observation.sms.phones import OptOutState
from chalicelib.store.attributes import InstantAttribute, WordAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, put_new, store_faults
from chalicelib.store.writes import Write

Told = Literal["sms", "provider", "operator"]
"""Who told of a wish: the person by SMS, an operator whom they asked, or the provider, which has taken the word itself
or refuses the phone."""


class OptOutRow(StoredRow):
    """A phone's newest wish, with the SMS that it came with.

    `at` is the real instant of the SMS `message` that expressed the wish, or that the phone's provider refused.
    `answered`: when wishes were answered in the last hour.
    """

    class Meta(TableMeta):
        table = "optouts"

    election = UnicodeAttribute(hash_key=True)
    phone = UnicodeAttribute(range_key=True)
    wish = WordAttribute[OptOutState]()
    at = InstantAttribute()
    message = UnicodeAttribute()
    source = UnicodeAttribute()
    answered = Document(default=list)

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """The order of wishes: by instant, and within one by key."""
        return self.at, self.message


def wish_of(election_id: str, phone: str) -> OptOutRow | None:
    """Return a phone's newest wish, None if it has expressed none.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return OptOutRow.get(election_id, phone, consistent_read=True)
        except OptOutRow.DoesNotExist:
            return None


def opted_out(election_id: str) -> list[OptOutRow]:
    """Return the phones that have opted out, in order; raises StoreUnavailable."""
    with store_faults():
        return [row for row in OptOutRow.query(election_id, consistent_read=True) if row.wish == "out"]


def put_opt_out(before: OptOutRow | None, wish: OptOutRow) -> Write:
    """Return the write that replaces a phone's wish by a newer one.

    It is refused if the stored wish is no longer the one that was read.
    """
    unchanged = (
        OptOutRow.phone.does_not_exist()
        if before is None
        else (OptOutRow.at == before.at) & (OptOutRow.message == before.message)
    )
    return Write.put("wish", wish.phone, wish, unchanged)


def unless_opted_out(election_id: str, phone: str) -> Write:
    """Lets a transaction pass only if a phone has not opted out."""
    willing = OptOutRow.phone.does_not_exist() | (OptOutRow.wish != "out")
    return Write.check("wish", phone, OptOutRow(election_id, phone), willing)


def keep_forgotten(wish: OptOutRow, digest: str) -> None:
    """Keep a phone's opt-out under a hash of the phone; raises StoreUnavailable."""
    with store_faults():
        OptOutRow(_forgotten(wish.election), digest, wish="out", at=wish.at, message="-", source=wish.source).save()


def forgotten_opt_outs(election_id: str) -> list[OptOutRow]:
    """Return the opt-outs of forgotten phones, by hash.

    Raises StoreUnavailable.
    """
    with store_faults():
        return list(OptOutRow.query(_forgotten(election_id), consistent_read=True))


def restore_opt_out(forgotten: OptOutRow, phone: str) -> bool:
    """Let a forgotten opt-out hold for a phone again.

    False where the phone has a wish.

    Raises StoreUnavailable.
    """
    election_id = forgotten.election.removesuffix(_FORGOTTEN)
    row = OptOutRow(election_id, phone, wish="out", at=forgotten.at, message="-", source=forgotten.source)
    return put_new(row)


_FORGOTTEN = "#forgotten"


def _forgotten(election_id: str) -> str:
    return f"{election_id}{_FORGOTTEN}"
