"""A rehearsal's report: what became of what was sent.

How well it was read and how long it took.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import is_late
from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.answer_json import value_from_json
from chalicelib.observation.sms.states import MessageState
from chalicelib.rehearsal.latency import Latency
from chalicelib.rehearsal.provider import Answers
from chalicelib.rehearsal.run import Rehearsal, RehearsedSms

OUTCOMES = (
    MessageState.ACCEPTED,
    MessageState.PARTLY_ACCEPTED,
    MessageState.UNRECOGNISED,
    MessageState.QUARANTINED,
    MessageState.HELD,
)
BANDS = ((0.0, "none"), (0.1, "up to 10 %"), (0.25, "up to 25 %"), (0.5, "up to 50 %"), (1.0, "more"))
"""Shares of an observer's messages that were not accepted whole: the most that a band holds, and its name."""
WORST = 10


@dataclass(frozen=True, slots=True)
class QuestionErrors:
    """A question's answers: typed, not accepted, accepted as another value.

    What is not accepted is asked for again.
    """

    form: str
    code: str
    label: str
    typed: int
    asked_again: int
    misread: int

    @property
    def rate(self) -> float:
        """The share that was not understood as meant, 0 to 1."""
        return (self.asked_again + self.misread) / self.typed


@dataclass(frozen=True, slots=True)
class ObserverErrors:
    """An observer's messages: with an outcome, and not accepted whole."""

    observer: str
    messages: int
    not_accepted: int

    @property
    def rate(self) -> float:
        """The share that was not accepted whole, 0 to 1."""
        return self.not_accepted / self.messages


@dataclass(frozen=True, slots=True)
class ProviderShare:
    """One provider's messages: sent, acknowledged, and with an outcome."""

    provider: str
    sent: int
    acknowledged: int
    accounted: int
    acknowledgement: Latency | None


@dataclass(frozen=True, slots=True)
class Report:
    """A rehearsal in numbers.

    Counts are of messages, unless they say `deliveries`, `reports` or `alerts`. `faults`: how many answers of each kind
    a provider did not want to hear, named by it.
    """

    rehearsal: Rehearsal
    sent: int
    deliveries: int
    acknowledged: int
    outcomes: Mapping[str, int]
    lost: tuple[str, ...]
    faults: Mapping[str, int]
    providers: tuple[ProviderShare, ...]
    reports: int
    reports_on_time: int
    reports_elsewhere: int
    questions: tuple[QuestionErrors, ...]
    observers: tuple[ObserverErrors, ...]
    acknowledgement: Latency | None
    processing: Latency | None
    alerting: Latency | None
    escalating: Latency | None
    incidents: int
    alerts: int
    alerts_failed: int

    @property
    def accounted(self) -> int:
        """Messages that came to an outcome."""
        return sum(self.outcomes.values())

    @property
    def is_whole(self) -> bool:
        """Whether every acknowledged message is accounted for."""
        return self.acknowledged == self.accounted

    @property
    def bands(self) -> Mapping[str, int]:
        """Observers by their share of messages not accepted whole."""
        bands = Counter(next(name for most, name in BANDS if observer.rate <= most) for observer in self.observers)
        return {name: bands[name] for _, name in BANDS}

    @property
    def failing(self) -> Sequence[ObserverErrors]:
        """Observers whose messages were not all accepted, the worst first."""
        failing = [observer for observer in self.observers if observer.not_accepted]
        return sorted(failing, key=lambda observer: (-observer.rate, -observer.messages, observer.observer))

    @property
    def worst(self) -> Sequence[ObserverErrors]:
        """The observers whose messages were understood worst."""
        return self.failing[:WORST]


def report_on(rehearsal: Rehearsal) -> Report:
    """Report on a rehearsal.

    What came to no outcome is lost, and named by key.
    """
    accounted = [sent for sent in rehearsal.sent if sent.is_acknowledged and sent.is_accounted]
    reports = list(_read_forms(rehearsal.election, accounted))
    alerts = [alert for incident in rehearsal.incidents for alert in (*incident.alerts, *incident.escalated)]
    return Report(
        rehearsal=rehearsal,
        sent=len(rehearsal.sent),
        deliveries=sum(len(sent.planned.deliveries) for sent in rehearsal.sent),
        acknowledged=sum(sent.is_acknowledged for sent in rehearsal.sent),
        outcomes=_outcomes(accounted),
        lost=tuple(sent.key for sent in rehearsal.sent if sent.is_acknowledged and not sent.is_accounted),
        faults=_faults(rehearsal.answers),
        providers=tuple(_providers(rehearsal)),
        reports=len(reports),
        reports_on_time=sum(not report.is_late for report in reports),
        reports_elsewhere=sum(not report.is_where_meant for report in reports),
        questions=tuple(_questions(rehearsal.election, accounted)),
        observers=tuple(_observers(accounted)),
        acknowledgement=Latency.of(chain.from_iterable(answered.seconds for answered in rehearsal.answers.values())),
        processing=Latency.of(
            (sent.row.processed_at - sent.row.stored_at).total_seconds()
            for sent in accounted
            if sent.row and sent.row.processed_at
        ),
        alerting=Latency.of(
            (alert.sent_at - incident.message.stored_at).total_seconds()
            for incident in rehearsal.incidents
            for alert in incident.alerts
            if alert.sent_at
        ),
        escalating=Latency.of(
            (alert.sent_at - alert.stored_at).total_seconds()
            for incident in rehearsal.incidents
            for alert in incident.escalated
            if alert.sent_at
        ),
        incidents=len(rehearsal.incidents),
        alerts=len(alerts),
        alerts_failed=sum(alert.state == MessageState.FAILED for alert in alerts),
    )


