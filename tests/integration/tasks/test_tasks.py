"""The one key N: the next task of all queues, and never the same to two."""

import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_faults import Wire, answered
from call_room import MINUTE, Room
from pipeline import Load
from unit_meter import UnitMeter

from chalicelib.services.calls.refusals import LeaseLost, NothingToDo, TaskLeased
from chalicelib.services.desk.decisions import dismiss
from chalicelib.services.tasks import queues
from chalicelib.services.tasks.next_task import lease, peek, release, renew, take_next, take_over
from chalicelib.services.tasks.queues import KINDS
from chalicelib.store.desk import tag_of
from chalicelib.store.message_queries import get
from chalicelib.store.tables import StoreUnavailable

MOST_REQUESTS = 4
"""For an incident: its queue, the leases of its region, who acts, and the lease itself."""
OPENING = "OP A1 B0730 C{members} D1 E1668"


@pytest.fixture
def room(load: Load) -> Room:
    """An incident, an SMS that nobody could read, three stations to be called, a contradiction."""
    pipeline = load(size=4)
    value, other = (observer.phones[0] for observer in pipeline.observers())
    pipeline.say(value, OPENING.format(members=12))
    pipeline.say(other, OPENING.format(members=11))
    pipeline.say(value, "IN 3 they beat us")
    pipeline.say(value, "what shall I do?")
    return Room(pipeline)


def kinds(room: Room, *names: str) -> list[str]:
    return [str(take_next(room.loaded, room.action(name))["kind"]) for name in names]


def test_incidents_come_first_then_sms_calls_and_doubts(room: Room) -> None:
    seen = peek(room.loaded, room.operator(), (), (), room.pipeline.now)
    assert {kind: figures["waiting"] for kind, figures in seen["queues"].items()} == {
        "incident": 1,
        "message": 1,
        "call": 4,
        "doubt": 1,
    }
    assert seen["next"]["kind"] == "incident"
    names = [f"Operator {number}" for number in range(7)]
    assert kinds(room, *names) == ["incident", "message", "call", "call", "call", "call", "doubt"]
    with pytest.raises(NothingToDo):
        take_next(room.loaded, room.action("Late"))
    assert {
        figures["free"] for figures in peek(room.loaded, room.operator(), (), (), room.pipeline.now)["queues"].values()
    } == {0}


def test_what_one_has_comes_first_until_it_is_done(room: Room) -> None:
    first = take_next(room.loaded, room.action(), kinds=("message",))
    assert take_next(room.loaded, room.action(), kinds=("message",))["key"] == first["key"]
    row = get(first["key"])
    assert row is not None
    dismiss(room.loaded, room.action(), row.key, tag_of(row))
    with pytest.raises(NothingToDo):
        take_next(room.loaded, room.action(), kinds=("message",))


def test_an_incident_comes_before_what_one_has(room: Room) -> None:
    held = take_next(room.loaded, room.action(), kinds=("call",))
    assert take_next(room.loaded, room.action())["kind"] == "incident"
    assert take_next(room.loaded, room.action(), kinds=("call",))["key"] == held["key"]


def test_queues_are_read_as_far_as_the_first_that_has_a_task(room: Room, wire: Wire) -> None:
    requests = []
    for queue in KINDS:
        with UnitMeter(wire) as meter:
            take_next(room.loaded, room.action("Another"), kinds=KINDS[KINDS.index(queue) :])
        requests.append(meter.requests)
    sys.stdout.write(f"Requests for an incident, an SMS, a call, a doubt: {requests}.\n")
    assert requests[0] <= MOST_REQUESTS


def test_a_lease_ends_by_itself_is_renewed_and_released(room: Room) -> None:
    task = take_next(room.loaded, room.action(), kinds=("doubt",))
    with pytest.raises(NothingToDo):
        take_next(room.loaded, room.action("Bakyt"), kinds=("doubt",))
    room.pipeline.now += 9 * MINUTE
    renew(room.loaded, room.action(), "doubt", task["key"], task["region"])
    room.pipeline.now += 9 * MINUTE
    with pytest.raises(LeaseLost, match="Aida"):
        release(room.loaded, room.action("Bakyt"), "doubt", task["key"], task["region"])
    release(room.loaded, room.action(), "doubt", task["key"], task["region"])
    assert take_next(room.loaded, room.action("Bakyt"), kinds=("doubt",))["key"] == task["key"]
    room.pipeline.now += 10 * MINUTE
    assert take_next(room.loaded, room.action("Cholpon"), kinds=("doubt",))["key"] == task["key"]
    with pytest.raises(LeaseLost):
        renew(room.loaded, room.action("Bakyt"), "doubt", task["key"], task["region"])


