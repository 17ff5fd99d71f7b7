"""What comes before its form's day: kept and answered, and in no number; an incident opens on any day."""

import datetime as dt

import pytest
from pipeline import Pipeline

from chalicelib.store.incidents import incidents_of
from chalicelib.store.message_queries import needing_attention


@pytest.fixture
def eve(pipeline: Pipeline) -> Pipeline:
    """An election whose day is tomorrow."""
    pipeline.now -= dt.timedelta(hours=15)
    return pipeline


def test_b02_practice_is_in_no_number(eve: Pipeline) -> None:
    for text in ("OP A1 B0702 C9 D1 E1668", "TU A5", "CL A2005 B1 C300 D5 E100 F100 G95", "OP D2", "OP A1 C99"):
        message = eve.say(eve.phone(), text)
        assert message.state == "practice", text
        assert message.attention is None
        reply = eve.reply(message)
        assert reply is not None
    summary = eve.summary()["nation"]
    assert summary["messages"]["received"] == 0
    assert sum(row["received"] for rounds in summary["forms"].values() for row in rounds.values()) == 0
    assert eve.reports() == []
    assert list(incidents_of(eve.election.id)) == []
    assert list(needing_attention(f"{eve.election.id}#*")) == []
    assert eve.differences() == ()


def test_what_is_practised_may_be_sent_again_on_the_day(eve: Pipeline) -> None:
    eve.say(eve.phone(), "OP A1 B0702 C9 D1 E1668")
    eve.now += dt.timedelta(hours=15)
    assert eve.say(eve.phone(), "OP A1 B0702 C9 D1 E1668").state == "accepted"
    assert eve.summary()["nation"]["messages"] | {"received": 1, "accepted": 1} == eve.summary()["nation"]["messages"]
    assert eve.differences() == ()


def test_an_incident_beside_practice_counts(eve: Pipeline) -> None:
    message = eve.say(eve.phone(), "OP A1\nIN 3 fight")
    assert message.state == "accepted"
    assert len(list(incidents_of(eve.election.id))) == 1
    assert eve.reports() == []
    assert eve.summary()["nation"]["messages"]["received"] == 1
    assert eve.differences() == ()
