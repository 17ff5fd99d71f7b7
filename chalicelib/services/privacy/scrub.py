"""Scrub a row of people who are forgotten.

Pure, and the same however often it is done.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.services.access.accounts import address_hash
from chalicelib.services.privacy.clean import Change, Scope, cleaned, named, role, whole
from chalicelib.services.privacy.personal import Treatment
from chalicelib.services.privacy.persons import MARK, Persons
from chalicelib.store.accounts import PROOF, account_id
from chalicelib.store.raw_rows import Item
from chalicelib.store.tables import Document

QUOTING: Final = frozenset({"text", "html", "subject"})
"""What of a message to others may quote the SMS that it is about."""
_UNSENT = ("queued", "sending")
FORGOTTEN: Final = "forgotten"
"""The reason of a message that was not sent, since its recipient is forgotten."""


def scrubbed(table: str, row: Item, scope: Scope) -> Change:
    """Return what changes of a row.

    Nothing where it tells of nobody who is forgotten.
    """
    return _BY_TABLE.get(table, _other_row)(table, row, scope)


def is_own(row: Item, persons: Persons) -> bool:
    """Whether a message is from or to one of the phones."""
    return any(persons.has_phone(row[name]["S"]) for name in ("conversation", "sender", "recipient") if name in row)


def _message(table: str, row: Item, scope: Scope) -> Change:
    persons = scope.persons
    if _leads_to(row) & scope.own:
        return Change(is_deleted=True)
    if persons.everybody and "election" not in row:
        return Change()  # it led to no election, and is nobody's of this one
    if persons.everybody or is_own(row, persons):
        return _unsent(
            row,
            whole(
                table, row, scope, [Treatment.GOES, Treatment.WITHIN, *([Treatment.ROLE] if persons.everybody else [])]
            ),
        )
    is_about = bool({_text(row, "about"), _text(row, "cause")} & scope.own) and _text(row, "direction") == "out"
    change = named(table, row, scope, is_quoting=_text(row, "direction") == "out")
    goes = {name for name in QUOTING & set(row) if is_about or _is_of_parts(name, row, change)}
    goes |= {"raw"} & change.sets.keys()  # the request may have brought a forgotten person's SMS too
    sets = {name: value for name, value in change.sets.items() if name not in goes}
    return Change(sets, (*change.removes, *sorted(goes)))


def _is_of_parts(name: str, row: Item, change: Change) -> bool:
    """Whether a text that would change is of a long SMS.

    The audit compares its parts' texts with its own.
    """
    return name == "text" and name in change.sets and ("part" in row or "parts" in row)


def _unsent(row: Item, change: Change) -> Change:
    """Take a forgotten message out of whatever it waits in.

    One that was to be sent has failed.
    """
    waits = tuple(name for name in ("attention", "pending", "due_at") if name in row)
    failed = {"state": {"S": "failed"}, "reason": {"S": FORGOTTEN}} if _text(row, "state") in _UNSENT else {}
    return Change({**change.sets, **failed}, (*change.removes, *waits))


def _leads_to(row: Item) -> frozenset[str]:
    """Return the keys of SMS that a row leads to.

    It is of no election: a copy's guard, a receipt, or a long SMS's parts.
    """
    if _text(row, "direction") not in ("twin", "receipt", "parts"):
        return frozenset()
    pieces = json.loads(row["known"]["S"]) if "known" in row else []
    return frozenset({_text(row, "about")} | {piece[0] for sms in pieces for piece in sms["pieces"]}) - {""}


def _report(_table: str, row: Item, scope: Scope) -> Change:
    everybody = scope.persons.everybody
    written = {name: row[name]["S"] for name in ("answers", "decisions") if name in row}
    if "decisions" in written:
        decisions = json.loads(written["decisions"])
        if everybody:
            decisions["by"] = [[role(who), at, ""] for who, at, _ in decisions["by"]]
        written["decisions"] = _json(cleaned(decisions, scope, is_whole=False, is_quoting=False))
    form = _text(row, "form").partition("#")[0]
    replaced = scope.answers.in_report(form, written, scope.own, everybody=everybody)
    sets = {name: {"S": text} for name, text in replaced.items() if text != row[name]["S"]}
    return _next_version(row, Change(sets))


def _incident(table: str, row: Item, scope: Scope) -> Change:
    if _has_phone_in_key(row["id"]["S"], scope.persons):
        return Change(is_deleted=True)
    if scope.persons.everybody:
        return _next_version(
            row, whole(table, row, scope, [Treatment.GOES, Treatment.WITHIN, Treatment.ROLE, Treatment.MARKED])
        )
    change = named(table, row, scope, is_quoting=False)
    if _text(row, "message") in scope.own and "text" in row:
        sets = {name: value for name, value in change.sets.items() if name != "text"}
        change = Change(sets, (*change.removes, "text"))
    return _next_version(row, change)


def _has_phone_in_key(identity: str, persons: Persons) -> bool:
    """Whether a row counts or mutes a phone: `+996…`, `phone#+996…#HOUR`."""
    phones = [part for part in identity.split("#") if part.startswith("+")]
    return any(persons.everybody or persons.has_phone(phone) for phone in phones)


def _contact(table: str, row: Item, scope: Scope) -> Change:
    persons = scope.persons
    if persons.everybody:
        return whole(table, row, scope, [Treatment.GOES, Treatment.ROLE])
    if "phone" in row and persons.has_phone(row["phone"]["S"]):
        return whole(table, row, scope, [Treatment.GOES])
    return named(table, row, scope, is_quoting=True)


def _audit_line(table: str, row: Item, scope: Scope) -> Change:
    persons = scope.persons
    change = (
        whole(table, row, scope, [Treatment.GOES, Treatment.ROLE, Treatment.WITHIN]) if persons.everybody else Change()
    )
    change = change or named(table, row, scope, is_quoting=True)
    subject = _subject_without(_text(row, "subject"), persons)
    at = "#".join(
        _subject_without(part, persons) if place else part for place, part in enumerate(row["at"]["S"].split("#"))
    )
    if at == row["at"]["S"]:
        return Change({name: value for name, value in change.sets.items() if name != "at"}, change.removes)
    kept = {name: value for name, value in row.items() if name not in change.removes}
    moved = {**kept, **change.sets, "at": {"S": at}, "subject": {"S": subject}}
    return Change(is_deleted=True, moved_to=moved)


def _subject_without(subject: str, persons: Persons) -> str:
    if persons.everybody and subject.startswith("account "):  # account NAME (ROLE)
        return f"account {role(subject)}"
    if persons.everybody and subject.startswith("phone "):
        return f"phone {MARK}"
    return persons.without(subject)


def _opt_out(_table: str, row: Item, scope: Scope) -> Change:
    return Change(is_deleted=scope.persons.everybody or scope.persons.has_phone(row["phone"]["S"]))


def _work(table: str, row: Item, scope: Scope) -> Change:
    if scope.persons.everybody:  # what operators work on: none of it is recomputed from or counted
        return Change(is_deleted=True)
    change = named(table, row, scope, is_quoting=True)
    if _text(row, "scope").startswith("action#"):
        return Change(is_deleted=bool(change))
    if "promise" in change.sets:  # a reminder that nobody can be sent
        sets = {name: value for name, value in change.sets.items() if name != "promise"}
        change = Change(sets, (*change.removes, "promise"))
    return _next_version(row, change)


def _account(table: str, row: Item, scope: Scope) -> Change:
    if scope.persons.everybody and not _is_of_an_address(row):
        return Change(is_deleted=True)
    addresses = {*scope.persons.phones, *(name for name in scope.persons.names if "@" in name)}
    hashes = {address_hash(address) for address in addresses}
    accounts = {account_id(address_hash) for address_hash in hashes}
    is_theirs = _text(row, "scope").removeprefix("address#") in hashes or not accounts.isdisjoint(
        {_text(row, "id"), _text(row, "account")}
    )
    return Change(is_deleted=True) if is_theirs else named(table, row, scope)


def _is_of_an_address(row: Item) -> bool:
    """Whether a row counts tries or keeps a proof of an address.

    The address may be of other elections too, and the row expires soon.
    """
    return _text(row, "scope").startswith("attempts#") or _text(row, "id") == PROOF


def _operator(table: str, row: Item, scope: Scope) -> Change:
    return Change(is_deleted=True) if scope.persons.everybody else named(table, row, scope)


def _provider(table: str, row: Item, scope: Scope) -> Change:
    return named(table, row, scope, is_quoting=True)


def _other_row(table: str, row: Item, scope: Scope) -> Change:
    return (
        whole(table, row, scope, [Treatment.WITHIN])
        if scope.persons.everybody
        else named(table, row, scope, is_quoting=True)
    )


_BY_TABLE: Final[Mapping[str, Callable[[str, Item, Scope], Change]]] = {
    "messages": _message,
    "reports": _report,
    "incidents": _incident,
    "contacts": _contact,
    "audit": _audit_line,
    "optouts": _opt_out,
    "work": _work,
    "accounts": _account,
    "operators": _operator,
    "providers": _provider,
}


def _next_version(row: Item, change: Change) -> Change:
    """Make a changed row the next of its versions.

    Nobody then writes back what they read before.
    """
    if not change or "version" not in row:
        return change
    version = {"version": {"N": str(int(row["version"]["N"]) + 1)}}
    return Change({**change.sets, **version}, change.removes, change.is_deleted, change.moved_to)


def _json(document: Any) -> str:
    return str(Document().serialize(document))


def _text(row: Item, name: str) -> str:
    return str(row.get(name, {}).get("S", ""))
