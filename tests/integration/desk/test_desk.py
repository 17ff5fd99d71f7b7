"""What a person does about an SMS that waits: it counts once, is told who did it, and can be undone."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from aws_transactions import Transactions
from desk_actions import AtDesk, audit_lines, settle
from pipeline import stored
from waiting_sms import OPENING, STRANGER, received, stranger

from chalicelib.observation.reports.entry_fields import EntryFields, FieldsRefused
from chalicelib.services.actions.perform import Action, KeyReused
from chalicelib.services.desk import decisions, queue
from chalicelib.services.desk.refusals import NoSuchMessage, NotDone
from chalicelib.services.versions import VersionPassed
from chalicelib.store.incidents import incidents_of


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
