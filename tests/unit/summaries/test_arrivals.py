"""How rounds come in: the last and the one before it, in so many points."""

import datetime as dt
from collections.abc import Sequence

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import round_begins
from chalicelib.observation.reports.report import ObserverAnswers, Report
from chalicelib.observation.summaries.arrivals import MOST_POINTS, arrivals

MINUTE = dt.timedelta(minutes=1)


def began(election: Election, form: str, name: str) -> dt.datetime:
    begins = round_begins(election, election.form_by_code[form], name)
    assert begins is not None
    return begins


def reported(election: Election, form: str, name: str, minutes: Sequence[int]) -> list[Report]:
    """A report per minute given, the second observer's after the first's."""
    start = began(election, form, name)
    return [
        Report(
            str(place),
            form,
            name,
            {
                "1": ObserverAnswers(start + minute * MINUTE, {}),
                "2": ObserverAnswers(start + (minute + 5) * MINUTE, {}),
            },
        )
        for place, minute in enumerate(minutes)
    ]


def test_the_last_round_stands_beside_the_one_of_its_form_before(election: Election) -> None:
    reports = reported(election, "TU", "10:00", (0, 1, 1)) + reported(election, "TU", "14:00", (3,))
    shown = arrivals(election, reports, began(election, "TU", "14:00") + 20 * MINUTE)
    assert shown == [
        {"form": "TU", "round": "14:00", "points": [[3, 1]]},
        {"form": "TU", "round": "10:00", "points": [[0, 1], [1, 3]]},
    ]


def test_the_first_round_stands_beside_another_form_s(election: Election) -> None:
    shown = arrivals(election, [], began(election, "TU", "10:00"))
    assert [(report["form"], report["points"]) for report in shown] == [("TU", []), ("OP", [])]


def test_before_the_day_there_is_nothing(election: Election) -> None:
    assert arrivals(election, [], began(election, "LT", "D-14 10:00") - MINUTE) == []


def test_of_a_form_per_observer_each_counts(election: Election) -> None:
    reports = reported(election, "LT", "D-1 10:00", (2,))
    [last, _] = arrivals(election, reports, began(election, "LT", "D-1 10:00") + 60 * MINUTE)
    assert last["points"] == [[2, 1], [7, 2]]


def test_a_curve_has_so_many_points(election: Election) -> None:
    reports = reported(election, "TU", "10:00", range(600))
    shown = arrivals(election, reports, began(election, "TU", "10:00") + 600 * MINUTE)
    points = next(report["points"] for report in shown if report["round"] == "10:00")
    assert len(points) <= MOST_POINTS
    assert points[-1][1] == 600
