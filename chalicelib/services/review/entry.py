"""Entries: what a person types for an observer.

It is read as an SMS of theirs would be.

An entry is a message like any other, so reading, merging, tallies, incidents and audit hold for it by the same
mechanism. It is read back first: what would count, and nothing is written.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reading.reading import LONGEST_READ
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.entries import sms_name
from chalicelib.observation.reports.entry_fields import EntryFields, FieldFault, FieldsRefused
from chalicelib.observation.reports.entry_text import entry_text
from chalicelib.observation.reports.resolve import Interpretation, ResolvedReport, interpret
from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.operators import Operator
from chalicelib.services.incidents.alerts import opened_by
from chalicelib.services.reports.merge import MergedReport, merge, report_key
from chalicelib.services.versions import NotInRegion
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import ENTERED, Message, received_sms
from chalicelib.store.reports import ReportKey

AFTER_ITS_SMS = dt.timedelta(microseconds=1)
"""An entry of what an SMS says is by so much newer: it beats that SMS, and loses to the observer's next."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be entered for an observer, as text or fields.

    `about`: the SMS that it reads.
    """

    observer: str
    text: str | None = None
    fields: EntryFields | None = None
    about: Message | None = None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A draft as it would count now.

    `faults`: what keeps it from being entered, by field.
    """

    observer: Observer
    text: str
    received_at: dt.datetime
    interpretation: Interpretation
    merged: Mapping[ReportKey, MergedReport]
    incidents: int
    faults: tuple[FieldFault, ...]


def read_back(loaded: LoadedElection, operator: Operator, draft: Draft, now: dt.datetime) -> ReadBack:
    """Read a draft as it would count, without writing anything.

    Raises FieldsRefused where no SMS could say it, NotInRegion, StoreUnavailable.
    """
    election = loaded.election
    observer = election.observer_by_number.get(draft.observer)
    if observer is None or not operator.sees(election.region_of(observer.station)):
        raise NotInRegion(f"there is no observer {draft.observer}, or not in your regions")
    operator.require_own(draft.observer)
    text = _text_of(election, draft)
    received_at = _received_at(draft.about, now)
    counted_at = loaded.clock.at(received_at)
    interpretation = interpret(election, (observer,), text, counted_at, sms=sms_name(keys.entered("", "preview")))
    for report in interpretation.reports:
        if not operator.sees_station(election.station_by_number[report.station]):
            raise NotInRegion(f"station {report.station} is not in your regions")
    merged = merge(election, keys.entered("", "preview"), counted_at, interpretation.reports)
    opened = opened_by(
        election, Message(keys.entered("", "preview"), text_as_sent=text), interpretation.reports, counted_at
    )
    faults = tuple(_faults(interpretation))
    return ReadBack(observer, text, received_at, interpretation, merged, len(opened), faults)


def describe(read: ReadBack, election: Election, withheld: Collection[str] = ()) -> dict[str, Any]:
    """Describe what would count, for the person who reads it back.

    Answers that stand in `withheld` forms are left out.
    """
    return {
        "observer": read.observer.number,
        "text": read.text,
        "state": read.interpretation.state,
        "held": read.interpretation.reading.held,
        "may_be_entered": not read.faults,
        "incidents": read.incidents,
        "reports": [
            _describe(election, report, read.merged.get(report_key(report)), withheld)
            for report in read.interpretation.reports
        ],
        "errors": [{"at": fault.at, "what": fault.what} for fault in read.faults],
    }


def entry_row(
    loaded: LoadedElection, read: ReadBack, author: str, key: str, note: str, about: str | None, now: dt.datetime
) -> Message:
    """Return the message of a draft, waiting to be read."""
    election = loaded.election
    return received_sms(
        key,
        now,
        channel=ENTERED,
        stored_at=now,
        received_at=read.received_at,
        conversation=read.observer.phones[0] if read.observer.phones else None,
        text_as_sent=read.text,
        election=election.id,
        region=election.region_of(read.observer.station),
        on_behalf_of=read.observer.number,
        author=author,
        note=note or None,
        about=about,
    )


def operator_digest(name: str) -> str:
    """Return what stands for an operator in keys: it tells no address."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _text_of(election: Election, draft: Draft) -> str:
    if draft.fields is not None:
        return entry_text(election, draft.fields)
    text = (draft.text or "").strip()
    if not text:
        raise FieldsRefused((FieldFault("/text", "say what is to be entered: a text, or fields"),))
    if len(text) > LONGEST_READ:
        raise FieldsRefused((FieldFault("/text", f"it is longer than {LONGEST_READ} characters"),))
    return text


def _received_at(about: Message | None, now: dt.datetime) -> dt.datetime:
    """Return the instant that an entry counts from.

    Just after the SMS that it reads, and after what was entered of that before; now for what was said by phone.
    """
    if about is None:
        return now
    entered = int((about.resolution or {}).get("entries", 0))
    return (about.received_at or about.stored_at) + AFTER_ITS_SMS * (entered + 1)


def _faults(interpretation: Interpretation) -> list[FieldFault]:
    """Return what keeps a draft from being entered whole.

    A person enters nothing that counts by half.
    """
    if interpretation.reading.held is not None:
        return [FieldFault("/text", f"the text is held: {interpretation.reading.held}")]
    if interpretation.state == MessageState.UNRECOGNISED:
        return [FieldFault("/text", "no form is found in it")]
    faults: list[FieldFault] = []
    for place, report in enumerate(interpretation.reports):
        at = f"/reports/{place}"
        faults += [
            FieldFault(f"{at}/answers/{code}", reason.replace("_", " "))
            for code, reason in report.reading.rejected.items()
        ]
        if not report.counts:
            faults.append(FieldFault(at, f"it does not count: {', '.join(report.flags) or 'it has to be asked for'}"))
        elif not report.reading.answers and not report.reading.rejected:
            faults.append(FieldFault(at, "no question is answered"))
    return faults


def _describe(
    election: Election, report: ResolvedReport, merged: MergedReport | None, withheld: Collection[str]
) -> dict[str, Any]:
    form = report.reading.form
    before = merged.before.report.observers.get(report.observer.number) if merged else None
    earlier_answers = {} if before is None or form in withheld else before.answers
    failed = merged.failed if merged else ()
    return report.document() | {
        "counts": report.counts,
        "before": {
            code: value_json(earlier_answers[code].value) for code in report.reading.answers if code in earlier_answers
        },
        "failed_checks": [
            {"rule": check.rule, "severity": check.severity, "message": election.text(check.message, "en")}
            for check in failed
        ],
    }
