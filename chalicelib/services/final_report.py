"""The final report of a day: everything on one page made for printing, without a person's name or phone."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from chalicelib.observation.coverage import round_begins
from chalicelib.observation.election import Election
from chalicelib.observation.hour import Hour
from chalicelib.observation.summary import Area, Summary, summarise
from chalicelib.services.alerts import describe
from chalicelib.services.doubts import failed_checks, held_back, open_incidents
from chalicelib.services.summary_areas import worded_incidents
from chalicelib.services.summary_message import sections_of
from chalicelib.services.words import render, words_of
from chalicelib.store import summaries
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.reports import get_reports
from chalicelib.store.tallies import read_cells


def final_report(loaded: LoadedElection, now: dt.datetime, language: str) -> str:
    """The page as HTML, as of a real instant. Reads every station's reports. Raises StoreUnavailable."""
    election, at = loaded.election, loaded.clock.at(now)
    cells = read_cells(election)
    summary = summarise(election, cells, at)
    held = held_back(election, cells)
    hour = Hour(summary, None, open_incidents(election, at), failed_checks(election, cells, at), held, {})
    words = {**words_of("summary", election, language), **words_of("report", election, language)}
    areas = {words["nation"]: cast(Area, summary.nation)} | dict(summary.regions)
    context = {
        "language": language,
        "words": {**words, "title": words["report_title"]},
        "election": election.text(election.name, language),
        "as_of": summary.as_of.strftime(words["as_of"]),
        "forms": [form.code for form in election.forms],
        "regions": [
            _region_row(
                election, name, area, held.get(name, 0) if name in summary.regions else sum(held.values()), words
            )
            for name, area in areas.items()
        ],
        "sections": sections_of(election, language, hour, areas),
        "hours": _hours(election, words),
        "incidents": [_incident_row(election, one, language, words) for one in _in_order(election)],
        "silent": _silent(election, at),
    }
    return render("report.html.j2", context)


def _region_row(election: Election, name: str, area: Area, held: int, words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "stations": area.stations,
        "forms": [
            f"{sum(one.received for one in rounds.values())}/{sum(one.expected for one in rounds.values())}"
            for rounds in (area.forms[form.code] for form in election.forms)
        ],
        "incidents": worded_incidents(area.incidents, words),
        "held": held,
    }


def _hours(election: Election, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """How many reports there were at each hour's snapshot of the election day; `share` in percent of the last."""
    told = [Summary.from_document(document) for document in summaries.day_of(election.id, election.date)]
    counts = [(one.as_of, _received(one)) for one in told]
    most = max((count for _, count in counts), default=0)
    return [
        {
            "said": words["hour_row"].format(time=f"{at:%H:%M}", count=count),
            "share": round(100 * count / most) if most else 0,
        }
        for at, count in counts
    ]


def _received(summary: Summary) -> int:
    nation = summary.nation
    return sum(one.received for rounds in nation.forms.values() for one in rounds.values()) if nation else 0


def _in_order(election: Election) -> list[Incident]:
    return sorted(incidents_of(election.id), key=lambda incident: incident.opened_at)


def _incident_row(election: Election, incident: Incident, language: str, words: Mapping[str, str]) -> dict[str, str]:
    local = incident.opened_at.astimezone(election.zone)
    return {
        "time": f"{local:%H:%M}" if local.date() == election.date else local.strftime(words["as_of"]),
        "severity": words[f"word_{incident.severity}"],
        "category": describe(election, incident, language) or incident.text or "",
        "station": f"{incident.station}, {incident.region}",
        "state": words[f"state_{incident.state}"],
    }


def _silent(election: Election, at: dt.datetime) -> dict[str, list[str]]:
    """Numbers of the stations of which no report came at all, by region."""
    places = [
        (form.code, name)
        for form in election.forms
        for name in form.round_names
        if (begins := round_begins(election, form, name)) is None or begins <= at
    ]
    keys = [(station.number, *place) for station in election.stations for place in places]
    stored = get_reports(election, keys) if keys else {}
    heard = {station for (station, _, _), one in stored.items() if one.report.observers}
    silent: dict[str, list[str]] = {}
    for station in election.stations:
        if station.number not in heard:
            silent.setdefault(station.region, []).append(station.number)
    return silent
