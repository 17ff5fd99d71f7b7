"""Forget a phone and who has it, or everybody of an election.

The numbers stay, and their audit.

Whatever tells of somebody goes before what it is known by: quotations before SMS, SMS before the roster. So a run that
was broken off is given again, and ends as if it had not been.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.operators import COMMAND_LINE
from chalicelib.services.clients import bucket
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.ledger.forget import forget as forget_in_ledger
from chalicelib.services.opt_outs.forgotten_phones import keep_opt_out
from chalicelib.services.privacy.clean import Scope
from chalicelib.services.privacy.persons import Persons
from chalicelib.services.privacy.roster import everybody_in, people_with, without_people
from chalicelib.services.privacy.run import EVERY_LEDGER, SEALED, OnPage, Run, election_of
from chalicelib.services.privacy.scrub import is_own
from chalicelib.services.privacy.text_answers import TextAnswers
from chalicelib.store import operators
from chalicelib.store.election_rewrite import StoredElection, all_elections, comparing_key, rewrite, stored_election
from chalicelib.store.elections import ElectionChanged
from chalicelib.store.raw_rows import Item

BEFORE_MESSAGES: Final = (
    "reports",
    "incidents",
    "summaries",
    "audit",
    "providers",
    "work",
    "accounts",
    "operators",
    "contacts",
)
"""Tables that quote or count SMS: none of it could be found once the SMS are gone."""


class ForgetRefused(Exception):
    """SMS wait to be read; nothing was changed."""


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """What was removed, or would be: rows by table, files by key.

    `elections`: those that had somebody of them. `other_phones`: what else these people are reached on.
    """

    rows: Mapping[str, int]
    files: tuple[str, ...]
    elections: tuple[str, ...]
    other_phones: tuple[str, ...] = ()


def forget_phone(
    phone: str, election_id: str | None, now: dt.datetime, on_page: OnPage, *, is_done: bool
) -> ForgetResult:
    """Forget a phone in E.164, and the names of who has it.

    It is done in one election or everywhere; counts alone unless `is_done`. Raises ForgetRefused, ElectionUnknown,
    ElectionUnreadable, BucketUnavailable, StoreUnavailable; given again after any of them, it goes on.
    """
    stored = {name: stored_election(name) for name in ([election_id] if election_id else all_elections())}
    people = {name: people_with(stored_election, phone) for name, stored_election in stored.items()}
    run = Run(stored, election_id is None, is_done, now, on_page)
    persons = Persons(frozenset({phone}), frozenset().union(*(names for names, _ in people.values())))
    own_keys, texts, names, theirs = _own_messages(run, persons)
    persons = Persons(persons.phones, persons.names | names, texts)
    concerned = sorted(theirs & stored.keys() | {name for name, (named, _) in people.items() if named})
    forgotten = _forget(run, persons, own_keys, concerned)
    others = frozenset().union(*(phones for _, phones in people.values()))
    return replace(forgotten, other_phones=tuple(sorted(others)))


def forget_everybody(election_id: str, now: dt.datetime, on_page: OnPage, *, is_done: bool) -> ForgetResult:
    """Forget everybody of an election.

    Observers, coordinators, strangers, and who worked on it.

    Counts alone unless `is_done`. Raises as `forget_phone`.
    """
    stored = stored_election(election_id)
    run = Run({election_id: stored}, is_everywhere=False, is_done=is_done, now=now, on_page=on_page)
    names, phones = everybody_in(stored)
    own_keys, texts, more_names, _ = _own_messages(run, Persons(everybody=True))
    workers = {
        row["name"]["S"]
        for table in ("accounts", "operators")
        for page in run.pages(table)
        for row in page
        if "name" in row
    }
    persons = Persons(phones, names | more_names | workers, texts, everybody=True)
    return _forget(run, persons, own_keys, [election_id])


def _own_messages(run: Run, persons: Persons) -> tuple[frozenset[str], frozenset[str], frozenset[str], set[str]]:
    """Return people's messages: keys, texts, names, elections.

    The texts are of SMS that came, the names those that calls noted.

    Raises ForgetRefused where one waits to be read.
    """
    own_keys, texts, names, elections = set[str](), set[str](), set[str](), set[str]()
    for rows in run.pages("messages"):
        for row in rows:
            if not (is_own(row, persons) or (persons.everybody and "election" in row)):
                continue
            if row["state"] == {"S": MessageState.RECEIVED}:
                raise ForgetRefused("SMS of this phone wait to be read: again in a minute")
            own_keys.add(str(row["key"]["S"]))
            elections |= {str(row["election"]["S"])} if "election" in row else set()
            if row.get("direction") == {"S": "in"} and "text" in row and not persons.everybody:
                texts.add(str(row["text"]["S"]))
    for rows in run.pages("contacts"):
        theirs = (row for row in rows if persons.everybody or persons.has_phone(str(row.get("phone", {}).get("S", ""))))
        names |= {str(row["name"]["S"]) for row in theirs if "name" in row}
    return frozenset(own_keys), frozenset(texts), frozenset(names), elections


def _forget(run: Run, persons: Persons, own_keys: frozenset[str], concerned: Sequence[str]) -> ForgetResult:
    if run.is_done:
        for name in concerned:
            operators.record(name, run.now, COMMAND_LINE, "forgot", "everybody" if persons.everybody else "a person")
    files = _files(run, concerned)
    scopes = {
        name: Scope(persons, own_keys, _answers(stored_election, is_done=run.is_done))
        for name, stored_election in run.elections.items()
    }
    other = Scope(persons, own_keys)

    def scope_in(table: str) -> Callable[[Item], Scope]:
        return lambda row: scopes.get(election_of(table, row) or "", other)

    if run.is_done:  # before: a run that is broken off finds no more what it has changed
        plan = replace(run, is_done=False, rows=Counter(), sealed=defaultdict(set))
        _go_through(plan, SEALED, own_keys, scope_in)
        _destroy_salts(plan.sealed)
    _go_through(run, (*BEFORE_MESSAGES, "messages"), own_keys, scope_in)
    if run.is_done:  # and after: an hour may have been sealed meanwhile
        _destroy_salts(run.sealed)
    _opt_outs(run, persons, scope_in("optouts"))
    for name, stored in run.elections.items():
        after = without_people(stored, scopes[name])
        run.rows["elections"] += after != stored
        if run.is_done and after != stored:
            _rewritten(name, scopes[name])
    return ForgetResult(dict(run.rows), files, tuple(concerned))


def _go_through(
    run: Run, tables: Sequence[str], own_keys: frozenset[str], scope_in: Callable[[str], Callable[[Item], Scope]]
) -> None:
    """Go through tables in order; of the messages people's own come last."""
    for table in tables:
        scope_of = scope_in(table)
        if table != "messages":
            run.go_through(table, scope_of)
            continue
        for are_own in (False, True):
            run.go_through(table, partial(_scope_if, scope_of, own_keys, are_own))


