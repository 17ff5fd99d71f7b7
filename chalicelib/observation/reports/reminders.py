"""Chasing missing reports: who is reminded, when the coordinator gets the list.

Every step follows from what was done before and not from the clock: so it does no harm to ask twice, late, or not at
all for some hours. All instants are the election's own, aware.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.observation.elections.election import Election, Form, Observer
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.elections.schedule import Place, is_missing_time, round_begun_at, round_due
from chalicelib.observation.reports.report import Report, owing

CHASED_FOR = dt.timedelta(hours=24)
"""A form that is due once is asked for no longer than this; a round until the next begins."""

SILENT_AFTER = 2
"""A station that was heard of today is silent once so many reports that it owes are overdue since then."""


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """What was done about a form's round.

    Reminders given, when the last step was, and whether coordinators have the list.
    """

    reminders: int = 0
    at: dt.datetime | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done so far.

    What was overdue before `since`, the first look, is left alone.
    """

    since: dt.datetime
    rounds: Mapping[Place, RoundProgress] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As JSON's values."""
        rounds = {
            "#".join(place): {"reminders": done.reminders, "at": _text(done.at), "listed": done.listed}
            for place, done in self.rounds.items()
        }
        return {"since": _text(self.since), "rounds": rounds}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Progress":
        """Read the progress that `document` wrote."""
        rounds = {}
        for name, done in document["rounds"].items():
            form, _, round_name = name.partition("#")
            at = dt.datetime.fromisoformat(done["at"])
            rounds[form, round_name] = RoundProgress(done["reminders"], at, done["listed"])
        return cls(dt.datetime.fromisoformat(document["since"]), rounds)


@dataclass(frozen=True, slots=True)
class Reminder:
    """The `number`th reminder of a form's round, from 1."""

    form: str
    round: str
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done now.

    `lists`: the rounds whose missing stations coordinators are told of.
    """

    reminders: tuple[Reminder, ...] = ()
    lists: tuple[Place, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.reminders or self.lists)


def plan(election: Election, progress: Progress, now: dt.datetime) -> Plan:
    """Plan what is to be done at an instant.

    The list follows the first reminder after the time that separates two.
    """
    reminders: list[Reminder] = []
    lists: list[Place] = []
    for form, name in _chased(election, now):
        overdue = _overdue_from(election, form, name)
        if overdue is None or overdue <= progress.since or is_quiet(election, form, name, now):
            continue
        done = progress.rounds.get((form.code, name), RoundProgress())
        if done.at is not None and now < done.at + election.reminders.again_after:
            continue
        if done.reminders < election.reminders.at_most:
            reminders.append(Reminder(form.code, name, done.reminders + 1))
        if not done.listed and (done.reminders or not election.reminders.at_most):
            lists.append((form.code, name))
    return Plan(tuple(reminders), tuple(lists))


def after(progress: Progress, done: Plan, now: dt.datetime) -> Progress:
    """Return the progress once a plan of this instant is carried out."""
    rounds = dict(progress.rounds)
    for reminder in done.reminders:
        place = (reminder.form, reminder.round)
        rounds[place] = replace(rounds.get(place, RoundProgress()), reminders=reminder.number, at=now)
    for place in done.lists:
        rounds[place] = replace(rounds.get(place, RoundProgress()), listed=True, at=now)
    return replace(progress, rounds=rounds)


def overdue_rounds(election: Election, now: dt.datetime) -> tuple[Place, ...]:
    """Return rounds past due time and grace, the longest overdue first.

    The summary counts their reports as missing too.
    """
    places = [
        (overdue, (form.code, name))
        for form in election.forms
        for name in form.round_names
        if (overdue := _overdue_from(election, form, name)) is not None and is_missing_time(election, form, name, now)
    ]
    return tuple(place for _, place in sorted(places))


def day_began(election: Election, now: dt.datetime) -> dt.datetime:
    """Return since when an arrival is a sign of life today.

    It is the midnight before the last morning.
    """
    morning = _last(election, election.reminders.night.until, now).astimezone(election.zone)
    return morning.replace(hour=0, minute=0, fold=0).astimezone(dt.UTC)


def is_silent(election: Election, owed: Sequence[Place], heard: dt.datetime | None, now: dt.datetime) -> bool:
    """Tell whether a station is silent since the morning.

    It owes some rounds; `heard`: its last sign of life of the day. Silent: nothing came, though something has been due;
    or so many rounds are overdue since something did that it is no chance.
    """
    morning = _last(election, election.reminders.night.until, now)
    overdue = [_overdue_from(election, election.form_by_code[form], name) for form, name in owed]
    today = [at for at in overdue if at is not None and morning <= at]
    return bool(today) if heard is None else sum(heard < at for at in today) >= SILENT_AFTER


def overdue_by(election: Election, place: Place, now: dt.datetime) -> dt.timedelta:
    """For how long a round is past its due time."""
    due = round_due(election, election.form_by_code[place[0]], place[1])
    return now - due if due is not None else dt.timedelta()


def is_quiet(election: Election, form: Form, round_name: str, now: dt.datetime) -> bool:
    """Tell whether a round is to disturb no observer now.

    At night, unless the round itself is due at night.
    """
    due = round_due(election, form, round_name)
    return is_night(election, now) and not (due is not None and is_night(election, due))


def is_night(election: Election, at: dt.datetime) -> bool:
    """Tell whether an instant is at night by the local clocks.

    Local to the election; `from` belongs to the night, `until` does not.
    """
    night = election.reminders.night
    minute = _minute(at.astimezone(election.zone))
    begins, ends = _minute_of(night.from_), _minute_of(night.until)
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends


def missing_observers(
    election: Election, report: Report, reached: Callable[[Observer], Observer] = lambda observer: observer
) -> tuple[Observer, ...]:
    """Return a station's observers who owe a report.

    They are those who can be told so, each as `reached` has them: the phone first that is written to. A phone that two
    share is named once.
    """
    by_phone: dict[str, Observer] = {}
    for observer in map(reached, owing(election, report)):
        if observer.phones:
            by_phone.setdefault(observer.phones[0], observer)
    return tuple(by_phone.values())


def _chased(election: Election, now: dt.datetime) -> list[tuple[Form, str]]:
    """Return each form's round asked for now and past grace.

    Past due time and grace.
    """
    begun = [(form, round_begun_at(election, form, now)) for form in election.forms]
    return [
        (form, name)
        for form, name in begun
        if (overdue := _overdue_from(election, form, name)) is not None and overdue < now <= overdue + CHASED_FOR
    ]


def _overdue_from(election: Election, form: Form, round_name: str) -> dt.datetime | None:
    due = round_due(election, form, round_name)
    return due + form.grace if due is not None else None


def _last(election: Election, moment: Moment, now: dt.datetime) -> dt.datetime:
    today = now.astimezone(election.zone).date()
    times = [moment.on(day, election.zone).astimezone(dt.UTC) for day in (today, today - dt.timedelta(days=1))]
    return next((time for time in times if time <= now), times[-1])


def _minute(at: dt.datetime) -> int:
    return at.hour * 60 + at.minute


def _minute_of(moment: Moment) -> int:
    return moment.hour * 60 + moment.minute


def _text(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
