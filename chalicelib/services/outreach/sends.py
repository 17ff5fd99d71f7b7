"""SMS to many by an operator.

Tried first without sending, then sent in the background, and stopped at any time.

The sending itself is broadcast.py's: each phone once, whoever sends and however often it is begun again.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.observation.reports.reminders import is_night
from chalicelib.services.access.operators import NotOwn, Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.isolation import for_each
from chalicelib.services.outreach.broadcast import Batch, Choice, keys_of, prepare, send
from chalicelib.services.outreach.refusals import SendRefused, SendUnknown
from chalicelib.services.versions import NotInRegion, VersionPassed
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.message_queries import get_many
from chalicelib.store.messages import Message
from chalicelib.store.outcome import AlreadyThere, WorkChanged
from chalicelib.store.sends import SendRow, SendState, beginning, get_send, sends_of, setting

PER_SECOND: Final = 20.0
AT_ONCE: Final = 25
"""SMS that are queued between two looks whether somebody has stopped the send."""
MOST_TOLD: Final = 2_000
"""SMS of a send of which it is told what became of each."""


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What an operator wants to send.

    `expected`: how many recipients they were told; None where they say nothing.

    `at_night`: also in the quiet hours.
    """

    name: str
    text: BulkText
    choice: Choice
    expected: int | None = None
    at_night: bool = False


def begin(loaded: LoadedElection, action: Action, sending: SendRequest) -> dict[str, Any]:
    """Begin a send; its SMS are queued in the background.

    Raises BatchRefused, SendRefused, NotInRegion, KeyReused, StoreUnavailable.
    """
    election = loaded.election
    choice = within(action.operator, sending.choice)

    def attempt() -> Change:
        batch = prepare(loaded, sending.name, sending.text, choice)
        _require(loaded, sending, batch, action.now)
        document = {"name": sending.name, "recipients": len(batch.remaining), "segments": batch.segments}
        row = beginning(
            election.id,
            sending.name,
            action.now,
            text=sending.text.text,
            texts=dict(sending.text.by_language) or None,
            choice=_written(choice),
            who=action.who,
            note=action.why,
            total=len(batch.remaining),
        )
        return Change(document, (row,), "send begun", f"send {sending.name}", after=document)

    try:
        return perform(action, attempt)
    except AlreadyThere as taken:
        raise SendRefused(f"there is a send {sending.name} already: give this one another name") from taken


def set_state(action: Action, name: str, seen: int, state: SendState) -> dict[str, Any]:
    """Stop a send, or let it go on.

    The version is the one that was seen.

    Raises VersionPassed, SendUnknown, SendRefused, KeyReused, StoreUnavailable.
    """

    def attempt() -> Change:
        row = _visible_send(action.operator, name)
        if row.version != seen:
            raise VersionPassed(f"send {name} is at version {row.version} now ({row.state}), you have seen {seen}")
        if row.state == "done":
            raise SendRefused(f"send {name} is done: all its SMS are queued")
        document = {"name": name, "state": state, "version": row.version + 1}
        write = setting(row, state, action.now)
        return Change(document, (write,), f"send {state}", f"send {name}", before=row.state, after=state)

    return perform(action, attempt, also=(WorkChanged,))


def show(loaded: LoadedElection, operator: Operator, name: str) -> dict[str, Any]:
    """Tell how far a send is, and what became of its SMS.

    Raises SendUnknown, StoreUnavailable.
    """
    row = _visible_send(operator, name)
    keys = _keys(loaded, row)
    rows = get_many(islice(keys, MOST_TOLD))
    states = Counter(row.receipt or row.state for row in rows)
    failed = [keys[row.key] for row in rows if row.state == "failed" or row.receipt in ("failed", "undelivered")]
    return _describe(row) | {"states": dict(states), "failed": sorted(failed), "is_cut": len(keys) > MOST_TOLD}


def list_sends(loaded: LoadedElection, operator: Operator) -> dict[str, Any]:
    """List an election's sends to the operator's regions, the newest first.

    Raises StoreUnavailable.
    """
    seen = [row for row in sends_of(loaded.election.id) if _may_see(operator, row)]
    seen.sort(key=lambda row: row.begun_at, reverse=True)
    return {"election": loaded.election.id, "sends": [_describe(row) for row in seen]}


