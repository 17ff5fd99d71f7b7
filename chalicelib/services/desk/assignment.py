"""Say whose a phone is: an observer's, a coordinator's, nobody's.

It holds for one SMS, or from now on.

The assignment stands beside the roster, in the election's head row; its SMS are read by it then (reread.py).
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal

from chalicelib.observation.elections.assignments import Assignment, has_coordinator, in_roster
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reports.resolve import interpret
from chalicelib.observation.sms.phones import international, is_machine
from chalicelib.observation.sms.states import Flag
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.codes.proof import is_in_doubt, readable_text
from chalicelib.services.desk.message import OTHERS_AT_WORK, decision, message_at, message_of, read_now
from chalicelib.services.desk.refusals import NotDone, TooManyAssigned
from chalicelib.services.desk.reread import as_anothers, masked, messages_of_phone, reread, waits
from chalicelib.services.isolation import for_each
from chalicelib.services.versions import NotInRegion
from chalicelib.store import routes
from chalicelib.store.elections import LoadedElection
from chalicelib.store.message_queries import get_many
from chalicelib.store.messages import Message
from chalicelib.store.roster import assigning, assignments, bytes_of_assignments

MOST_ASSIGNED = 300
"""Phones of which people have said whose they are; the election's head row holds them."""
LARGEST_ASSIGNMENTS = 100_000
"""Bytes that they take there."""
LONGEST_REASON = 160
"""Characters of a reason that are kept with it, for the histories of incidents; the audit trail has it whole."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a phone is said to be.

    An observer's number, a coordinator's name, or nobody's.
    """

    kind: Literal["observer", "coordinator", "nobody"]
    whose: str | None = None


def assign(loaded: LoadedElection, action: Action, key: str, seen: str, owner: Owner) -> dict[str, Any]:
    """Say whose an SMS's phone is from now on.

    What waits of it is read by that.

    Raises VersionPassed, NoSuchMessage, NotInRegion, NotDone, TooManyAssigned, KeyReused, StoreUnavailable.
    """
    _require(loaded.election, action.operator, owner)

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        phone = _phone_of(loaded.election, row)
        if in_roster(loaded.filed, phone):
            raise NotDone("the roster has this phone: change the roster")
        version, assigned = assignments(loaded.election.id)
        sent_as, why = row.sender or "", _kept(action.why)
        assignment = Assignment(owner.kind, owner.whose, action.who, action.now.isoformat(), sent_as, why=why)
        after = assigned | {phone: assignment}
        if len(after) > MOST_ASSIGNED or bytes_of_assignments(after) > LARGEST_ASSIGNMENTS:
            raise TooManyAssigned(f"{len(after) - 1} phones are assigned: put them in the roster and load it")
        document = {"message": key, owner.kind: owner.whose if owner.whose is not None else True}
        before = assigned.get(phone)
        _require_sees(loaded.election, action.operator, before)
        return Change(
            document,
            (assigning(loaded.election.id, version, after),),
            f"phone assigned to {owner.kind}",
            f"phone …{phone[-4:]} of message {key}",
            before=before.document() if before else None,
            after=assignment.document(),
        )

    answer = perform(action, attempt, also=OTHERS_AT_WORK)
    return answer | {"read": _reread_now(loaded, key, action.now)}


def assign_this(loaded: LoadedElection, action: Action, key: str, seen: str, observer: str) -> dict[str, Any]:
    """Say of one SMS that it is an observer's.

    Its phone stays whose it is.

    Raises what `assign` raises.
    """
    _require(loaded.election, action.operator, Owner("observer", observer))

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        writes = as_anothers(loaded, [row], decision(action, "assigned"), observer, action.why)
        document = {"message": key, "observer": observer, "only_this": True}
        return Change(document, writes, "message assigned", f"message {key}", before=row.observer, after=observer)

    answer = perform(action, attempt, also=OTHERS_AT_WORK)
    read_now([key], action.now)
    return answer


