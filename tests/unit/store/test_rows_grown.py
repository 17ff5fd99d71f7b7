"""Rows that people and batches make grow, grown to their bounds by the code that does it, fit DynamoDB's 400 KB.

Texts are of all characters that there are, which no compression makes short.
"""

import datetime as dt
import random
import sys
from collections.abc import Iterator
from itertools import count

import pytest
from fake_dynamodb import FakeDynamoDB
from grown_election import grown
from hostile_day import NUMBER
from test_largest_rows import LARGEST_ROW, row_bytes

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.decisions import roster
from chalicelib.services.decisions.refusals import DecisionRefused
from chalicelib.services.decisions.roster import LARGEST_CHANGES, MOST_CHANGED, Subject, move_station, replace_observer
from chalicelib.services.desk.assigning import Owner, assign
from chalicelib.services.desk.refusals import TooManyAssigned
from chalicelib.services.elections import loading
from chalicelib.services.feed import tell_feed
from chalicelib.services.versions import LONGEST_NOTE
from chalicelib.store import elections, routes
from chalicelib.store.desk import tag_of
from chalicelib.store.elections import existing
from chalicelib.store.escalations import MOST_NUMBERS, adding_to_digest
from chalicelib.store.feed import Line
from chalicelib.store.keys import LONGEST_ID
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.outcome import write
from chalicelib.store.tables import TooMuchAtOnce

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
    for cached in (elections._recent, routes._recent, routes._all, routes._leading):
        cached.clear()
    elections._documents.clear()
    elections._assigned.clear()
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


def test_changes_fit_their_row_whatever_is_written(database: FakeDynamoDB) -> None:
    chance, changed = random.Random(1), 0
    each = actions(chance)
    with pytest.raises(DecisionRefused, match="mend the file"):
        for place in range(MOST_CHANGED + 1):
            loaded = existing("grown")
            number = loaded.election.stations[place // 2].number
            if place % 2:
                subject = Subject(loaded, next(each), "observer", number, 0)
                replace_observer(subject, words(chance, LONGEST_WORDS), [f"+99670011{place:04}"], None)
            else:
                move = Subject(loaded, next(each), "station", number, 0)
                move_station(move, words(chance, LONGEST_WORDS), words(chance, LONGEST_WORDS))
            changed += 1
    size = head_bytes(database)
    sys.stdout.write(f"\nchanges: {changed} in {size:,} bytes\n")
    assert LARGEST_CHANGES * 0.9 < size < LARGEST_ROW


def test_assignments_fit_their_row_whatever_is_written(database: FakeDynamoDB) -> None:
    assigned = 0
    each = actions(random.Random(2))
    with pytest.raises(TooManyAssigned):
        for place in count():
            row = received_sms(f"generic#{place}", NOW, stored_at=NOW, received_at=NOW, text="who am I")
            row.sender = row.conversation = f"+99677{place:07}"
            row.recipient, row.provider, row.election = NUMBER, "generic", "grown"
            row.state, row.attention, row.region = "quarantined", "grown#*", None
            row.save()
            assign(existing("grown"), next(each), row.key, tag_of(row), Owner("observer", "1000"))
            assigned += 1
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


def test_a_stored_sms_is_whole_after_all(database: FakeDynamoDB) -> None:
    """So that the fakes above write what is read again."""
    received_sms("generic#1", NOW, stored_at=NOW, text="as it was").save()
    assert Message.get("generic#1").text == "as it was"
