"""Answers taken by phone, written with their call as an observer's entry."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.entry_fields import EntryFields, FieldFault, FieldsRefused
from chalicelib.observation.reports.entry_text import entry_text
from chalicelib.services.actions.perform import Action
from chalicelib.services.calls.outcome import PhoneEntry
from chalicelib.services.processing.process import process
from chalicelib.services.review.entry import Draft, entry_row, operator_digest, read_back
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get
from chalicelib.store.outcome import queued
from chalicelib.store.tables import StoreUnavailable


@dataclass(frozen=True, slots=True)
class PhoneAnswers:
    """An observer's number, and the typed fields of each report."""

    observer: str
    reports: tuple[EntryFields, ...]


def entry_of(
    loaded: LoadedElection, action: Action, station: str, phone_answers: PhoneAnswers, note: str
) -> PhoneEntry:
    """Return the entry that answers are, to be written with their call.

    Raises FieldsRefused with each field's place, NotInRegion, StoreUnavailable.
    """
    text = text_of(loaded.election, station, phone_answers.reports)
    read = read_back(loaded, action.operator, Draft(phone_answers.observer, text), action.now)
    if read.faults:
        raise FieldsRefused(tuple(FieldFault(f"/answers{fault.at}", fault.what) for fault in read.faults))
    key = keys.entered(operator_digest(f"{action.election} {action.who}"), action.key)
    row = entry_row(loaded, read, action.who, key, note, None, action.now)
    return PhoneEntry(key, (queued(row),))


def text_of(election: Election, station: str, reports: Sequence[EntryFields]) -> str:
    """Return some reports as text in the election's grammar, one per line.

    Raises FieldsRefused with each field's place.
    """
    faults: list[FieldFault] = []
    lines = []
    for place, fields in enumerate(reports):
        try:
            lines.append(entry_text(election, replace(fields, station=station)))
        except FieldsRefused as refused:
            faults += [FieldFault(f"/answers/reports/{place}{fault.at}", fault.what) for fault in refused.faults]
    if faults:
        raise FieldsRefused(tuple(faults))
    return "\n".join(lines)


def count_entered(key: str, action: Action) -> str | None:
    """Let an entry count now, and return its state.

    If that fails it counts by the stream or sweep: it stays received until then.
    """
    entry = get(key)
    if entry is None:
        return None
    try:
        process(entry, action.now)
    except StoreUnavailable:
        return entry.state
    counted = get(key)
    return counted.state if counted else None
