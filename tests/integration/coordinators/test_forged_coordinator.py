"""A coordinator is known by a number, which can be forged: headquarters hear of what cannot be undone unseen."""

from collections.abc import Callable

import pytest
from incident_day import coordinator, report, say, told
from pipeline import Pipeline

Load = Callable[..., Pipeline]


@pytest.fixture
def day(load: Load) -> Pipeline:
    return load(coordinators=(coordinator("Asan", "Bishkek"), coordinator("HQ", "*"), coordinator("Chief", "*")))


def hears(day: Pipeline) -> dict[str, list[str]]:
    return told(day, "told")


def test_b2_rejecting_a_critical_incident_by_sms_tells_headquarters(day: Pipeline) -> None:
    report(day, 0, "IN 3 they beat us")
    _, answered = say(day, "Asan", "REJECT 1 слух")
    assert "Incident 1 is now rejected" in answered
    assert hears(day) == {"Chief": ["email", "sms"], "HQ": ["email", "sms"]}
    sms = next(row for row in day.outgoing() if row.key.startswith("told#") and row.channel == "sms")
    assert "Asan: REJECT 1: rejected" in (sms.text or ""), sms.text
    assert sms.is_alert


def test_b2_resolving_a_critical_incident_tells_headquarters(day: Pipeline) -> None:
    report(day, 0, "IN 3 they beat us")
    say(day, "Asan", "VERIFY 1")
    assert hears(day) == {}
    say(day, "Asan", "RESOLVE 1")
    texts = {row.text or "" for row in day.outgoing() if row.key.startswith("told#") and row.channel == "sms"}
    assert len(texts) == 1
    assert "RESOLVE 1: " in texts.pop()


def test_b2_muting_tells_headquarters_and_headquarters_own_step_the_others(day: Pipeline) -> None:
    say(day, "Asan", "MUTE 12h")
    assert hears(day) == {"Chief": ["email", "sms"], "HQ": ["email", "sms"]}
    report(day, 0, "IN 3 they beat us")
    before = len(day.outgoing())
    say(day, "HQ", "REJECT 1 слух")
    new = [row.recipient for row in day.outgoing() if row.key.startswith("told#")]
    assert len(day.outgoing()) > before
    assert len(new) == 6, "four of the muting, and two to the other of headquarters"


def test_b2_other_steps_tell_nobody_else(day: Pipeline) -> None:
    report(day, 0, "IN 2 they stuff")
    say(day, "Asan", "REJECT 1 слух")
    report(day, 1, "IN 3 they beat us")
    say(day, "Asan", "OK 2")
    assert hears(day) == {}
