"""A phone that the election does not know is answered once."""

import pytest
from day_in_memory import DayInMemory, small_election

STRANGER = "+996777123456"


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DayInMemory:
    return DayInMemory.begun(small_election("strangers"), monkeypatch)


def test_a_stranger_has_one_reply_however_often_it_writes(day: DayInMemory) -> None:
    messages = [day.say(STRANGER, f"hello {place}") for place in range(3)]
    assert [row.state for row in messages] == ["quarantined"] * 3
    assert [len(day.rows("out"))] == [1]
    assert day.reply(messages[0]) is not None
    assert day.reply(day.say("+996777123457", "hello")) is not None
    assert day.differences() == ()


def test_a_stranger_whom_the_hour_left_without_a_reply_gets_it_later(
    day: DayInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.services.replies.strangers.MOST_REPLIES_PER_HOUR", 1)
    day.say("+996777123457", "hello")
    assert day.reply(day.say(STRANGER, "hello")) is None
    day.now = day.now.replace(hour=day.now.hour + 1)
    assert day.reply(day.say(STRANGER, "hello, is anybody there")) is not None
