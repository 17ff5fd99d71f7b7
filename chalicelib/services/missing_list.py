"""The list of what is missing, for a region's coordinators: phones in it, and so to them alone."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.chasing import overdue_by, overdue_rounds, overdue_since_morning
from chalicelib.observation.election import Coordinator, Election, Observer, Station
from chalicelib.observation.report import Report, owing
from chalicelib.observation.report_checks import Place
from chalicelib.observation.segments import fit
from chalicelib.services import outbox
from chalicelib.services.words import render, round_code, round_title, words_of
from chalicelib.store import messages
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.reports import get_reports

SMS_SEGMENTS = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """A station that owes reports, the longest overdue first; `is_silent`: nothing came since the morning at all."""

    station: Station
    observers: tuple[Observer, ...]
    places: tuple[Place, ...]
    overdue: dt.timedelta
    is_silent: bool


def gaps(election: Election, regions: Sequence[str], at: dt.datetime) -> dict[str, list[Gap]]:
    """The stations of some regions that owe what is asked for now, the most overdue first. Raises StoreUnavailable."""
    asked, today = overdue_rounds(election, at), overdue_since_morning(election, at)
    stations = [station for station in election.stations if station.region in regions]
    wanted = dict.fromkeys((*asked, *today))
    keys = [(station.number, *place) for station in stations for place in wanted]
    stored = get_reports(election, keys) if keys else {}
    reports = {key: one.report for key, one in stored.items()}
    found: dict[str, list[Gap]] = {region: [] for region in regions}
    for station in stations:
        gap = _gap(election, station, reports, (asked, today), at)
        if gap is not None:
            found[station.region].append(gap)
    return {
        region: sorted(of_region, key=lambda gap: (-gap.overdue, -len(gap.places), gap.station.number))
        for region, of_region in found.items()
    }


def _gap(
    election: Election,
    station: Station,
    reports: Mapping[tuple[str, str, str], Report],
    rounds: tuple[Sequence[Place], Sequence[Place]],
    at: dt.datetime,
) -> Gap | None:
    asked, today = rounds
    observers = election.observers_by_station.get(station.number, ())
    owed = [place for place in asked if _owes(election, reports[station.number, *place])]
    if not owed:
        return None
    came = any(reports[station.number, *place].observers for place in today)
    overdue = max(overdue_by(election, place, at) for place in owed)
    return Gap(station, observers, tuple(owed), overdue, is_silent=bool(today) and not came)


def _owes(election: Election, report: Report) -> bool:
    """Whether anything is missing; of a station without observers that owes one too, since nobody else will say it."""
    is_stations = election.form_by_code[report.form].expect == "station"
    return bool(owing(election, report)) or (is_stations and not report.observers)


def queue_lists(loaded: LoadedElection, places: Sequence[Place], now: dt.datetime) -> int:
    """Queue the list to the coordinators of each region in which anything is missing; returns how many messages.

    `places`: the rounds that make the list due. Those who got it for one of them are left out.
    """
    election = loaded.election
    at = loaded.clock.at(now)
    missing = gaps(election, election.regions, at)
    rows = [
        row
        for coordinator in election.coordinators
        if not _was_told(election, places, coordinator)
        for row in _rows(election, coordinator, places[0], missing, (at, now))
    ]
    return sum(messages.put_new(row) for row in rows)


def regions_of(election: Election, coordinator: Coordinator) -> tuple[str, ...]:
    """The regions whose lists a coordinator gets: their own, and headquarters those that nobody else answers for."""
    if "*" not in coordinator.regions:
        return tuple(region for region in election.regions if region in coordinator.regions)
    named = {region for one in election.coordinators for region in one.regions}
    return tuple(region for region in election.regions if region not in named)


def _was_told(election: Election, places: Sequence[Place], coordinator: Coordinator) -> bool:
    keys = [f"{_key(election, one, coordinator)}#{channel}" for one in places for channel in ("email", "sms")]
    return bool(messages.get_many(keys))


def _key(election: Election, round_of: Place, coordinator: Coordinator) -> str:
    return f"missing#{election.id}#{'#'.join(round_of)}#{coordinator.id}"


def _rows(
    election: Election,
    coordinator: Coordinator,
    first: Place,
    missing: Mapping[str, list[Gap]],
    instants: tuple[dt.datetime, dt.datetime],
) -> list[Message]:
    at, now = instants
    own = {region: missing[region] for region in regions_of(election, coordinator) if missing[region]}
    if not own:
        return []
    key = _key(election, first, coordinator)
    origin = outbox.Origin(election.id, f"missing#{'#'.join(first)}", now)
    rows = []
    if coordinator.email:
        subject, text, html = list_email(election, coordinator, own, at)
        rows.append(outbox.email(f"{key}#email", coordinator.email, text, origin, subject=subject, html=html))
    if coordinator.phone and "sms" in coordinator.alerts:
        rows.append(outbox.sms(f"{key}#sms", coordinator.phone, list_sms(election, coordinator, own, at), origin))
    return rows


def list_email(
    election: Election, coordinator: Coordinator, missing: Mapping[str, list[Gap]], at: dt.datetime
) -> tuple[str, str, str]:
    """Subject, text and HTML of the list; the subject carries no name and no phone."""
    words = words_of("missing", election, coordinator.language)
    local = at.astimezone(election.zone)
    sections = [
        {
            "region": region,
            "silent": [_line(election, coordinator.language, words, gap) for gap in found if gap.is_silent],
            "others": [_line(election, coordinator.language, words, gap) for gap in found if not gap.is_silent],
        }
        for region, found in missing.items()
    ]
    context = {
        "language": coordinator.language,
        "words": words,
        "as_of": local.strftime(words["as_of"]),
        "sections": sections,
    }
    count = sum(len(found) for found in missing.values())
    subject = words["subject"].format(area=", ".join(missing), time=f"{local:%H:%M}", count=count)
    return subject, render("missing.txt.j2", context), render("missing.html.j2", context)


def list_sms(election: Election, coordinator: Coordinator, missing: Mapping[str, list[Gap]], at: dt.datetime) -> str:
    """The list in two SMS: how many stations owe what, and the numbers of those that are silent."""
    words = words_of("missing", election, coordinator.language)
    everything = [gap for found in missing.values() for gap in found]
    counts = {place: sum(place in gap.places for gap in everything) for gap in everything for place in gap.places}
    silent = " ".join(gap.station.number for gap in everything if gap.is_silent)
    text = words["sms"].format(
        area=", ".join(missing),
        time=f"{at.astimezone(election.zone):%H:%M}",
        counts=", ".join(f"{round_code(*place)} {count}" for place, count in counts.items()),
        silent=words["sms_silent"].format(stations=silent) if silent else "",
    )
    return fit(text.strip(), SMS_SEGMENTS, ending=" ...")


def _line(election: Election, language: str, words: Mapping[str, str], gap: Gap) -> dict[str, object]:
    station = gap.station
    minutes = int(gap.overdue.total_seconds()) // 60
    titles = [round_title(election, language, election.form_by_code[form], name) for form, name in gap.places]
    return {
        "station": ", ".join(filter(None, (station.number, station.name, station.district))),
        "rounds": ", ".join(titles),
        "overdue": words["overdue"].format(hours=minutes // 60, minutes=f"{minutes % 60:02}"),
        "observers": [{"name": one.name, "phones": one.phones} for one in gap.observers],
    }
