"""The reply to an SMS, and when there is none.

Baykoo must not talk to machines, nor for ever.
"""

import datetime as dt
from collections.abc import Mapping

from chalicelib.observation.coordinators.texts import no_observer_reply
from chalicelib.observation.elections.election import NO_ROUND, Check, Election
from chalicelib.observation.replies.replies import (
    ReportResult,
    held_reply,
    incomplete_reply,
    report_reply,
    unknown_sender_reply,
    unproven_reply,
    unrecognised_reply,
)
from chalicelib.observation.reports.entries import serial_in
from chalicelib.observation.reports.report import ObserverAnswers
from chalicelib.observation.reports.resolve import SERIAL_MISSING, Interpretation, ResolvedReport
from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.phones import is_machine
from chalicelib.observation.sms.states import Flag, MessageState
from chalicelib.services import outbox
from chalicelib.services.replies.loops import UNREADABLE, is_echo, is_loop
from chalicelib.services.reports.merge import MergedReport, report_key
from chalicelib.store import keys, routes
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportKey


def reply_to(
    election: Election,
    message: Message,
    phone: str,
    interpretation: Interpretation,
    merged: Mapping[ReportKey, MergedReport],
    now: dt.datetime,
) -> Message | None:
    """Make the reply to a message that was read, or None.

    It is a row for the outbox; None where none may be given.
    """
    if is_machine(phone):
        return None
    if interpretation.observer is None:
        if routes.is_own_number(phone):
            return None
        if phone in election.coordinators_by_phone:
            return _to_coordinator(election, message, phone, now)
        return _reply(keys.reply(message.key), message, phone, unknown_sender_reply(election), election, now)
    if _goes_on(election, message, interpretation):
        return None
    text = _text(election, interpretation, merged, message.key)
    return _reply(keys.reply(message.key), message, phone, text, election, now)


def _goes_on(election: Election, message: Message, interpretation: Interpretation) -> bool:
    """Tell whether the reply would keep a machine talking."""
    is_report = interpretation.reading.held in CODE_REASONS and interpretation.reports
    if interpretation.state in UNREADABLE and not is_report:
        return is_loop(election, message)
    forms = {report.reading.form for report in interpretation.reports}
    return bool(forms) and forms.isdisjoint(election.form_by_code) and is_echo(message)


def _reply(key: str, message: Message, phone: str, text: str, election: Election, now: dt.datetime) -> Message:
    origin = outbox.Origin(election.id, message.key, now)
    return outbox.sms_row(key, phone, text, origin, sender=message.recipient)


def _to_coordinator(election: Election, message: Message, phone: str, now: dt.datetime) -> Message | None:
    """Answer a coordinator who sends a form, and is no observer."""
    if is_loop(election, message):
        return None
    text = no_observer_reply(election, election.coordinators_by_phone[phone][0].language)
    return _reply(keys.reply(message.key), message, phone, text, election, now)


def _text(
    election: Election, interpretation: Interpretation, merged: Mapping[ReportKey, MergedReport], message_key: str
) -> str:
    language = interpretation.observer.language if interpretation.observer else election.languages[0]
    opened = any(report.counts or (report.alarms and report.critical) for report in interpretation.reports)
    if interpretation.reading.held in CODE_REASONS:
        return unproven_reply(election, language, interpretation.reading.held, has_incident=opened)
    if interpretation.reading.held == Flag.INCOMPLETE:
        return incomplete_reply(
            election, language, has_incident=any(report.counts for report in interpretation.reports)
        )
    if interpretation.state == MessageState.HELD:
        return held_reply(election, language, has_incident=opened)
    if interpretation.state == MessageState.UNRECOGNISED:
        return unrecognised_reply(election, language)
    results = [_result(election, language, report, merged, message_key) for report in interpretation.reports]
    return report_reply(election, language, results)


def _result(
    election: Election,
    language: str,
    report: ResolvedReport,
    merged: Mapping[ReportKey, MergedReport],
    message_key: str,
) -> ReportResult:
    change = merged.get(report_key(report))
    given = change.after.report.observers.get(report.observer.number) if change else None
    questions = election.form_by_code[report.reading.form].questions if change else ()
    outdated = _outdated(report, given, message_key) if given else frozenset()
    return ReportResult(
        form=report.reading.form,
        station=report.station,
        round=_round_shown(election, report),
        accepted=tuple(code for code in report.reading.answers if code not in outdated),
        missing=tuple(q.code for q in questions if given is None or q.code not in given.answers),
        rejected=report.reading.rejected,
        flags=report.flags,
        questions=tuple(election.text(check.message, language) or check.rule for check in _to_ask(change)),
        outdated=tuple(code for code in report.reading.answers if code in outdated),
    )


def _round_shown(election: Election, report: ResolvedReport) -> str:
    """Return the round as an observer would write it.

    Of many reports their serial.
    """
    form = election.form_by_code.get(report.reading.form)
    if form is None or form.is_owed:
        return report.round
    return NO_ROUND if SERIAL_MISSING in report.flags else serial_in(form, report.round) or NO_ROUND


def _outdated(report: ResolvedReport, given: ObserverAnswers, message_key: str) -> frozenset[str]:
    """Return codes for which a newer message's answer stands."""
    current_answers = {code: given.answers[code] for code in report.reading.answers if code in given.answers}
    return frozenset(
        code
        for code, answer in current_answers.items()
        if answer.source.message != message_key and answer.value != report.reading.answers[code]
    )


def _to_ask(merged: MergedReport | None) -> list[Check]:
    """Return the failed checks that the observer is asked about.

    A warning is for the operators alone.
    """
    return [check for check in merged.failed if check.severity == "error"] if merged else []
