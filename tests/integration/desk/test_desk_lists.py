"""What the desk shows: the queue, the log, what was done, conversations; in the operator's regions, without Scan."""

import datetime as dt
from typing import Any

import pytest
from aws_faults import Wire
from desk_actions import AtDesk, say
from pipeline import Load, Pipeline, stored

from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.access.operators import Operator
from chalicelib.services.desk import conversation, decisions, queue, superseded_sms
from chalicelib.services.desk import log as message_log
from chalicelib.services.desk.log import LogFilter
from chalicelib.services.desk.queue import QueueFilter
from chalicelib.services.desk.refusals import NoSuchMessage, NoSuchObserver
from chalicelib.store import keys
from chalicelib.store.queues import QUEUE_SHARDS

STRANGER = "+996777000333"


@pytest.fixture
def desk(pipeline: Pipeline) -> AtDesk:
    superseded_sms._looked.clear()
    return AtDesk(pipeline)


def shown(desk: AtDesk, **filters: Any) -> dict[str, Any]:
    return queue.queue(desk.pipeline.current, desk.operator, QueueFilter(**filters), (), desk.pipeline.now)


def test_what_waits_is_listed_oldest_first_with_its_kind_and_counts(desk: AtDesk, wire: Wire) -> None:
    pipeline = desk.pipeline
    chat = say(pipeline, pipeline.phone(), "where am I to go?")
    part = say(pipeline, pipeline.phone(1), "OP A1 C12o")
    unknown = say(pipeline, STRANGER, "OP A1")
    held = say(pipeline, pipeline.phone(3), "test OP A1")
    wire.listen()
    document = shown(desk)
    assert "Scan" not in wire.calls
    assert [(message["key"], message["kind"]) for message in document["messages"]] == [
        (chat.key, "not_understood"),
        (part.key, "in_part"),
        (unknown.key, "unknown_number"),
        (held.key, "held"),
    ]
    assert document["waiting"] == {"count": 4, "oldest": chat.stored_at.isoformat()}
    assert {kind: row["count"] for kind, row in document["kinds"].items()} == dict.fromkeys(queue.KINDS, 1)
    assert {region: row["count"] for region, row in document["regions"].items()} == {"*": 1, "Bishkek": 3}
    assert document["messages"][2]["from"] == STRANGER
    assert document["messages"][1]["suggestion"] == "OP A=1"
    first = shown(desk, limit=3)
    rest = shown(desk, limit=3, after=tuple(first["next"]))
    assert [message["key"] for message in (*first["messages"], *rest["messages"])] == [
        chat.key,
        part.key,
        unknown.key,
        held.key,
    ]
    assert rest["next"] is None
    assert [message["key"] for message in shown(desk, kind="in_part")["messages"]] == [part.key]


