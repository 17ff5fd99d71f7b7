"""Let numbers lead to elections, and take none away by mistake."""

import datetime as dt

from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.phones import international
from chalicelib.services.elections import loading
from chalicelib.store import routes
from chalicelib.store.elections import ElectionUnreadable, current, existing, is_under_way


class NumberInUse(Exception):
    """Observers of an election under way text to it; nothing changed."""


def require_free(number: str, election: Election, now: dt.datetime, *, although_under_way: bool = False) -> None:
    """Refuse a number to which another election's observers text now.

    Raises NumberInUse, StoreUnavailable.
    """
    holder = _holder(number, election)
    if holder is None or although_under_way:
        return
    try:
        loaded = current(holder, fresh=True)
    except ElectionUnreadable:  # nobody can tell whether it is under way
        return
    if loaded is not None and is_under_way(loaded, now):
        raise NumberInUse(
            f"{number} leads to {holder}, which is under way: its observers would not be heard. Give {election.id} "
            "another number, or --although-under-way"
        )


def lead(number: str, election_id: str, now: dt.datetime, *, although_under_way: bool = False) -> str:
    """Let a number lead to an election; return that in a sentence.

    Raises NumberInUse, ElectionRetired, ElectionUnknown, StoreUnavailable.
    """
    election = existing(election_id).election
    require_free(number, election, now, although_under_way=although_under_way)
    holder = _holder(number, election)
    matched = loading.route(number, election_id)
    return f"{matched} leads to {election_id}{f', and no longer to {holder}' if holder else ''}."


def _holder(number: str, election: Election) -> str | None:
    """Return the other election that a number leads to."""
    route = routes.route_of(international(number, election.default_region), fresh=True)
    return route.election if route is not None and route.election != election.id else None
