"""Rows that people and batches make grow, grown to their bounds by the code that does it, fit DynamoDB's 400 KB.

Texts are of all characters that there are, which no compression makes short.
"""

import datetime as dt
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

import pytest
from fake_dynamodb import FakeDynamoDB
from grown_election import grown
from hostile_day import NUMBER
from row_sizes import LARGEST_ROW, row_bytes
from sample_election import forget_elections

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.decisions import roster
from chalicelib.services.decisions.refusals import DecisionRefused
from chalicelib.services.decisions.roster import LARGEST_CHANGES, MOST_CHANGED, Subject, replace_observer
from chalicelib.services.desk.assignment import LARGEST_ASSIGNMENTS, MOST_ASSIGNED, Owner, assign
from chalicelib.services.desk.refusals import TooManyAssigned
from chalicelib.services.elections import loading
from chalicelib.services.feed import tell_feed
from chalicelib.services.versions import LONGEST_NOTE
from chalicelib.store import elections
from chalicelib.store.desk import tag_of
from chalicelib.store.elections import ElectionRow, existing
from chalicelib.store.escalations import MOST_NUMBERS, adding_to_digest
from chalicelib.store.feed import Line
from chalicelib.store.keys import LONGEST_ID
from chalicelib.store.messages import received_sms
from chalicelib.store.outcome import write
from chalicelib.store.tables import TooMuchAtOnce, stored_bytes

NOW = dt.datetime(2017, 10, 15, 4, tzinfo=dt.UTC)
MOST_RECORDS = 100
"""Records of a batch of the stream (infra/template/functions.yaml)."""
LONGEST_WORDS = 200
"""Characters of a name or district that the API takes (entrypoints/api/roster.py)."""


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> FakeDynamoDB:
    made = FakeDynamoDB()
    made.install(monkeypatch)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Baykoo")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    monkeypatch.setattr(roster, "settle_observer", lambda *_: None)
    forget_elections()
    loading.load(grown(2, 90), REAL_TIME)
    loading.route(NUMBER, "grown")
    return made


def words(chance: random.Random, length: int) -> str:
    return "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(length))


def actions(chance: random.Random) -> Iterator[Action]:
    """Yield actions of one person, each with the longest note."""
    who = Operator("Айгүл " * 15, "administrator", "grown", ())
    for number in count():
        yield Action(who, NOW, f"k{number}", "", words(chance, LONGEST_NOTE))


def head_bytes(database: FakeDynamoDB) -> int:
    elections.forget("grown")
    return row_bytes(database.tables["elections"]["elections", "grown"])


def others_like(database: FakeDynamoDB, attribute: str, within: int, names: list[str], chance: random.Random) -> int:
    """Have as many others done the same with words of their own as there is room for; how many there are then.

    Through the code each takes its time, which grows with what is there.
    """
    head = ElectionRow.get("elections", "grown")
    document = getattr(head, attribute)
    of_kind = document["observers"] if attribute == "changes" else document
    [first] = of_kind.values()
    for name in names:
        of_kind[name] = _with_new_words(first, chance)
        if len(of_kind) % 10 == 0 and stored_bytes(document) > within * 0.96:
            break
    head.save()
    elections.forget("grown")
    return len(of_kind)


def _with_new_words(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        return {name: _with_new_words(held, chance) for name, held in value.items()}
    is_words = isinstance(value, str) and len(value) >= LONGEST_WORDS
    return words(chance, len(value)) if is_words else value


def _until_refused(refusal: type[Exception], act: Callable[[Any], None], things: Iterable[Any]) -> int:
    """Act on one thing after the other until one is refused, and return on how many."""
    for done, thing in enumerate(things):
        try:
            act(thing)
        except refusal:
            return done
    raise AssertionError("nothing was refused")


def test_changes_fit_their_row_whatever_is_written(database: FakeDynamoDB) -> None:
    chance = random.Random(1)
    each = actions(chance)

    def change(number: str) -> None:
        subject = Subject(existing("grown"), next(each), "observer", number, 0)
        replace_observer(subject, words(chance, LONGEST_WORDS), [f"+9967001{number}1"], None)

    change("1000")
    numbers = [observer.number for observer in grown(2, 90).observers][1:]
    changed = others_like(database, "changes", LARGEST_CHANGES, numbers, chance)
    changed += _until_refused(DecisionRefused, change, numbers[changed - 1 :])
    size = head_bytes(database)
    sys.stdout.write(f"\nchanges: {changed} in {size:,} bytes\n")
    assert LARGEST_CHANGES * 0.9 < size < LARGEST_ROW
    assert changed < MOST_CHANGED


def test_assignments_fit_their_row_whatever_is_written(database: FakeDynamoDB) -> None:
    chance = random.Random(2)
    each = actions(chance)

    def phone(place: int) -> str:
        return f"+99677{place:07}"

    def say(place: int) -> None:
        row = received_sms(f"generic#{place}", NOW, stored_at=NOW, received_at=NOW, text_as_sent="who am I")
        row.sender = row.conversation = phone(place)
        row.recipient, row.provider, row.election = NUMBER, "generic", "grown"
        row.state, row.attention, row.region = "quarantined", "grown#*", None
        row.save()
        assign(existing("grown"), next(each), row.key, tag_of(row), Owner("observer", "1000"))

    say(0)
    others = [phone(place) for place in range(1, MOST_ASSIGNED - 3)]
    assigned = others_like(database, "assignments", LARGEST_ASSIGNMENTS, others, chance)
    assigned += _until_refused(TooManyAssigned, say, range(assigned, MOST_ASSIGNED + 2))
    size = head_bytes(database)
    sys.stdout.write(f"\nassignments: {assigned} in {size:,} bytes\n")
    assert assigned >= 100
    assert size < LARGEST_ROW - LARGEST_CHANGES


def test_a_digest_takes_so_many_numbers_and_no_more(database: FakeDynamoDB) -> None:
    step = 500
    for begin in range(100_000, 100_000 + MOST_NUMBERS, step):
        write([adding_to_digest("grown", "Region 0", 0, set(range(begin, begin + step)), NOW)])
    with pytest.raises(TooMuchAtOnce):
        write([adding_to_digest("grown", "Region 0", 0, {99_999}, NOW)])
    [row] = database.tables["incidents"].values()
    sys.stdout.write(f"\ndigest: {MOST_NUMBERS} numbers in {row_bytes(row):,} bytes\n")
    assert row_bytes(row) < LARGEST_ROW


def test_a_batch_of_the_stream_is_told_in_a_row(database: FakeDynamoDB) -> None:
    chance = random.Random(3)
    name = "x" * 100
    tell_feed(
        [
            ("grown", Line(words(chance, LONGEST_ID // 3), "in", "partly_accepted", words(chance, 100), name, name))
            for _ in range(MOST_RECORDS)
        ],
        NOW,
    )
    [row] = database.tables["work"].values()
    sys.stdout.write(f"\nfeed: {MOST_RECORDS} lines in {row_bytes(row):,} bytes\n")
    assert row_bytes(row) < LARGEST_ROW
