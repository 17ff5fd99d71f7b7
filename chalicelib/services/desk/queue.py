"""The queue of the messages desk: what waits, oldest first, by kind."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.entry_fields import EntryFields
from chalicelib.observation.reports.suggestions import suggestions
from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.access.leases import lease_of
from chalicelib.services.access.operators import Operator
from chalicelib.services.desk.message import is_of
from chalicelib.services.desk.superseded_sms import end_superseded
from chalicelib.services.views.message import may_tell, phone_for
from chalicelib.store.desk import Desk, WaitingSms, tag_of, waiting_at
from chalicelib.store.elections import LoadedElection
from chalicelib.store.leases import leases_of, task_name
from chalicelib.store.message_queries import get_many, longest_due
from chalicelib.store.messages import NO_REGION, Message

Kind = Literal["not_understood", "in_part", "unknown_number", "held"]
KINDS: Final[tuple[Kind, ...]] = ("not_understood", "in_part", "unknown_number", "held")
MOST_WAITING = 1_000
"""SMS of a region and desk that are counted."""
MOST_UNREAD = 200
"""SMS that no try has read, of the whole stack, that are looked at for the queue."""
MOST_COMPARED = 200
"""SMS that were not understood of which identical texts are shown as one."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is asked for.

    None limits nothing. `after`: the last row of the page before.
    """

    desk: Desk = "messages"
    region: str | None = None
    kind: Kind | None = None
    after: tuple[str, str] | None = None
    limit: int = 50


def queue(
    loaded: LoadedElection, operator: Operator, criteria: QueueFilter, withheld: Collection[str], now: dt.datetime
) -> dict[str, Any]:
    """Return a page of the queue, with counts of the operator's regions.

    `withheld`: forms of which the operator may not see answers. Each says who has it in hand. Raises StoreUnavailable.
    """
    election = loaded.election
    waiting = _waiting(election, operator, criteria.desk)
    chosen = [sms for sms in waiting if _is_asked(sms, criteria)]
    rest = [sms for sms in chosen if criteria.after is None or _place(sms) > criteria.after]
    page = rest[: criteria.limit]
    like = [sms.key for sms in chosen if kind_of(sms.state, sms.reason) == "not_understood"][:MOST_COMPARED]
    rows = {row.key: row for row in get_many({*(sms.key for sms in page), *like}) if _still_waits(row)}
    ended = end_superseded(election, [rows[sms.key] for sms in page if sms.key in rows], now)
    groups = _groups(rows[key] for key in like if key in rows)
    leases = {region: leases_of(election.id, region) for region in {sms.region or NO_REGION for sms in page}}
    shown: list[dict[str, Any]] = []
    for sms in page:
        row = rows.get(sms.key)
        group = groups.get(sms.key, [sms.key])
        if row is not None and sms.key not in ended and group[0] == sms.key:
            lease = lease_of(operator, leases[sms.region or NO_REGION].get(task_name("message", sms.key)), now)
            shown.append(describe(election, operator, row, withheld) | {"identical": len(group), "lease": lease})
    return {
        "election": election.id,
        "as_of": now.isoformat(timespec="seconds"),
        "desk": criteria.desk,
        "waiting": _counted(waiting, ended),
        "kinds": {
            kind: _counted((sms for sms in waiting if kind_of(sms.state, sms.reason) == kind), ended) for kind in KINDS
        },
        "regions": _by_region(waiting, ended),
        "is_cut": len(waiting) >= MOST_WAITING,
        "messages": shown,
        "next": list(_place(page[-1])) if len(rest) > len(page) else None,
    }


def kind_of(state: str, reason: str | None) -> Kind:
    """Return what kind of work an SMS is."""
    if reason == Reason.UNKNOWN_SENDER:
        return "unknown_number"
    if state == MessageState.UNRECOGNISED:
        return "not_understood"
    if state == MessageState.PARTLY_ACCEPTED and reason is None:
        return "in_part"
    return "held"


def reads_words(operator: Operator, row: Message, withheld: Collection[str]) -> bool:
    """Tell whether an operator reads an SMS, and notes that quote it."""
    return operator.toward(row.reporter).sees_phones() and not (withheld and may_tell(row, withheld))


def describe(election: Election, operator: Operator, row: Message, withheld: Collection[str] = ()) -> dict[str, Any]:
    """Describe an SMS as a line of a list."""
    is_shown = reads_words(operator, row, withheld)
    operator = operator.toward(row.reporter)
    observer = election.observer_by_number.get(row.reporter or "")
    readings = suggestions(election, row.text or "", row.reading or {}) if is_shown else ()
    resolution = row.resolution or {}
    return {
        "key": row.key,
        "version": tag_of(row),
        "direction": row.direction,
        "channel": row.channel,
        "kind": kind_of(row.state, row.reason) if _still_waits(row) else None,
        "held_for": _held_for(row),
        "state": row.state,
        "reason": row.reason,
        "flag": row.flag,
        "stored_at": row.stored_at.isoformat(),
        "received_at": row.received_at.isoformat() if row.received_at else None,
        "provider": row.provider,
        "region": row.region,
        "station": observer.station if observer is not None else None,
        "observer": observer.number if observer is not None else row.observer,
        "name": observer.name if observer is not None and operator.sees_phones() else None,
        "from": phone_for(operator, _international(election, row.sender)),
        "to": phone_for(operator, row.recipient),
        "text": row.text if is_shown else None,
        "suggestion": _suggestion(readings[0]) if readings else None,
        "done": _done(resolution, with_note=is_shown),
    }


def _done(resolution: Mapping[str, Any], *, with_note: bool) -> dict[str, Any] | None:
    """Return what was done; its note quotes people as the text does."""
    names = ("how", "who", "at", "by", *(("note",) if with_note else ()))
    return {name: resolution[name] for name in names if name in resolution} or None


def _suggestion(reading: EntryFields) -> str:
    answers = " ".join(f"{code}={typed}" for code, typed in reading.answers.items())
    return f"{reading.form} {answers}".strip()


def _international(election: Election, phone: str | None) -> str | None:
    return international(phone, election.default_region) if phone else None


def _held_for(row: Message) -> str | None:
    held: str | None = (row.reading or {}).get("held")
    if row.state == MessageState.HELD or row.reason in _HELD_FOR:
        return row.reason or held
    return None


_HELD_FOR: Final = frozenset((Reason.REASSIGNED, Reason.OVER_BUDGET, Reason.TOO_LONG)) | CODE_REASONS


def _waiting(election: Election, operator: Operator, desk: Desk) -> list[WaitingSms]:
    """Return what waits in an operator's regions, the oldest first.

    Who sees the whole nation sees what is of no region too.
    """
    regions: Sequence[str | None] = [region for region in election.regions if operator.sees(region)]
    if operator.sees_all():
        regions = [None, *regions]
    waiting = [sms for region in regions for sms in waiting_at(election.id, region, desk, MOST_WAITING)]
    if operator.sees_all() and desk == "messages":
        waiting += _unread(operator, {sms.key for sms in waiting})
    return sorted((sms for sms in waiting if operator.sees_reports_of(sms.observer)), key=_place)


def _unread(operator: Operator, waiting: Collection[str]) -> list[WaitingSms]:
    """Return SMS to the election's numbers that no try has read.

    They belong to no election yet.
    """
    keys = [key for key in longest_due(["held"], None, MOST_UNREAD)[0] if key not in waiting]
    rows = [row for row in get_many(keys) if row.direction == "in" and row.election is None and is_of(operator, row)]
    return [
        WaitingSms(row.key, row.stored_at, row.state, row.reason, row.sender, None, None, "messages") for row in rows
    ]


def _still_waits(row: Message) -> bool:
    return row.attention is not None or (row.election is None and row.state == MessageState.HELD)


def _place(sms: WaitingSms) -> tuple[str, str]:
    return sms.since.isoformat(), sms.key


def _is_asked(sms: WaitingSms, criteria: QueueFilter) -> bool:
    of_kind = criteria.kind is None or kind_of(sms.state, sms.reason) == criteria.kind
    return of_kind and (criteria.region is None or sms.region == criteria.region)


def _counted(waiting: Iterable[WaitingSms], ended: Collection[str]) -> dict[str, Any]:
    since = [sms.since for sms in waiting if sms.key not in ended]
    return {"count": len(since), "oldest": min(since).isoformat() if since else None}


def _by_region(waiting: Iterable[WaitingSms], ended: Collection[str]) -> dict[str, dict[str, Any]]:
    by_region: defaultdict[str, list[WaitingSms]] = defaultdict(list)
    for sms in waiting:
        by_region[sms.region or "*"].append(sms)
    return {region: _counted(of_region, ended) for region, of_region in sorted(by_region.items())}


def _groups(rows: Iterable[Message]) -> dict[str, list[str]]:
    """Group SMS that were not understood by their text.

    For each the keys of all that say the same, the oldest first.
    """
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    ordered = sorted(rows, key=lambda row: (row.stored_at, row.key))
    for row in ordered:
        by_text[same_text(row)].append(row.key)
    return {key: keys for keys in by_text.values() for key in keys}


def same_text(row: Message) -> str:
    """Return what identical texts have in common.

    Blanks and capitals make no difference.
    """
    return " ".join((row.text or "").split()).casefold()
