"""What the call desk answers, as OpenAPI describes it."""

from typing import Any

from pydantic import ConfigDict

from chalicelib.entrypoints.api.models import AnswerModel


class Lease(AnswerModel):
    """Who has a station, until a real instant."""

    holder: str
    until: str
    is_mine: bool


class StationLease(AnswerModel):
    """A station and its lease."""

    station: str
    region: str | None = None
    lease: Lease | None
    version: int


class CallReason(AnswerModel):
    """A reason to call, with its points."""

    reason: str
    points: int
    says: str


class CalledObserver(AnswerModel):
    """An observer whom a list names."""

    number: str
    name: str
    phones: list[str]


class ByHand(AnswerModel):
    """Who has put a station on the call list, when and why."""

    who: str
    at: str
    why: str | None


class Call(AnswerModel):
    """A station that is to be called, with why."""

    station: str
    name: str
    region: str
    district: str
    owed: list[str]
    overdue_minutes: int
    silent: bool
    heard: str | None
    incident: int | None
    reminded: int
    asked: int
    by_hand: ByHand | None
    points: int
    why: list[CallReason]
    observers: list[CalledObserver]
    last: dict[str, Any] | None
    tries: int
    snoozed_until: str | None
    lease: Lease | None
    version: int


class Calls(AnswerModel):
    """Stations in the order of calling.

    `due`: how many are not put off.
    """

    election: str
    as_of: str
    calls: list[Call]
    due: int
    is_cut: bool
    next_due: dict[str, str] | None


class Contact(AnswerModel):
    """A call that was logged, or that one was undone (`undoes`)."""

    id: str
    at: str
    who: str
    outcome: str
    undoes: str | None
    person: str | None
    name: str | None
    phone: str | None
    note: str | None
    owed: list[Any]
    snoozed_until: str | None
    entered: str | None


class Contacts(AnswerModel):
    """A page of a station's contacts, the newest first."""

    election: str
    station: str
    contacts: list[Contact]
    next: str | None


class Card(AnswerModel):
    """The card of a station that is called, read as of now."""

    model_config = ConfigDict(extra="allow", frozen=True)

    election: str
    as_of: str
    station: str
    region: str
    owed: list[dict[str, Any]]
    came: list[dict[str, Any]]
    why: list[CallReason]
    contacts: list[Contact]
    lease: Lease | None
    can_ring: bool
    version: int


class LoggedCall(AnswerModel):
    """A call as it was logged, and what is offered next."""

    contact: str
    station: str
    outcome: str
    entered: str | None
    entered_state: str | None = None
    offer: dict[str, Any] | None
    version: int


class UndoneCall(AnswerModel):
    """A call that was undone."""

    contact: str
    station: str
    undone: str
    version: int


class PutOn(AnswerModel):
    """Stations that were put on the call list.

    `already`: those that a person had put there before. `put` names what was done, to undo it.
    """

    put: str
    stations: list[str]
    already: list[str]


class TakenOff(AnswerModel):
    """Stations that were taken off the call list again."""

    put: str
    stations: list[str]


class Figures(AnswerModel):
    """Calls by operator and hour, leases held, and the oldest due call."""

    election: str
    as_of: str
    total: dict[str, Any]
    operators: dict[str, dict[str, Any]]
    hours: list[dict[str, Any]]
    due: int
    oldest_due: str | None
    leases: list[dict[str, str]]
