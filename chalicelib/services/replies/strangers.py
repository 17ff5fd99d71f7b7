"""Limit replies to phones that the election does not know.

So many an hour for all together, for numbers can be forged and SMS cost money.
"""

import datetime as dt

from chalicelib.store.budgets import spending, spent
from chalicelib.store.writes import Write

MOST_REPLIES_PER_HOUR = 60
SUBJECT = "strangers"


def reply_budget(election_id: str, at: dt.datetime) -> tuple[Write, ...] | None:
    """Return what counts one more reply to a stranger.

    In an hour of the election's clock; None where there were enough. Raises StoreUnavailable.
    """
    if spent(election_id, SUBJECT, at).get("replies", 0) >= MOST_REPLIES_PER_HOUR:
        return None
    return (spending(election_id, SUBJECT, at, {"replies": 1}, {"replies": MOST_REPLIES_PER_HOUR}),)
