"""How the estimates moved, kept in a bounded series."""

import itertools
from typing import Any

from chalicelib.services.quick_count.live_count import MOST_POINTS, with_point


def point(stations: int) -> dict[str, Any]:
    return {"as_of": f"at {stations}", "stations": stations, "estimates": {"turnout": [stations / 1000, 0.01]}}


def test_a_minute_without_news_adds_no_point() -> None:
    series = with_point([], point(1))
    assert with_point(series, point(1) | {"as_of": "later"}) == series
    assert len(with_point(series, point(2))) == 2


def test_the_convergence_keeps_its_shape_in_so_many_points() -> None:
    series: list[Any] = []
    for stations in range(1, 1001):
        series = with_point(series, point(stations))
        assert len(series) <= MOST_POINTS
    counts = [point["stations"] for point in series]
    assert (counts[0], counts[-1]) == (1, 1000)
    assert counts == sorted(set(counts))
    assert max(after - before for before, after in itertools.pairwise(counts)) <= 1000 // (MOST_POINTS // 2)