def test_an_operator_of_a_region_sees_its_own_alone_and_a_viewer_no_words(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    say(pipeline, pipeline.phone(), "where am I to go?")
    say(pipeline, STRANGER, "OP 1001 A1")
    elsewhere = AtDesk(pipeline, "Chuy's", ("Chuy",))
    assert shown(elsewhere)["messages"] == []
    assert shown(elsewhere)["waiting"]["count"] == 0
    viewer = Operator("press", "viewer", pipeline.election.id, ())
    seen = queue.queue(pipeline.current, viewer, QueueFilter(), (), pipeline.now)["messages"]
    assert [(message["text"], message["name"], message["suggestion"]) for message in seen] == [(None, None, None)] * 2
    assert all(row["from"].startswith("…") for row in seen)


@pytest.mark.parametrize(
    ("text", "sees_it"),
    [("OP {chuy} A1", True), ("IN {chuy} 3 they beat us", True), ("OP {bishkek} A1", False), ("OP A1", False)],
)
def test_an_unknown_number_that_names_a_region_s_station_waits_there(desk: AtDesk, text: str, *, sees_it: bool) -> None:
    pipeline = desk.pipeline
    named = {station.region.lower(): station.number for station in pipeline.election.stations}
    sms = say(pipeline, STRANGER, text.format(**named))
    chuy = AtDesk(pipeline, "Chuy's", ("Chuy",))
    assert [message["key"] for message in shown(chuy)["messages"]] == [sms.key] * sees_it
    assert [message["key"] for message in shown(desk)["messages"]] == [sms.key], "the whole nation sees it anyway"
    if not sees_it:
        with pytest.raises(NoSuchMessage):
            chuy.dismiss(sms.key)


def test_of_stations_in_several_regions_it_is_the_nation_s(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    first, last = pipeline.election.stations[0], pipeline.election.stations[-1]
    assert first.region != last.region
    sms = say(pipeline, STRANGER, f"OP {first.number} A1\nIN {last.number} 3 they beat us")
    assert sms.region is None


def test_identical_texts_are_one_line_that_says_how_many(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    keys = [say(pipeline, pipeline.phone(place), "Thank  you" if place else "thank you").key for place in range(3)]
    (line,) = shown(desk)["messages"]
    assert (line["key"], line["identical"]) == (keys[0], 3)
    assert shown(desk)["waiting"]["count"] == 3


def test_m7_an_sms_read_in_part_leaves_when_its_sender_has_sent_the_rest(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    part = say(pipeline, pipeline.phone(), "OP A1 B99 C12")
    assert part.state == "partly_accepted"
    assert [message["key"] for message in shown(desk)["messages"]] == [part.key]
    rest = say(pipeline, pipeline.phone(), "OP B0730")
    superseded_sms._looked.clear()
    document = shown(desk)
    assert document["messages"] == []
    assert document["waiting"]["count"] == 0
    row = stored(part.key)
    assert row.attention is None
    assert (row.resolution["how"], row.resolution["by"]) == ("superseded", rest.key)
    assert row.resolution["who"] == f"observer {pipeline.observers()[0].number}"
    assert pipeline.differences() == ()


def test_l3_the_log_has_what_came_and_went_by_state_region_and_text(desk: AtDesk, wire: Wire) -> None:
    pipeline = desk.pipeline
    begin = pipeline.now
    report = say(pipeline, pipeline.phone(), "OP 1001 A1 B0730 C12 D1 E1668")
    chat = say(pipeline, pipeline.phone(1), "Where am I to go?")
    say(pipeline, STRANGER, "OP A1")

    def shown_by(**filters: Any) -> list[dict[str, Any]]:
        log_filter = LogFilter(begin, pipeline.now, **filters)
        page = message_log.log(pipeline.current, desk.operator, log_filter, (), pipeline.now)
        return list(page["messages"])

    def listed(**filters: Any) -> list[str]:
        return [message["key"] for message in shown_by(**filters)]

    wire.listen()
    described = shown_by()
    everything = [message["key"] for message in described]
    assert "Scan" not in wire.calls
    assert len(everything) == 6, "three SMS and three replies"
    assert everything[-1] in (report.key, f"reply#{report.key}")
    assert listed(state="unrecognised") == [chat.key]
    assert set(listed(direction="out")) == {row.key for row in pipeline.outgoing()}
    assert listed(text="where AM") == [chat.key]
    assert set(listed(region="Bishkek", direction="in")) == {report.key, chat.key}
    station, number = pipeline.observers()[0].station, pipeline.observers()[0].number
    of_station = {row["key"] for row in described if row["station"] == station}
    assert report.key in of_station
    assert set(listed(station=station)) == of_station != set(everything)
    assert set(listed(station=station, observer=number)) <= of_station
    assert listed(station="no such station") == []
    pages: list[str] = []
    after = None
    for _ in range(20):
        log_filter = LogFilter(begin, pipeline.now, limit=2, after=after)
        page = message_log.log(pipeline.current, desk.operator, log_filter, (), pipeline.now)
        pages += [message["key"] for message in page["messages"]]
        if page["next"] is None:
            break
        after = tuple(page["next"])
    assert pages == everything


def test_a_page_of_the_log_ends_after_half_a_day_without_messages_and_goes_on(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    begin = pipeline.now
    report = say(pipeline, pipeline.phone(), "OP 1001 A1")
    pipeline.now += dt.timedelta(hours=15)
    log_filter = LogFilter(begin, pipeline.now, direction="in")
    page = message_log.log(pipeline.current, desk.operator, log_filter, (), pipeline.now)
    assert (page["messages"], page["next"] is None) == ([], False)
    log_filter = LogFilter(begin, pipeline.now, direction="in", after=tuple(page["next"]))
    page = message_log.log(pipeline.current, desk.operator, log_filter, (), pipeline.now)
    assert [message["key"] for message in page["messages"]] == [report.key]
    assert page["next"] is None


def test_what_was_done_is_listed_with_who_and_how(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    first, second = (say(pipeline, pipeline.phone(place), "hm") for place in range(2))
    desk.dismiss(first.key, note="chat")
    pipeline.now += dt.timedelta(minutes=1)
    desk.enter("OP 1001 A1", about=second.key)
    page = message_log.done(pipeline.current, desk.operator, message_log.ActedFilter(limit=1), (), pipeline.now)
    assert [(message["who"], message["action"], message["message"]["key"]) for message in page["done"]] == [
        ("Aida (operator)", "report entered", second.key)
    ]
    assert page["done"][0]["message"]["done"]["how"] == "entered"
    page = message_log.done(
        pipeline.current, desk.operator, message_log.ActedFilter(None, page["next"], 1), (), pipeline.now
    )
    assert [(message["action"], message["note"]) for message in page["done"]] == [("message dismissed", "chat")]
    elsewhere = Operator("x", "operator", pipeline.election.id, ("Chuy",))
    assert message_log.done(pipeline.current, elsewhere, message_log.ActedFilter(), (), pipeline.now)["done"] == []


def test_what_was_done_is_listed_by_region(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    stations = pipeline.election.stations
    by_region = {station.region: pipeline.observers(place)[0] for place, station in enumerate(stations)}
    rows = [say(pipeline, observer.phones[0], "hm") for observer in by_region.values()]
    for row in rows:
        desk.answer(row.key, "Please send OP.")
    assert len(rows) > 1
    for of_it in (message_log.done, message_log.awaiting):
        for row in rows:
            page = of_it(pipeline.current, desk.operator, message_log.ActedFilter(row.region), (), pipeline.now)
            assert [line["message"]["key"] for line in page["done"]] == [row.key]


def test_a_conversation_has_both_directions_and_what_was_entered(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    observer = pipeline.observers()[0]
    sms = say(pipeline, pipeline.phone(), "where am I to go?")
    desk.answer(sms.key, "To station 1001.")
    pipeline.now += dt.timedelta(minutes=1)
    entered = desk.enter("OP 1001 A1", observer=observer.number)["entered"]
    pipeline.now += dt.timedelta(minutes=1)
    page = conversation.with_observer(pipeline.current, desk.operator, observer.number, None, 10)
    assert next(message["key"] for message in page["messages"]) == entered
    assert {message["direction"] for message in page["messages"]} == {"in", "out"}
    assert len(page["messages"]) == 4
    assert page["observer"]["phones"] == list(observer.phones)
    first = conversation.with_sender(pipeline.current, desk.operator, sms.key, None, 3)
    before = (dt.datetime.fromisoformat(first["next"][0]), first["next"][1])
    rest = conversation.with_sender(pipeline.current, desk.operator, sms.key, before, 3)
    assert [message["key"] for message in (*first["messages"], *rest["messages"])] == [
        message["key"] for message in page["messages"]
    ]
    elsewhere = Operator("x", "operator", pipeline.election.id, ("Chuy",))
    with pytest.raises(NoSuchObserver):
        conversation.with_observer(pipeline.current, elsewhere, observer.number, None, 10)


def test_a_message_is_shown_whole_to_whoever_decides_about_it(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = say(pipeline, pipeline.phone(), "OP А1 C12o")
    document, version = conversation.whole(pipeline.current, desk.operator, sms.key, ())
    assert version == document["version"] == f"{sms.state}.0"
    assert document["raw"] is None
    assert document["reading"]["reports"][0]["repairs"]
    assert document["suggestions"][0]["answers"] == {"A": "1"}
    assert {message["key"] for message in document["conversation"]} == {f"reply#{sms.key}", sms.key}
    headquarters = Operator("hq", "headquarters", pipeline.election.id, ())
    assert conversation.whole(pipeline.current, headquarters, sms.key, ())[0]["raw"] == sms.raw
    viewer = Operator("press", "viewer", pipeline.election.id, ())
    seen, _ = conversation.whole(pipeline.current, viewer, sms.key, ())
    assert (seen["conversation"], seen["suggestions"], seen["raw"]) == ([], [], None)


def test_half_a_thousand_waiting_sms_cost_what_their_page_costs(load: Load, wire: Wire) -> None:
    pipeline = load()
    desk = AtDesk(pipeline)
    for place in range(30):
        pipeline.say(pipeline.phone(place % 20), f"chat {place}")
    wire.listen()
    document = shown(desk, limit=10)
    assert document["waiting"]["count"] == 30
    assert len(document["messages"]) == 10
    of_leases = len({message["region"] for message in document["messages"]})
    assert wire.calls.count("Query") == len(pipeline.election.regions) + 1 + QUEUE_SHARDS["held"] + of_leases
    assert wire.calls.count("BatchGetItem") <= 2


def test_what_no_try_has_read_waits_too_and_is_tried_again(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = pipeline.send(pipeline.phone(), "OP 1001 A1")
    assert sms.hold(MessageState.HELD, pipeline.now, reason=Reason.NOT_PROCESSED, last_error="a fault")
    (line,) = shown(desk)["messages"]
    assert (line["key"], line["kind"], line["held_for"]) == (sms.key, "held", "not_processed")
    assert conversation.whole(pipeline.current, desk.operator, sms.key, ())[0]["last_error"] == "a fault"
    elsewhere = AtDesk(pipeline, "Chuy's", ("Chuy",))
    assert shown(elsewhere)["messages"] == []
    decisions.retry(desk.pipeline.current, desk.action(), sms.key, desk.tag(sms.key))
    assert stored(sms.key).state == "accepted"
    assert shown(desk)["messages"] == []
    assert pipeline.differences() == ()


def test_what_proves_a_sign_in_is_in_no_conversation(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    sms = say(pipeline, pipeline.phone(), "hm")
    reply = pipeline.reply(sms)
    assert reply is not None
    reply.key = keys.sign_in(pipeline.election.id, "secret")
    reply.save()
    page = conversation.with_sender(pipeline.current, desk.operator, sms.key, None, 10)
    assert all("secret" not in message["key"] for message in page["messages"])
    with pytest.raises(NoSuchMessage):
        conversation.whole(pipeline.current, desk.operator, reply.key, ())
