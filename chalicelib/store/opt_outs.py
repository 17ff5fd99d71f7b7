"""Opt-outs: which phones want no SMS that they have not asked for. Each phone's newest wish, by election."""

import datetime as dt
from typing import Literal, cast

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.observation.sms.phones import Wish
from chalicelib.store.tables import TableMeta, store_faults, table_name
from chalicelib.store.writes import Write

Told = Literal["sms", "provider"]
"""Who told of a wish: the person by SMS, or the provider, which has taken the word itself or refuses the phone."""


class PhoneWish(Model):
    """A phone's newest wish, said at `at` (a real instant) by the SMS `message`, or refused when that was sent."""

    class Meta(TableMeta):
        table_name = table_name("optouts")

    election = UnicodeAttribute(hash_key=True)
    phone = UnicodeAttribute(range_key=True)
    wish = UnicodeAttribute()
    at = UTCDateTimeAttribute()
    message = UnicodeAttribute()
    told = UnicodeAttribute()

    @property
    def current(self) -> Wish:
        """What the phone wants now."""
        return cast(Wish, self.wish)

    @property
    def order(self) -> tuple[dt.datetime, str]:
        """The newer of two wishes is the later one; of one instant, that of the later key."""
        return self.at, self.message


def wish_of(election_id: str, phone: str) -> PhoneWish | None:
    """A phone's newest wish, None where it has said none. Raises StoreUnavailable."""
    with store_faults():
        try:
            return PhoneWish.get(election_id, phone, consistent_read=True)
        except PhoneWish.DoesNotExist:
            return None


def opted_out(election_id: str) -> list[PhoneWish]:
    """The phones that want no more SMS, by number. Raises StoreUnavailable."""
    with store_faults():
        return [row for row in PhoneWish.query(election_id, consistent_read=True) if row.current == "out"]


def wishing(before: PhoneWish | None, wish: PhoneWish) -> Write:
    """Puts a wish in place of the one that was read, if that still stands."""
    unchanged = (
        PhoneWish.phone.does_not_exist()
        if before is None
        else (PhoneWish.at == before.at) & (PhoneWish.message == before.message)
    )
    return Write.put("wish", wish.phone, wish, unchanged)


def unless_opted_out(election_id: str, phone: str) -> Write:
    """Lets a transaction pass only if a phone has not opted out."""
    willing = PhoneWish.phone.does_not_exist() | (PhoneWish.wish != "out")
    return Write.check("wish", phone, PhoneWish(election_id, phone), willing)
