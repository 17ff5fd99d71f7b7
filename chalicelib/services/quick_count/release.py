"""Release the quick count: decide what everybody outside headquarters sees.

Where the election asks for two persons, one proposes what stands now and another confirms just that.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

from chalicelib.services.access.operators import Operator
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.quick_count.live_count import counted_now
from chalicelib.services.quick_count.visibility import (
    CONFIRMED_WITHIN,
    decider_view,
    needs_two_persons,
    proposal_at,
    released_view,
)
from chalicelib.services.versions import LONGEST_NOTE, NoteMissing, VersionPassed
from chalicelib.store.elections import LoadedElection
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import ReleaseChanged, write
from chalicelib.store.releases import Release, read_release, replacing


class NothingReleased(Exception):
    """There is no release to withdraw, and no proposal."""


class NotConfirmed(Exception):
    """There is no proposal to confirm, or it is one's own."""


def release(loaded: LoadedElection, operator: Operator, seen: int, note: str, now: dt.datetime) -> dict[str, Any]:
    """Show everybody the quick count as it stands now, or propose to.

    It takes the place of what was released; returns the snapshot that they see. Where the election asks for two
    persons, everybody goes on seeing what they saw, and it returns the live one with the proposal. `seen`: the version
    that the caller has seen. Raises QuickCountError, NoteMissing, VersionPassed, StoreUnavailable: then it may be
    released or not, and asking for the same again does no harm.
    """
    document = counted_now(loaded, now)
    if needs_two_persons(loaded.election):
        until = (now + CONFIRMED_WITHIN).isoformat(timespec="seconds")
        proposal = {"who": operator.signature, "note": _reason(note, "proposed"), "until": until, "document": document}
        shown = read_release(loaded.election.id).document
        after = _replace(loaded, operator, ("proposed", note), seen, now, Release(document=shown, proposal=proposal))
        return decider_view(loaded, operator, after, document, now)
    after = _replace(loaded, operator, ("released", note), seen, now, Release(document=document))
    return released_view(after, after.document or document)


def confirm(loaded: LoadedElection, operator: Operator, seen: int, note: str, now: dt.datetime) -> dict[str, Any]:
    """Show everybody what another of headquarters has proposed.

    Just what was proposed, whatever came since. Returns the snapshot that they see. Raises NotConfirmed and what
    `release` raises.
    """
    current = read_release(loaded.election.id)
    if current.version == seen:
        _check_confirms(current, operator, now)
    document = (current.proposal or {}).get("document")
    after = _replace(loaded, operator, ("confirmed", note), seen, now, Release(document=document))
    return released_view(after, after.document or {})


def withdraw(loaded: LoadedElection, operator: Operator, seen: int, note: str, now: dt.datetime) -> dict[str, Any]:
    """Show the quick count to nobody but headquarters again.

    One person is enough: a proposal that waits ends, too. Returns the live one, as headquarters see it after that.
    Raises NothingReleased and what `release` raises.
    """
    current = read_release(loaded.election.id)
    if current.version == seen and current.document is None and current.proposal is None:
        raise NothingReleased("the quick count is not released")
    after = _replace(loaded, operator, ("withdrawn", note), seen, now, Release())
    return decider_view(loaded, operator, after, counted_now(loaded, now), now)


def _check_confirms(current: Release, operator: Operator, now: dt.datetime) -> None:
    proposal = proposal_at(current, now)
    if proposal is None:
        detail = f"proposals wait {CONFIRMED_WITHIN.seconds // 60} minutes, and none waits now; propose it anew"
        raise NotConfirmed(detail)
    if proposal["who"] == operator.signature:
        raise NotConfirmed("you have proposed it yourself, another of headquarters confirms")


def _reason(note: str, step: str) -> str:
    if not note.strip():
        raise NoteMissing("say why it is " + step)
    return note.strip()[:LONGEST_NOTE]


def _replace(
    loaded: LoadedElection,
    operator: Operator,
    decision: tuple[str, str],
    seen: int,
    now: dt.datetime,
    following: Release,
) -> Release:
    """Write what others see from now on, with its audit line.

    `decision`: the step and its note; `seen`: the version that the caller has seen. Both are written in one
    transaction. A change that was made and whose answer was lost is no conflict (RFC 9110 section 13.1.1).
    """
    step, note = decision
    election_id, reason = loaded.election.id, _reason(note, step)
    change = {"step": step, "who": operator.signature, "note": reason}
    after = replace(following, version=seen + 1, change=change, made_at=now)
    audited = recorded(election_id, now, operator.signature, f"quick count {step}", f"version {after.version}", reason)
    try:
        until_uncontended(lambda: write([replacing(election_id, seen, after, now), audited]), what="the release")
    except ReleaseChanged as changed:
        current = read_release(election_id)
        if (current.version, current.change) == (after.version, after.change):
            return current
        detail = f"the quick count is at version {current.version} now, you have seen {seen}"
        raise VersionPassed(detail) from changed
    return after
