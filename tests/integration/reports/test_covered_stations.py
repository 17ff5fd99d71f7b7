"""Reports from a stranger to the station: a phone can neither empty nor falsify the quick count."""

import pytest
from incident_day import everyone
from pipeline import Pipeline

from chalicelib.observation.reports.report import station_answers
from chalicelib.services.reports import covered_stations
from chalicelib.services.reports.covered_stations import MOST_COVERED
from chalicelib.services.review.held_rows import held_of
from chalicelib.store import reports
from chalicelib.store.incidents import incidents_of

CLOSING = "CL {station} A2010 B1 C1201 D11 E600 F400 G190"
FORGED = "CL {station} A2010 B1 C900 D0 E0 F900 G0"


def counted(pipeline: Pipeline) -> dict[str, dict[str, object]]:
    reports = [report.report for report in pipeline.reports() if report.report.form == "CL"]
    answers = {report.station: station_answers(pipeline.election, report) for report in reports}
    assert not any(given.conflicts for given in answers.values())
    return {station: dict(given.values) for station, given in answers.items()}


def test_a3_one_phone_of_another_region_neither_empties_nor_adds_to_the_quick_count(pipeline: Pipeline) -> None:
    chuy = [station.number for station in pipeline.election.stations[10:]]
    for place in range(10, 15):
        pipeline.say(pipeline.observers(place)[0].phones[0], CLOSING.format(station=chuy[place - 10]))
    before = counted(pipeline)
    assert len(before) == 5
    forger = pipeline.phone()
    rows = [pipeline.say(forger, FORGED.format(station=station)) for station in chuy]
    assert counted(pipeline) == before
    assert {row.reason for row in rows} == {"reassigned"}
    held = held_of(everyone(pipeline))
    assert {row.key for row in rows} <= {row["key"] for row in held["held"]}
    [shown] = held["phones"]
    assert (shown["phone"], shown["held"]) == (forger, sorted(chuy))
    assert pipeline.differences() == ()


def test_a3_a_phone_counts_for_its_own_region_and_two_stations_more(pipeline: Pipeline) -> None:
    phone = pipeline.phone()
    bishkek = [station.number for station in pipeline.election.stations[:10]]
    rows = [pipeline.say(phone, f"OP {station} A1") for station in bishkek]
    assert [row.reason for row in rows] == [None] * (1 + MOST_COVERED) + ["reassigned"] * (9 - MOST_COVERED)
    assert {report.report.station for report in pipeline.reports()} == set(bishkek[: 1 + MOST_COVERED])
    assert pipeline.say(phone, f"OP {bishkek[1]} C12").reason is None, "the same station again"
    assert pipeline.differences() == ()


def test_a3_own_observers_win_over_reassigned_ones(pipeline: Pipeline) -> None:
    station = pipeline.election.stations[1].number
    pipeline.say(pipeline.phone(), FORGED.format(station=station))
    assert counted(pipeline)[station]["C"] == 900, "nobody else has answered"
    pipeline.say(pipeline.observers(1)[0].phones[0], CLOSING.format(station=station))
    assert counted(pipeline)[station]["C"] == 1201
    assert pipeline.differences() == ()


@pytest.mark.parametrize("text", ["IN {station} 3 they beat us", "OP {station} A1 D2"])
def test_a3_an_incident_is_heard_from_anywhere(pipeline: Pipeline, text: str) -> None:
    station = pipeline.election.stations[15].number
    pipeline.say(pipeline.phone(), text.format(station=station))
    assert [incident.station for incident in incidents_of(pipeline.election.id)] == [station]
    assert pipeline.differences() == ()


def test_a3_a_report_has_so_many_observers_and_own_ones_are_always_added(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covered_stations, "MOST_REPORTERS", 3)
    station = pipeline.election.stations[0].number
    strangers = [pipeline.observers(place)[0].phones[0] for place in range(1, 6)]
    rows = [pipeline.say(phone, f"OP {station} A1") for phone in strangers]
    assert [row.reason for row in rows] == [None] * 3 + ["reassigned"] * 2
    assert pipeline.say(strangers[0], f"OP {station} C12").reason is None, "who is among them already"
    assert [pipeline.say(observer.phones[0], "OP A1").state for observer in pipeline.observers()] == ["accepted"] * 2
    [report] = [report.report for report in pipeline.reports() if report.report.station == station]
    assert len(report.given) == 5
    assert pipeline.differences() == ()


def test_a_report_s_answers_have_a_bound_and_what_is_beyond_waits_for_a_person(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "LARGEST_ANSWERS", 400)
    rows = [pipeline.say(pipeline.phone(), f"OP A1 C{place}") for place in range(6)]
    states = [row.state for row in rows]
    assert states[:2] == ["accepted"] * 2
    assert states[-1] == "held"
    assert rows[-1].reason == "too_long"
    assert pipeline.differences() == ()
