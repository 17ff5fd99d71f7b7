"""Limit replies to phones that the election does not know.

One to each, and so many an hour for all together, for numbers can be forged and SMS cost money.
"""

import datetime as dt
from collections.abc import Container

from chalicelib.store.budgets import answered_once, spending, spent
from chalicelib.store.writes import Write

MOST_REPLIES_PER_HOUR = 60
SUBJECT = "strangers"


def reply_budget(election_id: str, at: dt.datetime) -> tuple[Write, ...] | None:
    """Return what counts one more reply to a stranger.

    It is counted in an hour of the election's clock; None where there were enough. Raises StoreUnavailable.
    """
    if spent(election_id, SUBJECT, at).get("replies", 0) >= MOST_REPLIES_PER_HOUR:
        return None
    return (spending(election_id, SUBJECT, at, {"replies": 1}, {"replies": MOST_REPLIES_PER_HOUR}),)


def one_reply(election_id: str, phone: str, at: dt.datetime, existing_keys: Container[str]) -> tuple[Write, ...] | None:
    """Return what counts a stranger's reply as its phone's only one.

    It is None where the phone had it, as `existing_keys` tell, or all had enough. Raises StoreUnavailable.
    """
    only = answered_once(election_id, phone)
    counted = reply_budget(election_id, at) if only.key not in existing_keys else None
    return (only, *counted) if counted is not None else None
