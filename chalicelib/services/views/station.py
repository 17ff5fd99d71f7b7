"""One station whole: its observers, reports, incidents, and what counts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election, Observer, Station
from chalicelib.observation.elections.roster_changes import RosterChange
from chalicelib.observation.elections.schedule import Place, places
from chalicelib.observation.reports.report import Report
from chalicelib.services.access.seen_reports import reports_at
from chalicelib.services.incidents.steps import incidents_of_station
from chalicelib.services.outreach.reachable_phones import heard_at
from chalicelib.services.views import stations
from chalicelib.services.views.closed_stations import closed_at
from chalicelib.services.views.reader import Reader
from chalicelib.services.views.report import ReportView, entry_keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get_many
from chalicelib.store.reports import StoredReport

MOST_ENTRIES: Final = 50
"""Entries of a station's answers of which it is read who made them, the newest first."""


def describe_station(loaded: LoadedElection, reader: Reader, number: str, now: dt.datetime) -> dict[str, Any] | None:
    """Describe a station with its reports and incidents.

    None if there is none in the reader's regions. Reads one query each of reports, incidents and per phone, and the
    entries among the answers. Raises StoreUnavailable.
    """
    election = loaded.election
    station = election.station_by_number.get(number)
    if station is None or not reader.operator.sees_station(station):
        return None
    stored = reports_at(election, reader.operator, number)
    view = report_view(loaded, reader, number, stored, now)
    versions = {(row.report.form, row.report.round): row.version for row in stored}
    return {
        "election": election.id,
        "as_of": local_time(view.at, election.zone),
        "station": _station(loaded, reader, station),
        "observers": [
            described_observer(loaded, reader, observer) for observer in election.observers_by_station.get(number, ())
        ],
        "coordinators": _coordinators(election, reader, station.region),
        "reports": [view.described(place, versions.get(place, 0)) for place in _shown(election, view.reports)],
        "incidents": incidents_of_station(election, reader.operator, number),
    }


def _shown(election: Election, reports: Mapping[Place, Report]) -> list[Place]:
    """Return what a station owes, then reports sent many times."""
    entries = [place for place in sorted(reports) if not election.form_by_code[place[0]].is_owed]
    return [*places(election), *entries[: stations.MOST_ENTRIES]]


def report_view(
    loaded: LoadedElection, reader: Reader, station: str, stored: Sequence[StoredReport], now: dt.datetime
) -> ReportView:
    """Return what a station's reports are described with; raises StoreUnavailable."""
    election = loaded.election
    reported = {(row.report.form, row.report.round): row.report for row in stored}
    reports = {place: Report(station, *place) for place in places(election)} | reported
    entered = entry_keys(reports.values())[:MOST_ENTRIES] if reader.sees_people else []
    entries = {str(row.key): row for row in get_many(entered)} if entered else {}
    return ReportView(election, reader, reports, entries, loaded.clock.at(now))


def described_observer(loaded: LoadedElection, reader: Reader, observer: Observer) -> dict[str, Any]:
    """Describe an observer, the phones last heard first.

    Only who may see them gets them.
    """
    described: dict[str, Any] = {
        "number": observer.number,
        "station": observer.station,
        "region": loaded.election.region_of(observer.station),
        "organisation": observer.organisation,
        **_changed(reader.toward(observer.number), loaded.changes.observers.get(observer.number)),
    }
    if not reader.sees_people:
        return described
    phones = [{"phone": phone, "last_heard": _moment(heard_at(phone))} for phone in observer.phones]
    phones.sort(key=lambda phone: phone["last_heard"] or "", reverse=True)
    heard = [phone["last_heard"] for phone in phones if phone["last_heard"]]
    return described | {
        "name": observer.name,
        "language": observer.language,
        "phones": phones,
        "last_heard": max(heard, default=None),
    }


def _moment(at: dt.datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def _changed(reader: Reader, change: RosterChange | None) -> dict[str, Any]:
    """Describe a station's or observer's last change, and its version."""
    if change is None:
        return {"version": 0, "changed": None}
    author = {"who": change.who, "note": change.note} if reader.sees_people else {"who": None, "note": None}
    return {"version": change.version, "changed": {"at": change.at, "what": change.what, **author}}


def _station(loaded: LoadedElection, reader: Reader, station: Station) -> dict[str, Any]:
    election = loaded.election
    return {
        "number": station.number,
        "name": station.name,
        "region": station.region,
        "district": station.district,
        "registered": station.registered,
        **station.place,
        "is_in_sample": election.quick_count is not None,
        "closed_at": closed_at(election, station.number),
        "organisations": list(election.organisations_of(station.number)),
        **_changed(reader, loaded.changes.stations.get(station.number)),
    }


def _coordinators(election: Election, reader: Reader, region: str) -> list[dict[str, Any]]:
    if not reader.sees_people:
        return []
    return [
        {"name": coordinator.name, "phone": coordinator.phone, "is_headquarters": coordinator.is_headquarters}
        for coordinator in election.coordinators
        if coordinator.covers(region)
    ]
