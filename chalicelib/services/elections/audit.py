"""Audit: recompute everything, and name every difference.

Reports from messages, and tallies from reports.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.reports.answer_json import value_from_json
from chalicelib.observation.reports.report import Answer, Report, Source
from chalicelib.observation.reports.tally import Counters, contribution, difference
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.elections.audit_multipart import part_differences
from chalicelib.services.incidents.readings import incidents_of_reading
from chalicelib.services.reports.tally_changes import (
    ShardCell,
    cell_named,
    cell_of_report,
    changes_of_incidents,
    counters_of,
    total,
)
from chalicelib.store.elections import existing
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.message_queries import messages_of, received_messages
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportKey, StoredReport, all_reports
from chalicelib.store.routes import numbers_of, route_to
from chalicelib.store.tallies import shards_of_cells


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What an audit looked at, and each difference in words.

    `waiting`: messages that have no outcome yet.
    """

    messages: int
    reports: int
    waiting: int
    differences: tuple[str, ...]


def audit(election_id: str) -> AuditResult:
    """Compare an election's messages, reports, incidents and tallies.

    Reads everything: minutes for a nation. Messages that come in meanwhile can show as differences; audit again then.
    Raises ElectionUnknown, StoreUnavailable.
    """
    election = existing(election_id).election
    messages = [message for message in messages_of(election_id) if message.direction == "in"]
    reports = {_key(report.report): report for report in all_reports(election, election.station_by_number)}
    incidents = {incident.id: incident for incident in incidents_of(election_id)}
    differences = [
        *_uncounted(messages),
        *part_differences(messages),
        *report_differences(reports_from_messages(election, messages), reports),
        *_withdrawals(messages, reports.values()),
        *_contribution_differences(election, reports.values()),
        *_incident_differences(election, messages, incidents),
        *_tally_differences(
            expected_tallies(election, messages, reports.values(), incidents.values()), shards_of_cells(election)
        ),
    ]
    return AuditResult(len(messages), len(reports), waiting_for(election_id), tuple(differences))


def waiting_for(election_id: str) -> int:
    """Count messages to the election's numbers without an outcome.

    They belong to no election yet.
    """
    numbers = set(numbers_of(election_id))
    return sum(
        message.election == election_id if message.is_entry else _own_number(message) in numbers
        for message in received_messages()
    )


def _own_number(message: Message) -> str | None:
    """Return the number that a message was sent to.

    As the election has it; None where it leads nowhere.
    """
    route = route_to(message.recipient or "")
    return route.number if route else None


def reports_from_messages(election: Election, messages: Iterable[Message]) -> dict[ReportKey, Report]:
    """Merge the readings kept with the messages into reports."""
    reports: dict[ReportKey, Report] = {}
    for message in messages:
        for written in (message.reading or {}).get("reports", ()):
            form = election.form_by_code.get(written["form"])
            if form is None or written.get("held") or "observer" not in written or message.counted_at is None:
                continue
            key = (written["station"], form.code, written["round"])
            answers = written.get("answers", {})
            values = {code: value_from_json(form, code, value) for code, value in answers.items()}
            source = Source(message.counted_at, message.key)
            reports[key] = reports.get(key, Report(*key)).merge(written["observer"], values, source)
    return {key: report for key, report in reports.items() if report.given}


def expected_tallies(
    election: Election, messages: Iterable[Message], reports: Iterable[StoredReport], incidents: Iterable[Incident]
) -> dict[ShardCell, Counters]:
    """Add up messages, reports and incidents, by shard and cell."""
    changes: list[tuple[ShardCell, Counters]] = [
        (cell_named(message.counted_in), counters_of(message)) for message in messages if message.counted_in
    ]
    changes += [(cell_of_report(election, report), contribution(election, report.report)) for report in reports]
    return total([*changes, *changes_of_incidents(election, incidents)])


