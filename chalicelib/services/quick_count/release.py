"""Who sees the quick count.

Headquarters the live one, everybody else what headquarters released, or nothing.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.observation.quick_count.estimate import count_codes
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.quick_count.live_count import counted_now, live_count
from chalicelib.services.versions import LONGEST_NOTE, NoteMissing, VersionPassed
from chalicelib.store.elections import LoadedElection
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import ReleaseChanged, write
from chalicelib.store.releases import Release, read_release, replacing


class NothingReleased(Exception):
    """There is no release to withdraw."""


def decides(operator: Operator) -> bool:
    """Tell whether the operator releases the quick count.

    Headquarters of the whole nation see the live one, and decide what others see.
    """
    return operator.may(Permission.RELEASE_COUNT) and operator.sees_all()


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

    Headquarters sees the live one, as it was kept within the last minute, with how its estimates moved; the released
    one for everybody else. Raises QuickCountError where the election declares none and headquarters ask,
    StoreUnavailable.
    """
    release = read_release(loaded.election.id)
    document = live_count(loaded, now) if decides(operator) else release.document
    return None if document is None else _describe(release, document)


def release(loaded: LoadedElection, operator: Operator, seen: int, note: str, now: dt.datetime) -> dict[str, Any]:
    """Show everybody the quick count as it stands now.

    It takes the place of what was released; returns the snapshot that they see. `seen`: the version that the caller has
    seen. Raises QuickCountError, NoteMissing, VersionPassed, StoreUnavailable: then it may be released or not, and
    asking for the same again does no harm.
    """
    document = counted_now(loaded, now)
    after = _replace(loaded, operator, "released", seen, document, note, now)
    return _describe(after, after.document or document)


def withdraw(loaded: LoadedElection, operator: Operator, seen: int, note: str, now: dt.datetime) -> dict[str, Any]:
    """Show the quick count to nobody but headquarters again.

    Returns the live one, as headquarters see it after that. Raises NothingReleased and what `release` raises.
    """
    current = read_release(loaded.election.id)
    if current.version == seen and current.document is None:
        raise NothingReleased("the quick count is not released")
    after = _replace(loaded, operator, "withdrawn", seen, None, note, now)
    return _describe(after, counted_now(loaded, now))


def _replace(
    loaded: LoadedElection,
    operator: Operator,
    step: str,
    seen: int,
    document: dict[str, Any] | None,
    note: str,
    now: dt.datetime,
) -> Release:
    """Write what others see from now on, with its audit line.

    Both are written in one transaction. A change that was made and whose answer was lost is no conflict (RFC 9110
    section 13.1.1).
    """
    if not note.strip():
        raise NoteMissing("say why it is " + step)
    election_id = loaded.election.id
    reason = note.strip()[:LONGEST_NOTE]
    audited = recorded(election_id, now, operator.signature, f"quick count {step}", f"version {seen + 1}", reason)
    after = Release(seen + 1, document, {"step": step, "who": operator.signature, "note": reason})
    try:
        until_uncontended(lambda: write([replacing(election_id, seen, after, now), audited]), what="the release")
    except ReleaseChanged as changed:
        current = read_release(election_id)
        if (current.version, current.change) == (after.version, after.change):
            return current
        detail = f"the quick count is at version {current.version} now, you have seen {seen}"
        raise VersionPassed(detail) from changed
    return after


def _describe(release: Release, document: dict[str, Any]) -> dict[str, Any]:
    return {"version": release.version, "released": release.document is not None} | document
