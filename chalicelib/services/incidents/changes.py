"""What people change of an incident beside its steps.

Where, how grave, whose, the same as which.

Each change is on the version that was seen, stands in the history with what was before, and can be undone for ten
minutes by whoever made it: by a step of its own.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import Severity
from chalicelib.observation.incidents.lifecycle import State
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.incidents.news import heard_of_raise, news_of
from chalicelib.services.incidents.refusals import ChangeRefused, IncidentUnknown
from chalicelib.services.incidents.steps import sees
from chalicelib.services.reports.tally_changes import changes_of_incidents, total
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident, changing
from chalicelib.store.messages import Message
from chalicelib.store.moved_incidents import moving
from chalicelib.store.open_incidents import listed
from chalicelib.store.outcome import adding_to_tallies, queued
from chalicelib.store.writes import Write

UNDONE_WITHIN: Final = dt.timedelta(minutes=10)
MOST_LINKS: Final = 50
"""Incidents that a person may link with one, or say to be others."""
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class IncidentChange:
    """What a change sets, and what the history says of it.

    None of an attribute: it is removed. `others`: rows that change with it. `keeps`: what else its row keeps, which an
    undo leaves.
    """

    step: str
    sets: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None
    others: tuple[Write, ...] = ()
    says: str | None = None


def add_note(loaded: LoadedElection, action: Action, number: int, seen: int) -> dict[str, Any]:
    """Add a note to an incident's history; raises NoteMissing."""
    if action.why is None:
        raise NoteMissing("write what is to be known of it")
    return change_incident(loaded, action, number, seen, lambda _: IncidentChange("note"))


def assign(loaded: LoadedElection, action: Action, number: int, seen: int, to: str | None) -> dict[str, Any]:
    """Make an incident somebody's, or nobody's; raises what `change_incident` raises."""
    name = (to or "").strip()[:LONGEST_NAME] or None
    return change_incident(
        loaded, action, number, seen, lambda _: IncidentChange("assign", {"assigned": name}, says=name)
    )


def link(loaded: LoadedElection, action: Action, number: int, seen: int, other: int, *, same: bool) -> dict[str, Any]:
    """Say that two incidents are the same, or that they are not.

    Raises ChangeRefused, and what `change_incident` raises.
    """

    def change(incident: Incident) -> IncidentChange:
        twin = _seen_by(loaded, action, other)
        if twin.number == incident.number:
            raise ChangeRefused("an incident is always the same as itself")
        step, at = "link" if same else "unlink", loaded.clock.at(action.now)
        entry = _entry(IncidentChange(step, says=str(number)), twin, action, at, {"links": dict(twin.links or {})})
        back = changing(twin, twin.state, entry, links=_linked(twin, number, same=same))
        return IncidentChange(step, {"links": _linked(incident, other, same=same)}, others=(back,), says=str(other))

    return change_incident(loaded, action, number, seen, change)


def move(loaded: LoadedElection, action: Action, number: int, seen: int, station: str) -> dict[str, Any]:
    """Move an incident to the station where it happened.

    It counts in that station's region from now on. Raises ChangeRefused, and what `change_incident` raises.
    """

    def change(incident: Incident) -> IncidentChange:
        place = loaded.election.station_by_number.get(station)
        if place is None or not action.operator.sees_station(place):
            raise ChangeRefused(f"there is no station {station}, or not in your regions")
        if incident.station == station:
            raise ChangeRefused("it is there already")
        return IncidentChange("move", {"station": station, "region": place.region}, says=station)

    return change_incident(loaded, action, number, seen, change)


def undo(loaded: LoadedElection, action: Action, number: int, seen: int) -> dict[str, Any]:
    """Undo one's own last change of an incident by a new step.

    Raises ChangeRefused, and what `change_incident` raises.
    """
    at = loaded.clock.at(action.now)

    def change(incident: Incident) -> IncidentChange:
        *earlier, last = incident.history
        if last["step"] in ("open", "escalate", "undo") or not earlier:
            raise ChangeRefused("there is nothing to undo")
        if last["who"] != action.who:
            raise ChangeRefused(f"{last['who']} has changed it last, and can undo it")
        age = (at - dt.datetime.fromisoformat(last["at"])) / loaded.clock.factor
        if age > UNDONE_WITHIN:
            raise ChangeRefused("it was changed more than ten minutes ago: take another step")
        was = dict(last.get("was") or {})
        others = _twin_writes(loaded, action, incident, last) if last["step"] in ("link", "unlink") else ()
        if "alerted_as" in was:
            others = tuple(map(queued, _lowered(loaded, action, incident, was["severity"])))
        return IncidentChange("undo", was, state=earlier[-1]["state"], others=others, says=last["step"])

    return change_incident(loaded, action, number, seen, change)


