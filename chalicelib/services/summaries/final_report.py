"""The final report of a day, as one page for printing.

Without an observer's name, phone or words. A page is handed on, so it tells what everybody may see: no sum of the count
before the quick count is released.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import has_begun
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import Area, Summary, summarise, without_answers
from chalicelib.services.email_templates import render, words_of
from chalicelib.services.quick_count.visibility import withheld_until_released
from chalicelib.services.summaries.areas import worded_incidents
from chalicelib.services.summaries.final_report_answers import answers_of
from chalicelib.services.summaries.final_report_incidents import incident_rows
from chalicelib.services.summaries.open_issues import failed_checks, held_back, open_incidents
from chalicelib.services.summaries.sections import sections_of
from chalicelib.store import summaries
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.reports import entries_of, get_reports
from chalicelib.store.tallies import read_cells


@dataclass(frozen=True, slots=True)
class Day:
    """All that the page tells.

    How things stand, the day's snapshots, incidents, and the silent stations by region. `is_count_withheld`: sums of
    the count are left out, since the quick count is not released.
    """

    hour: Hour
    snapshots: Sequence[Summary]
    incidents: Sequence[Incident]
    silent: Mapping[str, Sequence[str]]
    is_count_withheld: bool


def final_report(loaded: LoadedElection, now: dt.datetime, language: str) -> str:
    """Render the page as of a real instant; raises StoreUnavailable."""
    return report_page(loaded.election, read_day(loaded, now), language)


def read_day(loaded: LoadedElection, now: dt.datetime) -> Day:
    """Read what the page tells, as of a real instant.

    Reads every station's reports. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    cells = read_cells(election)
    withheld = withheld_until_released(election)
    summary = without_answers(summarise(election, cells, at), withheld)
    failed, held = failed_checks(election, cells, at), held_back(election, cells)
    incidents = list(incidents_of(election.id))
    return Day(
        Hour(summary, None, open_incidents(election, at), failed, held, {}),
        [Summary.from_document(document) for document in summaries.day_of(election.id, election.date)],
        incidents,
        _silent(election, incidents, at),
        bool(withheld),
    )


def report_page(election: Election, day: Day, language: str) -> str:
    """Render the page in a language, as self-contained HTML.

    It needs nothing else: no script, nothing remote.
    """
    words = {**words_of("summary", election, language), **words_of("report", election, language)}
    summary, nation = day.hour.summary, cast(Area, day.hour.summary.nation)
    areas = {words["nation"]: nation} | dict(summary.regions)
    context = {
        "language": language,
        "words": {**words, "title": words["report_title"]},
        "election": election.text(election.name, language),
        "as_of": summary.as_of.strftime(words["as_of"]),
        "forms": [form.code for form in election.forms],
        "regions": [
            _region_row(election, words["nation"], nation, sum(day.hour.held_back.values()), words),
            *(
                _region_row(election, name, area, day.hour.held_back.get(name, 0), words)
                for name, area in summary.regions.items()
            ),
        ],
        "sections": sections_of(election, language, day.hour, areas),
        "answers": answers_of(election, summary, language, words),
        "hours": _hours(day.snapshots, words),
        "incidents": incident_rows(election, day.incidents, language, words),
        "silent": day.silent,
        "is_count_withheld": day.is_count_withheld,
    }
    return render("report.html.j2", context)


def _region_row(election: Election, name: str, area: Area, held: int, words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "stations": area.stations,
        "forms": [
            f"{sum(coverage.received for coverage in rounds.values())}"
            + (f"/{sum(coverage.expected for coverage in rounds.values())}" if form.is_owed else "")
            for form, rounds in ((form, area.forms[form.code]) for form in election.forms)
        ],
        "incidents": worded_incidents(area.incidents, words),
        "held": held,
    }


def _hours(snapshots: Sequence[Summary], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Count reports at each hour's snapshot of the election day.

    `share` in percent of the last.
    """
    counts = [(snapshot.as_of, _received(snapshot)) for snapshot in snapshots]
    most = max((count for _, count in counts), default=0)
    return [
        {
            "text": words["hour_row"].format(time=f"{at:%H:%M}", count=count),
            "share": round(100 * count / most) if most else 0,
        }
        for at, count in counts
    ]


def _received(summary: Summary) -> int:
    nation = summary.nation
    return sum(snapshot.received for rounds in nation.forms.values() for snapshot in rounds.values()) if nation else 0


def _silent(election: Election, incidents: Sequence[Incident], at: dt.datetime) -> dict[str, list[str]]:
    """Return stations without a report or an incident, by region."""
    places = [
        (form.code, name)
        for form in election.forms
        if form.is_owed
        for name in form.round_names
        if has_begun(election, form, name, at)
    ]
    keys = [(station.number, *place) for station in election.stations for place in places]
    stored = get_reports(election, keys) if keys else {}
    heard = {station for (station, _, _), stored_report in stored.items() if stored_report.report.observers}
    heard.update(incident.station for incident in incidents)
    quiet = [station.number for station in election.stations if station.number not in heard]
    heard.update(entry.report.station for entry in entries_of(election, quiet) if entry.report.observers)
    silent: dict[str, list[str]] = {}
    for station in election.stations:
        if station.number not in heard:
            silent.setdefault(station.region, []).append(station.number)
    return silent
