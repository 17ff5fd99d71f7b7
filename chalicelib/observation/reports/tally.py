"""Tallies: counters by region, form and round.

Every report contributes to them exactly once. A report's contribution is a function of the report alone, so a change of
the report moves the tally by the difference of two contributions, and the sum over all reports equals the tally at any
time.

Counters' names are flat, for DynamoDB's ADD: `received`, `A=true`, `C=1`, `E#count`, `E#sum`, `E#unknown`,
`incident.high`, `message.accepted`. Where a form expects a report per observer, `received` counts those that the
station's own observers owe, so that what is missing is the rest; `reassigned` those of others, whose answers count all
the same. Of a form that is sent many times every report is received, and so are the checks that it fails counted:
`failed#` and the rule's digest.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.elections.schedule import is_late
from chalicelib.observation.reading.model import UNKNOWN, Value
from chalicelib.observation.reports.checks import failing
from chalicelib.observation.reports.report import Report, StationAnswers, observer_answers, station_answers
from chalicelib.observation.sms.phones import OptOutState
from chalicelib.observation.sms.states import MessageState

Number = int | Decimal
Counters = Mapping[str, Number]
Cell = tuple[str, str, str]
"""A tally's place: region, form, round."""

ANY_FORM = "*"
"""The form of a cell that counts messages which belong to no form."""

NATION_ONLY = "*"
"""The region of a cell that counts in the nation alone: messages of unknown senders."""

OPTED: Final[Mapping[OptOutState, MessageState]] = {"out": MessageState.OPTED_OUT, "in": MessageState.OPTED_IN}
"""The outcome of an SMS by which somebody wants no more SMS, or wants them again: no observation either."""

UNCOUNTED: Final = frozenset(
    {
        MessageState.COMMAND,
        MessageState.DUPLICATE,
        MessageState.JOINED,
        MessageState.PRACTICE,
        MessageState.SUPERSEDED,
        *OPTED.values(),
    }
)
"""Outcomes that no counter tells of."""


def shard_of(election: Election, name: str) -> int:
    """Return the shard of a station's counts, or a strange phone's.

    It is a stable hash, the same in every process.
    """
    return zlib.crc32(name.encode()) % election.tally_shards


def contribution(election: Election, report: Report) -> Counters:
    """Count what a report adds to its tally.

    The tally is that of its region, form and round.
    """
    form = election.form_by_code[report.form]
    if form.expect == "observer":
        return add(_of_each(election, form, report))
    if form.expect == "many":
        return add(_of_entry(election, form, report))
    if not report.counting:
        return {}
    answers = station_answers(election, report)
    return {**_of_coverage(election, form, report.round, answers), **_of_answers(form, answers)}


def has_reports(counters: Counters) -> bool:
    """Whether anything was reported that a tally counts."""
    return bool(counters.get("received") or counters.get("reassigned"))


def difference(after: Counters, before: Counters) -> Counters:
    """Return what changes a tally's contribution from `before` to `after`.

    The change is to be added to the tally; zeros left out.
    """
    names = sorted({*after, *before})
    changes = {name: after.get(name, 0) - before.get(name, 0) for name in names}
    return {name: amount for name, amount in changes.items() if amount}


def add(counters: Iterable[Counters]) -> dict[str, Number]:
    """Add up several counters, name by name."""
    total: dict[str, Number] = {}
    for counter in counters:
        for name, amount in counter.items():
            total[name] = total.get(name, 0) + amount
    return total


def _of_each(election: Election, form: Form, report: Report) -> Iterator[Counters]:
    numbers = {observer.number for observer in election.observers_by_station.get(report.station, ())}
    for number, given in report.counting.items():
        answers = observer_answers(given)
        yield _of_coverage(election, form, report.round, answers) if number in numbers else {"reassigned": 1}
        yield _of_answers(form, answers)


def _of_entry(election: Election, form: Form, report: Report) -> Iterator[Counters]:
    for given in report.counting.values():
        answers = observer_answers(given)
        yield {"received": 1, answers.state(form): 1}
        yield _of_answers(form, answers)
    if report.counting:
        place = (form.code, report.round)
        yield {failure_counter(check.rule): 1 for check in failing(election, {place: report}, place)}


def failure_counter(rule: str) -> str:
    """Name the counter of a rule that many reports fail.

    The form is one that is sent many times.
    """
    return f"failed#{zlib.crc32(rule.encode()):08x}"


def _of_coverage(election: Election, form: Form, round_name: str, answers: StationAnswers) -> Counters:
    late = answers.first_at is not None and is_late(election, form, round_name, answers.first_at)
    return {"received": 1, answers.state(form): 1} | ({"late": 1} if late else {})


def _of_answers(form: Form, answers: StationAnswers) -> Counters:
    counters: dict[str, Number] = {}
    for code, value in answers.values.items():
        counters.update(_of_answer(form.by_code[code], value))
    return counters


def _of_answer(question: Question, value: Value) -> dict[str, Number]:
    code = question.code
    if value is UNKNOWN:
        return {f"{code}#unknown": 1}
    if question.type == "yesno":
        return {f"{code}={'true' if value else 'false'}": 1}
    if isinstance(value, tuple):
        return {f"{code}={option}": 1 for option in value}
    if question.type == "choice":
        return {f"{code}={value}": 1}
    if isinstance(value, str):
        return {f"{code}#count": 1}
    number = Decimal(value) if not isinstance(value, int) else value
    return {f"{code}#count": 1, f"{code}#sum": number}


def message_counters(outcome: str, *, is_entry: bool = False) -> Counters:
    """Count a message's arrival and outcome in its cell.

    Those UNCOUNTED count nothing. An entry is no SMS, and counts by itself.
    """
    if is_entry:
        return {"message.entered": 1}
    if outcome in UNCOUNTED:
        return {}
    return {"message.received": 1, f"message.{outcome}": 1}
