"""Wrong codes per phone.

Each is one small row, from the first wrong one to the next right one.
"""

import datetime as dt
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, store_faults
from chalicelib.store.writes import Write


class WrongCodesRow(StoredRow):
    """A phone's wrong codes since its last right one.

    `at`: when the last of them came.
    """

    class Meta(TableMeta):
        table = "incidents"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    wrong = IntAttribute()
    at = InstantAttribute()


@dataclass(frozen=True, slots=True)
class WrongCodes:
    """A phone's wrong codes since its last right one, counted."""

    election: str
    phone: str
    count: int = 0

    def one_more(self, at: dt.datetime) -> Write:
        """Return the write that counts one more.

        It is refused if another was counted meanwhile.
        """
        row = WrongCodesRow(_partition(self.election), self.phone, wrong=self.count + 1, at=at)
        unchanged = WrongCodesRow.wrong == self.count if self.count else WrongCodesRow.wrong.does_not_exist()
        return Write.put("budget", self.phone, row, unchanged)


def wrong_codes(election_id: str, phone: str) -> WrongCodes:
    """Return a phone's wrong codes; raises StoreUnavailable."""
    with store_faults():
        try:
            row = WrongCodesRow.get(_partition(election_id), phone, consistent_read=True)
        except WrongCodesRow.DoesNotExist:
            return WrongCodes(election_id, phone)
    return WrongCodes(election_id, phone, row.wrong)


def after_right_code(election_id: str, phone: str, fewer_than: int) -> Write:
    """Return the write by which a right code forgets the wrong ones.

    It is refused where there are not `fewer_than` so many. So a right code needs no read, and of many that are tried at
    once no more count than of as many in turn.
    """
    row = WrongCodesRow(_partition(election_id), phone)
    few = WrongCodesRow.wrong.does_not_exist() | (WrongCodesRow.wrong < fewer_than)
    return Write.delete("budget", phone, row, few)


def releasing(election_id: str, phone: str) -> Write:
    """Return the write by which a person releases a phone."""
    return Write.delete("row", phone, WrongCodesRow(_partition(election_id), phone))


def _partition(election_id: str) -> str:
    return f"{election_id}#codes"
