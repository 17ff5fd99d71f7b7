"""Change stations and observers on the day, and undo it.

Closed, moved, replaced, sent to another station.

The changes stand beside the election's head row, which every process trusts for a few seconds. Where an observer goes
to another station, what both stations have reported is counted anew: at once, and by the next minute's upkeep for
whatever a slower process has counted since.
"""

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.roster_changes import RosterChange, RosterChanges
from chalicelib.observation.sms.phones import international, is_international
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.decisions.refusals import DecisionRefused, ReportUnknown
from chalicelib.services.upkeep.roster import settle_observer
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.outcome import AssignmentsChanged
from chalicelib.store.roster import bytes_of_changes, changing_roster, roster_changes

MOST_CHANGED: Final = 300
"""Stations and observers that are changed on top of the file; the election's head row holds them."""
LARGEST_CHANGES: Final = 250_000
"""Bytes that they take in the election's head row, with what was before and why."""
MOST_PHONES: Final = 10
SHOWN_DIGITS = 4
Kind = Literal["station", "observer"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The station or observer that somebody changes, as they have seen it."""

    loaded: LoadedElection
    action: Action
    kind: Kind
    number: str
    seen: int

    @property
    def region(self) -> str:
        """The region that it is in.

        Raises ReportUnknown where the operator does not see it.
        """
        election = self.loaded.election
        known = election.station_by_number if self.kind == "station" else election.observer_by_number
        if self.number in known:
            station = self.number if self.kind == "station" else election.observer_by_number[self.number].station
            if self.action.operator.sees_station(election.station_by_number[station]):
                return election.region_of(station)
        raise ReportUnknown(f"there is no {self.kind} {self.number} in this election, or not in your regions")

    def require_own(self) -> None:
        """Refuse what is not the operator's organisation's alone; raises NotOwn."""
        if self.kind == "station":
            self.action.operator.require_station(self.number, is_whole=True)
        else:
            self.action.operator.require_own(self.number)


def close_station(subject: Subject, closed_at: dt.datetime | None = None) -> dict[str, Any]:
    """Close a station since an instant of the election's clock.

    Now where none is named.

    It owes no round that is due later. Raises NoteMissing, VersionPassed, DecisionRefused, ReportUnknown, KeyReused,
    StoreUnavailable.
    """
    at = closed_at or subject.loaded.clock.at(subject.action.now)
    return _change(subject, "station closed", {"closed_at": at.isoformat(timespec="seconds")})


def reopen_station(subject: Subject) -> dict[str, Any]:
    """Open a closed station again; raises what `close_station` raises."""
    is_closed = subject.number in subject.loaded.election.closed
    refusal = None if is_closed else f"station {subject.number} is not closed"
    return _change(subject, "station opened again", {"closed_at": None}, refusal)


def move_station(subject: Subject, name: str, district: str | None) -> dict[str, Any]:
    """Say where a station is now; raises what `close_station` raises."""
    fields = {"name": _words(name, "name")} | ({"district": district.strip()} if district is not None else {})
    return _change(subject, "station moved", fields)


def replace_observer(subject: Subject, name: str, phones: Sequence[str], language: str | None) -> dict[str, Any]:
    """Let another person observe under an observer's number; raises what `close_station` raises."""
    election = subject.loaded.election
    if language is not None and language not in election.languages:
        raise DecisionRefused(f"{language} is none of the election's languages: {', '.join(election.languages)}")
    fields: dict[str, Any] = {"name": _words(name, "name"), "phones": _phones(election, phones, subject.number)}
    return _change(subject, "observer replaced", fields | ({"language": language} if language is not None else {}))


def move_observer(subject: Subject, station: str) -> dict[str, Any]:
    """Send an observer to another station; raises what `close_station` raises."""
    election = subject.loaded.election
    known = election.station_by_number.get(station)
    if known is None or not subject.action.operator.sees_station(known):
        raise DecisionRefused(f"there is no station {station}, or not in your regions")
    return _change(subject, "observer sent to another station", {"station": station})


def undo_change(subject: Subject) -> dict[str, Any]:
    """Undo the last change of a station or observer.

    Another change restores what was before. Raises DecisionRefused where a phone has become another's since, and what
    `close_station` raises.
    """
    return _change(subject, None, {})


def _change(
    subject: Subject, what: str | None, fields: Mapping[str, Any], refusal: str | None = None
) -> dict[str, Any]:
    """Change some fields; `what` None: as they were before the last change.

    `refusal`: why it cannot be done now, if it was not done before under the action's key.
    """
    if subject.action.why is None:
        raise NoteMissing("say why it is changed")
    _ = subject.region
    subject.require_own()

    def attempt() -> Change:
        version, changes = roster_changes(subject.loaded.election.id)
        before = _change_of(changes, subject)
        _require_seen(subject, before)
        if refusal is not None:
            raise DecisionRefused(refusal)
        after = _undone(subject, before) if what is None else _changed(subject, before, what, fields)
        changed = (changes.with_station if subject.kind == "station" else changes.with_observer)(subject.number, after)
        if len(changed) > MOST_CHANGED or bytes_of_changes(changed) > LARGEST_CHANGES:
            raise DecisionRefused(f"{len(changes)} stations and observers are changed: mend the file and load it")
        document = {subject.kind: subject.number, "version": after.version, "what": after.what}
        return Change(
            document | {"fields": dict(after.fields)},
            (changing_roster(subject.loaded.election.id, version, changed),),
            after.what,
            f"{subject.kind} {subject.number}",
            _shown(before.fields) if before else None,
            _shown(after.fields),
        )

    answer = perform(subject.action, attempt, also=(AssignmentsChanged,))
    elections.forget(subject.loaded.election.id)
    if subject.kind == "observer":
        settle_observer(existing(subject.loaded.election.id), subject.number)
    return answer


def _changed(subject: Subject, before: RosterChange | None, what: str, fields: Mapping[str, Any]) -> RosterChange:
    fields_before = dict(before.fields) if before else {}
    return _noted(subject, before, what, {**fields_before, **fields}, fields_before)


def _undone(subject: Subject, before: RosterChange | None) -> RosterChange:
    if before is None:
        raise DecisionRefused(f"{subject.kind} {subject.number} is as the file has it")
    station = before.before.get("station") if subject.kind == "observer" else None
    if "station" in before.fields and before.fields["station"] != station:
        _require_seen_station(subject, station)
    if subject.kind == "observer" and before.fields.get("phones") != before.before.get("phones"):
        _require_still_theirs(subject, before.before.get("phones"))
    return _noted(subject, before, f"undone: {before.what}"[:100], before.before, before.fields)


def _require_seen_station(subject: Subject, station: str | None) -> None:
    """Refuse to send an observer back to where the operator sees nothing.

    None: to the station of the file.
    """
    election, filed = subject.loaded.election, subject.loaded.filed.observer_by_number.get(subject.number)
    known = election.station_by_number.get(station or (filed.station if filed else ""))
    if known is None or not subject.action.operator.sees_station(known):
        raise ReportUnknown("the station to which it would send them back is not in your regions")


def _require_still_theirs(subject: Subject, phones: Sequence[str] | None) -> None:
    """Refuse to give an observer phones back that are another's by now.

    None: those of the file.
    """
    elections.forget(subject.loaded.election.id)
    loaded = existing(subject.loaded.election.id)
    filed = loaded.filed.observer_by_number.get(subject.number)
    for phone in phones if phones is not None else (filed.phones if filed else ()):
        as_filed = {observer.number for observer in loaded.filed.observers_by_phone.get(phone, ())}
        if not _may_share(loaded.election, phone, subject.number, as_filed):
            raise DecisionRefused(f"…{phone[-SHOWN_DIGITS:]} is another observer's by now: replace the observer anew")


def _noted(
    subject: Subject,
    before: RosterChange | None,
    what: str,
    fields: Mapping[str, Any],
    fields_before: Mapping[str, Any],
) -> RosterChange:
    action = subject.action
    version = before.version + 1 if before else 1
    at = action.now.isoformat(timespec="seconds")
    is_settled = subject.kind == "station" or fields.get("station") == fields_before.get("station")
    return RosterChange(version, fields, fields_before, action.who, at, what, action.why or "", is_settled)


def _require_seen(subject: Subject, before: RosterChange | None) -> None:
    version = before.version if before else 0
    if version != subject.seen:
        earlier = f": {before.who} at {before.at}, {before.what}" if before else ""
        raise VersionPassed(
            f"{subject.kind} {subject.number} is at version {version} now, you have seen {subject.seen}{earlier}"
        )


def _change_of(changes: RosterChanges, subject: Subject) -> RosterChange | None:
    return (changes.stations if subject.kind == "station" else changes.observers).get(subject.number)


def _words(written: str, what: str) -> str:
    words = " ".join(written.split())
    if not words:
        raise DecisionRefused(f"the {what} is empty")
    return words


def _phones(election: Election, written: Sequence[str], number: str) -> list[str]:
    phones = list(dict.fromkeys(international(phone, election.default_region) for phone in written))
    wrong = [phone for phone in phones if not is_international(phone)]
    if wrong or not phones:
        raise DecisionRefused(f"{wrong[0] if wrong else 'nothing'} is no phone number: write all its digits")
    coordinators_phones = [phone for phone in phones if phone in election.coordinators_by_phone]
    if coordinators_phones:
        raise DecisionRefused(f"…{coordinators_phones[0][-SHOWN_DIGITS:]} is a coordinator's")
    shared = [phone for phone in phones if not _may_share(election, phone, number)]
    if shared:
        raise DecisionRefused(f"…{shared[0][-SHOWN_DIGITS:]} is another observer's")
    return phones


def _may_share(election: Election, phone: str, number: str, others: Container[str] = ()) -> bool:
    """Tell whether a phone is nobody's, a colleague's, or of `others` alone."""
    holder = election.observer_by_number.get(number)
    colleagues = (holder.station, holder.organisation) if holder else None
    return all(
        observer.number == number
        or observer.number in others
        or (observer.station, observer.organisation) == colleagues
        for observer in election.observers_by_phone.get(phone, ())
    )


def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields for the audit trail: of phones the last digits alone."""
    phones = {"phones": [f"…{phone[-SHOWN_DIGITS:]}" for phone in fields["phones"]]} if "phones" in fields else {}
    return {**fields, **phones}
