"""The call desk under crashes and repetition, and what of it has a bound."""

import pytest
from aws_faults import Wire, answered
from call_room import MINUTE, Room
from pipeline import Load
from read_units import ReadMeter

from chalicelib.services.calls import card, figures, lease, listing, outcome
from chalicelib.services.calls.contacts import list_contacts
from chalicelib.services.calls.outcome import CallReport, log_call
from chalicelib.store.elections import current
from chalicelib.store.tables import StoreUnavailable


@pytest.fixture
def room(load: Load) -> Room:
    return Room(load(size=6))


def test_the_shift_lead_sees_who_called_and_reached(room: Room) -> None:
    value, two, *_ = room.listed()
    room.log(value, "no_answer")
    room.log(two, "other")
    room.log(two, "not_open", name="Bakyt")
    held = room.next("Cholpon")
    shown = figures.call_figures(room.loaded, room.operator(), room.pipeline.now)
    assert shown["total"] | {"outcomes": None} == {
        "attempts": 3,
        "reached": 2,
        "reached_percent": 67,
        "outcomes": None,
    }
    assert {who: figures["attempts"] for who, figures in shown["operators"].items()} == {
        "Aida (operator)": 2,
        "Bakyt (operator)": 1,
    }
    assert [(lease["station"], lease["holder"]) for lease in shown["leases"]] == [(held, "Cholpon (operator)")]
    assert shown["oldest_due"] is not None


@pytest.mark.parametrize("call", range(4))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_logs_once(room: Room, wire: Wire, call: int, when: str) -> None:
    station = room.next()
    action = room.action()
    wire.listen()
    wire.cuts[call, when] = answered("InternalServerError", 500)
    try:
        log_call(room.loaded, action, station, CallReport("no_answer"))
    except StoreUnavailable:
        pass
    else:
        assert len(wire.calls) <= call, "a fault is not passed over"
    wire.mend()
    first = log_call(room.loaded, action, station, CallReport("no_answer"))
    assert log_call(room.loaded, action, station, CallReport("no_answer")) == first
    assert room.row(station).tries == 1
    assert len(list_contacts(room.loaded, room.operator(), station, 10, None)[0]) == 1
    assert len(room.audited("call logged")) == 1
    total = figures.call_figures(room.loaded, room.operator(), room.pipeline.now)["total"]
    assert total["attempts"] == 1


def test_the_same_key_leases_once(room: Room) -> None:
    action = room.action()
    first = lease.lease_next(room.loaded, action)
    assert lease.lease_next(room.loaded, action) == first
    assert len(room.audited("call leased")) == 1


def test_the_list_is_read_with_few_units(room: Room, wire: Wire) -> None:
    loaded = current(room.pipeline.election.id)
    assert loaded is not None
    with ReadMeter(wire) as meter:
        listing.list_calls(loaded, room.operator(), ("Chuy",), room.pipeline.now)
    print({"read units of a region's calls": meter.units})  # noqa: T201
    assert meter.units <= 1


def test_the_call_list_is_cut_after_the_most_urgent(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    every = room.listed()
    monkeypatch.setattr(listing, "MOST_LISTED", 2)
    shown = listing.list_calls(room.loaded, room.operator(), (), room.pipeline.now)
    assert [call["station"] for call in shown["calls"]] == every[:2]
    assert (shown["is_cut"], shown["due"]) == (True, len(every))


def test_of_many_phones_those_called_last_are_kept(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "MOST_PHONES", 1)
    station = room.next()
    value, other = (each.phones[0] for each in room.pipeline.election.observers_by_station[station])
    room.log(station, "no_answer", phone=value)
    room.pipeline.now += MINUTE
    room.log(station, "no_answer", phone=other)
    assert list(room.row(station).phones or {}) == [other]


def test_the_card_looks_through_so_many_messages_of_a_phone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "MOST_EXCHANGED", 1)
    station = room.next()
    phone = room.pipeline.election.observers_by_station[station][0].phones[0]
    room.pipeline.say(phone, "what shall I do?")
    [shown, _] = card.show_card(room.loaded, room.operator(), station, room.pipeline.now)["observers"]
    assert shown["phones"][0]["heard_at"] is None, "its last message is our answer"
