"""Enter what an SMS says, or what was said by phone.

Take one of its readings; make an incident of it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import CATEGORY
from chalicelib.observation.reports.entry_fields import LONGEST_TYPED, EntryFields, FieldFault, FieldsRefused
from chalicelib.observation.reports.suggestions import suggestions
from chalicelib.observation.sms.codes import without_code
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.desk.message import OTHERS_AT_WORK, decision, message_at, message_of, read_now
from chalicelib.services.desk.refusals import NotDone
from chalicelib.services.review.entry import Draft, describe, entry_row, operator_digest, read_back
from chalicelib.store import keys
from chalicelib.store.desk import How, deciding
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.outcome import queued


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """The incident that an SMS is made into.

    It has a category, and is at the observer's station unless another is named.

    `comment` None: the SMS's words.
    """

    category: int
    station: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What an operator enters: text, fields, a reading or an incident.

    A reading is named by its place in the SMS.

    `observer` None: that of the SMS. `about`: the key of the SMS that is entered.
    """

    says: str | EntryFields | int | IncidentDraft
    observer: str | None = None
    about: str | None = None

    @property
    def how(self) -> How:
        """What is done about the SMS by it."""
        match self.says:
            case int():
                return "chosen"
            case IncidentDraft():
                return "incident"
            case _:
                return "entered"


def preview(
    loaded: LoadedElection, operator: Operator, entry: Entry, now: dt.datetime, withheld: Collection[str] = ()
) -> dict[str, Any]:
    """Read an entry back: what would count, which checks would fail.

    It writes nothing.

    Raises FieldsRefused, NoSuchMessage, NotInRegion, NotDone, StoreUnavailable.
    """
    about = message_of(operator, entry.about) if entry.about else None
    draft = _draft(loaded.election, entry, about)
    return describe(read_back(loaded, operator, draft, now), loaded.election, withheld)


def enter(loaded: LoadedElection, action: Action, entry: Entry, seen: str | None = None) -> dict[str, Any]:
    """Enter what an SMS or an observer on the phone says.

    An SMS is entered at the version that was seen.

    It is read here and now. Raises FieldsRefused, VersionPassed, NoSuchMessage, NotInRegion, NotDone, KeyReused,
    StoreUnavailable.
    """
    key = keys.entered(operator_digest(f"{loaded.election.id} {action.who}"), action.key)

    def attempt() -> Change:
        about = message_at(action.operator, entry.about, seen or "") if entry.about else None
        read = read_back(loaded, action.operator, _draft(loaded.election, entry, about), action.now)
        if read.faults:
            raise FieldsRefused(read.faults)
        row = entry_row(loaded, read, action.who, key, action.why or "", about.key if about else None, action.now)
        writes = [queued(row)]
        if about is not None:
            writes.append(deciding(about, decision(action, entry.how, by=key)))
        subject = f"message {about.key}" if about is not None else f"observer {read.observer.number}"
        document = {"entered": key, "message": about.key if about else None, "text": read.text}
        return Change(document, tuple(writes), f"report {entry.how}", subject, after=f"{key}: {read.text}")

    answer = perform(action, attempt, also=OTHERS_AT_WORK)
    read_now([answer["entered"]], action.now)
    return answer


def _draft(election: Election, entry: Entry, about: Message | None) -> Draft:
    observer = entry.observer or (about.observer if about is not None else None)
    if observer is None:
        raise NotDone("nobody knows whose it is: name the observer, or assign the phone first")
    match entry.says:
        case str():
            return Draft(observer, text=entry.says, about=about)
        case int():
            return Draft(observer, fields=_reading(election, about, entry.says), about=about)
        case IncidentDraft():
            return Draft(observer, fields=_incident_fields(election, entry.says, about), about=about)
        case _:
            return Draft(observer, fields=entry.says, about=about)


def _incident_fields(election: Election, incident: IncidentDraft, about: Message | None) -> EntryFields:
    if election.incidents is None:
        raise NotDone("this election has no incidents")
    words = incident.comment
    if words is None:
        words = " ".join(without_code(about.text_as_sent or "" if about is not None else "").split())[:LONGEST_TYPED]
    answers = {CATEGORY: str(incident.category)}
    return EntryFields(election.incidents.code, incident.station, None, answers, words)


def _reading(election: Election, about: Message | None, place: int) -> EntryFields:
    readings = suggestions(election, about.text or "", about.reading or {}) if about is not None else ()
    if not 0 <= place < len(readings):
        raise FieldsRefused((FieldFault("/reading", f"the SMS has {len(readings)} readings"),))
    return readings[place]
