"""Phones that a person has assigned, on top of the roster.

A roster that is loaded later and has the phone goes before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer

Kind = Literal["observer", "coordinator", "nobody", "undone"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose a phone is: an observer's number, a coordinator's name, or nobody's.

    `sent_as`: how a provider wrote the phone. `undone`: nothing is said of it any more, and `whose` it was.
    `is_settled`: its SMS have been read by this. `why`: the reason that was given, kept until then.
    """

    kind: Kind
    whose: str | None
    who: str
    at: str
    sent_as: str = ""
    is_settled: bool = False
    why: str = ""

    def document(self) -> dict[str, Any]:
        """Return the assignment as it is stored."""
        document = {self.kind: self.whose if self.whose is not None else True, "who": self.who, "at": self.at}
        sent = {"sent_as": self.sent_as} if self.sent_as else {}
        sent |= {"why": self.why} if self.why else {}
        return document | sent | ({"settled": True} if self.is_settled else {})


def assignment_from(document: Mapping[str, Any]) -> Assignment:
    """Read an assignment as it is stored."""
    kinds: tuple[Kind, ...] = ("observer", "coordinator", "nobody", "undone")
    kind: Kind = next(name for name in kinds if name in document)
    whose = document.get(kind)
    return Assignment(
        kind,
        whose if isinstance(whose, str) else None,
        document["who"],
        document["at"],
        document.get("sent_as", ""),
        bool(document.get("settled")),
        document.get("why", ""),
    )


def with_assigned(election: Election, assigned: Mapping[str, Assignment]) -> Election:
    """Return the election with the assigned phones.

    An assigned phone is its holder's last.

    Phones that the roster has, and holders that it has no more, are passed over. A coordinator is told nothing on an
    assigned phone, and is obeyed from it.
    """
    effective = {phone: assignment for phone, assignment in assigned.items() if not in_roster(election, phone)}
    phones: dict[str, list[str]] = {}
    more: list[Coordinator] = []
    for phone, assignment in effective.items():
        if assignment.kind == "observer":
            phones.setdefault(str(assignment.whose), []).append(phone)
        elif assignment.kind == "coordinator":
            named = [coordinator for coordinator in election.coordinators if coordinator.name == assignment.whose][:1]
            more += [_on_phone(coordinator, phone) for coordinator in named]
    if not phones and not more:
        return election
    observers = tuple(_with_phones(observer, phones.get(observer.number, ())) for observer in election.observers)
    return _replaced(election, observers, (*election.coordinators, *more))


def nobodys_phones(election: Election, assigned: Mapping[str, Assignment]) -> frozenset[str]:
    """Return the phones that are nobody's, unless the roster has them."""
    return frozenset(
        phone
        for phone, assignment in assigned.items()
        if assignment.kind == "nobody" and not in_roster(election, phone)
    )


def has_coordinator(election: Election, name: str | None) -> bool:
    """Whether the roster has a coordinator of a name."""
    return name in {coordinator.name for coordinator in election.coordinators}


def in_roster(election: Election, phone: str) -> bool:
    """Whether the roster has a phone."""
    return phone in election.observers_by_phone or phone in election.coordinators_by_phone


def _with_phones(observer: Observer, phones: Sequence[str]) -> Observer:
    return observer.model_copy(update={"phones": (*observer.phones, *phones)}) if phones else observer


def _on_phone(coordinator: Coordinator, phone: str) -> Coordinator:
    kept = {name: getattr(coordinator, name) for name in Coordinator.model_fields}
    return Coordinator.model_construct(**kept | {"phone": phone, "email": None, "alerts": ()})


def _replaced(election: Election, observers: tuple[Observer, ...], coordinators: tuple[Coordinator, ...]) -> Election:
    """Return the election with another roster.

    What was worked out of the old one is left behind.
    """
    kept = {name: getattr(election, name) for name in Election.model_fields}
    return Election.model_construct(**kept | {"observers": observers, "coordinators": coordinators})
