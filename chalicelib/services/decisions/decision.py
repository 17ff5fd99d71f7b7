"""Decide something about a report.

Once, on the version that was seen, with what was before and after it.

A decision is kept with the report and moves the tallies in one transaction, so that what a report counts stays a
function of its row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.decisions import Attribution, Decisions
from chalicelib.observation.reports.doubts import doubts_of
from chalicelib.observation.reports.report import Answer, Report, station_answers
from chalicelib.observation.reports.tally import contribution
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.decisions.refusals import DecisionRefused, ReportUnknown
from chalicelib.services.incidents.withdrawn_entries import ending_incidents, reopening_incidents
from chalicelib.services.reports.doubt_row import doubted
from chalicelib.services.reports.merge import MergedReport
from chalicelib.services.reports.tally_changes import changes_of_report, total
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.services.views.doubts import sees_doubts_at
from chalicelib.services.views.report import ENTERED
from chalicelib.store.doubts import keeping
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get, get_many
from chalicelib.store.outcome import adding_to_tallies
from chalicelib.store.reports import ReportKey, StoredReport, replacing, reports_of
from chalicelib.store.writes import Write


@dataclass(frozen=True, slots=True)
class Target:
    """The report that somebody decides about, at the version they saw.

    `observer`: whose answers it concerns, None where it concerns the whole report.
    """

    loaded: LoadedElection
    action: Action
    key: ReportKey
    seen: int
    observer: str | None = None

    @property
    def election(self) -> Election:
        """The election that the report is of."""
        return self.loaded.election

    @property
    def form(self) -> Form:
        """The report's form; raises ReportUnknown."""
        form = self.election.form_by_code.get(self.key[1])
        if form is None or (form.is_owed and self.key[2] not in form.round_names):
            raise ReportUnknown(f"there is no form {self.key[1]} {self.key[2]}")
        return form

    @property
    def made(self) -> Attribution:
        """By whom it is decided, on the election's clock, and why."""
        return Attribution(self.action.who, self.loaded.clock.at(self.action.now), self.action.why or "")

    def require_note(self, what: str) -> None:
        """Refuse a decision without a reason; raises NoteMissing."""
        if self.action.why is None:
            raise NoteMissing(f"say why {what}")


@dataclass(frozen=True, slots=True)
class ReportState:
    """A report as it stands, with the station's others."""

    stored: StoredReport
    reports: Mapping[Place, Report]

    @property
    def report(self) -> Report:
        """The report that is decided about."""
        return self.stored.report

    @property
    def place(self) -> Place:
        """Its form and round."""
        return self.report.form, self.report.round

    def answers(self, code: str) -> dict[str, Value]:
        """Return what observers answer to a question, without those left out."""
        counting = self.report.counting
        return {number: given.answers[code].value for number, given in counting.items() if code in given.answers}


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """A decision: the report's decisions with it, and its audit line.

    `document`: what its answer says besides.
    """

    decisions: Decisions
    what: str
    before: Any = None
    after: Any = None
    document: Mapping[str, Any] | None = None


def decide(target: Target, decision: Callable[[ReportState], DecisionChange]) -> dict[str, Any]:
    """Take a decision once and return the report after it.

    Raises ReportUnknown, VersionPassed, KeyReused, StoreUnavailable, and what `decision` raises.
    """

    def attempt() -> Change:
        report_state = standing_of(target)
        decided = decision(report_state)
        after, writes = _changed(target, report_state, decided)
        document = {**_describe(target, report_state, after), **(decided.document or {})}
        subject = f"report {' '.join(target.key)}"
        reports = {**report_state.reports, report_state.place: after.report}
        listed = keeping(doubted(target.loaded, reports, report_state.place, target.action.now))
        return Change(document, (*writes, listed), decided.what, subject, decided.before, decided.after)

    return perform(target.action, attempt)


def standing_of(target: Target) -> ReportState:
    """Return the report as it stands, at the version that was seen.

    Raises ReportUnknown, VersionPassed, StoreUnavailable.
    """
    station, form, round_name = target.key
    place = target.form.code, round_name
    known = target.election.station_by_number.get(station)
    if known is None or not target.action.operator.sees_station(known):
        raise ReportUnknown(f"there is no station {station} in this election, or not in your regions")
    stored = {(row.report.form, row.report.round): row for row in reports_of(target.election, station)}
    if place not in stored:
        raise ReportUnknown(f"nobody has reported {form} {round_name} of station {station} yet")
    _require_own(target, stored[place].report)
    report_state = ReportState(stored[place], {at: row.report for at, row in stored.items()})
    if report_state.stored.version != target.seen:
        raise VersionPassed(_passed(target, report_state))
    return report_state