def _lowered(loaded: LoadedElection, action: Action, incident: Incident, severity: Severity) -> Iterator[Message]:
    """Return what tells that a raise is undone."""
    election = loaded.election

    def sentences(language: str) -> tuple[str]:
        before, after = (say(election, language, f"severity_{name}") for name in (incident.severity, severity))
        named = {"number": str(incident.number), "station": incident.station}
        return (say(election, language, "alert_lowered", before=before, severity=after, **named),)

    return news_of(loaded, action, incident, heard_of_raise(election, incident), "lowered", sentences)


def change_incident(
    loaded: LoadedElection, action: Action, number: int, seen: int, change: Callable[[Incident], IncidentChange]
) -> dict[str, Any]:
    """Change an incident on the version seen.

    Its counters and its line in the list change with it.

    Raises IncidentUnknown, VersionPassed that says who changed what, and what `perform` raises.
    """
    at = loaded.clock.at(action.now)

    def attempt() -> Change:
        incident = _seen_by(loaded, action, number)
        if incident.version != seen:
            last = incident.history[-1]
            raise VersionPassed(
                f"incident {number} is at version {incident.version} since {last['who']} took the step "
                f"{last['step']} at {last['at']}, you have seen {seen}"
            )
        change_made = change(incident)
        was = {name: getattr(incident, name) for name in change_made.sets}
        entry = _entry(change_made, incident, action, at, was)
        state = change_made.state or incident.state
        after = as_changed(incident, change_made.sets)
        writes = (
            changing(incident, state, entry, **change_made.sets, **change_made.keeps),
            *_counted(loaded.election, incident, after),
            *_listed(incident, after, state),
            *moving(incident, after.station),
            *change_made.others,
        )
        document = {"number": number, "version": incident.version + 1}
        what, subject = f"incident {_PAST[change_made.step]}", f"incident {number}"
        return Change(document, writes, what, subject, _plain(was, incident.state), _plain(change_made.sets, state))

    return perform(action, attempt)


_PAST: Final = {
    "note": "noted",
    "assign": "assigned",
    "link": "linked",
    "unlink": "unlinked",
    "change": "changed",
    "move": "moved",
    "undo": "undone",
}


def _seen_by(loaded: LoadedElection, action: Action, number: int) -> Incident:
    incident = incident_of_number(loaded.election.id, number)
    if incident is None or not sees(action.operator, incident):
        raise IncidentUnknown(f"there is no incident {number} in this election, or not in your regions")
    action.operator.require_own(incident.observer)
    return incident


def _entry(
    change_made: IncidentChange, incident: Incident, action: Action, at: dt.datetime, was: Mapping[str, Any]
) -> dict[str, Any]:
    note = " ".join(filter(None, (change_made.says, action.why)))
    entry = {
        "at": at.isoformat(timespec="seconds"),
        "step": change_made.step,
        "state": change_made.state or incident.state,
        "who": action.who,
        "note": note or None,
        "was": dict(was) or None,
    }
    return {name: value for name, value in entry.items() if value is not None}


def as_changed(incident: Incident, sets: Mapping[str, Any]) -> Incident:
    """Return an incident as a change leaves it."""
    return Incident(**{**incident.attribute_values, **sets})


def _counted(election: Election, before: Incident, after: Incident) -> list[Write]:
    """Return the writes that move an incident's counters."""
    if (before.station, before.region, before.severity) == (after.station, after.region, after.severity):
        return []
    added = changes_of_incidents(election, [after])
    subtracted = [
        (cell, {name: -amount for name, amount in counters.items()})
        for cell, counters in _counters_of(election, before)
    ]
    return adding_to_tallies(election, total([*subtracted, *added]))


def _counters_of(election: Election, incident: Incident) -> Sequence[tuple[Any, Mapping[str, Any]]]:
    return changes_of_incidents(election, [incident])


def _listed(before: Incident, after: Incident, state: State) -> list[Write]:
    """Return the write that lists an incident anew, if it must."""
    same = (before.region, before.severity, before.state) == (after.region, after.severity, state)
    return [] if same else [listed(after, state)]


def _linked(incident: Incident, number: int, *, same: bool) -> dict[str, bool]:
    links = {**(incident.links or {}), str(number): same}
    if len(links) > MOST_LINKS:
        raise ChangeRefused(f"{MOST_LINKS} incidents are linked with it already")
    return links


def _twin_writes(
    loaded: LoadedElection, action: Action, incident: Incident, last: Mapping[str, Any]
) -> tuple[Write, ...]:
    """Return the write that restores a link's other end."""
    other = str(last.get("note", "")).partition(" ")[0]
    twin = incident_of_number(loaded.election.id, int(other)) if other.isdigit() else None
    if twin is None:
        return ()
    links, mine = dict(twin.links or {}), str(incident.number)
    links.pop(mine, None)
    before = (last.get("was") or {}).get("links") or {}
    if other in before:
        links[mine] = before[other]
    undone = IncidentChange("undo", says=str(last["step"]))
    entry = _entry(undone, twin, action, loaded.clock.at(action.now), {})
    return (changing(twin, twin.state, entry, links=links),)


def _plain(values: Mapping[str, Any], state: State) -> dict[str, Any]:
    return {**values, "state": state}
