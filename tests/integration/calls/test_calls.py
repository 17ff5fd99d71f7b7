"""The call desk: leases, outcomes, undo, and that nothing is lost or done twice."""

import datetime as dt
from dataclasses import replace

import pytest
from aws_faults import Wire
from call_room import MINUTE, Room, taken
from pipeline import Load
from read_units import ReadMeter

from chalicelib.observation.calls.outcomes import OUTCOMES, Outcome
from chalicelib.observation.reports.entry_fields import FieldsRefused
from chalicelib.services.calls import card, figures, lease, listing
from chalicelib.services.calls.answers import count_entered
from chalicelib.services.calls.contacts import list_contacts
from chalicelib.services.calls.outcome import CallReport, log_call
from chalicelib.services.calls.refusals import LeaseLost, OutcomeInvalid, StationUnknown, TaskLeased, UndoPassed
from chalicelib.services.calls.undo import undo_call
from chalicelib.services.desk.decisions import move
from chalicelib.store.desk import tag_of
from chalicelib.store.message_queries import get


@pytest.fixture
def room(load: Load) -> Room:
    return Room(load(size=6))


def test_the_next_station_is_leased_by_name_for_ten_minutes(room: Room) -> None:
    station = room.next()
    row = room.row(station)
    assert (row.holder, row.until) == ("Aida (operator)", room.pipeline.now + 10 * MINUTE)
    assert room.next() == station, "what one has comes first"
    assert room.next("Bakyt") != station
    room.pipeline.now += 10 * MINUTE
    assert room.next("Bakyt") != room.next("Cholpon")


def test_a_station_that_was_passed_on_comes_once_nothing_else_is_left(room: Room) -> None:
    seen = []
    for _ in range(3):
        seen.append(lease.lease_next(room.loaded, room.action(), (), seen)["station"])
        lease.release(room.loaded, room.action(), seen[-1])
    assert len(set(seen)) == 3
    every = [station.number for station in room.loaded.election.stations]
    assert lease.lease_next(room.loaded, room.action(), (), every)["station"] in every


def test_a_lease_is_refused_renewed_taken_over_and_released(room: Room) -> None:
    station = room.next()
    with pytest.raises(TaskLeased, match="Aida"):
        lease.lease(room.loaded, room.action("Bakyt"), station)
    room.pipeline.now += 9 * MINUTE
    lease.renew(room.loaded, room.action(), station)
    assert room.row(station).until == room.pipeline.now + 10 * MINUTE
    lease.take_over(room.loaded, room.action("Bakyt"), station)
    [line] = room.audited("call taken over")
    assert (line.who, line.subject, line.before) == (
        "Bakyt (operator)",
        f"call {station}",
        {"holder": "Aida (operator)"},
    )
    for do in (lease.renew, lease.release):
        with pytest.raises(LeaseLost, match="Bakyt"):
            do(room.loaded, room.action(), station)
    with pytest.raises(LeaseLost, match="Bakyt"):
        room.log(station, "no_answer")
    lease.release(room.loaded, room.action("Bakyt"), station)
    assert room.row(station).holder is None


def test_another_region_s_station_is_not_there(room: Room) -> None:
    station = room.pipeline.election.stations[0]
    other = next(region for region in room.pipeline.election.regions if region != station.region)
    with pytest.raises(StationUnknown):
        lease.lease(room.loaded, room.action("Aida", other), station.number)
    with pytest.raises(StationUnknown):
        card.show_card(room.loaded, room.operator("Aida", other), station.number, room.pipeline.now)
    shown = listing.list_calls(room.loaded, room.operator("Aida", other), (), room.pipeline.now)
    assert {call["region"] for call in shown["calls"]} == {other}


@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome not in ("answered", "will_send")])
def test_an_outcome_is_logged_with_its_line_and_ends_the_lease(room: Room, outcome: Outcome) -> None:
    station = room.next()
    phone = room.pipeline.election.observers_by_station[station][0].phones[0]
    logged = room.log(station, outcome, phone=phone, note="said so")
    row = room.row(station)
    assert (row.holder, row.tries, (row.last or {})["outcome"]) == (None, 1, outcome)
    [contact], following = list_contacts(room.loaded, room.operator(), station, 10, None)
    assert (contact["outcome"], contact["note"], contact["phone"], following) == (outcome, "said so", phone, None)
    [line] = room.audited("call logged")
    assert (line.action, line.subject, line.note) == (f"call logged: {outcome}", f"call {station}", "said so")
    states = {"no_answer": "no_answer", "unreachable": "off", "wrong_number": "wrong"}
    assert (row.phones or {})[phone]["state"] == states.get(outcome, "answers")
    offers = {"not_open": "incident", "refuses": "headquarters"} | dict.fromkeys(states, "next_phone")
    assert (logged["offer"] or {}).get("what") == offers.get(outcome)


