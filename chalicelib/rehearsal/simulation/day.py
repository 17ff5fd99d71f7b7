"""A simulated election day: who sends what, when, how often.

Everything follows from the election and the plan's seed. Times are on the election's clock, delays of delivery in real
time: a provider that is slow or repeats itself does not do so faster because a rehearsal's day is short.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from chalicelib.observation.elections.election import NO_ROUND, Election, Form, Observer, Question
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.elections.schedule import instant, round_begins, round_due
from chalicelib.observation.reading.model import CATEGORY, Value
from chalicelib.rehearsal.simulation.truth import StationTruth, plausible

SILENT = 0.03
"""How often a report that is due is not sent at all."""
LATE = 0.04
"""How often it is sent after due time and grace."""
BOTH = 0.25
"""How often the second observer of a station reports too where one report is expected."""
DISAGREES = 0.04
"""How often one of the second observer's answers is another."""
ALARM = 0.25
"""How often an answer opens an incident, as a share of how many observers report one."""
DELAYED = 0.05
"""How many deliveries come seconds later than others, and so out of order."""
STRAY = 0.1
"""How often an observer also writes something that is no report, and how often from a phone that nobody knows; as a
share of the noise."""
UNANNOUNCED = dt.timedelta(hours=1)
"""How long before it is due a form is sent that does not say from when on."""
AFTERWARDS = dt.timedelta(hours=1)
"""How long after due time and grace the last late reports come."""
NO_GRACE = dt.timedelta(minutes=10)
"""How long reports of a round take where the form gives no grace."""


class NothingDue(ValueError):
    """No form of the election is due on its day."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a day is simulated.

    It has so many `observers`, in so many real `minutes`; the rest in percent, 0 to 100. `codes`: who is given a code,
    beside those who have one in the election.
    """

    observers: int
    minutes: float
    noise: float
    duplicates: float
    incidents: float
    seed: int
    codes: float = 0


