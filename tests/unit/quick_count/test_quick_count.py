"""Which stations a quick count counts, and that its estimates are those of R's survey package."""

import math

import pytest
from quick_count_cases import (
    CASES,
    COUNT_FORM,
    count_row,
    election_of,
    reference_election,
    reference_results,
    rows,
)

from chalicelib.observation.elections.election import Form, Question, Station
from chalicelib.observation.elections.policies import QuickCount
from chalicelib.observation.quick_count.estimate import QuickCountError, quick_count
from chalicelib.observation.reading.model import Value

GOOD = count_row(300, 5, 150, 100)

STATIONS = (
    Station(number="1", region="North", district="N1", registered=500),
    Station(number="2", region="North", district="N2", registered=400),
    Station(number="3", region="South", district="S1", registered=450),
)


def _form(*questions: Question) -> tuple[Form, ...]:
    return (Form(code="CL", questions=questions),)


ELECTION = election_of(STATIONS, {"North": 20, "South": 30})


@pytest.mark.parametrize("case", CASES)
def test_equals_r(case: str) -> None:
    counted = quick_count(reference_election(case), reference_results(case))
    expected = rows(case, "expected")
    assert list(counted.estimates) == [row["name"] for row in expected]
    for row in expected:
        mine = counted.estimates[row["name"]]
        for name in ("estimate", "standard_error", "margin"):
            assert math.isclose(getattr(mine, name), float(row[name]), rel_tol=1e-10, abs_tol=1e-15), (row, name)
    assert counted.stations == len(rows(case, "results"))
    assert counted.held_back == {}
    assert counted.withheld == ()


def test_every_reference_case_is_run() -> None:
    assert {"full", "partial", "thin", "one_each", "census", "no_valid_votes", "one_stratum"} <= set(CASES)


def test_document() -> None:
    document = quick_count(ELECTION, {"1": GOOD, "2": GOOD, "3": GOOD, "9": GOOD}).document()
    assert list(document) == ["stations", "held_back", "estimates", "withheld", "strata"]
    assert document["stations"] == 3
    assert document["held_back"] == {"unknown_station": 1}
    assert list(document["estimates"]) == ["turnout", "invalid", "candidate-1", "candidate-2", "candidate-3"]
    assert document["withheld"] == []
    candidate = document["estimates"]["candidate-1"]
    assert candidate["estimate"] == pytest.approx(150 / 295)
    assert candidate["margin"] == pytest.approx(1.959963984540054 * candidate["standard_error"])


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({code: value for code, value in GOOD.items() if code != "D"}, "missing_answer"),
        ({}, "missing_answer"),
        ({**GOOD, "E": "1S0"}, "wrong_type"),
        ({**GOOD, "E": True}, "wrong_type"),
        ({**GOOD, "C": -300}, "out_of_range"),
        ({**GOOD, "C": 301}, "failed_check"),
    ],
)
def test_a_wrong_report_is_held_back_whole(answers: dict[str, Value], reason: str) -> None:
    counted = quick_count(ELECTION, {"1": answers, "2": GOOD, "3": GOOD})
    assert counted.held_back == {reason: 1}
    assert counted.stations == 2
    assert counted.estimates == quick_count(ELECTION, {"2": GOOD, "3": GOOD}).estimates


def test_a_failed_warning_holds_nothing_back() -> None:
    assert quick_count(ELECTION, {"1": count_row(6000, 0, 10, 10)}).held_back == {}


def test_answers_out_of_the_question_s_range_are_held_back() -> None:
    questions = (question.model_copy(update={"min": 10.0, "max": 5000.0}) for question in COUNT_FORM.questions)
    election = election_of(STATIONS, {"North": 20}, _form(*questions))
    results = {"1": count_row(5001, 20, 100, 100), "2": count_row(300, 9, 100, 100)}
    assert quick_count(election, results).held_back == {"out_of_range": 2}
    assert quick_count(election, {"1": count_row(5000, 10, 100, 100)}).held_back == {}


def test_the_caller_s_reasons_come_first_and_are_counted_by_station() -> None:
    counted = quick_count(
        ELECTION, {"1": GOOD, "2": GOOD, "3": GOOD}, held_back={"1": "conflict", "3": "conflict", "9": "duplicate"}
    )
    assert counted.held_back == {"conflict": 2, "duplicate": 1}
    assert counted.stations == 1
    assert counted.withheld == ("South",)


def test_a_stratum_without_a_station_withholds_every_estimate() -> None:
    counted = quick_count(ELECTION, {"3": GOOD, "1": {"C": 300}})
    assert counted.withheld == ("North",)
    assert counted.document() == {
        "stations": 1,
        "held_back": {"missing_answer": 1},
        "estimates": {},
        "withheld": ["North"],
        "strata": {
            "North": {"counted": 0, "held_back": 1, "sampled": 2, "population": 20},
            "South": {"counted": 1, "held_back": 0, "sampled": 1, "population": 30},
        },
    }


