"""End incidents with what opened them, and reopen them with it.

That is an entry that is withdrawn, or an SMS that is another's after all.

By a step of whoever withdraws it, in the same transaction; who had been alerted is told. An incident that somebody has
verified, or that has ended, stays as it is, and its history says what became of the entry. What ended so is new again,
and told again, as soon as another message says it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, Literal

from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import (
    ALLOWED_IN,
    TOLD_TOGETHER_AT_MOST,
    State,
    Step,
    escalates_after,
    escalation,
    told_at_once,
)
from chalicelib.observation.reports.decisions import Attribution
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services.actions.perform import Action
from chalicelib.services.incidents.alerts import Occasion, alerts_of
from chalicelib.services.incidents.news import Cause, heard_of, news_of
from chalicelib.services.incidents.readings import incidents_of_reading
from chalicelib.services.incidents.steps import step_writes
from chalicelib.services.versions import LONGEST_NOTE
from chalicelib.store import escalations, keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, changing, get_incident, incidents_by_id
from chalicelib.store.messages import Message
from chalicelib.store.open_incidents import listed
from chalicelib.store.outcome import queued
from chalicelib.store.reports import ReportKey, get_reports
from chalicelib.store.writes import Write

What = Literal["withdrawn", "restored", "disowned"]
MOST_NEWS: Final = 60
"""SMS and emails that tell of what an entry's withdrawal ended; DynamoDB writes a hundred rows at once."""
SAYS: Final[Mapping[What, str]] = {
    "withdrawn": "what was entered is withdrawn",
    "restored": "what was entered counts again",
    "disowned": "its SMS is not from that observer",
}
ENDINGS: Final = (SAYS["withdrawn"], SAYS["disowned"])


def ending_incidents(
    loaded: LoadedElection, action: Action, entry: Message, report: ReportKey | None = None
) -> tuple[list[Write], list[int]]:
    """Return the writes that end what an entry opened, and its numbers.

    `report`: it is withdrawn from that one alone. An answer that another message gives as well keeps its incident,
    which is that message's then. Raises StoreUnavailable.
    """
    ended: list[Incident] = []
    writes: list[Write] = []
    for incident in _opened_by(loaded.election, entry, report):
        other = _other_message(loaded, action, incident, entry)
        if other is None:
            ended.append(incident)
        else:
            writes.append(_noted(loaded, action, incident, "withdrawn", message=other))
    numbers = sorted(incident.number for incident in ended if incident.state in ALLOWED_IN["reject"])
    return [*writes, *_stepping(loaded, action, ended, "withdrawn")], numbers


def disowning_incidents(
    loaded: LoadedElection, cause: Cause, row: Message, opening: Mapping[str, Incident]
) -> list[Write]:
    """Return the writes that end what an SMS opened as another's.

    `opening`: what it opens as whose it is now, by id: that stays, and is theirs. So does an answer that another
    message gives as well. Raises StoreUnavailable.
    """
    ended: list[Incident] = []
    writes: list[Write] = []
    for incident in _opened_by(loaded.election, row, None):
        kept, other = opening.get(incident.id), _other_message(loaded, cause, incident, row)
        if kept is not None and kept.observer != incident.observer:
            writes.append(_noted(loaded, cause, incident, "disowned", observer=kept.observer))
        elif kept is None and other is not None:
            writes.append(_noted(loaded, cause, incident, "disowned", message=other))
        elif kept is None:
            ended.append(incident)
    return [*writes, *_stepping(loaded, cause, ended, "disowned")]


def reopening_incidents(loaded: LoadedElection, action: Action, entry: Message, report: ReportKey) -> list[Write]:
    """Return the writes that reopen what ended with an entry.

    Raises StoreUnavailable.
    """
    ended = [incident for incident in _opened_by(loaded.election, entry, report) if _ended_so(incident)]
    return list(_stepping(loaded, action, ended, "restored"))


