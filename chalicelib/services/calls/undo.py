"""Undo a logged call: log a line, and restore the station's row."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.observation.reports.decisions import Attribution
from chalicelib.observation.sms.states import MessageState
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.calls.call_requests import reopened
from chalicelib.services.calls.lease import row_of
from chalicelib.services.calls.outcome import amounts_of, hour_of
from chalicelib.services.calls.refusals import StationUnknown, UndoPassed
from chalicelib.services.desk.message import OTHERS_AT_WORK, decision, read_now
from chalicelib.services.incidents.withdrawn_entries import ending_incidents
from chalicelib.services.reports.retract import withdrawing
from chalicelib.store.calls import CallRow, changing
from chalicelib.store.contacts import UNDONE, ContactRow, contact_id, counting, get_contact, logging, station_key
from chalicelib.store.desk import deciding
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get
from chalicelib.store.outcome import WorkChanged
from chalicelib.store.writes import Write

UNDONE_WITHIN: Final = dt.timedelta(minutes=10)


def undo_call(loaded: LoadedElection, action: Action, station: str, contact: str) -> dict[str, Any]:
    """Take back one's own call of the last ten minutes.

    If nobody has called since.

    Answers that were entered with it are withdrawn, SMS that it ended wait again. Raises StationUnknown, UndoPassed,
    and what `perform` raises.
    """
    logged_before = get_contact(loaded.election.id, station, contact)
    if logged_before is not None and logged_before.entered:
        read_now([logged_before.entered], action.now)  # what never counted could not be withdrawn

    def attempt() -> Change:
        row, _ = row_of(loaded, action.operator, station)
        logged = get_contact(loaded.election.id, station, contact)
        if logged is None or logged.outcome == UNDONE:
            raise StationUnknown(f"there is no call {contact} of station {station}")
        require_undoable(row, logged, action)
        undone = _undone(loaded, action, row, logged)
        hour = hour_of(loaded, dt.datetime.fromisoformat(contact.partition("#")[0]))
        writes = (
            logging(undone),
            changing(row, restored(logged.before or {}, row)),
            counting(loaded.election.id, hour, logged.who, amounts_of(logged.outcome, -1)),
            *(_withdrawn(loaded, action, logged.entered) if logged.entered else ()),
            *reopened(loaded.election, list(logged.ended or ()), action),
        )
        document = {"contact": undone.id, "station": station, "undone": contact, "version": row.seen + 1}
        return Change(document, writes, "call undone", f"call {station}", {"outcome": logged.outcome}, logged.before)

    return perform(action, attempt, also=(WorkChanged, *OTHERS_AT_WORK))


def require_undoable(row: CallRow, logged: ContactRow, action: Action) -> None:
    """Raise UndoPassed unless a call is one's own, recent, and the last."""
    if logged.who != action.who:
        raise UndoPassed(f"{logged.who} has logged this call, and can undo it")
    logged_at = dt.datetime.fromisoformat(logged.id.partition("#")[0])
    if action.now - logged_at > UNDONE_WITHIN:
        raise UndoPassed("it was logged more than ten minutes ago: log another call")
    if (row.last or {}).get("contact") != logged.id:
        raise UndoPassed("somebody has called the station since")


def _withdrawn(loaded: LoadedElection, action: Action, key: str) -> list[Write]:
    """Return the writes by which a call's answers count no more."""
    entry = get(key)
    if entry is None or (entry.resolution or {}).get("how") == "withdrawn":
        return []
    if entry.state == MessageState.RECEIVED:
        raise UndoPassed("its answers have not been read yet: try again in a minute")
    made = Attribution(action.who, action.now, action.why or "")
    ending, _ = ending_incidents(loaded, action, entry)
    writes = [*withdrawing(loaded.election, entry, made), *ending]
    return [*writes, deciding(entry, decision(action, "withdrawn"))]


def restored(before: Mapping[str, Any], row: CallRow) -> dict[str, Any]:
    """Return a row's attributes as they were before a call.

    A station that was put on the list since stays there.
    """
    reached, snoozed = before.get("reached_at"), before.get("snoozed_until")
    return {
        "last": before.get("last") or None,
        "tries": before.get("tries", 0),
        "phones": before.get("phones", {}),
        "promise": before.get("promise") or None,
        "by_hand": row.by_hand or before.get("by_hand") or None,
        "reached_at": dt.datetime.fromisoformat(reached) if reached else None,
        "snoozed_until": dt.datetime.fromisoformat(snoozed) if snoozed else None,
    }


def _undone(loaded: LoadedElection, action: Action, row: CallRow, logged: ContactRow) -> ContactRow:
    return ContactRow(
        station_key(loaded.election.id, row.station),
        contact_id(action.now, action.key),
        at=loaded.clock.at(action.now),
        who=action.who,
        operator=action.operator.name,
        outcome=UNDONE,
        note=action.why,
        undoes=logged.id,
    )
