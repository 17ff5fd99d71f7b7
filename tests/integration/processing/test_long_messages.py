"""A long SMS that comes in parts: joined once, in whatever order; nothing is guessed, and nothing lost."""

import datetime as dt
import itertools
import random

import pytest
from long_sms import KANNEL, URL, LongSms, cut, finish, joined, pass_the_limit
from long_sms_answers import TWO, answers, received, replies
from pipeline import Pipeline, stored

from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.services.intake.receive import receive
from chalicelib.services.processing.process import process
from chalicelib.services.sweep import sweep
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message

pytestmark = pytest.mark.usefixtures("multipart_gateways")
TEXT = "CL A2010 B1 C1201 D11 E600 F400 G190 # " + "баары тынч, рахмат 😀 " * 6
ANSWERS = {"A": "20:10", "B": True, "C": 1201, "D": 11, "E": 600, "F": 400, "G": 190}


@pytest.mark.parametrize("seed", range(6))
def test_ten_parts_in_any_order_with_repetitions_are_one_sms(seed: int, pipeline: Pipeline) -> None:
    chance = random.Random(seed)
    long = LongSms(pipeline, cut(TEXT, 10))
    arrivals = [(number, "") for number in range(1, 11)]
    arrivals += [(number, again) for number in chance.sample(range(1, 11), 4) for again in ("", "again")]
    chance.shuffle(arrivals)
    for number, again in arrivals:
        row = long.store(number, again)
        if chance.random() < 0.7:
            process(row, pipeline.now)
    finish(pipeline)
    [message] = joined(pipeline)
    assert (message.text, message.state, message.flag) == (TEXT, "accepted", None)
    assert answers(pipeline, "CL") == ANSWERS
    pass_the_limit(pipeline)
    parts = long.parts()
    assert sorted(str(row.state) for row in parts) == ["duplicate"] * (len(parts) - 10) + ["joined"] * 10
    assert message.parts == [row.key for row in sorted(parts, key=lambda row: row.part[1]) if row.state == "joined"]
    assert {row.about for row in parts if row.state == "joined"} == {message.key}
    assert all((row.pending, row.election, row.region) == (None, pipeline.election.id, "Bishkek") for row in parts)
    assert (received(pipeline), len(replies(pipeline)), len(joined(pipeline))) == (1, 1, 1)
    assert pipeline.differences() == ()


