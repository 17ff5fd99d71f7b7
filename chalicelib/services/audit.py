"""Audit: recompute reports from messages, and tallies from reports, and name every difference (invariant 5)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.observation.election import NO_ROUND, Election
from chalicelib.observation.report import Report, Source
from chalicelib.observation.tally import Counters, contribution, difference, message_counters, shard_of
from chalicelib.services.counting import ShardCell, message_cell, total
from chalicelib.store.elections import existing
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message, messages_of
from chalicelib.store.reports import ReportKey, StoredReport, all_reports, value_from_json
from chalicelib.store.tallies import shards_of_cells


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit looked at, and each difference in words. `waiting`: messages that have no outcome yet."""

    messages: int
    reports: int
    waiting: int
    differences: tuple[str, ...]


def audit(election_id: str) -> Audited:
    """Compare an election's messages, reports, incidents and tallies. Reads everything: minutes for a nation.

    Messages that come in meanwhile can show as differences; audit again then. Raises ElectionUnknown, StoreUnavailable.
    """
    election = existing(election_id).election
    messages = [message for message in messages_of(election_id) if message.direction == "in"]
    reports = {_key(one.report): one for one in all_reports(election, election.station_by_number)}
    differences = [
        *_report_differences(reports_from_messages(election, messages), reports),
        *_contribution_differences(election, reports.values()),
        *_tally_differences(expected_tallies(election, messages, reports.values()), shards_of_cells(election)),
    ]
    waiting = sum(message.pending is not None for message in messages)
    return Audited(len(messages), len(reports), waiting, tuple(differences))


def reports_from_messages(election: Election, messages: Iterable[Message]) -> dict[ReportKey, Report]:
    """The reports that the readings kept with the messages add up to."""
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
    return {key: report for key, report in reports.items() if report.observers}


def expected_tallies(
    election: Election, messages: Iterable[Message], reports: Iterable[StoredReport]
) -> dict[ShardCell, Counters]:
    """The tallies that messages, reports and incidents add up to, by shard and cell."""
    changes: list[tuple[ShardCell, Counters]] = [
        (_cell_of(election, message), message_counters(message.state)) for message in messages
    ]
    for one in reports:
        report = one.report
        cell = (shard_of(election, report.station), (one.region, report.form, report.round))
        changes.append((cell, contribution(election, report)))
    opened: list[tuple[ShardCell, Counters]] = [
        (message_cell(election, incident.station, None, NO_ROUND), {f"incident.{incident.severity}": 1})
        for incident in incidents_of(election.id)
    ]
    return total([*changes, *opened])


def _cell_of(election: Election, message: Message) -> ShardCell:
    if message.observer is None:
        return message_cell(election, None, None, NO_ROUND)
    reports = (message.reading or {}).get("reports", ())
    if not reports:
        return message_cell(election, election.observer_by_number[message.observer].station, None, NO_ROUND)
    return message_cell(election, reports[0]["station"], reports[0]["form"], reports[0]["round"])


def _key(report: Report) -> ReportKey:
    return report.station, report.form, report.round


def _report_differences(expected: dict[ReportKey, Report], stored: dict[ReportKey, StoredReport]) -> Iterator[str]:
    for key in sorted({*expected, *stored}):
        name = "report " + " ".join(part for part in key if part != NO_ROUND)
        if key not in stored:
            yield f"{name}: messages answer it, but it is not stored"
        elif key not in expected:
            yield f"{name}: stored, but no message answers it"
        elif expected[key] != stored[key].report:
            yield f"{name}: its messages add up to {_short(expected[key])}, stored is {_short(stored[key].report)}"


def _short(report: Report) -> str:
    return "; ".join(
        f"{observer}: " + " ".join(f"{code}={answer.value}" for code, answer in sorted(given.answers.items()))
        for observer, given in sorted(report.observers.items())
    )


def _contribution_differences(election: Election, reports: Iterable[StoredReport]) -> Iterator[str]:
    for one in reports:
        wrong = difference(contribution(election, one.report), one.counted)
        if wrong:
            yield f"report {' '.join(_key(one.report))}: counted otherwise than it should be, by {dict(wrong)}"


def _tally_differences(expected: Mapping[ShardCell, Counters], stored: Mapping[ShardCell, Counters]) -> Iterator[str]:
    for shard, cell in sorted({*expected, *stored}):
        wrong = difference(expected.get((shard, cell), {}), stored.get((shard, cell), {}))
        for name, amount in wrong.items():
            yield f"tally {' '.join(cell)} (shard {shard}), {name}: off by {amount}"