def push_on(
    election_id: str,
    name: str,
    until: float,
    now: Callable[[], dt.datetime],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Queue a send's SMS; return how many.

    It ends when all are queued, it is stopped or the time is over.

    `until`: by time.monotonic. Raises BatchRefused, ElectionUnknown, StoreUnavailable: then it goes on another time.
    """
    loaded = existing(election_id)
    queued = 0
    while time.monotonic() < until:
        row = get_send(election_id, name)
        if row is None or row.state != "sending":
            return queued
        batch = prepare(loaded, name, BulkText(row.text, row.texts or {}), _read(row.choice))
        if not batch.remaining:
            row.finish(len(_queued(loaded, row)), now())
            return queued
        sent = sum(1 for _ in islice(send(loaded, batch, PER_SECOND, now, sleep), AT_ONCE))
        row.add_queued(sent, now())
        queued += sent
        if not sent:
            return queued
    return queued


def push_on_due(until: float, now: Callable[[], dt.datetime]) -> int:
    """Go on with every election's sends; return how many SMS are queued."""

    def of_election(election_id: str) -> int:
        names = [row.id for row in sends_of(election_id) if row.state == "sending"]
        return sum(for_each("send", names, lambda name: push_on(election_id, name, until, now), until=until).results)

    return sum(for_each("election's sends", elections.list_elections(), of_election, until=until).results)


def _require(loaded: LoadedElection, sending: SendRequest, batch: Batch, now: dt.datetime) -> None:
    count = len(batch.remaining)
    if not count:
        raise SendRefused("nobody is chosen who may get it")
    if sending.expected is not None and sending.expected != count:
        raise SendRefused(f"it would go to {count} now, and you were told {sending.expected}: try it out again")
    if not sending.at_night and is_night(loaded.election, loaded.clock.at(now)):
        raise SendRefused("it is night: say that it is to go all the same, or wait")


def within(operator: Operator, choice: Choice) -> Choice:
    """Return the choice within the operator's regions and organisation."""
    foreign = [region for region in choice.regions if not operator.sees(region)]
    if foreign:
        raise NotInRegion(f"you do not see {', '.join(foreign)}")
    organisation = operator.organisation
    if organisation is not None and choice.organisation not in (None, organisation):
        raise NotOwn(f"you send to observers of {organisation} only")
    chosen = choice if organisation is None else replace(choice, organisation=organisation)
    return chosen if choice.regions or operator.sees_all() else replace(chosen, regions=operator.regions)


def _visible_send(operator: Operator, name: str) -> SendRow:
    row = get_send(operator.election, name)
    if row is None or not _may_see(operator, row):
        raise SendUnknown(f"there is no send {name}, or not to your regions")
    return row


def _may_see(operator: Operator, row: SendRow) -> bool:
    regions = row.choice.get("regions", ())
    if operator.organisation not in (None, row.choice.get("organisation")):
        return False
    return operator.sees_all() or (bool(regions) and all(operator.sees(region) for region in regions))


def _keys(loaded: LoadedElection, row: SendRow) -> dict[str, str]:
    """Return the keys that a send's SMS may have, with observers' numbers.

    Also of those who have reported since, and owe nothing any more.
    """
    return keys_of(loaded.election, row.id, replace(_read(row.choice), missing=None))


def _queued(loaded: LoadedElection, row: SendRow) -> list[Message]:
    return get_many(_keys(loaded, row))


def _describe(row: SendRow) -> dict[str, Any]:
    return {
        "name": row.id,
        "version": row.version,
        "state": row.state,
        "text": row.text,
        "texts": row.texts or {},
        "choice": row.choice,
        "who": row.who,
        "note": row.note,
        "begun_at": row.begun_at.isoformat(),
        "recipients": row.total,
        "queued": row.queued,
    }


def _written(choice: Choice) -> dict[str, Any]:
    described: dict[str, Any] = {
        "regions": list(choice.regions),
        "stations": list(choice.stations),
        "observers": list(choice.observers),
        "language": choice.language,
        "organisation": choice.organisation,
        "missing": list(choice.missing) if choice.missing else None,
    }
    return {name: value for name, value in described.items() if value}


def _read(written: dict[str, Any]) -> Choice:
    missing = written.get("missing")
    return Choice(
        tuple(written.get("regions", ())),
        tuple(written.get("stations", ())),
        written.get("language"),
        (missing[0], missing[1]) if missing else None,
        tuple(written.get("observers", ())),
        written.get("organisation"),
    )
