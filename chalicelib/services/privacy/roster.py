"""Take people out of an election.

Observers keep number and station, coordinators their regions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.services.privacy.clean import Scope, cleaned
from chalicelib.services.privacy.persons import MARK, Persons
from chalicelib.store.election_rewrite import StoredElection

KEPT_OF_OBSERVERS: Final = frozenset({"number", "language", "station", "organisation"})
"""What stays of an observer: all else is theirs, whatever a later version keeps of them."""


def people_with(stored: StoredElection, phone: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return names and addresses of who has a phone, and other phones.

    As an election has them, or had them before a change.
    """
    names: set[str] = set()
    phones: set[str] = set()
    for observer in stored.filed.observers:
        if phone in observer.phones:
            names.add(observer.name)
            phones |= set(observer.phones)
    for coordinator in stored.filed.coordinators:
        if coordinator.phone == phone:
            names |= {coordinator.name, *([coordinator.email] if coordinator.email else [])}
    for fields in _changed_observers(stored):
        if phone in fields.get("phones", ()):
            names |= {fields["name"]} if "name" in fields else set()
            phones |= set(fields["phones"])
    return frozenset(names), frozenset(phones - {phone})


def everybody_in(stored: StoredElection) -> tuple[frozenset[str], frozenset[str]]:
    """Return names and addresses of an election's people, and their phones."""
    filed = stored.filed
    changed = list(_changed_observers(stored))
    addresses = {coordinator.email for coordinator in filed.coordinators if coordinator.email}
    names = {observer.name for observer in filed.observers} | {coordinator.name for coordinator in filed.coordinators}
    names |= {change["name"] for change in changed if "name" in change}
    phones = {*filed.observers_by_phone, *filed.coordinators_by_phone, *stored.assignments}
    return frozenset(names | addresses), frozenset(phones.union(*(change.get("phones", ()) for change in changed)))


def without_people(stored: StoredElection, scope: Scope) -> StoredElection:
    """Return an election without those who are forgotten.

    It is equal to what it was where it has none of them.
    """
    filed, persons = stored.filed, scope.persons
    observers = tuple(_observer(observer, persons) for observer in filed.observers)
    coordinators = tuple(_coordinator(coordinator, persons) for coordinator in filed.coordinators)
    if (observers, coordinators) != (filed.observers, filed.coordinators):
        kept = {name: getattr(filed, name) for name in Election.model_fields}
        filed = Election.model_construct(**kept | {"observers": observers, "coordinators": coordinators})
    assigned = {
        phone: assignment for phone, assignment in stored.assignments.items() if not _is_forgotten([phone], persons)
    }
    return replace(
        stored,
        filed=filed,
        assignments=cleaned(assigned, scope, is_whole=persons.everybody),
        changes={kind: _changes(kind, changes, scope) for kind, changes in stored.changes.items()},
    )


def _changed_observers(stored: StoredElection) -> list[Mapping[str, Any]]:
    """Return changed observers' fields, and those before the change."""
    changes = stored.changes.get("observers", {}).values()
    return [fields for change in changes for fields in (change["fields"], change["before"])]


def _changes(kind: str, changes: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    def changed(change: Mapping[str, Any]) -> dict[str, Any]:
        phones = [phone for fields in (change["fields"], change["before"]) for phone in fields.get("phones", ())]
        is_whole = kind == "observers" and _is_forgotten(phones, scope.persons)
        document: dict[str, Any] = cleaned(dict(change), scope, is_whole=is_whole)
        return document | ({"note": ""} if scope.persons.everybody else {})

    return {number: changed(change) for number, change in changes.items()}


def _observer(observer: Observer, persons: Persons) -> Observer:
    if not _is_forgotten(observer.phones, persons):
        return observer
    phones = () if persons.everybody else tuple(phone for phone in observer.phones if phone not in persons.phones)
    kept = {name: value for name, value in observer if name in KEPT_OF_OBSERVERS}
    return Observer.model_validate(kept | {"name": MARK, "phones": phones})


def _coordinator(coordinator: Coordinator, persons: Persons) -> Coordinator:
    if not _is_forgotten([coordinator.phone] if coordinator.phone else [], persons):
        return coordinator
    kept = {name: getattr(coordinator, name) for name in Coordinator.model_fields}
    gone = {"name": MARK, "phone": None, "email": None, "alerts": (), "code": None}
    return Coordinator.model_construct(**kept | gone)


def _is_forgotten(phones: Iterable[str], persons: Persons) -> bool:
    return persons.everybody or any(phone in persons.phones for phone in phones)