def _require_own(target: Target, report: Report) -> None:
    """Refuse to decide about other organisations' answers; raises NotOwn."""
    operator = target.action.operator
    concerned = [target.observer] if target.observer is not None else list(report.given)
    operator.require_station(target.key[0], is_whole=target.observer is None)
    operator.require_own(*concerned)


def _changed(target: Target, report_state: ReportState, decided: DecisionChange) -> tuple[StoredReport, list[Write]]:
    """Return the report after a decision, and its writes.

    They replace the version that was read.
    """
    before, election = report_state.stored, target.election
    noted = decided.decisions.decided(before.report.decisions, before.version + 1, decided.what, target.made)
    report = replace(before.report, decisions=noted)
    region = election.region_of(report.station)
    after = replace(before, report=report, region=region, counted=contribution(election, report))
    cells = total(changes_of_report(election, MergedReport(before, after)))
    return after, [
        replacing(election, after),
        *adding_to_tallies(election, cells),
        *_incidents_of_entries(target, before.report.decisions.withdrawn, report.decisions.withdrawn),
    ]


def _incidents_of_entries(target: Target, before: Iterable[str], after: Iterable[str]) -> Iterator[Write]:
    """Yield the writes that end and reopen incidents with their entries."""
    loaded, action, key = target.loaded, target.action, target.key
    for entry in get_many(set(after) - set(before)):
        yield from ending_incidents(loaded, action, entry, key)[0]
    for entry in get_many(set(before) - set(after)):
        yield from reopening_incidents(loaded, action, entry, key)


def _describe(target: Target, report_state: ReportState, after: StoredReport) -> dict[str, Any]:
    """Describe a report after a decision; its version is the next."""
    election, report, operator = target.election, after.report, target.action.operator
    form, answers = target.form, station_answers(election, report.only(operator.sees_reports_of))
    station, form_code, round_name = target.key
    state = answers.state(form) if answers.first_at is not None else "left_out"
    return {
        "station": station,
        "form": form_code,
        "round": round_name,
        "version": after.version + 1,
        "state": state if form.expect == "station" else None,
        "answers": {code: value_json(value) for code, value in answers.values.items()},
        "conflicts": sorted(answers.conflicts) if form.expect == "station" else [],
        "doubts": [
            doubt.document()
            for doubt in doubts_of(election, {**report_state.reports, report_state.place: report}, report_state.place)
            if sees_doubts_at(operator, station)
        ],
    }


def _passed(target: Target, report_state: ReportState) -> str:
    """Say who changed a report since, as far as that is known."""
    version, last = report_state.stored.version, report_state.report.decisions.last
    words = f"the report is at version {version} now, you have seen {target.seen}"
    if last is not None and last.version > target.seen:
        words += f"; {last.made.who} has decided at {_clock(target, last.made.at)}: {last.what}"
    newest = _newest(report_state.report.only(target.action.operator.sees_reports_of))
    if newest is not None:
        observer, code, answer = newest
        key = answer.source.message
        entry = get(key) if key.startswith(ENTERED) else None
        by = f"entered by {entry.author}" if entry is not None and entry.author else "by SMS"
        written = value_json(answer.value)
        words += f"; the newest answer is {code} {written} of observer {observer}, {by} at "
        words += _clock(target, answer.source.received_at)
    return words


def _newest(report: Report) -> tuple[str, str, Answer] | None:
    given = [
        (observer, code, answer)
        for observer, answers in report.observers.items()
        for code, answer in answers.answers.items()
    ]
    return max(given, key=lambda answer: answer[2].source.age, default=None)


def _clock(target: Target, at: Any) -> str:
    return f"{at.astimezone(target.election.zone):%H:%M}"


def known_codes(target: Target, codes: Sequence[str]) -> None:
    """Refuse codes that the form does not have; raises DecisionRefused."""
    unknown = [code for code in codes if code not in target.form.by_code]
    if unknown:
        raise DecisionRefused(
            f"form {target.form.code} has no question {', '.join(unknown)}; it has {', '.join(target.form.by_code)}"
        )
