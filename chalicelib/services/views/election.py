"""An election as the page shows it.

Forms, rounds with their times, questions, regions, and its clock.

Everything that is the same for all who see it; nobody of the roster is in it.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Form, Question, Station
from chalicelib.observation.elections.schedule import counts_from, round_begins, round_due
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.store.elections import LoadedElection


def describe_election(loaded: LoadedElection) -> dict[str, Any]:
    """Describe an election's forms, regions and clock as JSON's values.

    The clock maps real instants to the election's: `start` is what it showed at the real instant `origin`, `factor`
    election seconds pass in a real second. A rehearsal is an election whose clock is not everybody's.
    """
    election, clock = loaded.election, loaded.clock
    return {
        "id": election.id,
        "version": loaded.version,
        "name": election.name,
        "date": election.date.isoformat(),
        "timezone": election.timezone,
        "languages": list(election.languages),
        "is_rehearsal": clock.is_rehearsal,
        "is_retired": loaded.is_retired,
        "clock": {"start": clock.start.isoformat(), "origin": clock.origin.isoformat(), "factor": clock.factor},
        "forms": [_form(election, form) for form in election.forms],
        "regions": [describe_region(name, stations) for name, stations in election.stations_by_region.items()],
        "incident_form": election.incidents.code if election.incidents else None,
        "incident_categories": {
            str(number): {"name": category.name, "severity": category.severity}
            for number, category in (election.incidents.categories if election.incidents else {}).items()
        },
        "acknowledge_within": {
            severity: int(election.escalation.acknowledge_within.of(severity).total_seconds())
            for severity in SEVERITIES
        },
        "organisations": {
            code: {"name": organisation.name, "sees": organisation.sees.model_dump()}
            for code, organisation in election.organisations.items()
        },
        "has_quick_count": election.quick_count is not None,
    }


def describe_region(name: str, stations: Sequence[Station]) -> dict[str, Any]:
    """Describe a region.

    Its place is the middle of its stations' that have one, None without any.
    """
    places = [(station.latitude, station.longitude) for station in stations if station.latitude is not None]
    latitudes, longitudes = zip(*places, strict=True) if places else ((), ())
    return {
        "name": name,
        "stations": len(stations),
        "districts": sorted({station.district for station in stations}),
        "placed": len(places),
        "latitude": round(fmean(latitudes), 6) if places else None,
        "longitude": round(fmean(longitudes), 6) if places else None,
    }


def _form(election: Election, form: Form) -> dict[str, Any]:
    return {
        "code": form.code,
        "title": form.title,
        "expect": form.expect,
        "serial": form.serial,
        "rounds": [_round(election, form, name) for name in form.round_names if form.is_owed],
        "questions": [_question(question) for question in form.questions],
    }


def _round(election: Election, form: Form, name: str) -> dict[str, Any]:
    begins = round_begins(election, form, name) or counts_from(election, form)
    due = round_due(election, form, name)
    return {
        "name": name,
        "begins_at": local_time(begins, election.zone),
        "due_at": local_time(due, election.zone),
        "missing_from": local_time(None if due is None else due + form.grace, election.zone),
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "type": question.type,
        "label": question.label or ({"en": question.candidate} if question.candidate else {}),
        "options": {str(number): text for number, text in question.options.items()},
        "min": question.min,
        "max": question.max,
        "role": question.role,
        "candidate": question.candidate,
        "unknown": list(question.unknown),
    }
