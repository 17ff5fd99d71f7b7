"""Whom to call next: NDI's order, explained by its points."""

import datetime as dt
import itertools

import pytest
from sample_election import sample

from chalicelib.observation.calls.priority import CallAttempts, Need, is_snoozed, points, reasons

TU = (("TU", "10:00"),)
MANY = (("OP", "-"), *(("TU", f"{hour}:00") for hour in (10, 12, 14, 16, 18)), ("VO", "-"))


def at(hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2017, 10, 15, hour, minute, tzinfo=sample().zone)


def total(need: Need, tried: CallAttempts, now: dt.datetime) -> int:
    return points(reasons(sample(), need, tried, now))


NOBODY = CallAttempts()
IN_ORDER = {
    "silent": Need(TU, is_silent=True),
    "count form": Need((("CL", "-"),)),
    "incident": Need((), incident=7, incident_at=at(9)),
    "asked to be called": Need((), asked=1),
    "all day overdue": Need(MANY),
    "an hour overdue": Need(TU),
}


@pytest.mark.parametrize(("higher", "lower"), list(itertools.pairwise(IN_ORDER)))
def test_each_outweighs_what_comes_after_it(higher: str, lower: str) -> None:
    now = at(23, 45)
    assert total(IN_ORDER[higher], NOBODY, now) > total(IN_ORDER[lower], NOBODY, now)


def test_whatever_was_tried_just_now_comes_after_all_others() -> None:
    now = at(23, 45)
    worst = Need((*MANY, ("CL", "-")), is_silent=True, incident=7)
    assert total(worst, CallAttempts(now - dt.timedelta(minutes=9)), now) < total(Need(TU), NOBODY, now)
    assert total(worst, CallAttempts(now - dt.timedelta(minutes=10)), now) > total(Need(TU), NOBODY, now)


def test_a_promise_is_put_off_until_its_time_and_then_the_first_of_its_kind() -> None:
    promised = CallAttempts(at(12, 20), at(12, 20), at(12, 50))
    assert is_snoozed(promised, at(12, 49))
    assert not is_snoozed(promised, at(12, 50))
    assert total(Need(TU), promised, at(12, 50)) > total(Need(MANY), NOBODY, at(12, 50))
    assert total(Need(TU), promised, at(12, 50)) < total(Need(TU, is_silent=True), NOBODY, at(12, 50))


def test_a_promise_of_a_few_minutes_comes_first_though_its_call_was_just_now() -> None:
    promised = CallAttempts(at(12, 41), at(12, 41), at(12, 50))
    assert total(Need(TU), promised, at(12, 50)) > total(Need(MANY), NOBODY, at(12, 50))


def test_an_incident_counts_until_somebody_was_reached_since() -> None:
    need = Need(TU, incident=7, incident_at=at(11))
    reached_before, reached_since = CallAttempts(at(10), at(10)), CallAttempts(at(11, 20), at(11, 20))
    assert total(need, reached_before, at(12)) > total(need, reached_since, at(12))


def test_every_reason_is_said_with_its_points() -> None:
    owed = (("CL", "-"), *TU)
    need = Need(owed, at(7, 12), is_silent=True, incident=7, incident_at=at(11), asked=1, by_hand="Aida")
    now = at(23, 45)
    promised, tried = (
        reasons(sample(), need, value, now)
        for value in (CallAttempts(at(23, 40), None, at(23, 42)), CallAttempts(at(23, 40)))
    )
    why = (*promised, *tried[-1:])
    assert [(reason.reason, reason.points) for reason in why] == [
        ("silent", 32000),
        ("count_form", 16000),
        ("incident", 8000),
        ("asked", 4000),
        ("by_hand", 2000),
        ("promised", 1000),
        ("overdue", 999),
        ("tried", -80000),
    ]
    assert [reason.says for reason in why] == [
        "silent since 07:12",
        "CL is due, and the station is in the sample",
        "incident 7 is open, and nobody was reached",
        "an SMS waits for a call",
        "put on the list by Aida",
        "promised for 23:42",
        "825 min overdue, 2 reports owed",
        "tried at 23:40",
    ]


def test_a_need_is_read_as_it_was_written() -> None:
    need = Need((("CL", "-"), *TU), at(7, 12), is_silent=True, incident=7, incident_at=at(11), reminded=2, asked=1)
    assert Need.from_document(need.document()) == need
    assert Need.from_document({}) == Need()
    assert not Need()