def _scope_if(scope_of: Callable[[Item], Scope], own_keys: frozenset[str], are_own: bool, row: Item) -> Scope | None:
    return scope_of(row) if (row["key"]["S"] in own_keys) == are_own else None


def _destroy_salts(sealed: Mapping[str, Collection[str]]) -> None:
    """Destroy the salts of rows in every ledger.

    A message of no election is in each.
    """
    for name in all_elections():
        forget_in_ledger(name, {*sealed.get(EVERY_LEDGER, ()), *sealed.get(name, ())})


def _opt_outs(run: Run, persons: Persons, scope_of: Callable[[Item], Scope]) -> None:
    """Turn a forgotten phone's opt-outs into hashes."""
    if run.is_done and not persons.everybody:
        for name in run.elections:
            for phone in persons.phones:
                keep_opt_out(name, phone)
    run.go_through("optouts", scope_of)


def _rewritten(election_id: str, scope: Scope) -> None:
    def attempt() -> None:
        stored = stored_election(election_id)
        rewrite(election_id, stored, without_people(stored, scope))

    until_uncontended(attempt, also=(ElectionChanged,), what=f"election {election_id}")


def _answers(stored: StoredElection, *, is_done: bool) -> TextAnswers:
    has_texts = any(question.type == "text" for form in stored.filed.forms for question in form.questions)
    if not has_texts:
        return TextAnswers()
    return TextAnswers.of(stored.filed, comparing_key(stored.filed.id) if is_done else b"counted alone")


def _files(run: Run, concerned: Sequence[str]) -> tuple[str, ...]:
    """Return the elections' files in the bucket, and delete them.

    They are exports, and rosters to be imported.
    """
    keys = [
        key
        for name in concerned
        for kind in ("exports", "imports")
        for key in bucket.files_under(f"{kind}/{name}#{kind}/")
    ]
    for key in keys if run.is_done else ():
        bucket.delete(key)
    return tuple(keys)
