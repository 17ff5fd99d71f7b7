"""The API of reports: what is listed, and what people decide, over requests as they come."""

import datetime as dt
from typing import Any

import pytest
from aws_faults import Wire
from entries import enter
from pipeline import Pipeline
from reports_desk import ELECTION, REPORT, STATION, Desk, day_of_doubts, kept

from chalicelib.store.operators import AuditRow
from chalicelib.store.tallies import read_cells


@pytest.fixture
def day(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    return day_of_doubts(pipeline, monkeypatch)


def sums(pipeline: Pipeline) -> dict[str, Any]:
    cell = read_cells(pipeline.election)["Bishkek", "CL", "-"]
    return {name: amount for name, amount in cell.items() if not name.startswith("message.")}


def test_doubts_are_listed_those_of_most_votes_first_and_go_when_they_are_settled(day: Pipeline) -> None:
    desk = Desk(day)
    stations = [station.number for station in day.election.stations[:3]]
    listed = desk.doubts()
    assert [(row["kind"], row["station"]) for row in listed] == [
        ("partial_count", stations[1]),
        ("failed_check", stations[2]),
        ("conflict", stations[0]),
    ]
    failed = next(row for row in listed if row["kind"] == "failed_check")
    assert failed["sentence"] == "D + E + F + G = 1101, C = 1201: 100 apart"
    assert failed["observers"][0]["phones"] == list(day.observers(2)[0].phones)
    assert desk.doubts(kind="conflict")[0]["about"] == "D"
    assert desk.doubts(limit="1") == listed
    assert desk.doubts(region="Chuy") == []
    other = day.observers()[1].number
    assert desk.decide("choose", {"observer": other, "codes": ["D"], "note": "read back"}).status == 200
    assert "conflict" not in [doubt["kind"] for doubt in desk.doubts()], "at once"
    kept(day)
    assert "conflict" not in [doubt["kind"] for doubt in desk.doubts()]
    day.now += dt.timedelta(minutes=1)
    day.say(day.observers(2)[0].phones[0], "CL G190")
    kept(day)
    assert stations[2] not in [doubt["station"] for doubt in desk.doubts()]


def test_an_answer_names_what_is_wrong_and_who_was_quicker(day: Pipeline) -> None:
    desk, second = Desk(day), Desk(day, name="Bakyt")
    lead = day.observers()[0].number
    seen = desk.report()["version"]
    refused = desk.decide("correct", {"observer": lead, "answers": {"D": "99999"}, "note": "by phone"})
    assert (refused.status, refused.json()["errors"]) == (400, [{"at": "/answers/D", "what": "out of range"}])
    assert desk.decide("correct", {"observer": lead, "answers": {"D": "21"}, "note": " "}).status == 400
    done = desk.decide("correct", {"observer": lead, "answers": {"D": "21"}, "note": "by phone"}, key="2")
    assert (done.status, done.json()["text"]) == (200, "CL 1001 D21")
    assert done.headers["etag"] == f'"{desk.report()["version"]}"'
    late = second.decide("correct", {"observer": lead, "answers": {"D": "22"}, "note": "by phone"}, seen=seen)
    assert late.status == 412
    assert "Aida (operator) has decided" in late.json()["detail"]
    assert "D 21 of observer" in late.json()["detail"]
    again = desk.decide("correct", {"observer": lead, "answers": {"D": "21"}, "note": "by phone"}, seen=seen, key="2")
    assert (again.status, again.json()) == (200, done.json())
    other = desk.decide("correct", {"observer": lead, "answers": {"D": "23"}, "note": "by phone"}, key="2")
    assert other.status == 422
    assert desk.decide("choose", {"observer": lead, "codes": ["Z"], "note": "x"}, key="3").status == 409
    assert desk.decide("explain", {"rule": "D < C", "note": "x"}, key="4").status == 409
    unknown = {"election_id": day.election.id, "station": "nothing", "form": "CL", "round": "-"}
    assert desk.api.post(f"{REPORT}/confirm", {"observer": lead}, seen="1", key="5", **unknown).status == 404
    assert day.differences() == ()


def test_every_decision_is_undone_and_leaves_a_line_with_before_after_and_why(day: Pipeline) -> None:
    desk = Desk(day)
    lead, other = (observer.number for observer in day.observers())
    [rule] = [check.rule for check in day.election.form_by_code["CL"].checks if check.severity == "error"]
    enter(day, "CL 1001 G190", day.observers()[0], key=f"api{day.election.id}")
    entry = f"entered#test#{day.election.id}-api{day.election.id}"
    before = sums(day)
    decisions: list[tuple[str, dict[str, Any]]] = [
        ("choose", {"observer": other, "codes": ["D"]}),
        ("choose", {"observer": None, "codes": ["D"]}),
        ("leave-out", {"observer": lead}),
        ("confirm", {"observer": lead, "codes": ["C"]}),
        ("correct", {"observer": lead, "answers": {"D": "21"}, "is_confirmed": True}),
        ("withdraw", {"message": entry}),
    ]
    for place, (what, body) in enumerate(decisions):
        day.now += dt.timedelta(minutes=1)
        done = desk.decide(what, {**body, "note": "so it is"}, key=f"do{place}")
        assert done.status == 200, (what, done)
        undone = desk.decide("undo", {"note": "not so"}, key=f"undo{place}")
        assert undone.status == 200, (what, undone)
        after = sums(day)
        assert {name: after[name] for name in before} == before, what
    lines = [row for row in AuditRow.query(day.election.id, consistent_read=True) if row.who == "Aida (operator)"]
    assert len(lines) == 2 * len(decisions)
    assert all(row.note in ("so it is", "not so") for row in lines)
    assert [row.action for row in lines if row.after is None] == []
    assert rule not in str(lines)
    assert day.differences() == ()


def test_a_decision_that_is_not_the_last_is_taken_back(day: Pipeline) -> None:
    desk = Desk(day)
    lead, other = (observer.number for observer in day.observers())
    assert desk.decide("leave-out", {"observer": other, "note": "not at the station"}, key="1").status == 200
    assert desk.decide("confirm", {"observer": lead, "codes": ["C"]}, key="2").status == 200
    assert desk.report()["observers"][other]["left_out"]["note"] == "not at the station"
    assert desk.decide("revoke", {"of": "left_out"}, key="3").json()["errors"] == [
        {"at": "/observer", "what": "it is missing"}
    ]
    assert desk.decide("revoke", {"of": "left_out", "observer": other}, key="4").status == 200
    assert desk.report()["observers"][other]["left_out"] is None
    assert desk.report()["state"] == "conflict"
    assert desk.decide("revoke", {"of": "explanation", "rule": "D < C"}, key="5").status == 409


def test_a_correction_is_read_back_before_it_is_saved(day: Pipeline, wire: Wire) -> None:
    desk = Desk(day)
    lead = day.observers()[0].number
    version = desk.report()["version"]
    wire.listen()
    read = desk.decide("correct/preview", {"observer": lead, "answers": {"D": "21"}}, seen=version)
    assert (read.json()["text"], read.json()["before"], read.json()["after"]) == (
        "CL 1001 D21",
        {"D": 11},
        {"D": 21},
    )
    assert [check["severity"] for check in read.json()["failed_checks"]] == ["error"]
    assert not [call for call in wire.calls if call.startswith(("Put", "Update", "Transact"))]


def test_a_decision_names_so_many_codes(day: Pipeline) -> None:
    desk = Desk(day)
    codes = [str(number) for number in range(301)]
    assert desk.decide("confirm", {"observer": "1", "codes": codes}, seen=1).status == 400


def test_a_viewer_reads_and_decides_nothing(day: Pipeline) -> None:
    viewer = Desk(day, "viewer")
    assert viewer.report()["state"] == "conflict"
    assert viewer.decide("choose", {"observer": None, "note": "x"}).status == 403
    assert viewer.get(f"{ELECTION}/doubts").status == 403
    assert viewer.get(f"{ELECTION}/observers").status == 403
    assert viewer.get(f"{ELECTION}/reports").status == 200


def test_another_region_s_operator_finds_nothing(day: Pipeline) -> None:
    chuy = Desk(day, regions=("Chuy",))
    assert chuy.get(STATION, station=chuy.station).status == 404
    assert chuy.doubts() == []
    assert chuy.get(f"{ELECTION}/doubts", {"region": "Bishkek"}).status == 403
    assert chuy.get(f"{ELECTION}/reports").json()["reports"] == []
    first = day.observers()[0].number
    assert chuy.get(f"{ELECTION}/observers/{{number}}", number=first).status == 404
    assert first not in [observer["number"] for observer in chuy.get(f"{ELECTION}/observers").json()["observers"]]