@pytest.mark.parametrize("stored_first", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_three_parts_in_every_order(order: tuple[int, ...], stored_first: bool, pipeline: Pipeline) -> None:
    long = LongSms(pipeline, ("OP A1 B0730 C1", "2 D1 E16", "68 # calm"))
    if stored_first:
        long.store_all((1, 2, 3))
    long.come(*order)
    finish(pipeline)
    assert answers(pipeline, "OP") == {"A": True, "B": "07:30", "C": 12, "D": True, "E": 1668}
    assert (received(pipeline), len(replies(pipeline))) == (1, 1)
    assert pipeline.differences() == ()


def test_the_whole_counts_when_its_first_part_was_received(pipeline: Pipeline) -> None:
    begun = pipeline.now
    long = LongSms(pipeline, TWO)
    long.come(2)
    pipeline.now += dt.timedelta(seconds=90)
    long.come(1)
    [message] = joined(pipeline)
    assert (message.received_at, message.provider_at, message.stored_at) == (begun, begun, pipeline.now)


def test_a_part_waits_for_the_others_and_counts_nowhere(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, TWO)
    long.come(1)
    pipeline.now += dt.timedelta(seconds=100)
    finish(pipeline)
    [part] = [stored(long.key(1))]
    assert (part.state, part.due_at) == ("received", part.stored_at + dt.timedelta(minutes=2))
    assert part.pending is not None
    assert (joined(pipeline), received(pipeline), pipeline.outgoing()) == ([], 0, [])


@pytest.mark.parametrize(
    ("missing", "text"),
    [(2, "OP A1 B0730 C1[…]68 # calm"), (1, "[…]2 D1 E1668 # calm"), (3, "OP A1 B0730 C12 D1 E16[…]")],
)
def test_without_a_part_it_is_held_and_asked_for_again_once(missing: int, text: str, pipeline: Pipeline) -> None:
    long = LongSms(pipeline, ("OP A1 B0730 C1", "2 D1 E16", "68 # calm"))
    long.come(*({1, 2, 3} - {missing}))
    pass_the_limit(pipeline)
    [message] = joined(pipeline)
    assert (message.text, message.state, message.flag) == (text, "held", "incomplete")
    assert message.reading["held"] == "incomplete"
    assert all(report["held"] for report in message.reading["reports"])
    assert pipeline.reports() == []
    [reply] = replies(pipeline)
    assert "did not arrive" in reply or "келген жок" in reply or "не дошла" in reply
    assert {(row.state, row.about) for row in long.parts()} == {("joined", message.key)}
    assert pipeline.summary()["nation"]["messages"]["held"] == received(pipeline) == 1
    assert pipeline.differences() == ()


def test_an_incident_in_what_came_is_told_at_once(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, ("OP A1 C12\nIN 3 they beat ", "us, room 1"))
    long.come(1)
    pass_the_limit(pipeline)
    [incident] = incidents_of(pipeline.election.id)
    assert (incident.category, incident.text) == (3, "they beat")
    assert incident.alerts
    assert pipeline.reports() == []
    pipeline.now += dt.timedelta(minutes=3)
    long.come(2)
    finish(pipeline)
    assert len(list(incidents_of(pipeline.election.id))) == 1, "the whole tells of the same one"
    assert answers(pipeline, "OP") == {"A": True, "C": 12}
    assert sum(pipeline.summary()["nation"]["incidents"].values()) == received(pipeline) == 1
    assert pipeline.differences() == ()


def test_a_category_that_may_be_cut_is_not_taken(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, ("OP A1\nIN 1", "0 they beat us"))
    long.come(1)
    pass_the_limit(pipeline)
    [incident] = incidents_of(pipeline.election.id)
    assert (incident.category, incident.severity) == (None, "high")
    long.come(2)
    finish(pipeline)
    assert sorted(incident.category or 0 for incident in incidents_of(pipeline.election.id)) == [0, 10]
    assert pipeline.differences() == ()


def test_a_character_that_is_cut_in_two_is_whole_again(pipeline: Pipeline) -> None:
    content = "TU A100 # тынч 😀!".encode("utf-16-be")
    middle = len("TU A100 # тынч ".encode("utf-16-be")) + 2
    for number, half in ((2, content[middle:]), (1, content[:middle])):
        sms = Sms(f"{pipeline.election.id}-{number}", pipeline.phone(), pipeline.number, "", pipeline.now)
        signed = KANNEL.sign(sms, URL + "kannel", pipeline.now, bytes((5, 0, 3, 9, 2, number)))
        quoted = "".join(f"%{byte:02X}" for byte in half)
        assert receive("kannel", signed.but(url=signed.url + quoted).arriving(pipeline.now)).status == 200
        process(stored(f"kannel#{pipeline.election.id}-{number}"), pipeline.now)
    assert stored(f"kannel#{pipeline.election.id}-1").text == "TU A100 # тынч \ufffd"
    [message] = joined(pipeline)
    assert message.text == "TU A100 # тынч 😀!"


def test_a_command_that_may_be_cut_is_not_obeyed(pipeline: Pipeline) -> None:
    coordinator = next(coordinator for coordinator in pipeline.election.coordinators if coordinator.phone)
    pipeline.say(pipeline.phone(), "IN 3 they beat us")
    LongSms(pipeline, ("OK 1", "2"), sender=coordinator.phone).come(1)
    pass_the_limit(pipeline)
    [command] = joined(pipeline)
    assert (command.state, command.reason) == ("command", "incomplete")
    assert pipeline.reply(command) is not None
    [incident] = incidents_of(pipeline.election.id)
    assert incident.state == "new"
    LongSms(pipeline, ("OK ", "1"), "9", sender=coordinator.phone).come(2, 1)
    finish(pipeline)
    [incident] = incidents_of(pipeline.election.id)
    assert incident.state == "acknowledged"
    assert pipeline.differences() == ()


def test_an_unknown_sender_is_quarantined_as_a_whole(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, TWO, sender="+996777000222")
    long.come(1)
    pass_the_limit(pipeline)
    long.come(2)
    finish(pipeline)
    assert sorted(str(row.state) for row in joined(pipeline)) == ["quarantined", "superseded"]
    assert received(pipeline) == 1
    assert pipeline.differences() == ()


def test_sweep_alone_joins_and_ends_the_waiting(pipeline: Pipeline) -> None:
    complete, lacking = (
        LongSms(pipeline, TWO),
        LongSms(pipeline, ("OP A1 C1", "2"), "9", name="b", sender=pipeline.phone(1)),
    )
    complete.store_all((2, 1))
    lacking.store(1)
    for _ in range(5):
        pipeline.now += dt.timedelta(minutes=1, seconds=1)
        sweep(lambda: 60.0, lambda: pipeline.now)
    assert sorted(str(row.state) for row in joined(pipeline)) == ["accepted", "held"]
    assert {row.state for row in (*complete.parts(), *lacking.parts())} == {"joined"}
    assert not [row for row in pipeline.rows() if row.pending is not None]
    assert pipeline.differences() == ()


def test_parts_that_wait_are_no_loop(pipeline: Pipeline) -> None:
    LongSms(pipeline, cut(TEXT, 10)).come(*range(1, 10))
    assert pipeline.reply(pipeline.say(pipeline.phone(), "?!")) is not None


def test_audit_names_a_part_that_is_read_nowhere(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, TWO)
    long.come(1, 2)
    finish(pipeline)
    [message] = joined(pipeline)
    message.update(actions=[Message.parts.set([long.key(1)])])
    found = pipeline.differences()
    assert any(f"{long.key(2)}: it is joined, but" in value for value in found)
    assert any("its text is not that of its parts" in value for value in found)
