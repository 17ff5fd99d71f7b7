"""Whose an SMS is and which round it reports: shared phones, strangers, machines, clocks."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from pipeline import Load, Pipeline, stored
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.elections import loading
from chalicelib.services.processing.process import process
from chalicelib.store import elections as stored_elections

OPENING = "OP A1 B0730 C12 D1 E1668"


def test_two_observers_share_a_phone(load: Load) -> None:
    pipeline = load(size=2)
    lead, other, *rest = pipeline.election.observers
    shared = other.model_copy(update={"phones": lead.phones})
    loading.load(changed(pipeline.election, observers=[lead, shared, *rest]), REAL_TIME)
    by_default = pipeline.say(lead.phones[0], "OP A1")
    named = pipeline.say(lead.phones[0], f"OP A1 @{other.number}")
    unknown = pipeline.say(lead.phones[0], "OP C5 @9999")
    assert [by_default.observer, unknown.observer] == [lead.number, lead.number]
    assert (named.reading or {})["reports"][0]["observer"] == other.number
    assert "observer_unknown" in (unknown.reading or {})["reports"][0]["flags"]
    row = pipeline.report_row(lead.station, "OP")
    assert set(row.answers) == {lead.number, other.number}
    assert pipeline.differences() == ()


def test_a_named_station_is_believed_and_flagged(pipeline: Pipeline) -> None:
    phone = pipeline.phone()
    elsewhere = pipeline.election.stations[5].number
    reassigned = (pipeline.say(phone, f"OP {elsewhere} A1").reading or {})["reports"][0]
    unknown = (pipeline.say(phone, "OP 9999 A1").reading or {})["reports"][0]
    assert (reassigned["station"], reassigned["flags"]) == (elsewhere, ["reassigned"])
    assert unknown["station"] == pipeline.election.stations[0].number
    assert unknown["flags"], unknown
    assert pipeline.differences() == ()


def test_an_unknown_sender_gets_one_reply_however_many_write_at_once(pipeline: Pipeline) -> None:
    messages = [pipeline.send("+996777123456", f"OP A1 C{place}") for place in range(8)]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda message: process(message, pipeline.now), messages))
    assert {stored(message.key).state for message in messages} == {"quarantined"}
    assert len(pipeline.outgoing()) == 1
    assert pipeline.summary()["nation"]["messages"]["quarantined"] == 8
    assert pipeline.summary()["nation"]["forms"]["OP"]["-"]["received"] == 0
    assert pipeline.differences() == ()


def test_a_sender_who_enters_the_roster_is_known_at_once(pipeline: Pipeline) -> None:
    phone = "+996777654321"
    assert pipeline.say(phone, OPENING).state == "quarantined"
    lead, *others = pipeline.election.observers
    more = lead.model_copy(update={"phones": (*lead.phones, phone)})
    trusted = dict(stored_elections._recent._kept)
    loading.load(changed(pipeline.election, observers=[more, *others]), REAL_TIME)
    stored_elections._recent._kept.update(trusted)  # as another process still has it
    later = pipeline.now + dt.timedelta(seconds=1)
    assert pipeline.say(phone, OPENING, sent_at=later).state == "accepted"


@pytest.mark.parametrize("sender", ["1212", "MegaCom"])
def test_machines_are_stored_and_never_answered(sender: str, pipeline: Pipeline) -> None:
    message = pipeline.say(sender, "Your balance is 5 som")
    assert message.state == "quarantined"
    assert pipeline.outgoing() == []


def test_our_own_numbers_are_never_answered(load: Load) -> None:
    pipeline, other = load(size=2), load(size=2)
    for number in (pipeline.number, other.number):
        assert pipeline.say(number, "Baykoo: OP 1001 accepted").state in {"quarantined", "held"}
    assert pipeline.outgoing() == []


def test_after_five_unreadable_texts_replies_stop_and_storing_does_not(pipeline: Pipeline) -> None:
    phone = pipeline.phone()
    messages = []
    for place in range(9):
        pipeline.now += dt.timedelta(seconds=20)
        messages.append(pipeline.say(phone, f"?! {place}"))
    assert [pipeline.reply(message) is not None for message in messages] == [True] * 5 + [False] * 4
    assert {message.state for message in messages} == {"unrecognised"}
    assert pipeline.reply(pipeline.say(phone, OPENING)) is not None, "what can be read is answered all the same"
    pipeline.now += dt.timedelta(minutes=11)
    assert pipeline.reply(pipeline.say(phone, "?! later")) is not None
    assert pipeline.differences() == ()


def test_readable_texts_that_wait_do_not_stop_the_reply_to_an_unreadable_one(pipeline: Pipeline) -> None:
    phone = pipeline.phone()
    for place in range(7):
        pipeline.send(phone, f"OP C{place}")
    assert pipeline.reply(pipeline.say(phone, "?!")) is not None


def test_a_machine_that_floods_is_answered_five_times_whatever_the_order(pipeline: Pipeline) -> None:
    phone = pipeline.phone()
    messages = []
    for place in range(70):
        pipeline.now += dt.timedelta(seconds=2)
        messages.append(pipeline.send(phone, f"?! {place}"))
    for message in reversed(messages):
        process(message, pipeline.now)
    assert len(pipeline.outgoing()) == 5


def test_a_round_is_the_last_begun_when_the_provider_received_it(pipeline: Pipeline) -> None:
    def round_of(local: str) -> str:
        at = dt.datetime.fromisoformat(f"{pipeline.election.date}T{local}+06:00")
        pipeline.now = dt.datetime.fromisoformat(f"{pipeline.election.date}T23:00+06:00").astimezone(dt.UTC)
        message = pipeline.say(pipeline.phone(), "TU A100", sent_at=at)
        return str((message.reading or {})["reports"][0]["round"])

    assert round_of("07:15") == "10:00", "before the first round: the first"
    assert [round_of(at) for at in ("10:00", "11:59:59", "12:00", "21:30")] == ["10:00", "10:00", "12:00", "20:00"]


@pytest.mark.parametrize("off", [dt.timedelta(days=-3), dt.timedelta(minutes=6)])
def test_a_provider_s_time_that_cannot_be_is_replaced_by_ours(off: dt.timedelta, pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), "TU A100", sent_at=pipeline.now + off)
    assert message.received_at == pipeline.now
    assert message.provider_at == pipeline.now + off


def test_a_rehearsal_s_clock_decides_the_round(load: Load) -> None:
    pipeline = load(size=2)
    clock = REAL_TIME.__class__(pipeline.now, pipeline.now, 60.0)
    loading.load(pipeline.election, clock)
    pipeline.now += dt.timedelta(minutes=4)  # four hours later on the election's clock: 13:00
    message = pipeline.say(pipeline.phone(), "TU A100")
    assert (message.reading or {})["reports"][0]["round"] == "12:00"
    assert pipeline.differences() == ()
