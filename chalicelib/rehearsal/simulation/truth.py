"""What happened at a simulated station, consistent over the day.

Voters only grow in number, ballots are never more than the registered, votes and invalid ballots add up. Everything
follows from the seed, in any order of asking.
"""

import datetime as dt
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.observation.elections.election import Election, Form, Question, Station
from chalicelib.observation.reading.model import UNKNOWN, Value
from chalicelib.rehearsal.simulation.answers import TEXTS, UNKNOWN_SHARE

USUAL_YES = 0.93
"""How often a question that is no alarm is answered yes."""

DEFAULT_REGISTERED = (300, 2400)
WIDEST_INTEGER = 20
"""How far above its least value a number without a role goes where the election file sets no limit."""


@dataclass(frozen=True, slots=True)
class StationTruth:
    """One station's day.

    `alarm_share`: how often an answer is the one that opens an incident, 0 to 1.
    """

    election: Election
    station: Station
    seed: int
    alarm_share: float

    def answers(self, form: Form, round_name: str) -> Mapping[str, Value]:
        """Return the true answers to a form's questions in a round."""
        counted = self._counted(form, round_name)
        return {
            question.code: counted[question.code]
            if question.code in counted
            else self._answer(form, question, round_name)
            for question in form.questions
        }

    def chance(self, *about: object) -> random.Random:
        """Return chance that depends on seed, station and subject alone."""
        return random.Random("/".join(map(str, (self.seed, self.station.number, *about))))  # noqa: S311 (a simulation)

    def _counted(self, form: Form, round_name: str) -> Mapping[str, int]:
        registered = self.station.registered or self.chance("registered").randint(*DEFAULT_REGISTERED)
        in_the_end = round(registered * min(0.95, max(0.15, self.chance("turnout").gauss(0.55, 0.12))))
        done = (form.round_names.index(round_name) + 1) / len(form.round_names)
        by_role: dict[str | None, int] = {
            "registered": registered,
            "voted": round(in_the_end * done**0.8),
            "ballots": in_the_end,
            "invalid": round(in_the_end * self.chance("invalid").uniform(0.003, 0.03)),
        }
        counted = {q.code: by_role[q.role] for q in form.questions if q.role in by_role}
        has_invalid = any(question.role == "invalid" for question in form.questions)
        valid = in_the_end - (by_role["invalid"] if has_invalid else 0)
        return {**counted, **self._votes([question for question in form.questions if question.role == "votes"], valid)}

    def _votes(self, questions: list[Question], valid: int) -> Mapping[str, int]:
        """Share out votes by question.

        Each candidate's support differs by region and a little by station.
        """
        weights = []
        for place, question in enumerate(questions):
            name = question.candidate or question.code
            regional = random.Random(f"{self.seed}/{self.station.region}/{name}").uniform(0.5, 1.5)  # noqa: S311
            weights.append(regional * self.chance("votes", name).uniform(0.8, 1.2) / (place + 1))
        votes = {q.code: int(valid * weight / sum(weights)) for q, weight in zip(questions, weights, strict=True)}
        if questions:
            votes[questions[0].code] += valid - sum(votes.values())
        return votes

    def _answer(self, form: Form, question: Question, round_name: str) -> Value:
        chance = self.chance(form.code, round_name, question.code)
        alarm = question.critical_if is not None and chance.random() < self.alarm_share
        return plausible(self.election, form, question, chance, alarm=alarm)


def plausible(
    election: Election, form: Form, question: Question, chance: random.Random, *, alarm: bool = False
) -> Value:
    """Draw a valid answer to a question.

    The one that opens an incident where `alarm`, and never else.
    """
    critical = question.critical_if
    if question.unknown and not alarm and chance.random() < UNKNOWN_SHARE:
        return UNKNOWN
    value: Value
    match question.type:
        case "yesno":
            value = alarm == critical if critical is not None else chance.random() < USUAL_YES
        case "choice":
            value = int(critical) if alarm and critical is not None else chance.choice(_harmless(question))
        case "choices":
            options = _harmless(question)
            some = set(chance.sample(options, chance.randint(1, min(3, len(options)))))
            value = tuple(sorted(some | ({int(critical)} if alarm and critical is not None else set())))
        case "time":
            value = _time_of_day(form, chance)
        case "decimal":
            value = Decimal(chance.randint(*_limits(question, 10))) / 10
        case "date":
            value = (election.date - dt.timedelta(days=chance.randrange(30))).isoformat()
        case "text":
            value = chance.choice(TEXTS)[: question.max_length].strip()
        case "integer":
            value = chance.randint(*_limits(question))
    return value


def _harmless(question: Question) -> list[int]:
    return [option for option in question.options if option != question.critical_if] or list(question.options)


def _limits(question: Question, scale: int = 1) -> tuple[int, int]:
    """Least and greatest value, in units of 1/scale."""
    low = math.ceil(scale * (question.min or 0))
    widest = low + scale * WIDEST_INTEGER
    return low, widest if question.max is None else min(widest, math.floor(scale * question.max))


def _time_of_day(form: Form, chance: random.Random) -> str:
    """Draw a time in the first third of the form's own.

    It is past when the report is sent.
    """
    first, last = 8 * 60, 20 * 60
    if form.due:
        last = form.due.by.hour * 60 + form.due.by.minute
        first = form.due.from_.hour * 60 + form.due.from_.minute if form.due.from_ else max(0, last - 60)
    minute = (first + chance.randint(0, max(1, (last - first) % (24 * 60) // 3))) % (24 * 60)
    return f"{minute // 60:02}:{minute % 60:02}"
