"""Load, copy and route elections; nothing that has reports is removed."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chalicelib.observation.clock import Clock
from chalicelib.observation.election import Election
from chalicelib.observation.phones import international
from chalicelib.observation.report import Report
from chalicelib.observation.tally import contribution
from chalicelib.services.counting import changes_of_report, total
from chalicelib.services.merging import MergedReport
from chalicelib.store import elections, outcome
from chalicelib.store.elections import existing
from chalicelib.store.incidents import incidents_of
from chalicelib.store.reports import StoredReport, all_reports


@dataclass(frozen=True, slots=True)
class Removal:
    """Something that a new version of the election leaves out although reports or incidents refer to it."""

    what: str
    reports: int

    def __str__(self) -> str:
        return f"{self.what} is left out, but has {self.reports} reports: put it back, or load under another --id"


class RemovesReported(Exception):
    """The new version of an election leaves out what has reports; nothing was changed."""

    def __init__(self, removals: tuple[Removal, ...]) -> None:
        super().__init__("\n".join(str(removal) for removal in removals))
        self.removals = removals


def load(election: Election, clock: Clock) -> int:
    """Store an election, or its next version in place of the one before; returns the version.

    What the file's changes mean for reports that are in already is counted anew. Raises RemovesReported,
    ElectionChanged, StoreUnavailable.
    """
    before = elections.current(election.id, fresh=True)
    if before is None:
        return elections.save(election, clock)
    stored = all_reports(before.election, before.election.station_by_number)
    removals = tuple(_removals(before.election, election, stored))
    if removals:
        raise RemovesReported(removals)
    version = elections.save(election, clock)
    if stored:
        time.sleep(elections.TRUSTED_SECONDS)  # until then, messages may be counted by the version before
        for report in all_reports(election, election.station_by_number):
            recount(election, report)
    return version


def copy_election(source_id: str, target_id: str, clock: Clock) -> Election:
    """An election of its own with the forms and roster of another and none of its reports.

    Raises ElectionUnknown, RemovesReported, StoreUnavailable.
    """
    copied = existing(source_id).election.model_copy(update={"id": target_id})
    load(copied, clock)
    return copied


def route(number: str, election_id: str) -> str:
    """Let a number lead to an election and to no other; returns the number as it is matched."""
    existing(election_id)
    matched = international(number)
    elections.route(matched, election_id)
    return matched


def recount(election: Election, stored: StoredReport) -> None:
    """Let a report count by the election as it is now, if that makes a difference."""
    region = election.station_by_number[stored.report.station].region
    counted = contribution(election, stored.report)
    if (region, counted) != (stored.region, stored.counted):
        merged = MergedReport(stored, replace(stored, region=region, counted=counted))
        outcome.rewrite_report(election, merged.after, total(changes_of_report(election, merged)))


def _removals(before: Election, after: Election, stored: Iterable[StoredReport]) -> Iterable[Removal]:
    reports = [one.report for one in stored]
    if after.tally_shards != before.tally_shards and reports:
        yield Removal(f"tally_shards: {before.tally_shards}", len(reports))
    for name, was, still_is, belongs in _parts(before, after):
        for gone in [part for part in was if part not in still_is]:
            count = sum(belongs(report, gone) for report in reports)
            if count:
                yield Removal(f"{name} {gone}", count)
    categories = set(before.incidents.categories if before.incidents else ())
    kept = set(after.incidents.categories if after.incidents else ())
    for category in sorted(categories - kept):
        count = sum(incident.category == category for incident in incidents_of(before.id))
        if count:
            yield Removal(f"incident category {category}", count)


Part = tuple[str, list[str], set[str], Callable[[Report, str], bool]]


def _parts(before: Election, after: Election) -> list[Part]:
    """Kinds of parts by name: those before, those that remain, and whether a report belongs to one."""
    return [
        ("station", list(before.station_by_number), set(after.station_by_number), lambda r, s: r.station == s),
        ("observer", list(before.observer_by_number), set(after.observer_by_number), lambda r, o: o in r.observers),
        ("form", list(before.form_by_code), set(after.form_by_code), lambda r, f: r.form == f),
        ("round", _rounds(before), set(_rounds(after)), lambda r, name: f"{r.form} {r.round}" == name),
        ("question", _questions(before), set(_questions(after)), _answers_question),
    ]


def _rounds(election: Election) -> list[str]:
    return [f"{form.code} {name}" for form in election.forms for name in form.round_names]


def _questions(election: Election) -> list[str]:
    return [f"{form.code} {question.code}" for form in election.forms for question in form.questions]


def _answers_question(report: Report, name: str) -> bool:
    form, _, code = name.partition(" ")
    return report.form == form and any(code in given.answers for given in report.observers.values())
