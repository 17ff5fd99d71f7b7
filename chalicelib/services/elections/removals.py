"""Refuse a new version that leaves out what was reported on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.report import Report
from chalicelib.store.incidents import Incident

Part = tuple[str, str]
"""A part of an election that may be reported on: its kind, and its name among those."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Something left out although reports or incidents refer to it."""

    what: str
    reports: int

    def __str__(self) -> str:
        return f"{self.what} is left out, but has {self.reports} reports: put it back, or load under another --id"


@dataclass(frozen=True, slots=True)
class ReceivedRows:
    """What has come in for an election.

    `messages`: how many have an outcome.
    """

    reports: tuple[Report, ...]
    incidents: tuple[Incident, ...]
    messages: int


def removals(before: Election, after: Election, reported: ReceivedRows) -> Iterator[Removal]:
    """Everything that is left out and was reported on, with how often."""
    counted = reported.messages + len(reported.incidents)  # a coordinator's incident counts as no message
    if after.tally_shards != before.tally_shards and counted:
        yield Removal(f"the count over {before.tally_shards} rows (tally_shards)", counted)
    uses = Counter(part for report in reported.reports for part in _parts_of_report(before, report))
    uses.update(part for incident in reported.incidents for part in _parts_of_incident(incident))
    remaining = _meanings(after)
    for part, meaning in _meanings(before).items():
        if uses[part] and remaining.get(part) != meaning:
            yield Removal(" ".join(part), uses[part])


def _meanings(election: Election) -> dict[Part, str]:
    """Return an election's parts with what they mean.

    A question means something else once its type has changed, and a form once its reports are told apart otherwise; of
    others the name is enough.
    """
    questions = [(form.code, question) for form in election.forms for question in form.questions]
    options = [f"{form} {question.code}={option}" for form, question in questions for option in question.options]
    categories = sorted(election.incidents.categories) if election.incidents else []
    return {
        **{("station", number): "" for number in election.station_by_number},
        **{("observer", number): "" for number in election.observer_by_number},
        **{("form", form.code): "" if form.is_owed else f"many {form.serial}" for form in election.forms},
        **{("round", f"{form.code} {name}"): "" for form in election.forms for name in form.round_names},
        **{("question", f"{form} {question.code}"): question.type for form, question in questions},
        **{("option", option): "" for option in options},
        **{("incident category", str(number)): "" for number in categories},
    }


def _parts_of_report(election: Election, report: Report) -> Iterator[Part]:
    """Return what a report refers to, each once."""
    yield from (("station", report.station), ("form", report.form), ("round", f"{report.form} {report.round}"))
    yield from (("observer", number) for number in report.given)
    for question in election.form_by_code[report.form].questions:
        given = [answer.value for answers in report.given.values() for answer in answers.history(question.code)]
        if given:
            yield "question", f"{report.form} {question.code}"
        for option in question.options:
            if any(int(option) in value if isinstance(value, tuple) else value == int(option) for value in given):
                yield "option", f"{report.form} {question.code}={option}"


def _parts_of_incident(incident: Incident) -> Iterator[Part]:
    """Return what an incident refers to.

    One that an answer opened belongs to its report, which is counted already.
    """
    if incident.report is None:
        yield from (("station", incident.station), ("observer", incident.observer))
        if incident.category is not None:
            yield "incident category", str(incident.category)