def test_a_named_doubt_is_leased_taken_over_and_ends_by_itself(room: Room) -> None:
    station = room.pipeline.election.stations[0]
    doubt = ("doubt", f"{station.number}#OP#-", station.region)
    leased = lease(room.loaded, room.action(), *doubt)
    assert leased["lease"]["holder"] == "Aida (operator)"
    room.pipeline.now += 9 * MINUTE
    lease(room.loaded, room.action(), *doubt)
    room.pipeline.now += 9 * MINUTE
    with pytest.raises(TaskLeased, match="Aida"):
        lease(room.loaded, room.action("Bakyt"), *doubt)
    with pytest.raises(NothingToDo):
        take_next(room.loaded, room.action("Bakyt"), kinds=("doubt",))
    take_over(room.loaded, room.action("Bakyt"), *doubt)
    with pytest.raises(LeaseLost, match="Bakyt"):
        renew(room.loaded, room.action(), *doubt)
    [line] = room.audited("task taken over")
    assert (line.before, line.after) == ({"holder": "Aida (operator)"}, {"holder": "Bakyt (operator)"})
    room.pipeline.now += 10 * MINUTE
    lease(room.loaded, room.action("Cholpon"), *doubt)
    release(room.loaded, room.action("Cholpon"), *doubt)
    with pytest.raises(NothingToDo, match="does not wait"):
        lease(room.loaded, room.action(), "doubt", f"{station.number}#CL#-", station.region)


def test_a_named_task_of_each_queue_is_leased_as_the_next_would_be(room: Room) -> None:
    for kind in KINDS:
        task = take_next(room.loaded, room.action(), kinds=(kind,))
        with pytest.raises(TaskLeased, match="Aida"):
            lease(room.loaded, room.action("Bakyt"), kind, task["key"], task["region"])
        result = take_over(room.loaded, room.action("Bakyt"), kind, task["key"], task["region"])
        assert (result["kind"], result["key"], result["lease"]["holder"]) == (kind, task["key"], "Bakyt (operator)")


def test_a_task_of_another_region_cannot_be_named(room: Room) -> None:
    station = room.pipeline.election.stations[0]
    other = next(region for region in room.pipeline.election.regions if region != station.region)
    with pytest.raises(NothingToDo):
        lease(room.loaded, room.action("Bakyt", other), "doubt", f"{station.number}#OP#-", station.region)
    with pytest.raises(NothingToDo):
        take_over(room.loaded, room.action("Bakyt", other), "doubt", f"{station.number}#OP#-", station.region)


def test_regions_bound_what_one_gets(room: Room) -> None:
    other = next(
        region for region in room.pipeline.election.regions if region != room.pipeline.election.stations[0].region
    )
    got = [take_next(room.loaded, room.action(f"O{number}", other)) for number in range(2)]
    assert [(task["kind"], task["region"]) for task in got] == [("call", other)] * 2
    with pytest.raises(NothingToDo):
        take_next(room.loaded, room.action("O3", other))


def test_all_who_ask_at_once_get_a_task_of_their_own(room: Room) -> None:
    names = [f"Operator {number}" for number in range(7)]
    gate = threading.Barrier(len(names))

    def ask(name: str) -> tuple[str, str]:
        action = room.action(name)
        gate.wait()
        task = take_next(room.loaded, action)
        return task["kind"], task["key"]

    with ThreadPoolExecutor(len(names)) as several:
        tasks = list(several.map(ask, names))
    assert max(Counter(tasks).values()) == 1, tasks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_leases_one_task(room: Room, wire: Wire, kind: queues.Kind, when: str) -> None:
    action, place, calls = room.action(), 0, 1
    while place < calls:
        wire.listen()
        wire.cuts[place, when] = answered("InternalServerError", 500)
        try:
            take_next(room.loaded, action, kinds=(kind,))
        except StoreUnavailable:
            calls = len(wire.calls) + 1
        else:
            calls = len(wire.calls)
        place += 1
        wire.mend()
    first = take_next(room.loaded, action, kinds=(kind,))
    assert first["kind"] == kind
    lines = room.audited("call leased" if kind == "call" else "task leased")
    assert [line.subject for line in lines] == [f"{kind} {first['key']}"]


def test_so_many_sms_of_a_region_are_looked_at_for_the_next(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.pipeline.say(room.pipeline.phone(), "and now?")
    monkeypatch.setattr(queues, "MOST_LOOKED_AT", 1)
    seen = peek(room.loaded, room.operator(), ("message",), (), room.pipeline.now)
    assert seen["queues"]["message"]["waiting"] == 1
