"""Whatever people and observers do, in any order: what counts is what a fresh recount of the messages gives.

The services run on a DynamoDB in memory. The recount is another database: the same messages, each as whose it is in the
end, processed in another order, and the entries withdrawn that were undone.
"""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from fake_dynamodb import FakeDynamoDB
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_election import forget_elections, sample, with_stations

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.decisions import Attribution
from chalicelib.observation.reports.entry_fields import FieldsRefused
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.clients import retry
from chalicelib.services.desk import assignment, decisions, entries, reread, undo
from chalicelib.services.desk.assignment import Owner
from chalicelib.services.desk.entries import Entry
from chalicelib.services.desk.refusals import NoSuchMessage, NotDone
from chalicelib.services.elections import loading
from chalicelib.services.elections.audit import audit
from chalicelib.services.processing.process import process
from chalicelib.services.reports.retract import withdrawing
from chalicelib.store import elections
from chalicelib.store.desk import tag_of
from chalicelib.store.elections import existing
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.outcome import write
from chalicelib.store.tallies import shards_of_cells

NUMBER = "+996312000000"
STRANGERS = ("+996777000001", "+996777000002")
MORNING = dt.datetime(2017, 10, 15, 3, tzinfo=dt.UTC)
TEXTS = ("OP A1 C12", "OP C13 D1", "OP A2 B0730 C14", "TU 10:00 A300", "TU 10:00 A310", "thank you", "OP C9x")
KEPT = ("key", "direction", "channel", "sender", "recipient", "text_as_sent", "received_at", "stored_at", "provider_at")
OF_ENTRIES = ("election", "region", "author", "about")


@pytest.fixture(scope="module")
def election() -> Election:
    return with_stations(sample().stations[:2], "woven")


@dataclass
class Desk:
    """An election's day in a database of its own: what comes, what a person does, what waits to be processed."""

    election: Election
    database: FakeDynamoDB
    now: dt.datetime = MORNING
    keys: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def action(self) -> Action:
        self.now += dt.timedelta(seconds=1)
        return Action(Operator("Aida", "operator", self.election.id, ()), self.now, f"k{self.now.timestamp()}", "")

    def sms(self, sender: int, text: str, ago: int) -> None:
        """An SMS that a provider received some minutes ago, maybe before those that are here already."""
        self.now += dt.timedelta(seconds=1)
        phones = [observer.phones[0] for observer in self.election.observers] + list(STRANGERS)
        key, sent = f"generic#{len(self.keys)}", self.now - dt.timedelta(minutes=ago)
        row = received_sms(key, self.now, stored_at=self.now, received_at=sent, provider_at=sent, text_as_sent=text)
        row.sender = row.conversation = phones[sender % len(phones)]
        row.recipient, row.provider = NUMBER, "generic"
        row.save()
        self.keys.append(key)
        self.unread.append(key)

    def read(self, place: int) -> None:
        if self.unread:
            process(_row(self.unread.pop(place % len(self.unread))), self.now)

    def decide(self, what: str, place: int, whose: int, text: str) -> None:
        """What an operator does about a message at the version that it has; what is refused is not done."""
        if not self.keys:
            return
        key = self.keys[place % len(self.keys)]
        observer = self.election.observers[whose % len(self.election.observers)].number
        on = (existing(self.election.id), self.action(), key, tag_of(_row(key)))
        does: dict[str, Callable[[], dict[str, Any]]] = {
            "enter": lambda: entries.enter(*on[:2], Entry(text, observer, key), on[3]),
            "phone": lambda: entries.enter(*on[:2], Entry(text, observer)),
            "dismiss": lambda: decisions.dismiss(*on),
            "assign": lambda: assignment.assign(*on, Owner("observer", observer)),
            "assign this": lambda: assignment.assign_this(*on, observer),
            "nobody": lambda: assignment.assign(*on, Owner("nobody")),
            "unassign": lambda: assignment.unassign(*on),
            "undo": lambda: undo.undo(*on),
        }
        with suppress(NotDone, NoSuchMessage, FieldsRefused):
            answer = does[what]()
            self.done[answer.get("undone") or what] += 1
            self.keys += [answer["entered"]] if "entered" in answer else []

    def end(self) -> None:
        """Let the schedule do what remains."""
        while self.unread:
            self.read(0)
        self.now += dt.timedelta(minutes=1)
        for _ in range(2):
            reread.reread_all(self.election.id, self.now)
            for row in self.rows():
                process(row, self.now)

    def rows(self) -> list[Message]:
        raw = self.database.tables["messages"].values()
        return [Message.from_raw_data(row) for row in raw if row["direction"]["S"] == "in"]

    def counted(self) -> dict[Any, Any]:
        """What reports count, by place; how many messages came is told elsewhere."""
        elections.forget(self.election.id)
        return {
            at: kept
            for at, counters in shards_of_cells(existing(self.election.id).election).items()
            if (kept := {name: n for name, n in counters.items() if n and not name.startswith("message.")})
        }


