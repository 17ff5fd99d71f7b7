"""The summary's document: its whole shape, what is derived, and that its sums are exact."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.summaries.summary import Summary, Turnout, summarise, turnout

MORNING = dt.datetime.fromisoformat("2017-10-15T05:00:00+00:00")
BEFORE = dt.datetime.fromisoformat("2017-10-01T00:00:00+06:00")

NO_ANSWERS = {
    "OP": {
        "A": {"true": 0, "false": 0},
        "B": {"count": 0},
        "C": {"1": 0, "2": 0},
        "F": {"1": 0, "2": 0, "10": 0},
        "E": {"count": 0, "sum": 0},
        "G": {"count": 0, "sum": 0},
    },
    "TU": {"A": {"count": 0, "sum": 0}},
    "LT": {"A": {"count": 0, "sum": 0}},
}
NO_MESSAGES = dict.fromkeys(("received", "accepted", "partly_accepted", "unrecognised", "quarantined", "held"), 0)
NO_INCIDENTS = {"low": 0, "medium": 0, "high": 0, "critical": 0}


def covered(form, expected, **counts):
    zeros = dict.fromkeys(("received", "complete", "partial", "late", "missing", "conflict"), 0)
    return {"expected": expected, "answers": NO_ANSWERS[form]} | zeros | counts


def area(stations, observers, owed_by_observer, **counts):
    return {
        "stations": stations,
        "observers": observers,
        "forms": {
            "OP": {"-": covered("OP", stations, **counts)},
            "TU": {name: covered("TU", stations, **counts) for name in ("10:00", "14:00", "D+1 02:00")},
            "LT": {name: covered("LT", owed_by_observer, **counts) for name in ("D-14 10:00", "D-1 10:00")},
        },
        "incidents": NO_INCIDENTS,
        "messages": NO_MESSAGES,
    }


def test_before_anything_every_form_round_code_and_option_is_there_with_zeros(election):
    assert summarise(election, {}, BEFORE).document() == {
        "election": "kg",
        "as_of": "2017-10-01T00:00:00+06:00",
        "nation": area(4, 5, 5),
        "regions": {"Chuy": area(3, 3, 3), "Osh city": area(1, 2, 2)},
    }


CELLS = {
    ("Chuy", "OP", "-"): {
        "received": 3, "complete": 1, "partial": 1, "conflict": 1, "late": 1, "A=true": 1, "A=false": 1, "C=2": 2,
        "F=10": 1, "B#count": 2, "E#count": 2, "E#sum": 3000, "G#count": 1, "G#sum": Decimal("0.1"),
        "message.received": 4, "message.accepted": 3, "message.partly_accepted": 1, "incident.high": 1,
    },
    ("Osh city", "OP", "-"): {
        "received": 1, "complete": 1, "E#count": 1, "E#sum": Decimal(100), "G#count": 1, "G#sum": Decimal("0.2"),
    },
    ("Chuy", "TU", "10:00"): {"received": 2, "complete": 2, "A#count": 2, "A#sum": 700},
    ("Chuy", "IN", "-"): {"incident.critical": 2, "message.received": 2, "message.accepted": 2},
    ("Chuy", "*", "-"): {"message.received": 1, "message.unrecognised": 1},
    ("*", "*", "-"): {"message.received": 5, "message.quarantined": 4, "message.held": 1},
}  # fmt: skip


def test_regions_and_nation_are_sums_of_their_cells(election):
    document = summarise(election, CELLS, MORNING).document()
    assert document["as_of"] == "2017-10-15T11:00:00+06:00"
    chuy, osh, nation = document["regions"]["Chuy"], document["regions"]["Osh city"], document["nation"]
    assert chuy["forms"]["OP"]["-"] == {
        "expected": 3, "received": 3, "complete": 1, "partial": 1, "late": 1, "missing": 0, "conflict": 1,
        "answers": {
            "A": {"true": 1, "false": 1}, "B": {"count": 2}, "C": {"1": 0, "2": 2}, "F": {"1": 0, "2": 0, "10": 1},
            "E": {"count": 2, "sum": 3000}, "G": {"count": 1, "sum": 0.1},
        },
    }  # fmt: skip
    assert nation["forms"]["OP"]["-"]["answers"]["E"] == {"count": 3, "sum": 3100}
    assert nation["forms"]["OP"]["-"]["answers"]["G"] == {"count": 2, "sum": 0.3}
    assert chuy["incidents"] == nation["incidents"] == {"low": 0, "medium": 0, "high": 1, "critical": 2}
    assert chuy["messages"] == NO_MESSAGES | {"received": 7, "accepted": 5, "partly_accepted": 1, "unrecognised": 1}
    assert osh["messages"] == NO_MESSAGES


def test_messages_of_unknown_senders_count_in_the_nation_alone(election):
    document = summarise(election, CELLS, MORNING).document()
    assert document["nation"]["messages"]["quarantined"] == 4
    assert [region["messages"]["quarantined"] for region in document["regions"].values()] == [0, 0]
    assert document["nation"]["messages"]["received"] == 12


def test_missing_begins_after_due_time_and_grace(election):
    nation = summarise(election, CELLS, MORNING).document()["nation"]["forms"]
    assert nation["TU"]["10:00"]["missing"] == 2
    assert nation["TU"]["14:00"]["missing"] == 0
    assert nation["LT"]["D-14 10:00"]["missing"] == 5
    in_grace = dt.datetime.fromisoformat("2017-10-15T10:30:00+06:00")
    assert summarise(election, CELLS, in_grace).document()["nation"]["forms"]["TU"]["10:00"]["missing"] == 0


def test_whole_numbers_are_printed_whole(election):
    written = json.dumps(summarise(election, CELLS, MORNING).document())
    assert '"E": {"count": 3, "sum": 3100}' in written
    assert '"G": {"count": 2, "sum": 0.3}' in written


def test_some_regions_alone_come_without_the_nation(election):
    summary = summarise(election, CELLS, MORNING, regions=["Chuy"])
    assert summary.document()["nation"] is None
    assert summary.regions == {"Chuy": summarise(election, CELLS, MORNING).regions["Chuy"]}
    with pytest.raises(LookupError, match="election kg has no region Naryn"):
        summarise(election, CELLS, MORNING, regions=["Chuy", "Naryn"])


def test_turnout_is_counted_at_the_stations_that_reported(election):
    summary = summarise(election, CELLS, MORNING)
    assert turnout(election, summary.nation) == (Turnout("TU", "10:00", 700, 2, 4),)
    assert turnout(election, summary.regions["Osh city"]) == ()


@given(st.lists(st.tuples(st.sampled_from(["Chuy", "Osh city"]), st.decimals(-1000, 1000, places=6)), max_size=30))
def test_sums_are_exact_and_regions_add_up_to_the_nation(an_election, reports):
    election = an_election()
    cells = {}
    for region, value in reports:
        counters = cells.setdefault((region, "OP", "-"), {"received": 0, "G#count": 0, "G#sum": Decimal(0)})
        counters["received"] += 1
        counters["G#count"] += 1
        counters["G#sum"] += value
    summary = summarise(election, cells, MORNING)
    assert summary.nation is not None
    answers = summary.nation.forms["OP"]["-"].answers["G"]
    assert answers == {"count": len(reports), "sum": sum(value for _, value in reports)}
    assert sum(area.forms["OP"]["-"].received for area in summary.regions.values()) == len(reports)


def test_a_stored_document_tells_the_same_summary_again(election):
    summary = summarise(election, CELLS, MORNING)
    assert Summary.from_document(json.loads(json.dumps(summary.document()))).document() == summary.document()
