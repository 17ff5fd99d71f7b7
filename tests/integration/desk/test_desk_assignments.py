"""Whose a phone is, as people say at the desk: all its SMS count by it, and the undo takes it back."""

import datetime as dt

import pytest
from desk_actions import AtDesk, audit_lines, settle
from pipeline import Load, stored
from waiting_sms import STRANGER, received, stranger

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.desk import assignment
from chalicelib.services.desk.assignment import Owner
from chalicelib.services.desk.refusals import NoSuchMessage, NotDone
from chalicelib.services.elections import loading
from chalicelib.services.versions import VersionPassed
from chalicelib.store.incidents import incidents_of
from chalicelib.store.outcome import write
from chalicelib.store.roster import assignments


def test_assigning_a_phone_lets_all_its_sms_count_once_and_answers_them(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    first, second = stranger(pipeline), stranger(pipeline, "TU 10:00 A300\nIN 3 beaten")
    observer = pipeline.observers()[0].number
    preview = assignment.preview(pipeline.current, desk.operator, first.key, observer)
    assert (preview["waiting"], preview["will_count"]) == (2, 2)
    assert desk.assign(second.key, observer)["read"] == 2
    assert [stored(row.key).state for row in (first, second)] == ["accepted", "accepted"]
    assert [stored(row.key).observer for row in (first, second)] == [observer, observer]
    assert desk.waiting() == []
    assert received(pipeline) == 1
    assert pipeline.reply(stored(first.key)) is not None
    (incident,) = incidents_of(pipeline.election.id)
    assert incident.opened_at == second.received_at
    assert pipeline.say(STRANGER, "OP 1001 C13").state == "accepted"
    assert pipeline.differences() == ()
    assert audit_lines(pipeline) == ["Aida (operator): phone assigned to observer"]


def test_two_operators_assign_one_phone_and_it_counts_once(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = stranger(pipeline)
    bakyt = AtDesk(pipeline, "Bakyt", seen={sms.key: desk.tag(sms.key)})
    desk.assign(sms.key, pipeline.observers()[0].number)
    with pytest.raises(VersionPassed, match=r"assigned by Aida \(operator\)"):
        bakyt.assign(sms.key, pipeline.observers()[0].number)
    assert received(pipeline) == 1
    assert pipeline.differences() == ()


def test_undoing_an_assignment_takes_back_all_that_was_counted_by_it(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    pipeline.say(pipeline.phone(), "OP 1001 C11")
    pipeline.now += dt.timedelta(minutes=1)
    before = pipeline.summary()["nation"]["forms"]
    waited = stranger(pipeline)
    desk.assign(waited.key, pipeline.observers()[0].number)
    later = pipeline.say(STRANGER, "OP 1001 C13")
    assert later.state == "accepted"
    desk.unassign(later.key)
    assert [stored(row.key).state for row in (waited, later)] == ["quarantined", "quarantined"]
    assert desk.waiting() == sorted([waited.key, later.key])
    assert pipeline.summary()["nation"]["forms"] == before
    assert pipeline.differences() == ()
    other = pipeline.election.observers[1].number
    desk.assign(waited.key, other)
    assert {stored(row.key).observer for row in (waited, later)} == {other}
    assert pipeline.differences() == ()


def test_a_phone_that_is_assigned_anew_moves_with_all_its_sms(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = stranger(pipeline, "IN 3 beaten\nOP A1 C12")
    first, second = (pipeline.election.observers[place].number for place in (0, 5))
    desk.assign(sms.key, first)
    desk.assign(sms.key, second)
    assert stored(sms.key).observer == second
    assert received(pipeline) == 1
    by_number = sorted(incidents_of(pipeline.election.id), key=lambda row: row.number)
    assert [row.state for row in by_number] == ["rejected", "new"], "the one at the wrong station has ended"
    assert pipeline.differences() == ()


def test_one_sms_alone_is_an_observer_s_and_its_phone_stays_unknown(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    this, other = stranger(pipeline), stranger(pipeline, "OP 1001 C13")
    desk.assign_this(this.key, pipeline.observers()[0].number)
    assert [stored(row.key).state for row in (this, other)] == ["accepted", "quarantined"]
    assert pipeline.say(STRANGER, "OP 1001 C14").state == "quarantined"
    assert pipeline.differences() == ()
    desk.undo(this.key)
    assert stored(this.key).state == "quarantined"
    assert this.key in desk.waiting()
    assert received(pipeline) == 0
    assert pipeline.differences() == ()


def test_nobody_s_number_is_muted_and_heard_again_after_the_undo(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    first, second = stranger(pipeline, "win a prize"), stranger(pipeline, "win another")
    desk.own(first.key, Owner("nobody"))
    assert desk.waiting() == []
    assert stored(second.key).resolution["how"] == "spam"
    more = pipeline.say(STRANGER, "win more")
    assert (more.state, more.reason, more.attention) == ("quarantined", "nobodys_number", None)
    assert pipeline.reply(more) is None
    desk.undo(first.key)
    assert desk.waiting() == sorted([first.key, second.key, more.key])
    assert pipeline.differences() == ()


def test_a_coordinator_s_phone_is_obeyed_and_old_commands_are_not(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    pipeline.say(pipeline.phone(), "IN 3 beaten")
    sms = stranger(pipeline, "OK 1")
    coordinator = next(coordinator for coordinator in pipeline.election.coordinators if coordinator.covers("Bishkek"))
    desk.own(sms.key, Owner("coordinator", coordinator.name))
    assert stored(sms.key).state == "quarantined"
    assert pipeline.say(STRANGER, "OK 1").state == "command"
    (incident,) = incidents_of(pipeline.election.id)
    assert incident.state == "acknowledged"
    assert pipeline.differences() == ()


def test_the_roster_keeps_what_people_assigned_when_it_is_loaded_again(desk: AtDesk) -> None:
    sms = stranger(desk.pipeline)
    desk.assign(sms.key, desk.pipeline.observers()[0].number)
    loading.load(desk.pipeline.election, REAL_TIME)
    assert desk.pipeline.say(STRANGER, "OP 1001 C13").state == "accepted"
    roster_sms = desk.pipeline.say(desk.pipeline.phone(3), "hm")
    with pytest.raises(NotDone):
        desk.assign(roster_sms.key, desk.pipeline.observers()[0].number)


def test_a_phone_that_changed_hands_while_others_read_by_the_old_is_settled_later(load: Load) -> None:
    pipeline = load()
    desk = AtDesk(pipeline)
    sms = stranger(pipeline)
    desk.assign(sms.key, pipeline.observers()[0].number)
    pipeline.now += dt.timedelta(minutes=1)
    settle(pipeline)
    assert assignments(pipeline.election.id)[1][STRANGER].is_settled
    desk.unassign(sms.key)
    pipeline.now += dt.timedelta(minutes=1)
    settle(pipeline)
    assert assignments(pipeline.election.id)[1] == {}
    assert pipeline.differences() == ()


def test_whoever_comes_while_an_sms_is_read_anew_is_told_that_it_has_passed(desk: AtDesk) -> None:
    sms = stranger(desk.pipeline, "OP 1001 A1 C12")
    seen = desk.tag(sms.key)
    write([stored(sms.key).reading_again(desk.pipeline.now)])
    late = AtDesk(desk.pipeline, "Bakyt", seen={sms.key: seen})
    with pytest.raises(VersionPassed):
        late.dismiss(sms.key)
    elsewhere = AtDesk(desk.pipeline, "Far", ("Chuy",), seen={sms.key: seen})
    with pytest.raises(NoSuchMessage):
        elsewhere.dismiss(sms.key)
