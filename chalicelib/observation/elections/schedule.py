"""When reports are due, late or missing, and how many are owed.

Every instant is computed and returned in UTC: two datetimes in one local zone compare and add by their wall clocks,
which is an hour wrong on the days when clocks change. A due time that the spring change skips means the instant as if
clocks had not changed; one that the autumn change repeats means the first of the two.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from chalicelib.observation.elections.election import NO_ROUND, Election, Form
from chalicelib.observation.elections.moments import Moment

Place = tuple[str, str]
"""Form and round of a station's report."""

AFTER_THE_LAST = dt.timedelta(hours=3)
"""How long summaries go on after the last form is due: counts come in late."""


def instant(election: Election, moment: Moment) -> dt.datetime:
    """Return the UTC instant of a moment of the election's calendar."""
    return moment.on(election.date, election.zone).astimezone(dt.UTC)


def round_due(election: Election, form: Form, round_name: str) -> dt.datetime | None:
    """Return when a round's reports are due, in UTC.

    It is None for a form that is asked for at no particular time, or sent many times. `round_name` is one of
    `form.round_names`; LookupError names any other.
    """
    if not form.is_owed:
        return None
    if round_name not in form.round_names:
        raise LookupError(f"form {form.code} has no round {round_name!r}; it has {', '.join(form.round_names)}")
    if form.rounds:
        return instant(election, form.rounds[form.round_names.index(round_name)])
    return instant(election, form.due.by) if form.due else None


def round_begins(election: Election, form: Form, round_name: str) -> dt.datetime | None:
    """Return when a round begins, in UTC.

    It begins at its moment, or when `due` says; it is None if a form has no beginning.
    """
    if form.rounds:
        return round_due(election, form, round_name)
    return instant(election, form.due.from_) if form.due and form.due.from_ else None


def has_begun(election: Election, form: Form, round_name: str, at: dt.datetime) -> bool:
    """Tell whether a round has begun by an instant.

    A form without a beginning always has.
    """
    begins = round_begins(election, form, round_name)
    return begins is None or begins <= at


def round_begun_at(election: Election, form: Form, at: dt.datetime) -> str:
    """Return the round that an instant belongs to.

    A report whose text names none belongs to it. A round lasts until the next begins; whatever comes before the first
    belongs to the first.
    """
    if not form.rounds:
        return NO_ROUND
    begins = sorted((instant(election, moment), str(moment)) for moment in form.rounds)
    return next((name for begun, name in reversed(begins) if begun <= at), begins[0][1])


def counts_from(election: Election, form: Form) -> dt.datetime | None:
    """Return the instant, in UTC, from which a form's reports count.

    It is None for a form that is asked for at no particular time. That is midnight, local, of the day of its first due
    time, or what `due.from` says if that is earlier. What comes before is practice.
    """
    moments = form.rounds or ((form.due.by,) if form.due else ())
    if not moments:
        return None
    first = min(moments, key=lambda moment: (moment.day, moment.hour, moment.minute))
    midnight = instant(election, Moment(day=first.day, hour=0, minute=0))
    begins = instant(election, form.due.from_) if form.due and form.due.from_ else midnight
    return min(midnight, begins)


def is_late(election: Election, form: Form, round_name: str, received_at: dt.datetime) -> bool:
    """Tell whether a first report came after due time and grace."""
    due = round_due(election, form, round_name)
    return due is not None and received_at > due + form.grace


def is_missing_time(election: Election, form: Form, round_name: str, now: dt.datetime) -> bool:
    """Tell whether a report that has not come is missing by now.

    It is missing from the instant at which it would be late.
    """
    return is_late(election, form, round_name, now)


def is_expected(election: Election, form: Form, round_name: str, station: str) -> bool:
    """Tell whether a station is to report a round.

    A station does not that was closed before the round was due, or at all if it is due at no time.
    """
    closed_at = election.closed.get(station)
    if closed_at is None or not form.is_owed:
        return True
    due = round_due(election, form, round_name)
    return due is not None and due <= closed_at


def expected_by_region(election: Election, form: Form, round_name: str) -> Mapping[str, int]:
    """How many reports each region owes in a round of a form.

    All stations of the region that are not closed, also one without an observer: a gap in the deployment is a gap in
    the coverage. Where the form expects one report an observer: all observers of these stations. Of one that is sent
    many times none is owed.
    """
    if not form.is_owed:
        return dict.fromkeys(election.regions, 0)
    is_each = form.expect == "observer"
    owed = dict.fromkeys(election.regions, 0)
    if is_each:
        owed |= Counter(election.region_of(observer.station) for observer in election.observers)
    else:
        owed |= {region: len(stations) for region, stations in election.stations_by_region.items()}
    for number in election.closed.keys() & election.station_by_number.keys():
        if not is_expected(election, form, round_name, number):
            owed[election.region_of(number)] -= len(election.observers_by_station.get(number, ())) if is_each else 1
    return owed


def expected_reports(election: Election) -> Mapping[Place, Mapping[str, int]]:
    """How many reports each region owes, by form and round."""
    return {
        (form.code, name): expected_by_region(election, form, name)
        for form in election.forms
        for name in form.round_names
    }


def hours_of(election: Election) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the election's first and last instant.

    They are the beginning of the first form and some hours after the last is due; None if nothing is ever due. A form
    that is sent many times, perhaps for weeks, does not matter.
    """
    dues = [
        due
        for form in election.forms
        for name in form.round_names
        if (due := round_due(election, form, name)) is not None
    ]
    begins = [
        instant(election, form.due.from_) for form in election.forms if form.is_owed and form.due and form.due.from_
    ]
    return (min([*dues, *begins]), max(dues) + AFTER_THE_LAST) if dues else None


def places(election: Election) -> list[Place]:
    """Every form and round that a station owes."""
    return [(form.code, name) for form in election.forms if form.is_owed for name in form.round_names]
