"""What at the desk can grow has a bound; beyond it nothing is lost, and a person is told."""

import datetime as dt

import pytest
from desk_actions import AtDesk, say
from pipeline import stored

from chalicelib.services.desk import assignment, decisions, log, queue, reread
from chalicelib.services.desk.log import LogFilter
from chalicelib.services.desk.queue import QueueFilter
from chalicelib.services.desk.refusals import TooManyAssigned
from chalicelib.store import desk as desk_rows


def test_so_many_phones_are_assigned_and_the_next_is_refused(desk: AtDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "MOST_ASSIGNED", 2)
    sms = [desk.pipeline.say(f"+99677700044{place}", "OP 1001 A1") for place in range(3)]
    number = desk.pipeline.observers()[0].number
    for row in sms[:2]:
        desk.assign(row.key, number)
    with pytest.raises(TooManyAssigned, match="2 phones are assigned"):
        desk.assign(sms[2].key, number)
    assert stored(sms[2].key).state == "quarantined"


def test_so_many_sms_of_a_phone_are_put_back_at_once_and_all_in_the_end(
    desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reread, "AT_ONCE", 2)
    sms = [desk.pipeline.say("+996777000445", f"OP 1001 C{place}") for place in range(5)]
    assert desk.assign(sms[0].key, desk.pipeline.observers()[0].number)["read"] == 5
    assert {stored(row.key).state for row in sms} == {"accepted"}


def test_so_many_identical_texts_are_dismissed_at_once_and_the_rest_is_told(
    desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "MOST_AT_ONCE", 2)
    sms = [desk.pipeline.say(desk.pipeline.phone(place), "thank you") for place in range(3)]
    answer = desk.dismiss(sms[0].key, identical=True)
    assert (len(answer["dismissed"]), answer["left"]) == (2, 1)
    assert len(desk.waiting()) == 1


def test_of_a_region_so_many_waiting_sms_are_counted_and_the_list_says_so(
    desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    for place in range(3):
        desk.pipeline.say(desk.pipeline.phone(place), f"chat {place}")
    document = queue.queue(desk.pipeline.current, desk.operator, QueueFilter(), (), desk.pipeline.now)
    assert (document["waiting"]["count"], document["is_cut"]) == (2, True)


def test_a_search_reads_so_many_texts_and_goes_on_where_it_stopped(
    desk: AtDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "MOST_SEARCHED", 2)
    pipeline = desk.pipeline
    begin = pipeline.now
    sought = say(pipeline, pipeline.phone(), "the needle")
    say(pipeline, pipeline.phone(1), "hay")
    pages: list[list[str]] = []
    after = None
    for _ in range(10):
        log_filter = LogFilter(begin, pipeline.now, text="needle", direction="in", after=after)
        page = log.log(pipeline.current, desk.operator, log_filter, (), pipeline.now)
        assert page["looked_at"] <= 2
        pages.append([message["key"] for message in page["messages"]])
        if page["next"] is None:
            break
        after = tuple(page["next"])
    assert [key for page in pages for key in page] == [sought.key]


def test_so_many_earlier_decisions_stay_with_an_sms(desk: AtDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_rows, "MOST_EARLIER", 2)
    sms = desk.pipeline.say(desk.pipeline.phone(), "hm")
    for _ in range(2):
        desk.pipeline.now += dt.timedelta(seconds=1)
        desk.dismiss(sms.key)
        desk.undo(sms.key)
    assert [message["how"] for message in stored(sms.key).resolution["earlier"]] == ["dismissed", "undone"]
