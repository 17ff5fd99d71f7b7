"""Estimate turnout and result from the stations that count so far.

Turnout is ballots (or `voted`, where the form asks for no ballots) to registered voters, a candidate's share is of all
valid votes, and the invalid share is of ballots; each is estimated over all stations of the declared strata as
`combined_ratio` describes, with its formulas, sources and assumptions. Nothing is estimated while a stratum has no
station, for a total without it would be a total of something else; nor from a single stratum's single station, which
says nothing about its own error.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from chalicelib.observation.checks import GivenAnswers, failed_checks
from chalicelib.observation.elections.election import Election, Form, Question, Station
from chalicelib.observation.elections.policies import QuickCount as Declaration
from chalicelib.observation.quick_count.combined_ratio import Estimate, Stratum, combined_ratio
from chalicelib.observation.reading.model import Value

TURNOUT: Final = "turnout"
INVALID: Final = "invalid"
_COUNT_ROLES: Final = frozenset({"votes", "invalid", "ballots"})


_Sample = Mapping[str, Sequence[Mapping[str, tuple[int, int]]]]
"""By stratum, the stations that count: numerator and denominator by the estimate's name."""


class QuickCountError(ValueError):
    """The election declares no quick count."""


@dataclass(frozen=True, slots=True)
class StratumCount:
    """How far a stratum's stations are in.

    `counted` and `held_back` of the `sampled` stations, which stand for `population` stations.
    """

    counted: int
    held_back: int
    sampled: int
    population: int


@dataclass(frozen=True, slots=True)
class QuickCount:
    """The estimates by name, and the stations behind them.

    How many stations count, and how many were held back for each reason; `strata`: the same by stratum. `withheld`
    names the strata that have no station yet; as long as there is one there are no estimates. An estimate whose
    denominator is zero everywhere is not among them.
    """

    stations: int
    held_back: Mapping[str, int]
    estimates: Mapping[str, Estimate]
    withheld: tuple[str, ...]
    strata: Mapping[str, StratumCount]

    def document(self) -> dict[str, Any]:
        """Return the quick count as JSON's values."""
        return {
            "stations": self.stations,
            "held_back": dict(self.held_back),
            "estimates": {
                name: {
                    "estimate": estimate.estimate,
                    "standard_error": estimate.standard_error,
                    "margin": estimate.margin,
                }
                for name, estimate in self.estimates.items()
            },
            "withheld": list(self.withheld),
            "strata": {name: asdict(stratum) for name, stratum in self.strata.items()},
        }


class _NotCounted(Exception):
    """A station does not count: the message is the reason."""


@dataclass(frozen=True, slots=True)
class _Roles:
    """Codes of the questions that estimates are made of.

    `votes` by candidate, None for what is not estimated. `cast` is what turnout is made of, `ballots` what the invalid
    share is of.
    """

    cast: str | None
    ballots: str | None
    invalid: str | None
    votes: Mapping[str, str]

    @classmethod
    def of(cls, election: Election, form: Form) -> "_Roles":
        votes = {
            question.candidate or question.code: question.code
            for question in form.questions
            if question.role == "votes"
        }
        code_of = {question.role: question.code for question in form.questions}
        registered_known = any(station.registered is not None for station in election.stations)
        ballots, invalid = code_of.get("ballots"), code_of.get("invalid")
        return cls(
            cast=ballots or code_of.get("voted") if registered_known else None,
            ballots=ballots if invalid else None,
            invalid=invalid if ballots else None,
            votes=votes,
        )

    @property
    def codes(self) -> tuple[str, ...]:
        codes = dict.fromkeys((self.cast, self.ballots, self.invalid, *self.votes.values()))
        return tuple(code for code in codes if code is not None)

    def ratios(self, counts: Mapping[str, int], station: Station) -> dict[str, tuple[int, int]]:
        """Return a station's numerators and denominators by the estimate's name."""
        fractions: dict[str, tuple[int, int]] = {}
        if self.cast is not None:
            if station.registered is None:
                raise _NotCounted("no_registered")
            fractions[TURNOUT] = counts[self.cast], station.registered
        if self.invalid is not None and self.ballots is not None:
            fractions[INVALID] = counts[self.invalid], counts[self.ballots]
        valid = sum(counts[code] for code in self.votes.values())
        fractions.update((candidate, (counts[code], valid)) for candidate, code in self.votes.items())
        return fractions