def _row(key: str) -> Message:
    row = get(key)
    assert row is not None
    return row


def recounted(desk: Desk, chance: random.Random, patch: pytest.MonkeyPatch) -> dict[Any, Any]:
    """What reports count where the messages come as whose they are in the end, in another order."""
    rows = desk.rows()
    fresh = Desk(desk.election, FakeDynamoDB(), desk.now)
    fresh.database.tables["elections"] = deepcopy(desk.database.tables["elections"])
    _install(patch, fresh.database)
    counting = [row for row in rows if row.state != "quarantined"]
    chance.shuffle(counting)
    for row in counting:
        kept = {name: getattr(row, name) for name in (*KEPT, *(OF_ENTRIES if row.is_entry else ()))}
        copied = received_sms(kept.pop("key"), row.stored_at, **{n: v for n, v in kept.items() if n != "direction"})
        copied.on_behalf_of = row.on_behalf_of
        copied.save()
        process(copied, desk.now)
    for row in rows:
        if row.is_entry and (row.resolution or {}).get("how") == "withdrawn":
            write(withdrawing(existing(desk.election.id).election, _row(row.key), Attribution("Aida", desk.now)))
    counted = fresh.counted()
    assert audit(desk.election.id).differences == ()
    return counted


DONE: Counter[str] = Counter()
DECISIONS = ("enter", "phone", "dismiss", "assign", "assign this", "nobody", "unassign", "undo")


def happen(desk: Desk, chance: random.Random) -> None:
    """Let something happen: an SMS, its reading, or what an operator does about one."""
    if not desk.keys or chance.random() < 0.3:
        desk.sms(chance.choice((0, 1, 2, 3, 4, 4, 5)), chance.choice(TEXTS), chance.randrange(60))
    elif desk.unread and chance.random() < 0.6:
        desk.read(chance.randrange(6))
    else:
        desk.decide(chance.choice(DECISIONS), chance.randrange(20), chance.randrange(4), chance.choice(TEXTS))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_counts_is_what_a_fresh_recount_gives(election: Election, seed: int) -> None:
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        desk = Desk(election, FakeDynamoDB())
        _install(patch, desk.database)
        loading.load(election, REAL_TIME)
        loading.route(NUMBER, election.id)
        for _ in range(40):
            happen(desk, chance)
        desk.end()
        DONE.update(desk.done)
        assert audit(election.id).differences == ()
        counted = desk.counted()
        assert recounted(desk, chance, patch) == counted


def test_everything_was_done_in_some_of_them() -> None:
    assert {"enter", "phone", "dismiss", "assign", "assign this", "nobody"} <= set(DONE)
    assert {"entered", "dismissed", "assigned", "spam"} <= set(DONE), "and undone"


def _install(patch: pytest.MonkeyPatch, database: FakeDynamoDB) -> None:
    patch.setattr(retry.time, "sleep", lambda seconds: None)
    database.install(patch)
    forget_elections()
