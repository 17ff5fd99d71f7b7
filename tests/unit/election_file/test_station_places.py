"""Where stations are: two columns that may be left out, and what is said where they are wrong."""

from typing import Any

import pytest

from chalicelib.observation.election_file.places import read_place
from chalicelib.observation.election_file.problems import Findings
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.elections.election import Station
from chalicelib.services.views.election import describe_region


def read(latitude: str, longitude: str) -> tuple[tuple[float, float] | None, list[tuple[str, str]]]:
    findings = Findings()
    cells = {"latitude": latitude, "longitude": longitude}
    place = read_place(Row("stations.csv", 2, cells, findings))
    return place, [(problem.field, problem.message) for problem in findings.problems]


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        ("42.8746", "74.5698", (42.8746, 74.5698)),
        ("42,8746", "74,5698", (42.8746, 74.5698)),
        ("-90", "+180", (-90.0, 180.0)),
        ("0.00000049", "1.123456789", (0.0, 1.123457)),
        ("", "", None),
    ],
)
def test_degrees_are_read(latitude: str, longitude: str, place: Any) -> None:
    assert read(latitude, longitude) == (place, [])


@pytest.mark.parametrize(
    ("latitude", "longitude", "field", "what"),
    [
        ("42.8746", "", "longitude", "the station has a latitude and no longitude"),
        ("", "74.5", "latitude", "the station has a longitude and no latitude"),
        ("90.1", "74.5", "latitude", "are the two columns swapped?"),
        ("42", "180.1", "longitude", "between -180 and 180"),
        ("42°52'", "74.5", "latitude", "write decimal degrees"),
        ("42.8 N", "74.5", "latitude", "write decimal degrees"),
        ("NaN", "74.5", "latitude", "write decimal degrees"),
    ],
)
def test_what_is_wrong_is_named(latitude: str, longitude: str, field: str, what: str) -> None:
    place, [(named, message)] = read(latitude, longitude)
    assert (place, named) == (None, field)
    assert what in message


def test_a_region_is_in_the_middle_of_its_stations_that_have_a_place() -> None:
    stations = (
        Station(number="1", region="North", latitude=42.0, longitude=74.0),
        Station(number="2", region="North", latitude=44.0, longitude=75.0),
        Station(number="3", region="North"),
    )
    shown = describe_region("North", stations)
    assert (shown["placed"], shown["latitude"], shown["longitude"]) == (2, 43.0, 74.5)
    assert describe_region("South", stations[2:])["latitude"] is None
