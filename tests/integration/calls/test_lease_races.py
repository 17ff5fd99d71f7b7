"""No station is called twice by two people, however they race for it."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from call_room import Room
from pipeline import Load

from chalicelib.services.calls import lease
from chalicelib.services.calls.refusals import TaskLeased
from chalicelib.store.calls import CallRow, as_read, changing, lease_by
from chalicelib.store.outcome import WorkChanged, write
from chalicelib.store.tables import Contended

OPERATORS = 8
RACES = 200
"""Of one row, within `make test`."""


def test_twenty_times_two_who_ask_at_once_get_two_stations(load: Load) -> None:
    room = Room(load(size=60))
    names = ("Aida", "Bakyt")
    with ThreadPoolExecutor(2) as both:
        for _ in range(20):
            gate = threading.Barrier(2)

            def ask(name: str, gate: threading.Barrier = gate) -> str:
                action = room.action(name)
                gate.wait()
                return str(lease.lease_next(room.loaded, action)["station"])

            stations = list(both.map(ask, names))
            assert len(set(stations)) == 2, stations
            for name, station in zip(names, stations, strict=True):
                room.log(station, "no_answer", name=name)


def test_as_many_as_ask_at_once_get_as_many_stations(load: Load) -> None:
    room = Room(load(size=40))
    gate = threading.Barrier(OPERATORS)

    def ask(name: str) -> str:
        gate.wait()
        return room.next(name)

    with ThreadPoolExecutor(OPERATORS) as all_of_them:
        stations = list(all_of_them.map(ask, [f"Operator {number}" for number in range(OPERATORS)]))
    assert max(Counter(stations).values()) == 1
    assert len(room.audited("call leased")) == OPERATORS


def test_of_many_who_lease_one_row_one_gets_it(load: Load) -> None:
    """Each race is of several on one row as all have read it; the loser is told, and never holds it."""
    room = Room(load(size=2))
    station = room.listed()[0]
    chance = random.Random(7)
    until = room.pipeline.now + lease.LEASED_FOR

    def attempt(name: str, row: CallRow) -> str | None:
        try:
            write([changing(row, lease_by(name, until, name))])
        except (WorkChanged, Contended):
            return None
        return name

    with ThreadPoolExecutor(OPERATORS) as several:
        for _ in range(RACES):
            row = room.row(station)
            asking = chance.sample([f"O{number}" for number in range(OPERATORS)], chance.randint(2, OPERATORS))
            got = [name for name in several.map(lambda name, row=row: attempt(name, row), asking) if name]
            stored = room.row(station)
            assert len(got) <= 1, got
            assert stored.holder == (got[0] if got else row.holder)
            assert stored.seen == row.seen + len(got)


def test_a_lease_that_was_lost_is_told_with_a_name(load: Load) -> None:
    room = Room(load(size=2))
    station = room.listed()[0]
    lease.lease(room.loaded, room.action("Aida"), station)
    with pytest.raises(TaskLeased, match="Aida"):
        lease.lease(room.loaded, room.action("Bakyt"), station)
    assert as_read(room.row(station)) is not None
