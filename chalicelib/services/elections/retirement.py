"""Retire an election that is over, or that this version cannot read."""

import datetime as dt

from chalicelib.services.elections.audit import waiting_for
from chalicelib.store import election_removal, routes
from chalicelib.store.elections import ElectionUnknown, ElectionUnreadable, existing, is_under_way


class RetireRefused(Exception):
    """The election is at work; nothing was changed."""


def retire(election_id: str, now: dt.datetime, *, although_under_way: bool = False) -> tuple[str, ...]:
    """Retire an election; return the numbers that led to it.

    Nothing is escalated, summed up, reminded or watched for it from here on, and its numbers lead nowhere. All of its
    rows stay, and can be read. Raises RetireRefused, ElectionUnknown, StoreUnavailable.
    """
    try:
        loaded = existing(election_id)
    except ElectionUnreadable:  # and so nobody can tell whether it is under way: this is how to be rid of it
        pass
    else:
        if is_under_way(loaded, now) and not although_under_way:
            raise RetireRefused(f"{election_id} is under way: its observers would not be heard. --although-under-way")
        waiting = waiting_for(election_id)
        if waiting:
            raise RetireRefused(f"{waiting} SMS to {election_id} wait to be read: again in a minute")
    numbers = tuple(routes.numbers_of(election_id))
    for number in numbers:
        routes.remove_route(number)
    if not election_removal.retire(election_id, now):
        raise ElectionUnknown(f"there is no election {election_id!r}")
    return numbers
