"""Answer what a coordinator may ask by SMS.

How things stand, and which stations have not reported.
"""

import datetime as dt
from collections.abc import Sequence

from chalicelib.observation.coordinators.rounds import form_named, rounds_named, split_hour
from chalicelib.observation.coordinators.texts import numbers
from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.elections.region_names import region_named
from chalicelib.observation.elections.schedule import has_begun, places, round_begun_at
from chalicelib.observation.incidents.lifecycle import OPEN
from chalicelib.observation.summaries.summary import Area
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.summaries.areas import counted
from chalicelib.services.summaries.current import current_summary
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import incidents_of

LISTED_REGIONS = 3
"""Of more regions than these, stations are counted and not listed."""


def status(
    loaded: LoadedElection, language: str, regions: Sequence[str], name: str, now: dt.datetime
) -> tuple[str, ...]:
    """Say how things stand, one sentence per region.

    What came of the rounds under way, and the open incidents. `asked`: a region's name or "". For all regions of an
    election together, the nation. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    chosen = _chosen(regions, name)
    if chosen is None:
        return (say(election, language, "command_no_region", region=name, regions=", ".join(regions)),)
    is_nation = len(chosen) == len(election.regions) > 1
    summary = current_summary(loaded, now, None if is_nation else chosen)
    areas: dict[str, Area] = dict(summary.regions)
    if is_nation and summary.nation is not None:
        areas = {say(election, language, "command_whole_country"): summary.nation}
    opened = [(incident.region, incident.number) for incident in incidents_of(election.id) if incident.state in OPEN]
    time = f"{at.astimezone(election.zone):%H:%M}"
    return tuple(
        say(
            election,
            language,
            "status",
            region=name,
            time=time,
            forms=", ".join(_received(election, area, at)) or say(election, language, "status_none"),
            incidents=numbers(election, language, (n for region, n in opened if is_nation or region == name)),
        )
        + "."
        for name, area in areas.items()
    )


def missing(
    loaded: LoadedElection, language: str, regions: Sequence[str], name: str, now: dt.datetime
) -> tuple[str, ...]:
    """Say which stations owe what, one sentence per overdue round.

    How many stations owe it, and which, the most overdue first. `asked`: a form's code or alias, a round's hour after
    it or none, or "" for all. Raises StoreUnavailable.
    """

    election = loaded.election
    named_places = rounds_named(election, name) if name else places(election)
    if not named_places:
        form = form_named(election, split_hour(name)[0])
        codes = " ".join(form.code for form in election.forms if form.is_owed)
        names = ", ".join(_label(form.code, name) for name in form.round_names) if form and form.is_owed else codes
        return (say(election, language, "command_no_form", form=name, forms=names),)
    owed: dict[str, list[str]] = {}
    gaps_by_region = gaps(election, regions, loaded.clock.at(now))
    for gap in (gap for region in regions for gap in gaps_by_region[region]):
        for place in gap.places:
            if place in named_places:
                owed.setdefault(_label(*place), []).append(gap.station.number)
    if not owed:
        return (say(election, language, "missing_none", region=", ".join(regions[:LISTED_REGIONS])),)
    listed = len(regions) <= LISTED_REGIONS
    return tuple(
        say(
            election, language, "missing", form=label, count=str(len(owing)), stations=" ".join(owing) if listed else ""
        ).rstrip(" :")
        + "."
        for label, owing in owed.items()
    )


def _chosen(regions: Sequence[str], written: str) -> tuple[str, ...] | None:
    if not written:
        return tuple(regions)
    name = region_named(written, regions)
    return None if name is None else (name,)


def _received(election: Election, area: Area, at: dt.datetime) -> list[str]:
    """Of each form that has begun, its round now: `TU 14:00 40/60`."""
    rounds = []
    for form in election.forms:
        name = round_begun_at(election, form, at)
        if has_begun(election, form, name, at):
            covered = area.forms[form.code][name]
            rounds.append(f"{_label(form.code, name)} {counted(form, covered)}")
    return rounds


def _label(form: str, round_name: str) -> str:
    return form if round_name == NO_ROUND else f"{form} {round_name}"
