"""Receipts: carriers' words on an SMS, until its row has them."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.observation.sms.states import MessageState
from chalicelib.store.attributes import InstantAttribute
from chalicelib.store.queues import Queue, QueuedRow


class ReceiptRow(QueuedRow):
    """A carrier's word on an SMS: waiting → matched or unmatched.

    `provider` is the carrier and `reference` what it calls the SMS; `receipt` is its word, `receipt_detail` the reason
    that it gave, `provider_at` when it came about. `about` is the SMS's key once that is known.
    """

    direction = UnicodeAttribute(default="receipt")
    state = UnicodeAttribute(default=MessageState.WAITING)
    provider = UnicodeAttribute()
    reference = UnicodeAttribute()
    receipt = UnicodeAttribute()
    receipt_detail = UnicodeAttribute(null=True)
    provider_at = InstantAttribute(null=True)
    about = UnicodeAttribute(null=True)

    @property
    def begins_in(self) -> tuple[Queue, MessageState]:
        """The queue and state that the row begins in."""
        return "receipt", MessageState.WAITING
