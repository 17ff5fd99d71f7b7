"""The wall as journalists see it: counts, shares, what was released.

It is shared by all who look for some seconds.
"""

import datetime as dt
from typing import Any, Final

from chalicelib.observation.summaries.summary import without_answers
from chalicelib.observation.summaries.wall import VerifiedIncident, wall
from chalicelib.services.quick_count.visibility import withheld_until_released
from chalicelib.services.summaries.current import current_summary
from chalicelib.services.summaries.published_root import published_root
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.releases import read_release
from chalicelib.store.ttl_cache import TtlCache

SHARED_SECONDS: Final = 5.0
ROOT_DIGITS: Final = 16
"""Of the ledger's root, as many as can be copied from a wall."""

_recent: TtlCache[str, dict[str, Any]] = TtlCache(SHARED_SECONDS)


def show_wall(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    """Return the wall as of a real instant, or shortly before.

    Raises StoreUnavailable.
    """
    return _recent.get(loaded.election.id, lambda: compute_wall(loaded, now))


def compute_wall(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    """Return the wall's figures, and turnout and quick count if released."""
    election = loaded.election
    summary = without_answers(current_summary(loaded, now), withheld_until_released(election))
    verified = [
        VerifiedIncident(incident.region, incident.category)
        for incident in incidents_of(election.id)
        if was_verified(incident)
    ]
    released = read_release(election.id).document
    shown = {name: released[name] for name in ("as_of", "quick_count", "turnout")} if released else None
    return wall(election, summary, verified) | {"released": shown, "ledger": _root(election.id)}


def _root(election_id: str) -> dict[str, Any] | None:
    published = published_root(election_id)
    return published | {"root": published["root"][:ROOT_DIGITS]} if published else None


def was_verified(incident: Incident) -> bool:
    """Whether an incident is verified, or was before it was resolved."""
    steps = [entry.get("step") for entry in incident.history]
    return incident.state == "verified" or (
        incident.state == "resolved" and "verify" in steps and "reject" not in steps
    )
