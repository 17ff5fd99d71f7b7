"""The list of what is missing, for a region's coordinators.

Phones are in it, and so it goes to them alone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import takewhile

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reports.reminders import overdue_rounds
from chalicelib.observation.sms.segments import count_segments, fit
from chalicelib.services import outbox
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.email_templates import render, round_code, round_title, words_of
from chalicelib.services.isolation import LoopResult, for_each
from chalicelib.services.outbox import Email
from chalicelib.services.outreach.gaps import Gap, _most_overdue, gaps
from chalicelib.store import keys, message_queries
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.outcome import queued, write

SMS_SEGMENTS = 3
MOST_IN_ORDER = 40
"""With more regions the worst stand first: the end of so long an email may be cut."""


def queue_lists(loaded: LoadedElection, places: Sequence[Place], now: dt.datetime) -> LoopResult[int]:
    """Queue the lists of missing reports; return how many messages each is.

    They go to the coordinators of each region in which anything is missing. `places`: the rounds that make the list
    due. Those who got it for one of them are left out, so a coordinator's SMS and email are one transaction.
    """
    election = loaded.election
    at = loaded.clock.at(now)
    missing = gaps(election, election.regions, at)

    def queue(coordinator: Coordinator) -> int:
        if _was_told(election, places, coordinator):
            return 0
        rows = _rows(election, coordinator, places[0], missing, (at, now))
        if rows:
            until_uncontended(lambda: write(map(queued, rows)), what=f"list of {coordinator.id}")
        return len(rows)

    return for_each("missing list", election.coordinators, queue, name=lambda coordinator: coordinator.id)


def regions_of(election: Election, coordinator: Coordinator) -> tuple[str, ...]:
    """Return the regions whose lists a coordinator gets.

    Their own, and headquarters those that nobody else answers for.
    """
    if "*" not in coordinator.regions:
        return tuple(region for region in election.regions if region in coordinator.regions)
    named = {region for other in election.coordinators for region in other.regions}
    return tuple(region for region in election.regions if region not in named)


def _was_told(election: Election, places: Sequence[Place], coordinator: Coordinator) -> bool:
    return bool(message_queries.get_many(keys.on_any_channel(_key(election, place, coordinator) for place in places)))


def _key(election: Election, round_of: Place, coordinator: Coordinator) -> str:
    return keys.missing(election.id, *round_of, coordinator.id)


def _rows(
    election: Election,
    coordinator: Coordinator,
    first: Place,
    missing: Mapping[str, list[Gap]],
    instants: tuple[dt.datetime, dt.datetime],
) -> list[Message]:
    at, now = instants
    regions = {region: missing[region] for region in regions_of(election, coordinator) if missing[region]}
    if not regions:
        return []
    key = _key(election, first, coordinator)
    return outbox.to_coordinator(
        coordinator,
        key,
        outbox.Origin(election.id, f"missing#{'#'.join(first)}", now),
        sms=list_sms(election, coordinator, regions, at) if "sms" in coordinator.alerts else None,
        email=list_email(election, coordinator, regions, at) if coordinator.email else None,
    )


def list_email(
    election: Election, coordinator: Coordinator, missing: Mapping[str, list[Gap]], at: dt.datetime
) -> Email:
    """Render the list as an email.

    The subject carries no name and no phone.
    """
    words = words_of("missing", election, coordinator.language)
    local = at.astimezone(election.zone)
    sections = [
        {
            "region": region,
            "silent": [_line(election, coordinator.language, words, gap) for gap in gaps if gap.is_silent],
            "others": [_line(election, coordinator.language, words, gap) for gap in gaps if not gap.is_silent],
        }
        for region, gaps in _worst_first(missing)
    ]
    context = {
        "language": coordinator.language,
        "words": words,
        "as_of": local.strftime(words["as_of"]),
        "sections": sections,
    }
    count = sum(len(gaps) for gaps in missing.values())
    subject = words["subject"].format(area=", ".join(missing), time=f"{local:%H:%M}", count=count)
    return Email(subject, render("missing.txt.j2", context), render("missing.html.j2", context))


def _worst_first(missing: Mapping[str, list[Gap]]) -> list[tuple[str, list[Gap]]]:
    """Order regions with their gaps.

    Of more than MOST_IN_ORDER those come first with the most silent stations.
    """
    regions = list(missing.items())
    if len(regions) > MOST_IN_ORDER:
        regions.sort(key=lambda entry: -sum(gap.is_silent for gap in entry[1]))
    return regions


def list_sms(election: Election, coordinator: Coordinator, missing: Mapping[str, list[Gap]], at: dt.datetime) -> str:
    """Write the list in three SMS.

    How many stations owe what, then stations with a phone of each, the silent ones first. Of those that have no room it
    tells how many they are; a silent one that was heard of today has the time.
    """
    words = words_of("missing", election, coordinator.language)
    everything = sorted((gap for gaps in missing.values() for gap in gaps), key=_most_overdue)
    head = words["sms"].format(
        area=", ".join(missing),
        time=f"{at.astimezone(election.zone):%H:%M}",
        counts=_counts(election, everything, at),
    )
    named = [
        *_named(election, words["sms_silent"], [gap for gap in everything if gap.is_silent]),
        *_named(election, words["sms_others"], [gap for gap in everything if not gap.is_silent]),
    ]
    texts = (head + _first(named, count) for count in range(len(named) + 1))
    fitting = list(takewhile(lambda text: count_segments(text).count <= SMS_SEGMENTS, texts))
    return fitting[-1] if fitting else fit(head, SMS_SEGMENTS, ending=" ...")


def _counts(election: Election, everything: Sequence[Gap], at: dt.datetime) -> str:
    """Count stations that owe each overdue round.

    Those that none owes are left out.
    """
    counts = {place: sum(place in gap.places for gap in everything) for place in overdue_rounds(election, at)}
    return ", ".join(f"{round_code(*place)} {count}" for place, count in counts.items() if count)


def _named(election: Election, label: str, gaps: Sequence[Gap]) -> list[str]:
    """Stations as a list that begins with its label."""
    return [f"{',' if place else label} {_called(election, gap)}" for place, gap in enumerate(gaps)]


def _first(named: Sequence[str], count: int) -> str:
    """List the first stations, and how many more there are."""
    more = len(named) - count
    return "".join(named[:count]) + (f" +{more}" if more else "")


def _called(election: Election, gap: Gap) -> str:
    """Name a station as an SMS does.

    It says its number, since when it is silent, and whom to call.
    """
    heard = gap.heard.astimezone(election.zone).strftime("(%H:%M)") if gap.is_silent and gap.heard else ""
    phone = next((phone for observer in gap.observers for phone in observer.phones), "")
    return " ".join(filter(None, (gap.station.number, heard, phone)))


def _line(election: Election, language: str, words: Mapping[str, str], gap: Gap) -> dict[str, object]:
    station, heard = gap.station, words["never"]
    if gap.heard is not None:
        heard = words["heard"].format(time=f"{gap.heard.astimezone(election.zone):%H:%M}")
    minutes = int(gap.overdue.total_seconds()) // 60
    titles = [round_title(election, language, election.form_by_code[form], name) for form, name in gap.places]
    return {
        "station": ", ".join(filter(None, (station.number, station.name, station.district))),
        "rounds": ", ".join(titles),
        "overdue": words["overdue"].format(hours=minutes // 60, minutes=f"{minutes % 60:02}"),
        "heard": heard if gap.is_silent else "",
        "observers": [{"name": observer.name, "phones": observer.phones} for observer in gap.observers],
    }
