"""The call desk over HTTP: two operators, one SMS that comes meanwhile, answers by phone, undo, and a clean audit."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from deployed import Answered, Deployed, call, eventually
from functions import call_function
from sample_election import FEW, sample

NUMBER = "+996312000043"
ELECTION = "call-desk"
STATIONS = FEW * len(sample().regions)
PATH = f"/v1/elections/{ELECTION}"
CLOCK = "2017-10-15T11:00:00+06:00"
OPENING = {"A": "1", "B": "0730", "C": "12", "D": "1", "E": "1600"}


class Desk:
    """An operator's requests to the deployed API."""

    def __init__(self, deployed: Deployed, role: str, name: str) -> None:
        self.deployed = deployed
        options = ("--role", role, "--election", ELECTION)
        self.token = deployed.baykoo("operator", "add", name, *options).splitlines()[-1]

    def get(self, path: str) -> Any:
        answer = self.deployed.get(f"{PATH}/{path}", self.token)
        assert answer.status == 200, answer.body
        return answer.json()

    def post(self, path: str, body: Any = None, key: str | None = None) -> Answered:
        return self.deployed.post(f"{PATH}/{path}", body or {}, self.token, Idempotency_Key=key or str(uuid4()))

    def done(self, path: str, body: Any = None, key: str | None = None) -> Any:
        answer = self.post(path, body, key)
        assert answer.status == 200, answer.body
        return answer.json()


@pytest.fixture(scope="module")
def room(deployed: Deployed) -> dict[str, Desk]:
    deployed.load_small(ELECTION, NUMBER, "--clock", CLOCK)
    call_function(deployed.stack, "Chase")
    desks = {name: Desk(deployed, "operator", name) for name in ("Aida", "Bakyt")}
    return desks | {"lead": Desk(deployed, "headquarters", "Lead"), "viewer": Desk(deployed, "viewer", "Press")}


def test_the_call_desk_from_list_to_audit(deployed: Deployed, room: dict[str, Desk]) -> None:
    aida, bakyt, lead = room["Aida"], room["Bakyt"], room["lead"]
    listed = aida.get("calls")
    assert listed["due"] == STATIONS, "each owes a report"
    assert listed["calls"][0]["why"][0]["reason"] == "silent"
    row, other = aida.done("calls/next"), bakyt.done("calls/next", {"regions": ["Osh"]})
    station = row["station"]
    assert (row["lease"]["holder"], other["region"]) == ("Aida (operator)", "Osh")
    assert bakyt.post(f"calls/{station}/lease").status == 409

    card = aida.get(f"calls/{station}")
    assert [owed["report"] for owed in card["owed"]] == ["TU 10:00", "OP"]
    first, second = card["observers"]
    reports = eventually(lambda: _sent(deployed, aida, station, first["phones"][0]["phone"]), 40)
    assert [report["report"] for report in reports] == ["TU 10:00"]

    missed = {"outcome": "no_answer", "phone": first["phones"][0]["phone"], "stays": True}
    offered = aida.done(f"calls/{station}/outcome", missed)["offer"]
    assert offered["next_phones"][0] == second["phones"][0]["phone"]
    body = {
        "outcome": "answered",
        "phone": second["phones"][0]["phone"],
        "note": "read back",
        "answers": {"observer": second["number"], "reports": [{"form": "OP", "answers": OPENING}]},
    }
    refused = aida.post(f"calls/{station}/outcome", body | {"answers": _with(body["answers"], "C", "99")})
    assert (refused.status, refused.json()["errors"][0]["at"]) == (400, "/answers/reports/0/answers/C")
    key = str(uuid4())
    logged = aida.done(f"calls/{station}/outcome", body, key)
    assert logged["entered_state"] == "accepted"
    assert aida.done(f"calls/{station}/outcome", body, key) == logged
    assert aida.post(f"calls/{station}/outcome", body | {"note": "other"}, key).status == 422

    board = lead.get("board")
    opening = board["rows"][0]["cells"][0]
    assert (opening["received"], opening["complete"], opening["of"]) == (1, 1, STATIONS)
    assert opening["missing"] == STATIONS - 1

    soon = (dt.datetime.fromisoformat(card["as_of"]) + dt.timedelta(minutes=30)).isoformat()
    promised = bakyt.done(f"calls/{other['station']}/outcome", {"outcome": "will_send", "will_send_at": soon})
    undone = bakyt.done(f"calls/{other['station']}/undo", {"contact": promised["contact"], "note": "the other one"})
    assert undone["undone"] == promised["contact"]
    log = aida.get(f"stations/{other['station']}/contacts")["contacts"]
    assert [contact["outcome"] for contact in log] == ["undone", "will_send"]

    two = [row["station"], other["station"]]
    put = bakyt.done("calls/put-on", {"stations": two, "note": "odd numbers"})
    assert put["stations"] == two
    on_list = {call["station"]: call["by_hand"] for call in aida.get("calls")["calls"] if call["by_hand"]}
    assert {number: row["why"] for number, row in on_list.items()} == dict.fromkeys(two, "odd numbers")
    assert aida.done("calls/put-on", {"stations": two})["already"] == two
    assert bakyt.done("calls/take-off", {"stations": two, "put": put["put"]})["stations"] == two
    assert bakyt.post("calls/take-off", {"stations": two, "put": put["put"]}).status == 409
    assert lead.post("calls/put-on", {"stations": ["no such"]}).status == 404

    figures = lead.get("calls/figures")
    assert figures["total"]["attempts"] == 2
    assert figures["operators"]["Aida (operator)"]["reached"] == 1
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)


