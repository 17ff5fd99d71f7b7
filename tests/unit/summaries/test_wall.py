"""The wall's figures: what is counted, what is too little to show, and that nobody is named."""

import datetime as dt
import json

from sample_election import sample

from chalicelib.observation.summaries.summary import summarise, without_answers
from chalicelib.observation.summaries.wall import VerifiedIncident, wall

ELECTION = sample()
AFTERNOON = dt.datetime.fromisoformat("2017-10-15T15:00:00+06:00")
CELLS = {
    ("Osh", "OP", "-"): {"received": 60, "complete": 58, "conflict": 2, "A=true": 50, "A=false": 8},
    ("Osh city", "OP", "-"): {"received": 3, "complete": 3, "A=true": 3},
    ("Chuy", "OP", "-"): {"received": 20, "complete": 20, "A=true": 11, "A=false": 9},
    ("Osh", "TU", "12:00"): {"received": 71, "complete": 71},
}


def figures(**changed):
    summary = summarise(ELECTION, CELLS, AFTERNOON)
    return wall(ELECTION, without_answers(summary, {}), changed.get("verified", ()))


def test_coverage_has_every_round_that_has_begun_and_no_other() -> None:
    shown = figures()
    assert [(area["form"], area["round"]) for area in shown["coverage"]] == [
        ("OP", "-"), ("TU", "10:00"), ("TU", "12:00"), ("TU", "14:00"), ("VO", "-"),
    ]  # fmt: skip
    nation, *regions = shown["coverage"][0]["areas"]
    assert nation == {"region": None, "received": 83, "expected": 500}
    assert {"region": "Osh", "received": 60, "expected": 98} in regions
    assert shown["observed"] == 83


def test_regions_of_which_too_little_is_in_show_no_shares() -> None:
    opened = next(finding for finding in figures()["findings"] if (finding["form"], finding["code"]) == ("OP", "A"))
    assert opened["nation"] == {"true": 64, "false": 17}
    assert opened["regions"]["Osh"] == {"true": 50, "false": 8}
    assert opened["regions"]["Osh city"] is None  # 3 of 16
    assert opened["regions"]["Chuy"] is None  # 20 of 90


def test_only_verified_incidents_are_counted_by_kind_and_region() -> None:
    verified = (VerifiedIncident("Osh", 1), VerifiedIncident("Osh", 3), VerifiedIncident("Chuy", 1))
    assert figures(verified=verified)["incidents"] == {
        "total": 3,
        "by_category": {"1": 2, "3": 1},
        "by_region": {"Osh": 2, "Chuy": 1},
    }


def test_w1_no_station_person_or_number_is_in_it() -> None:
    written = json.dumps(figures(), ensure_ascii=False)
    people = [*ELECTION.observers, *ELECTION.coordinators]
    assert not [person.name for person in people if person.name in written]
    assert not [station.number for station in ELECTION.stations if f'"{station.number}"' in written]
    assert not [station.name for station in ELECTION.stations if f'"{station.name}"' in written]
    assert "+996" not in written