def _uncounted(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        if message.counted_in is None and not _is_unprocessed(message) and counters_of(message):
            yield f"message {message.key}: it is {message.state}, but was counted nowhere"


def _is_unprocessed(message: Message) -> bool:
    """Whether an entry has no outcome.

    It belongs to its election from the beginning.
    """
    return message.state == MessageState.RECEIVED or message.reason == Reason.NOT_PROCESSED


def _incident_differences(
    election: Election, messages: Iterable[Message], stored: Mapping[str, Incident]
) -> Iterator[str]:
    """Compare incidents with the messages that can have opened them.

    It names those that messages report and that are not stored, and those that no message can have opened.
    """
    possible: set[str] = set()
    for message in messages:
        for opened, source, is_certain in incidents_of_reading(election, message):
            if is_certain and opened not in stored and opened not in possible:
                yield f"incident {opened}: {source} of message {message.key} opens it, but it is not stored"
            possible.add(opened)
        possible.update((message.resolution or {}).get("incidents", ()))
    for unknown in sorted(set(stored) - possible):
        yield f"incident {unknown}: stored, but no message opens it"


def _key(report: Report) -> ReportKey:
    return report.station, report.form, report.round


def report_differences(expected: dict[ReportKey, Report], stored: dict[ReportKey, StoredReport]) -> Iterator[str]:
    """Compare stored reports with what the messages make of them."""
    for key in sorted({*expected, *stored}):
        name = "report " + " ".join(part for part in key if part != NO_ROUND)
        if key not in stored:
            yield f"{name}: messages answer it, but it is not stored"
        elif key not in expected:
            if stored[key].report.given:  # none is left of a report whose messages turned out to be another's
                yield f"{name}: stored, but no message answers it"
        else:
            report, decided = stored[key].report, replace(expected[key], decisions=stored[key].report.decisions)
            if not _is_same(decided, report):
                yield f"{name}: its messages add up to {_short(decided)}, stored is {_short(report)}"


def _is_same(expected: Report, stored: Report) -> bool:
    """Tell whether a stored report is as its messages and decisions.

    A row of an earlier version lacks superseded answers: those that it has must be the messages', and what counts with
    what was withdrawn the same.
    """
    if expected.given.keys() != stored.given.keys():
        return False
    return _standing(expected) == _standing(stored) and all(
        (given.first_at, given.answers) == (stored.given[observer].first_at, stored.given[observer].answers)
        and all(
            set(answers) <= set(given.superseded.get(code, ()))
            for code, answers in stored.given[observer].superseded.items()
        )
        for observer, given in expected.given.items()
    )


def _standing(report: Report) -> dict[str, tuple[dt.datetime, Mapping[str, Answer]]]:
    return {observer: (given.first_at, given.answers) for observer, given in report.observers.items()}


def _withdrawals(messages: Iterable[Message], reports: Iterable[StoredReport]) -> Iterator[str]:
    """Compare withdrawn entries with the messages that there are."""
    existing_keys = {message.key for message in messages}
    for report in reports:
        for key in sorted(set(report.report.decisions.withdrawn) - existing_keys):
            yield f"report {' '.join(_key(report.report))}: withdraws {key}, which is no message"


def _short(report: Report) -> str:
    return "; ".join(
        f"{observer}: " + " ".join(f"{code}={answer.value}" for code, answer in sorted(given.answers.items()))
        for observer, given in sorted(report.observers.items())
    )


def _contribution_differences(election: Election, reports: Iterable[StoredReport]) -> Iterator[str]:
    for report in reports:
        wrong = difference(contribution(election, report.report), report.counted)
        if wrong:
            yield f"report {' '.join(_key(report.report))}: counted otherwise than it should be, by {dict(wrong)}"


def _tally_differences(expected: Mapping[ShardCell, Counters], stored: Mapping[ShardCell, Counters]) -> Iterator[str]:
    for shard, cell in sorted({*expected, *stored}):
        wrong = difference(expected.get((shard, cell), {}), stored.get((shard, cell), {}))
        for name, amount in wrong.items():
            yield f"tally {' '.join(cell)} (shard {shard}), {name}: off by {amount}"
