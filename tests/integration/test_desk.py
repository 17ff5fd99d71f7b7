"""What a person does about an SMS that waits: it counts once, is told who did it, and can be undone."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from aws_transactions import Transactions
from desk_actions import AtDesk, audit_lines, settle
from pipeline import Load, Pipeline, stored

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.reports.entry_fields import EntryFields, FieldsRefused
from chalicelib.services.actions.perform import Action, KeyReused
from chalicelib.services.desk import assignment, decisions, queue
from chalicelib.services.desk.assignment import Owner
from chalicelib.services.desk.refusals import NoSuchMessage, NotDone
from chalicelib.services.elections import loading
from chalicelib.services.versions import VersionPassed
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message
from chalicelib.store.outcome import write
from chalicelib.store.roster import assignments

OPENING = "OP 1001 A1 B0730 C12 D1 E1668"
STRANGER = "+996777000222"


@pytest.fixture
def desk(pipeline: Pipeline) -> AtDesk:
    return AtDesk(pipeline)


def received(pipeline: Pipeline, form: str = "OP") -> int:
    return int(pipeline.summary()["nation"]["forms"][form]["-"]["received"])


def stranger(pipeline: Pipeline, text: str = OPENING, phone: str = STRANGER) -> Message:
    message = pipeline.say(phone, text)
    assert message.state == "quarantined"
    pipeline.now += dt.timedelta(minutes=1)
    return message


def test_entering_what_an_sms_says_counts_and_takes_it_from_the_desk(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = pipeline.say(pipeline.phone(), "all 12 of us are here since 7:30")
    assert desk.waiting() == [sms.key]
    answer = desk.enter(EntryFields("OP", "1001", None, {"A": "1", "B": "7:30"}), about=sms.key, note="she called")
    assert desk.waiting() == []
    assert answer["text"] == "OP 1001 A1 B0730"
    row = stored(sms.key)
    assert row.resolution is not None
    assert (row.state, row.revision) == ("unrecognised", 1)
    assert {name: row.resolution[name] for name in ("how", "who", "by", "note")} == {
        "how": "entered",
        "who": "Aida (operator)",
        "by": answer["entered"],
        "note": "she called",
    }
    assert stored(answer["entered"]).state == "accepted"
    assert received(pipeline) == 1
    assert audit_lines(pipeline) == ["Aida (operator): report entered"]
    assert pipeline.differences() == ()


def test_undoing_an_entry_withdraws_it_and_the_sms_waits_again(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    pipeline.say(pipeline.phone(), "OP 1001 C11")
    pipeline.now += dt.timedelta(minutes=1)
    sms = pipeline.say(pipeline.phone(), "OP 1001 C12o")
    before = pipeline.summary()["nation"]["forms"]
    desk.enter("OP 1001 A1 C12", about=sms.key)
    assert pipeline.summary()["nation"]["forms"] != before
    pipeline.now += dt.timedelta(minutes=1)
    desk.undo(sms.key)
    assert pipeline.summary()["nation"]["forms"] == before
    assert desk.waiting() == [sms.key]
    assert pipeline.differences() == ()
    desk.enter("OP 1001 C13", about=sms.key)
    (report,) = pipeline.reports()
    (given,) = report.report.observers.values()
    assert given.answers["C"].value == 13
    assert [message["how"] for message in stored(sms.key).resolution["earlier"]] == ["undone", "entered"]
    assert audit_lines(pipeline) == [
        "Aida (operator): report entered",
        "Aida (operator): entry withdrawn",
        "Aida (operator): report entered",
    ]
    assert pipeline.differences() == ()


def test_what_was_said_by_phone_is_undone_by_its_own_key(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    entered = desk.enter(OPENING, observer=pipeline.observers()[0].number)["entered"]
    assert received(pipeline) == 1
    desk.undo(entered)
    assert received(pipeline) == 0
    with pytest.raises(NotDone):
        desk.undo(entered)
    assert pipeline.differences() == ()


def test_an_entry_that_would_not_count_whole_is_refused(desk: AtDesk) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), "hm")
    with pytest.raises(FieldsRefused):
        desk.enter("OP 1001 A1 C999999", about=sms.key)
    assert desk.waiting() == [sms.key]
    assert audit_lines(desk.pipeline) == []


def test_an_sms_is_dismissed_and_waits_again_after_the_undo(desk: AtDesk) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), "thank you")
    desk.dismiss(sms.key, note="a greeting")
    assert desk.waiting() == []
    desk.undo(sms.key)
    assert desk.waiting() == [sms.key]
    assert desk.pipeline.differences() == ()


def test_identical_texts_are_dismissed_together_and_no_other(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    same = [pipeline.say(pipeline.phone(place), text).key for place, text in enumerate(["Thank you", "thank  you"])]
    other = pipeline.say(pipeline.phone(2), "where am I to go?")
    unknown = pipeline.say(STRANGER, "Thank you")
    assert sorted(desk.dismiss(same[0], identical=True)["dismissed"]) == sorted(same)
    assert desk.waiting() == sorted([other.key, unknown.key])


def test_an_answer_goes_out_once_and_says_who_wrote_it(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = pipeline.say(pipeline.phone(), "where am I to go?")
    answer = desk.answer(sms.key, "To station 1001.")
    sent = stored(answer["answer"])
    assert (sent.state, sent.recipient, sent.text, sent.about) == (
        "queued",
        pipeline.phone(),
        "To station 1001.",
        sms.key,
    )
    assert (sent.author, sent.sender, answer["segments"]) == ("Aida (operator)", pipeline.number, 1)
    assert desk.waiting() == []


@pytest.mark.parametrize(("desk_name", "how"), [("headquarters", "passed"), ("call", "call")])
def test_an_sms_waits_at_another_desk(desk: AtDesk, desk_name: str, how: str) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), "what now?")
    desk.move(sms.key, desk_name)
    row = stored(sms.key)
    assert row.attention == f"{desk.pipeline.election.id}#Bishkek#{desk_name}"
    assert row.resolution["how"] == how
    desk.undo(sms.key)
    assert stored(sms.key).attention == f"{desk.pipeline.election.id}#Bishkek"


def test_an_sms_is_made_an_incident_of_its_station(desk: AtDesk) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), "they beat us and take the box away")
    desk.incident(sms.key, 3)
    (incident,) = incidents_of(desk.pipeline.election.id)
    assert (incident.category, incident.station, incident.text) == (3, "1001", "they beat us and take the box away")
    assert desk.waiting() == []
    assert desk.pipeline.differences() == ()


def test_a_reading_of_a_held_text_is_chosen(desk: AtDesk) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), f"тест\n{OPENING}")
    assert sms.state == "held"
    desk.enter(0, about=sms.key)
    assert received(desk.pipeline) == 1
    assert desk.waiting() == []
    assert desk.pipeline.differences() == ()


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


def test_the_same_key_twice_is_one_entry_and_one_line(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = pipeline.say(pipeline.phone(), "hm")
    seen = AtDesk(pipeline, seen={sms.key: desk.tag(sms.key)})
    answers = [seen.enter(OPENING, about=sms.key, under="once") for _ in range(2)]
    assert answers[0] == answers[1]
    assert received(pipeline) == 1
    assert audit_lines(pipeline) == ["Aida (operator): report entered"]
    other = Action(desk.operator, pipeline.now, "once", "another digest")
    with pytest.raises(KeyReused):
        decisions.dismiss(pipeline.current, other, sms.key, "x")


def test_who_comes_second_is_told_who_was_first(desk: AtDesk) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), "thank you")
    bakyt = AtDesk(desk.pipeline, "Bakyt", seen={sms.key: desk.tag(sms.key)})
    desk.dismiss(sms.key)
    with pytest.raises(VersionPassed, match=r"dismissed by Aida \(operator\)"):
        bakyt.enter(OPENING, about=sms.key)
    assert received(desk.pipeline) == 0


def test_an_operator_of_another_region_finds_nothing(desk: AtDesk) -> None:
    sms = desk.pipeline.say(desk.pipeline.phone(), "thank you")
    elsewhere = AtDesk(desk.pipeline, "Osh", ("Chuy",), seen={sms.key: desk.tag(sms.key)})
    with pytest.raises(NoSuchMessage):
        elsewhere.dismiss(sms.key)


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


@pytest.mark.parametrize("what", ["enter", "dismiss", "assign"])
def test_two_operators_at_the_same_moment_do_it_once(desk: AtDesk, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = desk.pipeline
    sms = stranger(pipeline, "OP 1001 A1 C12") if what == "assign" else pipeline.say(pipeline.phone(), "hm")
    observer = pipeline.observers()[0].number
    together = Barrier(2)
    Transactions.tapped(monkeypatch)

    def act(name: str) -> str:
        own = AtDesk(pipeline, name, seen={sms.key: desk.tag(sms.key)})
        together.wait()
        try:
            match what:
                case "enter":
                    own.enter("OP 1001 A1 C12", about=sms.key)
                case "dismiss":
                    own.dismiss(sms.key)
                case _:
                    own.assign(sms.key, observer)
        except VersionPassed:
            return "passed"
        return "done"

    with ThreadPoolExecutor(2) as operators:
        ends = sorted(operators.map(act, ("Aida", "Bakyt")))
    settle(pipeline)
    assert desk.waiting() == []
    assert received(pipeline) == (0 if what == "dismiss" else 1)
    assert pipeline.differences() == ()
    if what != "assign":  # the same assignment twice is harmless, and both may be told that it is done
        assert ends == ["done", "passed"]
        assert len(audit_lines(pipeline)) == 1


def test_hostile_words_stay_words(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    text = "=HYPERLINK(1)<img src=x onerror=alert(1)>\u202egnp\x07"
    sms = pipeline.say(pipeline.phone(), text)
    listed = queue.queue(pipeline.current, desk.operator, queue.QueueFilter(), (), pipeline.now)["messages"]
    assert [message["text"] for message in listed] == [sms.text]
    entered = desk.incident(sms.key, 3)
    assert stored(entered["entered"]).state == "accepted"
    (incident,) = incidents_of(pipeline.election.id)
    assert "img src=x onerror=alert(1)" in str(incident.text)