def unassign(loaded: LoadedElection, action: Action, key: str, seen: str) -> dict[str, Any]:
    """Take back whose an SMS, or its phone, was said to be.

    Its SMS wait again, and count no more; incidents that they opened end.

    Raises what `assign` raises.
    """

    def attempt() -> Change:
        row = message_at(action.operator, key, seen)
        if row.on_behalf_of is not None and not row.is_entry:
            writes = as_anothers(loaded, [row], decision(action, "undone"), None, action.why)
            document = {"message": key, "undone": "assigned", "only_this": True}
            return Change(document, writes, "undone: assigned", f"message {key}", before=row.on_behalf_of)
        phone = _phone_of(loaded.election, row)
        version, assigned = assignments(loaded.election.id)
        before = assigned.get(phone)
        if before is None or before.kind == "undone":
            raise NotDone("its phone is not assigned")
        _require_sees(loaded.election, action.operator, before)
        at, why = action.now.isoformat(), _kept(action.why)
        undone = replace(before, kind="undone", who=action.who, at=at, is_settled=False, why=why)
        if bytes_of_assignments(assigned | {phone: undone}) > LARGEST_ASSIGNMENTS:
            undone = replace(undone, why="")
        return Change(
            {"message": key, "undone": "spam" if before.kind == "nobody" else "assigned"},
            (assigning(loaded.election.id, version, assigned | {phone: undone}),),
            f"undone: phone assigned to {before.kind}",
            f"phone …{phone[-4:]} of message {key}",
            before=before.document(),
        )

    answer = perform(action, attempt, also=OTHERS_AT_WORK)
    if answer.get("only_this"):
        read_now([key], action.now)
        return answer
    return answer | {"read": _reread_now(loaded, key, action.now)}


def preview(loaded: LoadedElection, operator: Operator, key: str, observer: str) -> dict[str, Any]:
    """Tell what would count if an SMS's phone were an observer's.

    It writes nothing.
    """
    _require(loaded.election, operator, Owner("observer", observer))
    phone = _phone_of(loaded.election, message_of(operator, key))
    senders = (loaded.election.observer_by_number[observer],)
    waiting = [row for row in messages_of_phone(loaded, phone, ()) if waits(row)]
    counting = [row.key for row in waiting if _may_count(loaded, row, senders)]
    return {"observer": observer, "waiting": len(waiting), "will_count": len(counting), "messages": counting}


def _kept(why: str | None) -> str:
    """Return a reason as it is kept with an assignment."""
    return (why or "")[:LONGEST_REASON]


def _reread_now(loaded: LoadedElection, key: str, now: dt.datetime) -> int:
    """Read the SMS of a message's phone anew.

    What fails is done by the next run of the schedule.
    """
    phones = [_phone_of(loaded.election, row) for row in get_many([key])]
    done = for_each("assigned phone", phones, lambda phone: reread(loaded.election.id, phone, now), name=masked)
    return sum(done.results)


def _may_count(loaded: LoadedElection, row: Message, senders: tuple[Observer, ...]) -> bool:
    counted_at = loaded.clock.at(row.received_at or row.stored_at)
    is_incomplete = row.flag == Flag.INCOMPLETE
    text = readable_text(row, senders)
    interpretation = interpret(loaded.election, senders, text, counted_at, is_incomplete=is_incomplete)
    return not is_in_doubt(row, senders) and any(report.counts for report in interpretation.reports)


def _require(election: Election, operator: Operator, owner: Owner) -> None:
    """Refuse an owner whom the election or the operator lacks.

    One who is not the election's, or not of the operator's regions.
    """
    if owner.kind == "observer":
        observer = election.observer_by_number.get(owner.whose or "")
        if observer is None or not operator.sees(election.region_of(observer.station)):
            raise NotInRegion(f"there is no observer {owner.whose}, or not in your regions")
        operator.require_own(owner.whose)
    if owner.kind == "nobody" and not operator.sees_all():
        raise NotInRegion("a phone is muted everywhere, by who sees the whole nation: dismiss its SMS")
    if owner.kind == "coordinator" and not _covers(election, operator, owner.whose):
        raise NotInRegion(f"there is no coordinator {owner.whose}, or not of your regions alone")


def _covers(election: Election, operator: Operator, coordinator: str | None) -> bool:
    """Whether an operator sees all regions of a coordinator."""
    rows = [row for row in election.coordinators if row.name == coordinator]
    sees_them = all(not row.is_headquarters and all(map(operator.sees, row.regions)) for row in rows)
    return has_coordinator(election, coordinator) and (operator.sees_all() or sees_them)


def _require_sees(election: Election, operator: Operator, before: Assignment | None) -> None:
    """Refuse to take a phone from somebody of another region.

    Raises NotInRegion, NotOwn. Whoever is the election's no more holds nobody up.
    """
    if before is None:
        return
    if before.kind == "observer" and before.whose in election.observer_by_number:
        _require(election, operator, Owner("observer", before.whose))
    if before.kind == "coordinator" and has_coordinator(election, before.whose):
        _require(election, operator, Owner("coordinator", before.whose))


def _phone_of(election: Election, row: Message) -> str:
    phone = international(row.sender or "", election.default_region)
    if not row.sender or is_machine(phone) or routes.is_own_number(phone):
        raise NotDone("its sender is no person's phone")
    return phone