def _faults(answers: Mapping[str, Answers]) -> Mapping[str, int]:
    return {
        f"{provider}: {fault}": n for provider, answered in answers.items() for fault, n in answered.faults().items()
    }


def _providers(rehearsal: Rehearsal) -> Iterator[ProviderShare]:
    for provider, answers in sorted(rehearsal.answers.items()):
        theirs = [sent for sent in rehearsal.sent if sent.provider == provider]
        acknowledged = [sent for sent in theirs if sent.is_acknowledged]
        accounted = sum(sent.is_accounted for sent in acknowledged)
        yield ProviderShare(provider, len(theirs), len(acknowledged), accounted, Latency.of(answers.seconds))


@dataclass(frozen=True, slots=True)
class _ReadForm:
    """A form's report, as it was read in a message."""

    is_late: bool
    is_where_meant: bool


def _outcomes(accounted: Sequence[RehearsedSms]) -> Mapping[str, int]:
    states = Counter(str(sent.row.state) for sent in accounted if sent.row)
    return {state: states[state] for state in (*OUTCOMES, *sorted(set(states) - set(OUTCOMES)))}


def _read_forms(election: Election, accounted: Sequence[RehearsedSms]) -> Iterator[_ReadForm]:
    for sent in accounted:
        intended, form = sent.planned.intended, election.form_by_code.get(sent.planned.intended.form or "")
        read = _reading(sent)
        if form is not None and read is not None and sent.row and sent.row.counted_at:
            where = (read["station"], read["round"], read["observer"])
            yield _ReadForm(
                is_late=is_late(election, form, read["round"], sent.row.counted_at),
                is_where_meant=where == (intended.observer.station, intended.round, intended.observer.number),
            )


def _reading(sent: RehearsedSms) -> Mapping[str, Any] | None:
    """Return what was read of the form that was intended.

    It is None where it was not found, or not counted.
    """
    reports: list[dict[str, Any]] = ((sent.row and sent.row.reading) or {}).get("reports", [])
    same = (report for report in reports if report["form"] == sent.planned.intended.form and not report.get("held"))
    return next((report for report in same if "observer" in report), None)


def _questions(election: Election, accounted: Sequence[RehearsedSms]) -> Iterator[QuestionErrors]:
    typed: Counter[tuple[str, str]] = Counter()
    asked_again: Counter[tuple[str, str]] = Counter()
    misread: Counter[tuple[str, str]] = Counter()
    for sent in accounted:
        meaning, form = sent.written.meaning, election.form_by_code.get(sent.written.meaning.form)
        answers = (_reading(sent) or {}).get("answers", {})
        for code in _typed(sent) if sent.planned.is_known else ():
            question = (meaning.form, code)
            typed[question] += 1
            if code not in answers:
                asked_again[question] += 1
            elif code not in meaning.answers or _value(form, code, answers[code]) != meaning.answers[code]:
                misread[question] += 1
    order = {form.code: place for place, form in enumerate(election.forms)}
    for form_code, code in sorted(typed, key=lambda place: (order.get(place[0], len(order)), place)):
        question = (form_code, code)
        label = _label(election, election.form_by_code.get(form_code), code)
        yield QuestionErrors(form_code, code, label, typed[question], asked_again[question], misread[question])


def asked_again_in(sent: RehearsedSms) -> set[str]:
    """Return the codes in an SMS that were asked for again."""
    if not (sent.is_acknowledged and sent.is_accounted and sent.planned.is_known):
        return set()
    return set(_typed(sent)) - set((_reading(sent) or {}).get("answers", {}))


def _typed(sent: RehearsedSms) -> list[str]:
    """Return codes in the SMS whose value is right or refusable."""
    meaning = sent.written.meaning
    return [code for code in sent.planned.intended.answers if code in meaning.answers or code in meaning.rejected]


def _value(form: Form | None, code: str, stored: Any) -> Value:
    value: Value = stored if form is None else value_from_json(form, code, stored)
    return value


def _label(election: Election, form: Form | None, code: str) -> str:
    if form is None:
        return election.text(election.incidents.title, "en") if election.incidents else ""
    question = form.by_code[code]
    return election.text(question.label, "en") or question.candidate or ""


def _observers(accounted: Sequence[RehearsedSms]) -> Iterator[ObserverErrors]:
    theirs = [sent for sent in accounted if sent.planned.is_known and sent.planned.intended.form is not None]
    messages = Counter(sent.planned.intended.observer.number for sent in theirs)
    accepted = Counter(
        sent.planned.intended.observer.number for sent in theirs if sent.row and sent.row.state == MessageState.ACCEPTED
    )
    for observer in sorted(messages):
        yield ObserverErrors(observer, messages[observer], messages[observer] - accepted[observer])