@dataclass(frozen=True, slots=True)
class IntendedReport:
    """What an observer means to say.

    An incident's category is answered as `category`; no form in small talk.
    """

    observer: Observer
    form: str | None
    round: str
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PlannedSms:
    """One SMS to be written, with its delays of delivery.

    They say when the provider receives it, and after which real time it delivers it, each time. `is_known`: it comes
    from a phone of the observer's, else from one that is in no roster.
    """

    number: int
    received_at: dt.datetime
    intended: IntendedReport
    deliveries: tuple[dt.timedelta, ...]
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Day:
    """A whole simulated day; its SMS are in order of time.

    Its instants are of the election's clock.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime
    messages: tuple[PlannedSms, ...]

    def factor(self, minutes: float) -> float:
        """Return how fast the clock runs for a day of real minutes."""
        return (self.ends_at - self.starts_at) / dt.timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class _Slot:
    """When a round's reports are sent.

    On time until `deadline`, late ones until `ends`.
    """

    form: Form
    round: str
    begins: dt.datetime
    deadline: dt.datetime
    ends: dt.datetime


def simulate_day(election: Election, plan: Plan) -> Day:
    """Simulate the election day and the night after it.

    Rounds of other days are left out, and forms that are sent many times. Raises NothingDue.
    """
    slots = list(_slots(election))
    if not slots:
        raise NothingDue(f"no form of election {election.id} is due on its day {election.date}: nothing to rehearse")
    day = Day(min(slot.begins for slot in slots), max(slot.ends for slot in slots), ())
    taking_part = _participants(election, plan)
    intended_messages = [*_reports(election, plan, slots, taking_part), *_incidents(election, plan, day, taking_part)]
    intended_messages += list(_small_talk(plan, intended_messages))
    intended_messages.sort(key=lambda message: (message[0], message[1].observer.number, message[1].form or ""))
    chance = _chance(plan, "deliveries")
    messages = (
        PlannedSms(number, received_at, intended, _deliveries(plan, chance), not _is_stray(plan, chance))
        for number, (received_at, intended) in enumerate(intended_messages)
    )
    return replace(day, messages=tuple(messages))


def _chance(plan: Plan, *about: object) -> random.Random:
    return random.Random("/".join(map(str, (plan.seed, *about))))  # noqa: S311 (a simulation)


def _participants(election: Election, plan: Plan) -> tuple[Observer, ...]:
    """Whole stations by chance until there are as many observers as planned."""
    stations = sorted(election.observers_by_station)
    _chance(plan, "participants").shuffle(stations)
    return tuple(observer for station in stations for observer in election.observers_by_station[station])[
        : plan.observers
    ]


def _slots(election: Election) -> Iterator[_Slot]:
    for form in (form for form in election.forms if form.is_owed):
        moments = list(form.rounds) or ([form.due.by] if form.due else [])
        rehearsed = [moment for moment in moments if moment.day in (0, 1)]
        slots = [_slot(election, form, moment) for moment in rehearsed]
        for slot, following in pairwise(slots):
            yield replace(slot, deadline=min(slot.deadline, following.begins), ends=min(slot.ends, following.begins))
        yield from slots[-1:]


def _slot(election: Election, form: Form, moment: Moment) -> _Slot:
    name = str(moment) if form.rounds else NO_ROUND
    due = round_due(election, form, name) or instant(election, moment)
    begins = round_begins(election, form, name) or due - UNANNOUNCED
    deadline = due + (form.grace or (NO_GRACE if form.rounds else dt.timedelta()))
    return _Slot(form, name, begins, deadline, deadline + AFTERWARDS)


def _reports(
    election: Election, plan: Plan, slots: list[_Slot], taking_part: tuple[Observer, ...]
) -> Iterator[tuple[dt.datetime, IntendedReport]]:
    by_station: dict[str, list[Observer]] = {}
    for observer in taking_part:
        by_station.setdefault(observer.station, []).append(observer)
    for number, observers in by_station.items():
        station = election.station_by_number[number]
        truth = StationTruth(election, station, plan.seed, ALARM * plan.incidents / 100)
        for place, slot in enumerate(slots):
            chance = truth.chance("reporting", slot.form.code, slot.round)
            for observer in _reporting(slot.form, observers, place, chance):
                answers = truth.answers(slot.form, slot.round)
                if observer is not observers[0] and chance.random() < DISAGREES:
                    answers = _otherwise(election, slot.form, answers, chance)
                yield _sent_at(slot, chance), IntendedReport(observer, slot.form.code, slot.round, answers)


def _reporting(form: Form, observers: list[Observer], place: int, chance: random.Random) -> list[Observer]:
    """Choose who reports.

    If a station owes one report, its observers take turns, and sometimes both send it.
    """
    if form.expect == "observer" or chance.random() < BOTH:
        return [observer for observer in observers if chance.random() >= SILENT]
    return [] if chance.random() < SILENT else [observers[place % len(observers)]]


def _sent_at(slot: _Slot, chance: random.Random) -> dt.datetime:
    if chance.random() < LATE:
        return slot.deadline + (slot.ends - slot.deadline) * chance.uniform(0.01, 0.99)
    quiet = 0.0 if slot.form.rounds else 1 / 3
    return slot.begins + (slot.deadline - slot.begins) * (quiet + (1 - quiet) * chance.betavariate(1.3, 2.5))


def _otherwise(
    election: Election, form: Form, answers: Mapping[str, Value], chance: random.Random
) -> Mapping[str, Value]:
    """Change one answer that is no alarm: another pair of eyes."""
    questions = [question for question in form.questions if question.critical_if is None]
    if not questions:
        return answers
    question = chance.choice(questions)
    return {**answers, question.code: _other_value(election, form, question, answers[question.code], chance)}


def _other_value(election: Election, form: Form, question: Question, value: Value, chance: random.Random) -> Value:
    if isinstance(value, bool):
        return not value
    if question.role is not None and isinstance(value, int):
        lower = value - chance.randint(1, 1 + value // 5)
        return max(lower, int(question.min or 0))
    return plausible(election, form, question, chance)


def _incidents(
    election: Election, plan: Plan, day: Day, taking_part: tuple[Observer, ...]
) -> Iterator[tuple[dt.datetime, IntendedReport]]:
    if election.incidents is None:
        return
    for observer in taking_part:
        chance = _chance(plan, "incident", observer.number)
        if 100 * chance.random() < plan.incidents:
            category = chance.choice(list(election.incidents.categories))
            at = day.starts_at + (day.ends_at - day.starts_at) * chance.random()
            yield at, IntendedReport(observer, election.incidents.code, NO_ROUND, {CATEGORY: category})


def _small_talk(
    plan: Plan, intended_messages: list[tuple[dt.datetime, IntendedReport]]
) -> Iterator[tuple[dt.datetime, IntendedReport]]:
    """After a report, sometimes, something that is none."""
    chance = _chance(plan, "small talk")
    for at, intended in intended_messages:
        if _is_stray(plan, chance):
            yield at, IntendedReport(intended.observer, None, NO_ROUND, {})


def _is_stray(plan: Plan, chance: random.Random) -> bool:
    return 100 * chance.random() < STRAY * plan.noise


def _deliveries(plan: Plan, chance: random.Random) -> tuple[dt.timedelta, ...]:
    """Draw the delays of each delivery.

    Usually at once, sometimes seconds later, and as often again as the plan says.
    """
    first = chance.uniform(2, 10) if chance.random() < DELAYED else chance.expovariate(5)
    delays = [first]
    while 100 * chance.random() < plan.duplicates and len(delays) < 4:
        delays.append(first if chance.random() < 0.3 else first + chance.uniform(0.1, 10))
    return tuple(dt.timedelta(seconds=delay) for delay in delays)
