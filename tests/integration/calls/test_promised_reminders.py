"""Who promises to send is reminded at their time: once, if nothing has come, and never who wants no SMS."""

import datetime as dt

import pytest
from call_room import MINUTE, Room
from pipeline import Load

from chalicelib.services.calls.outcome import CallReport, check
from chalicelib.services.calls.refusals import OutcomeInvalid
from chalicelib.services.calls.undo import undo_call
from chalicelib.store.messages import Message


@pytest.fixture
def room(load: Load) -> Room:
    """Ten in the morning: the opening is overdue everywhere."""
    pipeline = load(size=4)
    pipeline.now += dt.timedelta(hours=1)
    return Room(pipeline)


def promised(room: Room, station: str) -> str:
    """A call in which the lead promises to send within half an hour; the contact's id."""
    at = room.loaded.clock.at(room.pipeline.now) + 30 * MINUTE
    return str(room.log(station, "will_send", will_send_at=at, phone=lead(room, station), reminds=True)["contact"])


def lead(room: Room, station: str) -> str:
    return room.pipeline.election.observers_by_station[station][0].phones[0]


def reminders(room: Room) -> list[Message]:
    return [row for row in room.pipeline.outgoing() if "#promised#" in row.key]


def later(room: Room, minutes: int) -> None:
    room.pipeline.now += minutes * MINUTE
    room.keep()
    room.keep()


def test_a_reminder_goes_at_the_time_and_once(room: Room) -> None:
    station = room.next()
    promised(room, station)
    later(room, 29)
    assert reminders(room) == []
    later(room, 2)
    (sms,) = reminders(room)
    assert (sms.recipient, sms.observer) == (
        lead(room, station),
        room.pipeline.election.observers_by_station[station][0].number,
    )
    assert room.row(station).promise is None
    later(room, 10)
    assert len(reminders(room)) == 1


def test_who_has_reported_meanwhile_is_not_reminded(room: Room) -> None:
    station = room.next()
    promised(room, station)
    room.pipeline.say(lead(room, station), "OP A1 B0700 C9 D1 E500")
    later(room, 31)
    assert [reminder for reminder in reminders(room) if "OP" in (reminder.text or "")] == []


def test_who_wants_no_sms_gets_none(room: Room) -> None:
    station = room.next()
    promised(room, station)
    room.pipeline.say(lead(room, station), "STOP")
    later(room, 31)
    assert (reminders(room), room.row(station).promise) == ([], None)


def test_a_call_that_is_undone_reminds_nobody(room: Room) -> None:
    station = room.next()
    contact = promised(room, station)
    undo_call(room.loaded, room.action(), station, contact)
    later(room, 31)
    assert reminders(room) == []


@pytest.mark.parametrize(
    ("call", "at"),
    [
        (CallReport("no_answer", reminds=True), "/remind"),
        (CallReport("will_send", will_send_at=dt.datetime(2090, 1, 1, 0, 10, tzinfo=dt.UTC), reminds=True), "/phone"),
    ],
)
def test_a_reminder_needs_a_time_and_an_observer_s_phone(load: Load, call: CallReport, at: str) -> None:
    election = load(size=2).election
    now = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(OutcomeInvalid) as refused:
        check(election, election.stations[0].number, call, now, has_answers=False)
    assert refused.value.at == at
