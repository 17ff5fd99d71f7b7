"""Quick count and live turnout of a deployed election.

The estimates are from what its stations have reported so far.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import Place, has_begun, round_begun_at
from chalicelib.observation.quick_count.estimate import QuickCount, counted_form, needed_codes, quick_count
from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.checks import explanation_of, failing, needed_for_checks
from chalicelib.observation.reports.report import Report, StationAnswers, station_answers
from chalicelib.store.elections import LoadedElection
from chalicelib.store.reports import ReportKey, StoredReport, get_reports

Reported = Mapping[str, Mapping[Place, Report]]
"""The stations' reports by station, form and round, as far as an estimate looks at them."""


Reports = Mapping[ReportKey, StoredReport]


@dataclass(frozen=True, slots=True)
class LiveEstimate:
    """The estimates and turnout at an instant, from counting stations."""

    as_of: dt.datetime
    quick_count: QuickCount
    turnout: Mapping[str, Mapping[str, QuickCount]]

    def document(self) -> dict[str, Any]:
        """Return the estimates as JSON's values.

        Of turnout, how far the strata are in is told of the latest round alone: a row holds it.
        """
        return {
            "as_of": self.as_of.isoformat(timespec="seconds"),
            "quick_count": self.quick_count.document(),
            "turnout": {form: _rounds_document(rounds) for form, rounds in self.turnout.items()},
        }


def _rounds_document(rounds: Mapping[str, QuickCount]) -> dict[str, Any]:
    documents = {name: counted.document() for name, counted in rounds.items()}
    for earlier in list(documents.values())[:-1]:
        del earlier["strata"]
    return documents


def count_now(loaded: LoadedElection, now: dt.datetime, reports: Reports | None = None) -> LiveEstimate:
    """Estimate result and turnout as of a real instant.

    The turnout is that of every round that has begun. `reports`: all of the election that are stored, where they are
    read already. Else it reads the stations' reports and no message, so the cost grows with stations and rounds alone.
    Raises QuickCountError where the election declares no quick count, StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    form = counted_form(election)
    others = [
        other for other in election.forms if other is not form and any(q.role == "voted" for q in other.questions)
    ]
    begun = {
        other.code: [name for name in other.round_names if has_begun(election, other, name, at)] for other in others
    }
    counted = (form.code, round_begun_at(election, form, at))
    counting = [counted, *((code, name) for code, names in begun.items() for name in names)]
    reported = _read(election, counting, reports)
    return LiveEstimate(
        as_of=at.astimezone(election.zone),
        quick_count=_estimated(election, reported, counted),
        turnout={
            code: {name: _estimated(election, reported, (code, name)) for name in names}
            for code, names in begun.items()
        },
    )


def _read(election: Election, places: Iterable[Place], reports: Reports | None) -> Reported:
    looked_at = {needed for place in places for needed in (place, *needed_for_checks(election, place))}
    keys = [(station.number, *place) for station in election.stations for place in looked_at]
    stored = get_reports(election, keys) if reports is None else reports

    def report(station: str, form: str, name: str) -> Report:
        stored_report = stored.get((station, form, name))
        return stored_report.report if stored_report else Report(station, form, name)

    return {
        station.number: {place: report(station.number, *place) for place in looked_at} for station in election.stations
    }


def _estimated(election: Election, reported: Reported, place: Place) -> QuickCount:
    form = election.form_by_code[place[0]]
    answers = {
        station: station_answers(election, reports[place])
        for station, reports in reported.items()
        if reports[place].counting
    }
    held_back = {
        station: reason
        for station, given in answers.items()
        if (reason := _held_back(election, form, given, reported[station], place)) is not None
    }
    values: dict[str, Mapping[str, Value]] = {station: given.known for station, given in answers.items()}
    accepted = {station: _accepted(election, reported[station], place) for station in answers}
    return quick_count(election, values, form=form, held_back=held_back, accepted=accepted)


def _held_back(
    election: Election, form: Form, given: StationAnswers, reports: Mapping[Place, Report], place: Place
) -> str | None:
    """Say why a station does not count beside its own answers.

    What the pure quick count cannot see: its observers, and its other reports.
    """
    needed = set(needed_codes(election, form))
    if given.conflicts & needed:
        return "conflict"
    accepted = _accepted(election, reports, place)
    failed = (check for check in failing(election, reports, place) if check.rule not in accepted)
    if needed <= given.known.keys() and any(check.severity == "error" for check in failed):
        return "failed_check"
    return None


def _accepted(election: Election, reports: Mapping[Place, Report], place: Place) -> frozenset[str]:
    """Return rules that a person lets a report fail."""
    form, explained = election.form_by_code[place[0]], reports[place].decisions.explained
    if not explained:
        return frozenset()
    explanations = ((check, explanation_of(election, reports, place, check)) for check in form.checks)
    return frozenset(
        check.rule for check, explanation in explanations if explanation is not None and explanation.counts
    )
