"""What a new version of an election would leave out although something was reported on it: that is refused."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.report import Report
from chalicelib.store.incidents import Incident


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that a new version of the election leaves out although reports or incidents refer to it."""

    what: str
    reports: int

    def __str__(self) -> str:
        return f"{self.what} is left out, but has {self.reports} reports: put it back, or load under another --id"


@dataclass(frozen=True, slots=True)
class Reported:
    """What has come in for an election. `messages`: how many have an outcome."""

    reports: tuple[Report, ...]
    incidents: tuple[Incident, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A kind of part by names: those there were, those that remain, and which reports and incidents name one."""

    kind: str
    before: Iterable[str]
    after: Collection[str]
    of_report: Callable[[Report, str], bool]
    of_incident: Callable[[Incident, str], bool] = lambda _incident, _name: False


def removals(before: Election, after: Election, reported: Reported) -> Iterator[Removal]:
    """Everything that is left out and was reported on, with how often."""
    if after.tally_shards != before.tally_shards and reported.messages:
        yield Removal(f"tally_shards: {before.tally_shards}", reported.messages)
    # An incident that an answer opened belongs to its report, which is counted already.
    incidents = [incident for incident in reported.incidents if incident.report is None]
    for part in _parts(before, after):
        for gone in [name for name in part.before if name not in part.after]:
            count = sum(part.of_report(report, gone) for report in reported.reports)
            count += sum(part.of_incident(incident, gone) for incident in incidents)
            if count:
                yield Removal(f"{part.kind} {gone}", count)


def _parts(before: Election, after: Election) -> list[_Part]:
    return [
        _Part(
            "station",
            before.station_by_number,
            after.station_by_number,
            lambda report, number: report.station == number,
            lambda incident, number: incident.station == number,
        ),
        _Part(
            "observer",
            before.observer_by_number,
            after.observer_by_number,
            lambda report, number: number in report.observers,
            lambda incident, number: incident.observer == number,
        ),
        _Part("form", before.form_by_code, after.form_by_code, lambda report, code: report.form == code),
        _Part("round", _rounds(before), set(_rounds(after)), lambda report, name: _round(report) == name),
        _Part("question", _types(before), _unchanged(_types(before), _types(after)), _answers_question),
        _Part("option", _options(before), set(_options(after)), _chooses),
        _Part(
            "incident category",
            _categories(before),
            set(_categories(after)),
            lambda _report, _name: False,
            lambda incident, name: incident.category is not None and str(incident.category) == name,
        ),
    ]


def _rounds(election: Election) -> list[str]:
    return [f"{form.code} {name}" for form in election.forms for name in form.round_names]


def _round(report: Report) -> str:
    return f"{report.form} {report.round}"


def _types(election: Election) -> dict[str, str]:
    """Questions' types by form and code: answers of one type mean nothing in another."""
    return {f"{form.code} {question.code}": question.type for form in election.forms for question in form.questions}


def _unchanged(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {name for name, kind in after.items() if before.get(name) == kind}


def _options(election: Election) -> list[str]:
    return [
        f"{form.code} {question.code}={option}"
        for form in election.forms
        for question in form.questions
        for option in question.options
    ]


def _categories(election: Election) -> list[str]:
    return [str(number) for number in sorted(election.incidents.categories)] if election.incidents else []


def _answers_question(report: Report, name: str) -> bool:
    form, _, code = name.partition(" ")
    return report.form == form and any(code in given.answers for given in report.observers.values())


def _chooses(report: Report, name: str) -> bool:
    question, _, option = name.partition("=")
    form, _, code = question.partition(" ")
    chosen = [given.answers[code].value for given in report.observers.values() if code in given.answers]
    return report.form == form and any(
        int(option) in value if isinstance(value, tuple) else value == int(option) for value in chosen
    )
