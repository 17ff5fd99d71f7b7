"""What holds for every quick count, whatever the results."""

import itertools
import math
import random
from collections.abc import Mapping
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quick_count_cases import count_row, election_of

from chalicelib.observation.elections.election import Election, Station
from chalicelib.observation.quick_count.combined_ratio import Stratum, combined_ratio
from chalicelib.observation.quick_count.estimate import quick_count
from chalicelib.observation.reading.model import Value

Results = Mapping[str, Mapping[str, Value]]


@st.composite
def station_counts(draw: st.DrawFn) -> tuple[int, dict[str, int]]:
    """Registered voters and consistent counts of one station."""
    registered = draw(st.integers(0, 3000))
    ballots = draw(st.integers(0, registered))
    invalid = draw(st.integers(0, ballots))
    first = draw(st.integers(0, ballots - invalid))
    return registered, count_row(ballots, invalid, first, draw(st.integers(0, ballots - invalid - first)))


@st.composite
def quick_counts(draw: st.DrawFn) -> tuple[Election, dict[str, dict[str, int]]]:
    """An election of one to four strata, each with two stations at least that reported."""
    reported = draw(st.lists(st.lists(station_counts(), min_size=2, max_size=5), min_size=1, max_size=4))
    stations: list[Station] = []
    results: dict[str, dict[str, int]] = {}
    population: dict[str, int] = {}
    for place, stratum in enumerate(reported):
        population[f"R{place}"] = len(stratum) + draw(st.integers(0, 50))
        for registered, counts in stratum:
            number = str(len(stations))
            stations.append(Station(number=number, region=f"R{place}", registered=registered))
            results[number] = counts
    return election_of(tuple(stations), population), results


@given(quick_counts())
def test_shares_lie_in_0_to_1_and_candidates_add_up(drawn: tuple[Election, Results]) -> None:
    estimates = quick_count(*drawn).estimates
    for estimate in estimates.values():
        assert 0 <= estimate.estimate <= 1
        assert estimate.standard_error >= 0
    shares = [estimates[f"candidate-{place}"].estimate for place in (1, 2, 3) if f"candidate-{place}" in estimates]
    assert not shares or math.isclose(sum(shares), 1)


@given(quick_counts(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(drawn: tuple[Election, Results], rng: random.Random) -> None:
    election, results = drawn
    shuffled = rng.sample(list(results), len(results))
    assert quick_count(election, {number: results[number] for number in shuffled}) == quick_count(election, results)


@given(quick_counts(), st.integers(2, 1000))
def test_the_scale_of_counts_does_not_matter(drawn: tuple[Election, dict[str, dict[str, int]]], factor: int) -> None:
    election, results = drawn
    stations = tuple(
        station.model_copy(update={"registered": (station.registered or 0) * factor}) for station in election.stations
    )
    scaled_election = election_of(stations, election.quick_count.population if election.quick_count else {})
    scaled = {number: {code: value * factor for code, value in row.items()} for number, row in results.items()}
    expected = quick_count(election, results).estimates
    found = quick_count(scaled_election, scaled).estimates
    assert list(found) == list(expected)
    for name, estimate in expected.items():
        assert found[name].estimate == pytest.approx(estimate.estimate, rel=1e-9)
        assert found[name].standard_error == pytest.approx(estimate.standard_error, rel=1e-6, abs=1e-9)


@given(quick_counts())
def test_a_full_census_is_the_ratio_itself_without_error(drawn: tuple[Election, dict[str, dict[str, int]]]) -> None:
    election, results = drawn
    population: dict[str, int] = {}
    for station in election.stations:
        population[station.region] = population.get(station.region, 0) + 1
    estimates = quick_count(election_of(election.stations, population), results).estimates
    assert all(estimate.standard_error == 0 for estimate in estimates.values())
    registered = sum(station.registered or 0 for station in election.stations)
    ballots = sum(row["C"] for row in results.values())
    assert ("turnout" in estimates) == (registered > 0)
    if registered:
        assert math.isclose(estimates["turnout"].estimate, ballots / registered)


@given(quick_counts(), st.data())
def test_a_station_held_back_counts_as_one_that_never_reported(
    drawn: tuple[Election, dict[str, dict[str, int]]], data: st.DataObject
) -> None:
    election, results = drawn
    held = data.draw(st.sets(st.sampled_from(sorted(results))))
    without = {number: row for number, row in results.items() if number not in held}
    counted = quick_count(election, results, held_back=dict.fromkeys(held, "duplicate"))
    silent = quick_count(election, without)
    assert (counted.stations, counted.estimates, counted.withheld) == (
        silent.stations,
        silent.estimates,
        silent.withheld,
    )
    assert counted.held_back == ({"duplicate": len(held)} if held else {})


def test_variance_is_unbiased_over_all_samples_where_the_ratio_is_linear() -> None:
    """With equal denominators R is a stratified mean, whose variance estimator is unbiased: Cochran, theorem 5.4."""
    strata = (((3, 8, 1, 9, 4, 4), 3), ((20, 11, 17, 30, 2), 2))
    samples = itertools.product(*(itertools.combinations(values, n) for values, n in strata))
    found = [
        combined_ratio(
            Stratum(len(values), [(value, 40) for value in sample])
            for (values, _), sample in zip(strata, drawn, strict=True)
        )
        for drawn in samples
    ]
    estimates = [estimate for estimate in found if estimate is not None]
    assert len(estimates) == math.comb(6, 3) * math.comb(5, 2)
    truth = sum(sum(values) for values, _ in strata) / (40 * sum(len(values) for values, _ in strata))
    assert math.isclose(fmean(estimate.estimate for estimate in estimates), truth)
    assert math.isclose(
        fmean(estimate.standard_error**2 for estimate in estimates),
        pvariance(estimate.estimate for estimate in estimates),
    )