def saying_again(
    loaded: LoadedElection, repeated: Sequence[Incident], sender: str | None, now: dt.datetime
) -> tuple[list[Message], list[Write]]:
    """Return the alerts and writes of incidents said again.

    They had ended with the entry that was withdrawn, or as another's, and a message says them. They are new again, and
    not counted again; whoever had been told of them at any stage is told. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    by_id = {incident.id: incident for incident in repeated}
    stored = [get_incident(election.id, name) for name in by_id]  # no role that processes may read many
    ended = [incident for incident in stored if incident is not None and _ended_so(incident)]
    muted = escalations.muted_phones(election.id, at) if ended else frozenset[str]()
    alerts: list[Message] = []
    writes: list[Write] = []
    for incident in ended:
        repeat = by_id[incident.id]
        incident.message, incident.text, incident.doubt = repeat.message, repeat.text, repeat.doubt
        incident.observer = repeat.observer
        stages = escalation(election, incident.region)
        first = told_at_once(election, incident.region, incident.severity)
        every = tuple(sorted({*first, *chain.from_iterable(stages[: incident.stage])}))
        group = every if len(every) <= TOLD_TOGETHER_AT_MOST else first
        alerts_again = alerts_of(election, incident, group, muted, now, sender, Occasion(f"again{incident.version}"))
        is_observer = incident.observer in election.observer_by_number
        who = f"observer {incident.observer}" if is_observer else incident.observer
        entry = {"at": at.isoformat(timespec="seconds"), "step": "open", "state": "new", "who": who}
        keys = [*incident.alerts, *(row.key for row in alerts_again)]
        repeated_by = {name: getattr(repeat, name) for name in ("message", "text", "doubt", "observer")}
        writes.append(changing(incident, "new", entry, alerts=keys, **repeated_by))
        writes.append(listed(incident, "new"))
        if incident.stage < len(stages):
            writes += escalations.watching_anew(
                election.id, incident.id, at + escalates_after(election, incident.severity)
            )
        alerts += alerts_again
    return alerts, writes


def _opened_by(election: Election, entry: Message, report: ReportKey | None) -> Iterator[Incident]:
    ids = {name for name, _, _ in incidents_of_reading(election, entry)}
    for incident in incidents_by_id(election.id, ids):
        if incident.message == entry.key and report in (None, _report_of(incident)):
            yield incident


def _report_of(incident: Incident) -> ReportKey | None:
    """Return the report whose answer opened an incident, if one did."""
    if incident.report is None:
        return None
    form, round_name, _ = incident.report.split("#")
    return incident.id.partition("#")[0], form, round_name


def _other_message(loaded: LoadedElection, action: Cause, incident: Incident, entry: Message) -> str | None:
    """Return the message that says what opened an incident, without an entry."""
    key = _report_of(incident)
    form = loaded.election.form_by_code.get(key[1]) if key is not None else None
    stored = get_reports(loaded.election, {key}).get(key) if key is not None and form is not None else None
    if stored is None or form is None or incident.observer not in stored.report.given:
        return None
    without = stored.report.decisions.withdrawing(entry.key, Attribution(action.who, action.now, ""))
    given = stored.report.given[incident.observer].without(without.withdrawn)
    code = (incident.report or "").rpartition("#")[2]
    newest = given.answers.get(code) if given is not None else None
    return newest.source.message if newest is not None and form.by_code[code].is_critical(newest.value) else None


def _ended_so(incident: Incident) -> bool:
    last = incident.history[-1]
    return last["step"] == "reject" and str(last.get("note", "")).startswith(ENDINGS)


def _stepping(loaded: LoadedElection, action: Cause, incidents: Sequence[Incident], what: What) -> Iterator[Write]:
    step: Step = "reopen" if what == "restored" else "reject"
    at, news = loaded.clock.at(action.now), list[Message]()
    for incident in incidents:
        if incident.state in ALLOWED_IN[step]:
            state, writes = step_writes(incident, step, action.who, _note(action, what), at, action.now)
            yield from writes
            news += _news(loaded, action, incident, state, what)
        else:
            yield _noted(loaded, action, incident, what)
    yield from map(queued, _fitting(news))


def _fitting(news: Sequence[Message]) -> Sequence[Message]:
    """Return as much news as one transaction takes.

    Everybody is told by SMS, or else by email, before anybody by both.
    """
    if len(news) <= MOST_NEWS:
        return news
    by_place = {row.key.rpartition("#")[0]: row for row in sorted(news, key=lambda row: row.channel == keys.SMS)}
    return list(by_place.values())[:MOST_NEWS]


def _noted(loaded: LoadedElection, action: Cause, incident: Incident, what: What, **values: str) -> Write:
    at = loaded.clock.at(action.now).isoformat(timespec="seconds")
    entry = {"at": at, "step": "note", "state": incident.state, "who": action.who, "note": _note(action, what)}
    return changing(incident, incident.state, entry, **values)


def _note(action: Cause, what: What) -> str:
    return ": ".join(filter(None, (SAYS[what], action.why)))[:LONGEST_NOTE]


def _news(loaded: LoadedElection, cause: Cause, incident: Incident, state: State, what: What) -> Iterator[Message]:
    election = loaded.election

    def sentences(language: str) -> tuple[str, str]:
        named = {"number": str(incident.number), "station": incident.station}
        done = say(election, language, "command_done", state=say(election, language, f"state_{state}"), **named)
        return done, say(election, language, f"alert_{what}")

    return news_of(loaded, cause, incident, heard_of(election, incident), "withdrawn", sentences)