def test_c3_whoever_promised_is_called_at_that_time_and_first(room: Room) -> None:
    station = room.listed()[-1]
    at = room.loaded.clock.at(room.pipeline.now)
    room.log(station, "will_send", will_send_at=at + 30 * MINUTE)
    assert station not in room.listed()
    room.pipeline.now += 29 * MINUTE
    assert station not in room.listed()
    room.pipeline.now += MINUTE
    assert room.listed()[0] == station


def test_what_was_tried_just_now_goes_to_the_end(room: Room) -> None:
    station = room.listed()[0]
    room.log(station, "no_answer")
    assert room.listed()[-1] == station
    room.pipeline.now += 11 * MINUTE
    assert room.listed()[0] == station


def test_after_the_last_phone_the_coordinator_is_offered(room: Room) -> None:
    station = room.next()
    observers = room.pipeline.election.observers_by_station[station]
    phones = [phone for observer in observers for phone in observer.phones]
    offered = room.log(station, "no_answer", phone=phones[0], stays=True)["offer"]["next_phones"]
    assert offered[0] == phones[1]
    assert room.row(station).holder == "Aida (operator)", "the station stays leased"
    offered = room.log(station, "wrong_number", phone=phones[1])["offer"]["next_phones"]
    own = [
        coordinator.phone
        for coordinator in room.pipeline.election.coordinators
        if coordinator.covers(room.row(station).scope.partition("#")[2])
    ]
    assert offered[0] in own
    assert not set(phones) & set(offered)


@pytest.mark.parametrize(
    ("called", "at"),
    [
        (CallReport("answered"), "/answers"),
        (CallReport("will_send"), "/will_send_at"),
        (CallReport("no_answer", will_send_at=dt.datetime(2090, 1, 1, tzinfo=dt.UTC)), "/will_send_at"),
        (CallReport("will_send", will_send_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)), "/will_send_at"),
        (CallReport("no_answer", phone="+996777999999"), "/phone"),
        (CallReport("other", stays=True), "/stays"),
    ],
)
def test_what_does_not_fit_its_outcome_is_refused(room: Room, called: CallReport, at: str) -> None:
    with pytest.raises(OutcomeInvalid) as refused:
        log_call(room.loaded, room.action(), room.listed()[0], called)
    assert refused.value.at == at
    assert room.audited("call logged") == []


def test_answers_taken_by_phone_count_and_are_audited(room: Room) -> None:
    station, action = room.next(), room.action()
    logged = taken(room, station, action, A="1", B="0730", C="12", D="1", E="1668")
    assert count_entered(logged["entered"], action) == "accepted"
    report = room.pipeline.report_row(station, "OP")
    assert list(report.answers) == [room.pipeline.election.observers_by_station[station][0].number]
    assert room.pipeline.summary()["nation"]["forms"]["OP"]["-"]["complete"] == 1
    assert room.pipeline.differences() == ()
    room.keep()
    assert station not in room.listed()


def test_answers_that_no_sms_could_say_are_refused_by_their_place(room: Room) -> None:
    station = room.next()
    with pytest.raises(FieldsRefused) as refused:
        taken(room, station, room.action(), A="1", C="99")
    assert [fault.at for fault in refused.value.faults] == ["/answers/reports/0/answers/C"]
    assert room.audited("call logged") == []


def test_the_card_is_read_as_of_now(room: Room, wire: Wire) -> None:
    station = room.next()
    observer = room.pipeline.election.observers_by_station[station][0]
    before = card.show_card(room.loaded, room.operator(), station, room.pipeline.now)
    assert [row["report"] for row in before["owed"]] == ["OP"]
    assert before["fields"][0]["questions"][2] | {"label": ""} == {
        "code": "C",
        "label": "",
        "type": "integer",
        "min": 0.0,
        "max": 20.0,
        "options": [],
        "unknown": [],
        "max_length": None,
    }
    assert [observer["number"] for observer in before["observers"]] == [
        observer.number for observer in room.pipeline.election.observers_by_station[station]
    ]
    assert observer.name in before["observers"][0]["script"][0]
    room.pipeline.say(observer.phones[0], "OP A1 B0730 C12 D1 E1668")
    with ReadMeter(wire) as meter:
        after = card.show_card(room.loaded, room.operator(), station, room.pipeline.now)
    print({"read units of a card": meter.units, "requests": len(meter.requests)})  # noqa: T201
    assert meter.units <= 10
    assert (after["owed"], [row["report"] for row in after["came"]]) == ([], ["OP"])
    assert after["observers"][0]["phones"][0]["heard_at"] is not None