def test_no_results_withhold_every_stratum() -> None:
    assert quick_count(ELECTION, {}).withheld == ("North", "South")


@pytest.mark.parametrize(("population", "withheld"), [(20, ("North",)), (1, ())])
def test_a_lone_station_says_nothing_of_its_error(population: int, withheld: tuple[str, ...]) -> None:
    counted = quick_count(election_of(STATIONS, {"North": population}), {"1": GOOD})
    assert counted.withheld == withheld
    assert [estimate.standard_error for estimate in counted.estimates.values()] == ([] if withheld else [0.0] * 5)


def test_strata_may_be_districts() -> None:
    declared = QuickCount(strata="district", population={"N1": 4, "N2": 5, "S1": 6})
    election = election_of(STATIONS, {}, quick_count=declared)
    assert quick_count(election, {"1": GOOD, "3": GOOD}).withheld == ("N2",)


def test_turnout_may_be_above_all_registered_where_no_check_forbids_it() -> None:
    counted = quick_count(ELECTION, {number: count_row(600, 0, 300, 300) for number in ("1", "2", "3")})
    assert counted.estimates["turnout"].estimate > 1


def test_a_station_without_registered_voters_is_held_back_where_others_have_them() -> None:
    stations = (STATIONS[0], STATIONS[1].model_copy(update={"registered": None}), STATIONS[2])
    counted = quick_count(election_of(stations, {"North": 20, "South": 30}), dict.fromkeys("123", GOOD))
    assert counted.held_back == {"no_registered": 1}
    assert "turnout" in counted.estimates


def test_without_any_registered_voters_there_is_no_turnout() -> None:
    stations = tuple(station.model_copy(update={"registered": None}) for station in STATIONS)
    counted = quick_count(election_of(stations, {"North": 20, "South": 30}), dict.fromkeys("123", GOOD))
    assert counted.held_back == {}
    assert list(counted.estimates) == ["invalid", "candidate-1", "candidate-2", "candidate-3"]


def test_a_share_of_nothing_is_not_estimated() -> None:
    counted = quick_count(ELECTION, {number: count_row(0, 0, 0, 0) for number in ("1", "2", "3")})
    assert list(counted.estimates) == ["turnout"]
    assert counted.estimates["turnout"].estimate == 0


TURNOUT_FORM = Form(code="TU", questions=(Question(code="A", type="integer", role="voted"),))


def test_live_turnout() -> None:
    election = election_of(STATIONS, {"North": 20, "South": 30}, (COUNT_FORM, TURNOUT_FORM))
    voted: dict[str, dict[str, Value]] = {number: {"A": 300} for number in ("1", "2", "3")}
    counted = quick_count(election, voted, form=TURNOUT_FORM)
    from_ballots = quick_count(election, dict.fromkeys(voted, GOOD))
    assert counted.estimates == {"turnout": from_ballots.estimates["turnout"]}


def test_a_count_below_zero_is_held_back_where_no_minimum_says_so() -> None:
    election = election_of(STATIONS, {"North": 20, "South": 30}, (TURNOUT_FORM,))
    assert quick_count(election, {"1": {"A": -1}}, form=TURNOUT_FORM).held_back == {"out_of_range": 1}


def test_an_answer_that_no_estimate_uses_is_not_needed() -> None:
    form = Form(code="CL", questions=tuple(q for q in COUNT_FORM.questions if q.role != "invalid"))
    stations = tuple(station.model_copy(update={"registered": None}) for station in STATIONS)
    election = election_of(stations, {"North": 20, "South": 30}, (form,))
    votes = {code: value for code, value in GOOD.items() if code not in "CD"}
    assert list(quick_count(election, dict.fromkeys("123", votes)).estimates) == [
        "candidate-1",
        "candidate-2",
        "candidate-3",
    ]


def test_a_form_without_ballots_gives_turnout_from_voted_and_no_invalid_share() -> None:
    questions = (
        question.model_copy(update={"role": "voted"}) if question.role == "ballots" else question
        for question in COUNT_FORM.questions
    )
    election = election_of(STATIONS, {"North": 20, "South": 30}, _form(*questions))
    without_invalid = {code: value for code, value in GOOD.items() if code != "D"}
    counted = quick_count(election, dict.fromkeys(("1", "2", "3"), without_invalid))
    assert list(counted.estimates) == ["turnout", "candidate-1", "candidate-2", "candidate-3"]


def test_an_election_without_strata_says_what_to_declare() -> None:
    with pytest.raises(QuickCountError, match="has no quick_count"):
        quick_count(election_of(STATIONS, {}, quick_count=None), {})
