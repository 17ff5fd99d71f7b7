"""Who sees the quick count.

Headquarters the live one, everybody else what headquarters released, or nothing.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.observation.elections.election import Election
from chalicelib.observation.quick_count.estimate import count_codes
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.quick_count.live_count import live_count
from chalicelib.store.elections import LoadedElection
from chalicelib.store.releases import Release, read_release

CONFIRMED_WITHIN: Final = dt.timedelta(minutes=10)
"""How long a proposal waits for its second person; the figures have moved since, and it has to be made anew."""


def decides(operator: Operator) -> bool:
    """Tell whether the operator releases the quick count.

    Headquarters of the whole nation see the live one, and decide what others see.
    """
    return operator.may(Permission.RELEASE_COUNT) and operator.sees_all()


def needs_two_persons(election: Election) -> bool:
    """Tell whether one of headquarters proposes and another confirms."""
    return election.quick_count is not None and election.quick_count.two_persons


def withheld_sums(loaded: LoadedElection, operator: Operator) -> Mapping[str, frozenset[str]]:
    """Return codes whose sums the operator does not see.

    By form: the count's, until it is released. Raises StoreUnavailable.
    """
    return {} if decides(operator) else withheld_until_released(loaded.election)


def withheld_until_released(election: Election) -> Mapping[str, frozenset[str]]:
    """Return codes whose sums nobody but headquarters sees.

    By form: the count's, until it is released. Raises StoreUnavailable.
    """
    codes = count_codes(election)
    return {} if not codes or read_release(election.id).document is not None else codes


def withheld_answers(loaded: LoadedElection, operator: Operator) -> Mapping[str, frozenset[str]]:
    """Return codes whose answers the operator does not see.

    They stand by form, and count station by station. Who may change something sees them all: the call centre resolves
    contradictions and reads them back to observers. Raises StoreUnavailable.
    """
    return {} if operator.may(Permission.WORK_REPORTS) else withheld_sums(loaded, operator)


def show_quick_count(loaded: LoadedElection, operator: Operator, now: dt.datetime) -> dict[str, Any] | None:
    """Return the quick count that the operator sees, or None.

    Headquarters sees the live one, as it was kept within the last minute, with how its estimates moved and what was
    decided; everybody else the released one. Raises QuickCountError where the election declares none and headquarters
    ask, StoreUnavailable.
    """
    release = read_release(loaded.election.id)
    if decides(operator):
        return decider_view(loaded, operator, release, live_count(loaded, now), now)
    return None if release.document is None else released_view(release, release.document)


def released_view(release: Release, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a snapshot as everybody sees it."""
    return {"version": release.version, "released": release.document is not None, **document}


def decider_view(
    loaded: LoadedElection, operator: Operator, release: Release, live: Mapping[str, Any], now: dt.datetime
) -> dict[str, Any]:
    """Return the live count as headquarters see it.

    `decision`: the last step, whose, when and why. `shown`: what everybody else sees. `proposal`: what waits for a
    second person, until when, and whether it is the operator's own.
    """
    proposal = proposal_at(release, now)
    return {
        **released_view(release, live),
        "two_persons": needs_two_persons(loaded.election),
        "decision": _decision(release),
        "shown": _figures(release.document),
        "proposal": proposal and _proposal_view(proposal, operator),
    }


def proposal_at(release: Release, now: dt.datetime) -> dict[str, Any] | None:
    """Return the proposal that can be confirmed at a real instant.

    It is None without one, and once it has waited too long.
    """
    proposal = release.proposal
    return proposal if proposal and now < dt.datetime.fromisoformat(proposal["until"]) else None


def _decision(release: Release) -> dict[str, Any] | None:
    if release.change is None or release.made_at is None:
        return None
    return {"at": release.made_at.isoformat(timespec="seconds"), **release.change}


def _proposal_view(proposal: Mapping[str, Any], operator: Operator) -> dict[str, Any]:
    named = {name: proposal[name] for name in ("who", "note", "until")}
    return {**named, "is_mine": proposal["who"] == operator.signature, **(_figures(proposal["document"]) or {})}


def _figures(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: document[name] for name in ("as_of", "quick_count")} if document else None
