"""A rehearsal's call centre: what observers say on the phone, and who had which station."""

import itertools
from typing import Any

import urllib3
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.calls.outcomes import OUTCOMES
from chalicelib.observation.elections.election import NO_ROUND
from chalicelib.observation.reports.entry_fields import EntryFields
from chalicelib.observation.reports.entry_text import entry_text
from chalicelib.rehearsal.operators.api import OperatorsApi
from chalicelib.rehearsal.operators.call_centre import called_by_two
from chalicelib.rehearsal.operators.operator import HandledTask, SimulatedOperator
from chalicelib.rehearsal.simulation.phone_calls import spoken_answers


def test_each_phone_of_each_observer_says_every_report_as_it_can_be_entered(election):
    spoken = spoken_answers(election, 7)
    assert spoken.keys() == election.observers_by_station.keys()
    for station, phones in spoken.items():
        observers = election.observers_by_station[station]
        assert phones.keys() == {phone for observer in observers for phone in observer.phones}
        for phone in phones.values():
            places = [(report["form"], report["round"]) for report in phone["reports"]]
            assert places == [(form.code, name) for form in election.forms for name in form.round_names]
            for report in phone["reports"]:
                named = None if report["round"] == NO_ROUND else report["round"]
                entry_text(election, EntryFields(report["form"], station, named, report["answers"]))


def test_a_second_call_is_answered_and_the_same_seed_says_the_same(election):
    spoken = spoken_answers(election, 7)
    outcomes = [phone["outcomes"] for phones in spoken.values() for phone in phones.values()]
    assert {calls[-1] for calls in outcomes} == {"answered"}
    assert {calls[0] for calls in outcomes} <= set(OUTCOMES)
    assert len({calls[0] for calls in outcomes}) > 2
    assert spoken_answers(election, 7) == spoken
    assert spoken_answers(election, 8) != spoken


def call(station: str, taken_at: float, done_at: float) -> HandledTask:
    return HandledTask("call", station, 0, taken_at, done_at, 3, "answered")


def test_two_at_one_station_at_once_are_counted():
    calls = [call("1001", 0, 5), call("1001", 5, 9), call("1002", 4, 8)]
    assert called_by_two(calls) == 0
    assert called_by_two([*calls, call("1001", 8, 10)]) == 1


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 30), st.integers(1, 10)), max_size=12))
def test_calls_one_after_the_other_are_by_one_and_any_overlap_is_seen(spans):
    calls = [call(station, begin, begin + length) for station, begin, length in spans]
    overlap = any(
        combination.key == other.key and combination.taken_at < other.done_at and other.taken_at < combination.done_at
        for combination, other in itertools.combinations(calls, 2)
    )
    assert bool(called_by_two(calls)) == overlap


class Silent(urllib3.PoolManager):
    """Connections over which no answer comes to some requests, each as often as it is made."""

    def __init__(self, answers: list[bytes | None]) -> None:
        super().__init__()
        self._answers = answers

    def request(self, method: str, url: str, *args: Any, **named: Any) -> urllib3.BaseHTTPResponse:
        answer = self._answers.pop(0)
        if answer is None:
            raise urllib3.exceptions.MaxRetryError(urllib3.HTTPConnectionPool("api.test"), url)
        return urllib3.HTTPResponse(answer, status=200)


INCIDENT = b'{"kind": "incident", "key": "1", "since": null, "region": "Osh"}'


def test_an_operator_whom_nothing_answers_looks_again_later():
    api = OperatorsApi("http://api.test", "kg", "token", Silent([None, INCIDENT, b'{"state": "new"}', None]))
    operator = SimulatedOperator(api)
    assert operator.work() is None
    handled = operator.work()
    assert handled is not None
    assert (handled.key, handled.outcome) == ("1", "unanswered")