def quick_count(
    election: Election,
    results: Mapping[str, Mapping[str, Value]],
    *,
    form: Form | None = None,
    held_back: Mapping[str, str] = MappingProxyType({}),
    accepted: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> QuickCount:
    """Estimate from the answers that count for each station so far.

    `results` are by station's number and question's code. `form` is the one that the answers belong to: the one with
    `votes` roles where none is given, or one that asks for `voted` for live turnout. `held_back` are stations that the
    caller holds back (observers in conflict, a check that failed against another form), with the reason; `accepted` are
    rules that a station may fail, for a person has looked into it. A station
    counts for every estimate or for none: it is held back whole where it is not one of the election's
    (`unknown_station`), lacks a needed answer (`missing_answer`), gives one that is no count (`wrong_type`,
    `out_of_range`), fails an `error` check (`failed_check`), or has no number of registered voters although others have
    (`no_registered`). Raises QuickCountError where the election declares no quick count.
    """
    form = form or counted_form(election)
    roles = _Roles.of(election, form)
    population = _declared(election).population
    reasons = Counter(held_back.values())
    sample: dict[str, list[Mapping[str, tuple[int, int]]]] = {stratum: [] for stratum in population}
    for number in results.keys() - held_back.keys():
        try:
            station = _station(election, number)
            counts = _counts(election, form, roles, results[number], accepted.get(number, frozenset()))
            ratios = roles.ratios(counts, station)
        except _NotCounted as held:
            reasons[str(held)] += 1
        else:
            sample[_stratum(election, station)].append(ratios)
    withheld = _strata_wanting(population, sample)
    return QuickCount(
        stations=sum(len(counted) for counted in sample.values()),
        held_back=dict(sorted(reasons.items())),
        estimates={} if withheld else _estimates(population, sample),
        withheld=withheld,
        strata=_strata(election, results.keys() | held_back.keys(), sample),
    )


def counted_form(election: Election) -> Form:
    """Return the form whose questions have `votes` roles.

    Raises QuickCountError where the election declares no quick count.
    """
    _declared(election)
    return next(form for form in election.forms if any(question.role == "votes" for question in form.questions))


def count_codes(election: Election) -> Mapping[str, frozenset[str]]:
    """Return the codes whose sums would tell what a quick count tells.

    They stand by form. Empty where the election declares none: then there is none to keep.
    """
    if election.quick_count is None:
        return {}
    form = counted_form(election)
    return {form.code: frozenset(question.code for question in form.questions if question.role in _COUNT_ROLES)}


def needed_codes(election: Election, form: Form) -> tuple[str, ...]:
    """Return codes that a station must have answered to count."""
    return _Roles.of(election, form).codes


def _declared(election: Election) -> Declaration:
    if election.quick_count is None:
        raise QuickCountError("the election file has no quick_count: declare its strata and their population")
    return election.quick_count


def _station(election: Election, number: str) -> Station:
    station = election.station_by_number.get(number)
    if station is None:
        raise _NotCounted("unknown_station")
    return station


def _stratum(election: Election, station: Station) -> str:
    return station.region if _declared(election).strata == "region" else station.district


def _counts(
    election: Election, form: Form, roles: _Roles, answers: Mapping[str, Value], accepted: frozenset[str]
) -> dict[str, int]:
    """Return a report's needed answers, unless it fails an unexplained `error` check.

    Each is a whole number within its question's range.
    """
    counts = {code: _count(form.by_code[code], answers.get(code)) for code in roles.codes}
    failed = failed_checks(election, form.code, GivenAnswers(answers))
    if any(check.severity == "error" and check.rule not in accepted for check in failed):
        raise _NotCounted("failed_check")
    return counts


def _count(question: Question, answer: Value | None) -> int:
    if answer is None:
        raise _NotCounted("missing_answer")
    if isinstance(answer, bool) or not isinstance(answer, int):
        raise _NotCounted("wrong_type")
    if not max(question.min or 0, 0) <= answer <= (math.inf if question.max is None else question.max):
        raise _NotCounted("out_of_range")
    return answer


def _strata(election: Election, looked_at: Iterable[str], sample: _Sample) -> dict[str, StratumCount]:
    """Say how far each stratum is in.

    `looked_at`: the stations that count or are held back.
    """
    sampled = Counter(_stratum(election, station) for station in election.stations)
    known = (election.station_by_number[number] for number in looked_at if number in election.station_by_number)
    in_so_far = Counter(_stratum(election, station) for station in known)
    return {
        stratum: StratumCount(
            counted=len(sample[stratum]),
            held_back=in_so_far[stratum] - len(sample[stratum]),
            sampled=sampled[stratum],
            population=population,
        )
        for stratum, population in _declared(election).population.items()
    }


def _strata_wanting(population: Mapping[str, int], sample: _Sample) -> tuple[str, ...]:
    """Name the strata that lack the stations which an estimate needs.

    It needs one station, but two where there is no other stratum.
    """
    fewest = 2 if len(population) == 1 else 1
    return tuple(stratum for stratum, counted in sample.items() if len(counted) < min(fewest, population[stratum]))


def _estimates(population: Mapping[str, int], sample: _Sample) -> dict[str, Estimate]:
    names = dict.fromkeys(name for counted in sample.values() for ratios in counted for name in ratios)
    estimates = {
        name: combined_ratio(
            Stratum(population[stratum], [ratios[name] for ratios in counted]) for stratum, counted in sample.items()
        )
        for name in names
    }
    return {name: estimate for name, estimate in estimates.items() if estimate is not None}
