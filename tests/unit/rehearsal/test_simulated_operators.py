"""A rehearsal's call centre: what observers say on the phone, and who had which station."""

import itertools
import json
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
    return HandledTask("call", station, 0, taken_at, done_at, done_at + 1, 3, "answered")


def test_two_at_one_station_at_once_are_counted():
    calls = [call("1001", 0, 5), call("1001", 5, 9), call("1002", 4, 8)]
    assert called_by_two(calls) == 0
    assert called_by_two([*calls, call("1001", 8, 10)]) == 1


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 30), st.integers(1, 10)), max_size=12))
def test_calls_one_after_the_other_are_by_one_and_any_overlap_is_seen(spans):
    calls = [call(station, begin, begin + length) for station, begin, length in spans]
    overlap = any(
        combination.key == other.key
        and combination.taken_at < other.given_back_at
        and other.taken_at < combination.given_back_at
        for combination, other in itertools.combinations(calls, 2)
    )
    assert bool(called_by_two(calls)) == overlap


class Scripted(urllib3.PoolManager):
    """Connections over which scripted answers come in turn; None where none comes, however often it is asked for."""

    def __init__(self, *answers: tuple[int, Any] | None) -> None:
        super().__init__()
        self._answers = list(answers)
        self.asked: list[tuple[str, Any]] = []

    def request(self, method: str, url: str, *args: Any, **named: Any) -> urllib3.BaseHTTPResponse:
        self.asked.append((url.rpartition("/v1/elections/kg/")[2], json.loads(named.get("body") or "null")))
        answer = self._answers.pop(0)
        if answer is None:
            raise urllib3.exceptions.MaxRetryError(urllib3.HTTPConnectionPool("api.test"), url)
        return urllib3.HTTPResponse(json.dumps(answer[1]).encode(), status=answer[0])


def operator_with(pool: urllib3.PoolManager) -> SimulatedOperator:
    return SimulatedOperator(OperatorsApi("http://api.test", "kg", "token", pool))


def test_an_operator_whom_nothing_answers_looks_again_later():
    incident = {"kind": "incident", "key": "1", "since": None, "region": "Osh"}
    operator = operator_with(Scripted(None, (200, incident), (200, {"state": "new"}), None))
    assert operator.work() is None
    handled = operator.work()
    assert handled is not None
    assert (handled.key, handled.outcome) == ("1", "unanswered")


def test_half_a_count_is_asked_for_on_the_phone_past_one_that_nobody_answers():
    doubt = {"station": "1001", "form": "CL", "round": "-", "kind": "partial_count", "values": {"missing": ["E"]}}
    phones = [{"phone": "+15550100"}, {"phone": "+15550101"}]
    reports = [{"form": form, "round": "-", "answers": {"A": "1"}} for form in ("OP", "CL")]
    pool = Scripted(
        (200, {"kind": "doubt", "key": "1001#CL#-", "since": None, "region": "Osh"}),
        (200, {"doubts": [doubt]}),
        (200, {}),
        (200, {"as_of": "2026-10-04T21:00:00+06:00", "owed": [], "observers": [{"phones": phones}]}),
        (404, {}),
        (200, {}),
        (200, {"outcome": "answered", "observer": "0001", "reports": reports}),
        (200, {}),
    )
    handled = operator_with(pool).work()
    assert handled is not None
    assert handled.outcome == "answered"
    outcomes = [body for path, body in pool.asked if path == "calls/1001/outcome"]
    assert outcomes[0] == {"outcome": "unreachable", "phone": "+15550100", "stays": True}
    assert outcomes[1]["answers"]["reports"] == [{"form": "CL", "round": None, "answers": {"A": "1"}}]
    assert pool.asked[2] == ("calls/1001/lease", {})


def test_a_station_from_which_all_has_come_meanwhile_is_passed_on():
    card = {"as_of": "2026-10-04T21:00:00+06:00", "owed": [], "asked": [], "incidents": [], "observers": []}
    pool = Scripted((200, {"kind": "call", "key": "1001", "since": None, "region": "Osh"}), (200, card), (200, {}))
    handled = operator_with(pool).work()
    assert handled is not None
    assert handled.outcome == "all came meanwhile"
    assert pool.asked[-1] == ("calls/1001/release", {})
    assert handled.taken_at <= handled.given_back_at <= handled.done_at
