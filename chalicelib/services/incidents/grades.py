"""Change how grave an incident is, and what it is about.

Whoever is told of such incidents is told when one becomes graver, once for each severity that it reaches, and when that
is undone.
"""

from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import SEVERITIES, Severity
from chalicelib.observation.incidents.lifecycle import BURST_WITHIN, OPEN, escalates_after, told_at_once
from chalicelib.services.actions.perform import Action
from chalicelib.services.incidents.alert_budget import AlertBudget
from chalicelib.services.incidents.alerts import Occasion, alerts_of
from chalicelib.services.incidents.changes import IncidentChange, as_changed, change_incident
from chalicelib.services.incidents.news import raised_to
from chalicelib.services.incidents.refusals import ChangeRefused
from chalicelib.services.incidents.steps import same_as
from chalicelib.store import escalations
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, incidents_at
from chalicelib.store.outcome import queued
from chalicelib.store.routes import number_of
from chalicelib.store.writes import Write


def grade(
    loaded: LoadedElection,
    action: Action,
    number: int,
    seen: int,
    severity: Severity | None = None,
    category: int | None = None,
) -> dict[str, Any]:
    """Change how grave an incident is, and what it is about.

    A category without a severity brings its own. Raises ChangeRefused, and what `change_incident` raises.
    """

    def change(incident: Incident) -> IncidentChange:
        sets: dict[str, Any] = {}
        if category is not None:
            sets["category"] = _category(loaded.election, incident, category)
        form = loaded.election.incidents
        category_severity = form.categories[category].severity if form is not None and category is not None else None
        sets["severity"] = severity or category_severity or incident.severity
        if all(getattr(incident, name) == value for name, value in sets.items()):
            raise ChangeRefused("it is so already")
        says = " ".join(str(value) for value in sets.values())
        told_as, after = incident.alerted_as or incident.severity, as_changed(incident, sets)
        if not _is_graver(after.severity, told_as) or incident.state not in OPEN:
            return IncidentChange("change", sets, {"alerted_as": told_as}, says=says)
        keys, writes = _graver_alerts(loaded, action, after, incident.severity)
        raised = sets | {"alerted_as": after.severity}  # an undo undoes that too
        return IncidentChange("change", raised, {"alerts": [*incident.alerts, *keys]}, others=writes, says=says)

    return change_incident(loaded, action, number, seen, change)


def _is_graver(severity: Severity, than: Severity) -> bool:
    return SEVERITIES.index(severity) > SEVERITIES.index(than)


def _graver_alerts(
    loaded: LoadedElection, action: Action, incident: Incident, before: Severity
) -> tuple[list[str], tuple[Write, ...]]:
    """Return what tells that an incident is graver: keys, and writes.

    Whoever has had as many as an hour allows hears of it in the next digest; while nobody has taken it, it is escalated
    as soon as such an incident is.
    """
    election, now = loaded.election, action.now
    at, group = loaded.clock.at(now), told_at_once(election, incident.region, incident.severity)
    budget = AlertBudget.read(election, at)
    alerted = budget.within(incident, group)
    incident.may_be_same_as = same_as(incident, incidents_at(election.id, incident.station))
    muted = escalations.muted_phones(election.id, at)
    occasion = Occasion(raised_to(incident.severity, incident.version), graver_than=before)
    alerts = alerts_of(election, incident, alerted, muted, now, number_of(election.id), occasion)
    writes = [*map(queued, alerts), *budget.writes(alerted)]
    if len(alerted) < len(group):
        due = at + BURST_WITHIN
        writes.append(escalations.adding_to_digest(election.id, incident.region, 0, {incident.number}, due))
    if incident.state == "new":
        due = at + escalates_after(election, incident.severity)
        if any(watch.due > due for watch in escalations.watches_of(election.id, incident.id)):
            writes += escalations.watching_anew(election.id, incident.id, due)
    return [alert.key for alert in alerts], tuple(writes)


def _category(election: Election, incident: Incident, category: int) -> int:
    if election.incidents is None or category not in election.incidents.categories:
        raise ChangeRefused(f"there is no category {category}")
    if incident.report is not None:
        raise ChangeRefused("an answer has opened it: its category is the question")
    return category