def test_who_answered_last_is_shown_first_and_a_wrong_number_last(load: Load) -> None:
    pipeline = load(size=2)
    observers = [
        observer.model_copy(update={"phones": (*observer.phones, f"{observer.phones[0][:-1]}7")})
        for observer in pipeline.election.observers
    ]
    room = Room(load(size=2, observers=observers))
    station = room.next()
    phones = room.pipeline.election.observers_by_station[station][0].phones
    room.log(station, "wrong_number", phone=phones[0], stays=True)
    shown = card.show_card(room.loaded, room.operator(), station, room.pipeline.now)
    assert [phone["phone"] for phone in shown["observers"][0]["phones"]] == [phones[1], phones[0]]
    assert [phone["state"] for phone in shown["observers"][0]["phones"]] == [None, "wrong"]


def test_undo_puts_back_what_was_and_says_so(room: Room) -> None:
    station = room.next()
    before = room.row(station)
    contact = room.log(station, "wrong_number", phone=room.pipeline.election.observers_by_station[station][0].phones[0])
    undo_call(room.loaded, replace(room.action(), note="the wrong row"), station, contact["contact"])
    row = room.row(station)
    assert (row.last, row.tries, row.phones, row.reached_at) == (before.last, 0, {}, None)
    log, _ = list_contacts(room.loaded, room.operator(), station, 10, None)
    assert [line["outcome"] for line in log] == ["undone", "wrong_number"]
    assert log[0]["undoes"] == contact["contact"]
    assert [line.note for line in room.audited("call undone")] == ["the wrong row"]
    total = figures.call_figures(room.loaded, room.operator(), room.pipeline.now)["total"]
    assert (total["attempts"], total["reached"]) == (0, 0)


def test_a_call_is_undone_by_its_caller_soon_and_while_it_is_the_last(room: Room) -> None:
    station = room.listed()[0]
    first = room.log(station, "no_answer")["contact"]
    with pytest.raises(UndoPassed, match="Aida"):
        undo_call(room.loaded, room.action("Bakyt"), station, first)
    room.log(station, "other", name="Bakyt")
    with pytest.raises(UndoPassed, match="since"):
        undo_call(room.loaded, room.action(), station, first)
    room.pipeline.now += 11 * MINUTE
    late = room.row(station).last or {}
    with pytest.raises(UndoPassed, match="ten minutes"):
        undo_call(room.loaded, room.action("Bakyt"), station, late["contact"])


def test_undo_withdraws_the_answers_that_were_taken(room: Room) -> None:
    station, action = room.next(), room.action()
    logged = taken(room, station, action, A="1", B="0730", C="12", D="1", E="1668")
    undo_call(room.loaded, room.action(), station, logged["contact"])
    assert get(logged["entered"]).state == "accepted"  # type: ignore[union-attr]
    assert room.pipeline.summary()["nation"]["forms"]["OP"]["-"]["received"] == 0
    assert room.pipeline.differences() == ()
    room.keep()
    assert station in room.listed()


def test_an_sms_that_was_left_for_a_call_is_ended_by_whoever_reaches_its_observer(room: Room) -> None:
    station = room.listed()[0]
    observer = room.pipeline.election.observers_by_station[station][0]
    row = room.pipeline.say(observer.phones[0], "please call me, it is urgent")
    move(room.loaded, room.action(), row.key, tag_of(row), "call")
    room.keep()
    assert room.listed()[0] == station
    [shown] = card.show_card(room.loaded, room.operator(), station, room.pipeline.now)["asked"]
    assert (shown["key"], shown["text"]) == (row.key, "please call me, it is urgent")
    room.log(station, "no_answer")
    assert get(row.key).attention is not None  # type: ignore[union-attr]
    contact = room.log(station, "other", note="he is well")["contact"]
    ended = get(row.key)
    assert ended is not None
    assert (ended.attention, (ended.resolution or {})["by"]) == (None, contact)
    undo_call(room.loaded, room.action(), station, contact)
    assert get(row.key).attention is not None  # type: ignore[union-attr]
