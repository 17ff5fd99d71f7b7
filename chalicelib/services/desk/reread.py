"""Read a phone's SMS by whose it is now.

Each SMS of the phone is compared with that, so that it is right to do it at any time and again: whoever assigned the
phone has it done at once, and the schedule does what failed, or came while others still read by what was said before.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

from chalicelib.observation.elections.assignments import Assignment
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.reading import read
from chalicelib.observation.reports.entries import sms_name
from chalicelib.observation.reports.resolve import interpret
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.codes.proof import is_in_doubt, readable_text
from chalicelib.services.desk.message import read_now
from chalicelib.services.incidents.alerts import opened_by, opens_incident
from chalicelib.services.incidents.readings import incidents_of_reading
from chalicelib.services.incidents.withdrawn_entries import disowning_incidents
from chalicelib.services.isolation import for_each
from chalicelib.services.processing.observer_report import senders_of
from chalicelib.services.reports.retract import retracting
from chalicelib.store import elections
from chalicelib.store.desk import DESKS, Decision, deciding, reading_by, reopening, waiting_at
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.incidents import Incident
from chalicelib.store.message_queries import conversation_between, get_many
from chalicelib.store.messages import Message
from chalicelib.store.outcome import AlreadyProcessed, AssignmentsChanged, IncidentChanged, ReportChanged, write
from chalicelib.store.roster import assigning, assignments
from chalicelib.store.writes import Write

MOST_SETTLED = 500
"""SMS of a phone that are looked at when whose it is changes; sweep comes again for more."""
AT_ONCE = 8
"""SMS that are put back in one transaction, with their reports."""
UNSURE_FOR = dt.timedelta(seconds=2 * elections.TRUSTED_SECONDS)
"""How long others may still read by what was said before."""
_UNREAD: Final = (MessageState.RECEIVED, MessageState.JOINED, MessageState.DUPLICATE, MessageState.SUPERSEDED)
Step = Literal["read", "mute", "reopen"]


def reread(election_id: str, phone: str, now: dt.datetime) -> int:
    """Let a phone's SMS be read by whose it is now.

    Return how many are.

    Idempotent: what is read so already is left alone. Raises ElectionUnknown, StoreUnavailable.
    """
    elections.forget(election_id)
    loaded = existing(election_id)
    version, assigned = assignments(election_id)
    assignment = assigned.get(phone)
    if assignment is None:
        return 0
    rows = [row for row in messages_of_phone(loaded, phone, (assignment.sent_as,)) if _step(loaded, row, phone)]
    done = for_each(
        "SMS of an assigned phone",
        _chunks(loaded.election, rows),
        lambda keys: _reread(loaded, keys, phone, assignment, now),
        name=lambda keys: keys[0],
    )
    if done.is_whole and not rows and now - dt.datetime.fromisoformat(assignment.at) >= UNSURE_FOR:
        kept = {other_phone: other for other_phone, other in assigned.items() if other_phone != phone}
        settled = replace(assignment, is_settled=True, why="")
        after = kept if assignment.kind == "undone" else assigned | {phone: settled}
        with suppress(AssignmentsChanged):
            until_uncontended(lambda: write([assigning(election_id, version, after)]), what="an assigned phone")
    return sum(done.results)


def reread_all(election_id: str, now: dt.datetime) -> int:
    """Settle every phone of which somebody has said anew whose it is.

    Return how many SMS are read anew.
    """
    _, assigned = assignments(election_id)
    unsettled = [phone for phone, assignment in assigned.items() if not assignment.is_settled]
    done = for_each("assigned phone", unsettled, lambda phone: reread(election_id, phone, now), name=masked)
    return sum(done.results)


def reread_due(now: dt.datetime, until: float) -> int:
    """Settle every election's phones, none begun after `until`.

    Return how many SMS are read anew.
    """
    done = for_each(
        "election's phones", elections.list_elections(), lambda election: reread_all(election, now), until=until
    )
    return sum(done.results)


def _chunks(election: Election, rows: Sequence[Message]) -> list[list[str]]:
    """Return keys of SMS that are put back together.

    One that has opened an incident goes alone: with its end goes news of it.
    """
    alone = {row.key for row in rows if any(certain for _, _, certain in incidents_of_reading(election, row))}
    others = [row.key for row in rows if row.key not in alone]
    together = [others[begin : begin + AT_ONCE] for begin in range(0, len(others), AT_ONCE)]
    return [*together, *([row.key] for row in rows if row.key in alone)]


def _reread(loaded: LoadedElection, keys: Sequence[str], phone: str, assignment: Assignment, now: dt.datetime) -> int:
    """Put some SMS of a phone where they belong, and read them.

    One transaction writes them all.
    """

    def attempt() -> list[str]:
        steps = {row.key: (row, _step(loaded, row, phone)) for row in get_many(keys)}
        again = [row for row, step in steps.values() if step == "read"]
        at = Decision("undone" if assignment.kind == "undone" else "assigned", assignment.who, now)
        writes = list(as_anothers(loaded, again, at, None, assignment.why or None))
        spam = Decision("spam", assignment.who, now)
        writes += [deciding(row, spam) for row, step in steps.values() if step == "mute"]
        writes += [reopening(row, at) for row, step in steps.values() if step == "reopen"]
        write(writes)
        return [row.key for row in again]

    contended = (AlreadyProcessed, ReportChanged, IncidentChanged)
    read_now(until_uncontended(attempt, also=contended, what="SMS of a phone"), now)
    return len(keys)


def _step(loaded: LoadedElection, row: Message, phone: str) -> Step | None:
    """Return what has to be done with an SMS.

    It depends on whose its phone is now, and is None where the SMS is right as it is.
    """
    region = loaded.election.default_region
    is_read = row.direction == "in" and row.election == loaded.election.id and row.state not in _UNREAD
    is_by_phone = row.part is None and row.on_behalf_of is None and international(row.sender or "", region) == phone
    if not is_read or not is_by_phone:
        return None
    holders = [observer.number for observer in loaded.election.observers_by_phone.get(phone, ())]
    if row.observer is not None:
        return None if row.observer in holders else "read"
    if row.reason in (Reason.UNKNOWN_SENDER, Reason.NOBODYS_NUMBER):
        return _step_of_unknown(loaded, row, phone)
    return None


def _step_of_unknown(loaded: LoadedElection, row: Message, phone: str) -> Step | None:
    """Return what has to be done with a stranger's SMS.

    It is one that was nobody's when it was read.
    """
    is_muted = row.reason == Reason.NOBODYS_NUMBER
    if phone in loaded.nobodys:
        return "mute" if row.attention is not None else None
    if (row.resolution or {}).get("how") == "spam" and not is_muted:
        return "reopen"
    election = loaded.election
    is_observers = phone in election.observers_by_phone
    if not is_observers and phone in election.coordinators_by_phone:  # late commands are not obeyed
        is_heard = opens_incident(election, read(row.text or "", election))
        return "read" if is_heard and (is_muted or waits(row)) else None
    return "read" if is_muted or (is_observers and waits(row)) else None


def waits(row: Message) -> bool:
    """Whether an SMS waits for somebody to say whose it is."""
    return row.attention is not None and row.reason == Reason.UNKNOWN_SENDER


def anew(
    election: Election, rows: Sequence[Message], decision: Decision, observer: str | None, now: dt.datetime
) -> tuple[Write, ...]:
    """Return the writes by which SMS are read anew.

    They take back what the SMS counted.
    """
    if not rows:
        return ()
    again = [
        reading_by(row, decision, observer, now, [opened for opened, _, _ in incidents_of_reading(election, row)])
        for row in rows
    ]
    return (*retracting(election, rows), *again)


@dataclass(frozen=True, slots=True)
class _Cause:
    """Who said anew whose an SMS is, when and why."""

    who: str
    now: dt.datetime
    why: str | None


def as_anothers(
    loaded: LoadedElection, rows: Sequence[Message], decision: Decision, observer: str | None, why: str | None
) -> tuple[Write, ...]:
    """Return the writes by which SMS are read anew, as another's.

    What they had opened and open no more ends. `observer`: as `anew` has it. Raises StoreUnavailable.
    """
    cause = _Cause(decision.who, decision.at, why)
    read_anew = anew(loaded.election, rows, decision, observer, decision.at)
    opened = [(row, _opening(loaded, row, observer)) for row in rows]
    return (*read_anew, *(write for row, now in opened for write in disowning_incidents(loaded, cause, row, now)))


def _opening(loaded: LoadedElection, row: Message, observer: str | None) -> dict[str, Incident]:
    """Return what an SMS will open as an observer's, by id.

    A coordinator's says again what it had opened: it is reported by another.
    """
    election, at = loaded.election, loaded.clock.at(row.received_at or row.stored_at)
    as_read = Message(**{**row.attribute_values, "on_behalf_of": observer})
    senders = senders_of(election, as_read, international(row.sender or "", election.default_region))
    if not senders or is_in_doubt(as_read, senders):
        return {}
    text, is_incomplete = readable_text(as_read, senders), row.flag == Flag.INCOMPLETE
    interpretation = interpret(election, senders, text, at, sms=sms_name(row.key), is_incomplete=is_incomplete)
    return {incident.id: incident for incident in opened_by(election, as_read, interpretation.reports, at)}


def messages_of_phone(loaded: LoadedElection, phone: str, sent_as: Iterable[str]) -> list[Message]:
    """Return SMS of a phone, the oldest first.

    They are those that wait, and those of its conversation.
    """
    region = loaded.election.default_region
    waiting = [sms for desk in DESKS for sms in waiting_at(loaded.election.id, None, desk, MOST_SETTLED)]
    of_phone = {sms.key for sms in waiting if international(sms.sender or "", region) == phone}
    written = {phone, phone.removeprefix("+"), *sent_as, *(sms.sender for sms in waiting if sms.key in of_phone)}
    begin, end = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
    for form in sorted(filter(None, written)):
        of_phone.update(conversation_between(form, begin, end, MOST_SETTLED))
    election = loaded.election.id
    rows = [row for row in get_many(of_phone) if row.election == election and row.direction == "in"]
    return sorted(rows, key=lambda row: (row.received_at or row.stored_at, row.key))


def masked(phone: str) -> str:
    """Return a phone's last digits, for logs."""
    return "…" + phone[-4:]
