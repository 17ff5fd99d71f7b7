"""The API of reports: what is listed, and what people decide, over requests as they come."""

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
from api_client import Api, ApiAnswer
from aws_faults import Wire
from entries import enter
from pipeline import Load, Pipeline
from read_units import ReadMeter

from chalicelib.entrypoints.api import operation, reports
from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access.operators import add_operator
from chalicelib.services.upkeep import snapshot
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.services.views import observers, report_list
from chalicelib.store import elections
from chalicelib.store.operators import AuditRow
from chalicelib.store.tallies import read_cells

ELECTION = "/v1/elections/{election_id}"
STATION = f"{ELECTION}/stations/{{station}}"
REPORT = f"{STATION}/reports/{{form}}/{{round}}"
COUNT = "CL 1001 A2010 B1 C1201 D11 E600 F400 G190"
LASTING = dt.timedelta(days=40_000)


class Desk:
    """An operator's API to one election, and the count of its first station."""

    def __init__(self, pipeline: Pipeline, role: Role = "operator", regions: tuple[str, ...] = (), name: str = "Aida"):
        token = add_operator(name, role, pipeline.election.id, regions, dt.datetime.now(dt.UTC), LASTING)
        self.api, self.pipeline = Api(token), pipeline
        self.station = pipeline.election.stations[0].number

    def get(self, route: str, query: dict[str, str] | None = None, **path: str) -> ApiAnswer:
        return self.api.get(route, query, election_id=self.pipeline.election.id, **path)

    def page(self, station: str | None = None) -> dict[str, Any]:
        answer = self.get(STATION, station=station or self.station)
        assert answer.status == 200, answer
        return answer.json()

    def report(self, form: str = "CL") -> dict[str, Any]:
        return next(report for report in self.page()["reports"] if report["form"] == form)

    def decide(self, what: str, body: dict[str, Any], *, seen: int | None = None, key: str = "k") -> ApiAnswer:
        self.pipeline.now += dt.timedelta(seconds=1)
        version = str(self.report()["version"] if seen is None else seen)
        path = {"election_id": self.pipeline.election.id, "station": self.station, "form": "CL", "round": "-"}
        return self.api.post(f"{REPORT}/{what}", body, seen=version, key=key, **path)

    def doubts(self, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(f"{ELECTION}/doubts", query | cursor)
            assert answer.status == 200, answer
            found += answer.json()["doubts"]
            if answer.json()["next"] is None:
                return found
            cursor = {"cursor": answer.json()["next"]}


@pytest.fixture
def day(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The first station's observers disagree in D; the second's count is half, a third's does not add up."""
    for module in (operation, reports):
        monkeypatch.setattr(module, "now", lambda: pipeline.now)
    pipeline.now += dt.timedelta(hours=12)
    lead, other = pipeline.observers()
    pipeline.say(lead.phones[0], COUNT)
    pipeline.now += dt.timedelta(seconds=1)
    pipeline.say(other.phones[0], COUNT.replace("D11", "D21"))
    pipeline.say(pipeline.observers(1)[0].phones[0], "CL C1200")
    pipeline.say(pipeline.observers(2)[0].phones[0], "CL A2010 B1 C1201 D11 E600 F400 G90")
    pipeline.say(pipeline.observers(3)[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    kept(pipeline)
    return pipeline


def kept(pipeline: Pipeline) -> None:
    """A minute passes: chase keeps what operators are shown."""
    snapshot._kept.clear()
    elections._recent.clear()
    assert keep_up(pipeline.current, pipeline.now).is_whole


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


def all_of(desk: Desk, what: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = desk.get(f"{ELECTION}/{what}", query | cursor).json()
        found += page[what]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def test_reports_are_listed_by_station_each_once(day: Pipeline) -> None:
    desk = Desk(day)
    listed = all_of(desk, "reports")
    stations = [station.number for station in day.election.stations]
    assert [(report["station"], report["form"]) for report in listed] == [
        *((number, "CL") for number in stations[:3]),
        (stations[3], "OP"),
    ]
    assert all_of(desk, "reports", limit="1") == listed
    assert [row["station"] for row in all_of(desk, "reports", state="conflict")] == [stations[0]]
    assert [row["doubts"] for row in all_of(desk, "reports", form="OP")] == [[]]
    assert listed[0]["answers"]["C"] == 1201
    assert listed[0]["conflicts"] == ["D"]
    assert desk.get(f"{ELECTION}/reports", {"cursor": "nonsense"}).status == 400


def test_a_page_of_reports_looks_at_so_many_stations(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_list, "MOST_READ", 2)
    desk = Desk(day)
    page = desk.get(f"{ELECTION}/reports", {"form": "OP"}).json()
    assert page["reports"] == []
    assert page["next"] is not None
    assert [row["form"] for row in all_of(desk, "reports", form="OP")] == ["OP"]


def test_observers_are_listed_with_their_phones(day: Pipeline) -> None:
    desk = Desk(day)
    listed = all_of(desk, "observers", limit="7")
    assert [row["number"] for row in listed] == sorted(observer.number for observer in day.election.observers)
    lead = day.observers()[0]
    search = {"search-text": quote(lead.name.upper())}
    answer = desk.api.ask("GET", f"{ELECTION}/observers", None, headers=search, election_id=day.election.id)
    [found] = answer.json()["observers"]
    assert (found["name"], found["phones"][0]["phone"], found["station"]) == (lead.name, lead.phones[0], desk.station)
    assert found["last_heard"] is not None
    assert all_of(desk, "observers", station=desk.station) == [row for row in listed if row["station"] == desk.station]


def test_what_is_searched_for_stands_in_no_address(day: Pipeline) -> None:
    desk = Desk(day)
    refused = desk.get(f"{ELECTION}/observers", {"text": "Ann"})
    assert refused.status == 400
    assert refused.json()["errors"] == [
        {
            "at": "/text",
            "what": "Say it in the header Search-Text, percent-encoded: addresses are logged",
        }
    ]
    for words, found in (("%FF", 0), ("", 7), ("x" * 601, None)):
        headers, route = {"search-text": words}, f"{ELECTION}/observers"
        answer = desk.api.ask("GET", route, None, headers=headers, query={"limit": "7"}, election_id=day.election.id)
        assert answer.status == (400 if found is None else 200)
        assert found is None or len(answer.json()["observers"]) == found


def test_an_observer_s_figures_count_their_newest_messages(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, lead = Desk(day), day.observers()[0]
    day.say(lead.phones[0], "thank you")
    route = f"{ELECTION}/observers/{{number}}"
    figures = desk.get(route, number=lead.number).json()["figures"]
    assert figures == {"sms": 2, "accepted": 1, "asked_again": 1, "reports": 1, "in_time": 1}
    monkeypatch.setattr(observers, "MOST_FIGURED", 0 + 1)
    assert desk.get(route, number=lead.number).json()["figures"]["sms"] <= 1


def test_a_list_that_has_not_changed_is_a_304(day: Pipeline) -> None:
    desk = Desk(day)
    for route, path in (
        (STATION, {"station": desk.station}),
        (f"{ELECTION}/doubts", {}),
        (f"{ELECTION}/reports", {}),
        (f"{ELECTION}/observers", {}),
        (f"{ELECTION}/regions/{{region}}/stations", {"region": "Bishkek"}),
    ):
        first = desk.get(route, **path)
        seen = {"if-none-match": first.headers["etag"]}
        again = desk.api.ask("GET", route, None, headers=seen, election_id=day.election.id, **path)
        assert (first.status, again.status, again.text) == (200, 304, ""), route


def test_doubts_of_a_region_are_four_units_at_most(load: Load, wire: Wire) -> None:
    pipeline = load(size=20)
    pipeline.now += dt.timedelta(hours=12)
    for place in range(10):
        pipeline.say(pipeline.observers(place)[0].phones[0], "CL A2010 B1 C1201 D11 E600 F400 G90")
    kept(pipeline)
    desk = Desk(pipeline)
    with ReadMeter(wire) as meter:
        assert len(desk.doubts(region="Bishkek")) == 10
    work = [request for request in meter.requests if request.endswith("work")]
    print(f"doubts: {meter.units} read units, {meter.requests}")  # noqa: T201
    assert len(work) == 2, "the doubts, and who has them in hand"
    assert meter.units <= 4