def test_who_may_not_call_is_refused(deployed: Deployed, room: dict[str, Desk]) -> None:
    viewer = room["viewer"]
    assert viewer.deployed.get(f"{PATH}/calls", viewer.token).status == 403
    assert viewer.post("calls/next").status == 403
    assert room["Aida"].deployed.get(f"{PATH}/calls/figures", room["Aida"].token).status == 403
    assert viewer.get("board").get("queues") is None
    assert deployed.get(f"{PATH}/board", None).status == 401


def test_an_sms_is_on_the_board_within_seconds_and_else_nothing_is_sent(
    deployed: Deployed, room: dict[str, Desk]
) -> None:
    lead = room["lead"]
    before = lead.get("board")["rows"][0]["cells"][0]["received"]
    phone = lead.get("calls?region=Naryn")["calls"][0]["observers"][0]["phones"][0]
    assert deployed.sms("OP A1 B0730 C12 D1 E1600", phone, NUMBER).status == 200
    eventually(lambda: lead.get("board")["rows"][0]["cells"][0]["received"] == before + 1, 30)
    answer = deployed.get(f"{PATH}/calls/figures", lead.token)
    headers = {"Authorization": f"Bearer {lead.token}", "If-None-Match": answer.headers["ETag"]}
    assert call(f"{deployed.stack.api_url}{PATH}/calls/figures", None, headers).status == 304


def _sent(deployed: Deployed, desk: Desk, station: str, phone: str) -> Any:
    """Send the turnout once, and return what the card says has come."""
    reports = desk.get(f"calls/{station}")["came"]
    if not reports:
        deployed.sms("TU 10:00 A200", phone, NUMBER, id=f"turnout-{station}")
    return reports


def _with(answers: dict[str, Any], code: str, typed: str) -> dict[str, Any]:
    [report] = answers["reports"]
    return answers | {"reports": [report | {"answers": report["answers"] | {code: typed}}]}


def test_the_next_task_and_what_was_done(deployed: Deployed, room: dict[str, Desk]) -> None:
    aida, lead = room["Aida"], room["lead"]
    phone = lead.get("calls?region=Talas")["calls"][0]["observers"][0]["phones"][0]
    assert deployed.sms("IN 3 they beat us", phone, NUMBER).status == 200
    eventually(lambda: lead.get("board")["queues"]["incidents"]["count"] == 1, 40)
    assert aida.get("tasks")["next"]["kind"] == "incident"
    task = aida.done("tasks/next", {"kinds": ["incident"]})
    assert (task["kind"], task["region"]) == ("incident", "Talas")
    assigned = f"{PATH}/incidents/{task['key']}/assign"
    assert room["Bakyt"].post("tasks/next", {"kinds": ["incident"]}).status == 404
    headers = {"If_Match": '"1"', "Idempotency_Key": str(uuid4())}
    noted = deployed.post(assigned, {"to": "Aida"}, aida.token, **headers)
    assert (noted.status, noted.json()["assigned"], noted.headers["ETag"]) == (200, "Aida", '"2"')
    passed = deployed.post(assigned, {"to": "Bakyt"}, aida.token, **headers | {"Idempotency_Key": "2"})
    assert passed.status == 412
    assert lead.post("opt-outs", {"phone": phone, "wish": "out", "note": "by phone"}).status == 200
    assert aida.post("opt-outs", {"phone": phone, "wish": "in", "note": "by phone"}).status == 403
    own, every = (desk.get("audit?limit=100")["lines"] for desk in (aida, lead))
    assert {line["who"] for line in own} == {"Aida (operator)"}
    assert {"incident assigned", "task leased", "opted out"} <= {line["action"] for line in every}
    assert aida.get("outbox?tab=given_up")["messages"] == []
    assert lead.get("summaries")["election"] == ELECTION
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
