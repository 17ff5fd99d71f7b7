"""A contradiction from the doubts to the summary's numbers over HTTP: chosen, undone, corrected, confirmed, audited."""

from typing import Any
from uuid import uuid4

import pytest
from deployed import Answered, Deployed, eventually
from functions import call_function

NUMBER = "+996312000044"
ELECTION = "station-page"
PATH = f"/v1/elections/{ELECTION}"
CLOCK = "2017-10-15T21:00:00+06:00"
COUNT = "CL A2010 B1 C1201 D11 E600 F400 G190"


class Desk:
    """An operator's requests to the deployed API about one station's count."""

    def __init__(self, deployed: Deployed, role: str, name: str) -> None:
        self.deployed, self.station = deployed, "1001"
        options = ("--role", role, "--election", ELECTION)
        self.token = deployed.baykoo("operator", "add", name, *options).splitlines()[-1]

    def get(self, path: str) -> Any:
        answer = self.deployed.get(f"{PATH}/{path}", self.token)
        assert answer.status == 200, answer.body
        return answer.json()

    def count(self) -> dict[str, Any]:
        return next(report for report in self.get(f"stations/{self.station}")["reports"] if report["form"] == "CL")

    def question(self, code: str) -> dict[str, Any]:
        return next(question for question in self.count()["questions"] if question["code"] == code)

    def post(self, what: str, body: Any, *, seen: int | None = None, key: str | None = None) -> Answered:
        version = self.count()["version"] if seen is None else seen
        path = f"{PATH}/stations/{self.station}/reports/CL/-/{what}"
        headers = {"If_Match": f'"{version}"', "Idempotency_Key": key or str(uuid4())}
        return self.deployed.post(path, body, self.token, **headers)

    def done(self, what: str, body: Any, **options: Any) -> Any:
        answer = self.post(what, body, **options)
        assert answer.status == 200, answer.body
        return answer.json()

    def sums(self) -> dict[str, Any]:
        counted = self.get("summary")["nation"]["forms"]["CL"]["-"]
        sums = {code: answers["sum"] for code, answers in counted["answers"].items() if "sum" in answers}
        return sums | {name: counted[name] for name in ("received", "complete", "partial", "conflict")}


@pytest.fixture(scope="module")
def observers(deployed: Deployed) -> list[dict[str, Any]]:
    """The station's observers, after both have counted: they disagree in D."""
    deployed.load_small(ELECTION, NUMBER, "--clock", CLOCK)
    desk = Desk(deployed, "operator", "Setup")
    found: list[dict[str, Any]] = desk.get("stations/1001")["observers"]
    for observer, text in zip(found, (COUNT, COUNT.replace("D11", "D21")), strict=True):
        assert deployed.sms(text, observer["phones"][0]["phone"], NUMBER).status == 200
    eventually(lambda: desk.count()["state"] == "conflict")
    return found


def held_back(deployed: Deployed, office: Desk) -> dict[str, int]:
    """Why stations do not count, as the live count has it a minute later."""
    call_function(deployed.stack, "Chase")
    counts = office.get("quick-count")["quick_count"]["held_back"]
    return {reason: count for reason, count in counts.items() if count}


OFFICE = (("operator", "Aida"), ("operator", "Bakyt"), ("headquarters", "Office"))


def test_a_doubt_from_the_list_to_the_audit(deployed: Deployed, observers: list[dict[str, Any]]) -> None:
    aida, bakyt, office = (Desk(deployed, role, name) for role, name in OFFICE)
    lead, other = (observer["number"] for observer in observers)
    call_function(deployed.stack, "Chase")
    [doubt] = aida.get("doubts")["doubts"]
    assert (doubt["kind"], doubt["about"]) == ("conflict", "D")
    assert doubt["sentence"] == f"D: observer {lead} 11, observer {other} 21: 10 apart"
    assert [observer["phones"] for observer in doubt["observers"]] == [
        [p["phone"] for p in observer["phones"]] for observer in observers
    ]

    # T1: the second counts; the sum changes by that answer alone.
    before = office.sums()
    aida.done("choose", {"observer": other, "codes": ["D"], "note": "read back to both"}, key="choice")
    chosen = office.sums()
    assert {name: chosen[name] - before[name] for name in chosen if chosen[name] != before[name]} == {
        "D": 21,
        "conflict": -1,
        "complete": 1,
    }
    # D1: it does not add up now, and says so.
    [failed] = aida.get("doubts")["doubts"]
    assert (failed["kind"], failed["sentence"]) == ("failed_check", "D + E + F + G = 1211, C = 1201: 10 apart")
    assert held_back(deployed, office) == {"failed_check": 1}

    # T2: undo restores all of it.
    aida.done("undo", {"note": "the other one was wrong"})
    assert office.sums() == before
    assert [doubt["kind"] for doubt in aida.get("doubts")["doubts"]] == ["conflict"]

    # T3: two at one answer; the second sees the first's, and neither is lost.
    seen = aida.count()["version"]
    body = {"observer": other, "answers": {"D": "11"}, "is_confirmed": True, "note": "by phone"}
    corrected = aida.done("correct", body, seen=seen, key="correction")
    assert corrected["text"] == "CL 1001 D11"
    late = bakyt.post("correct", body | {"answers": {"D": "12"}}, seen=seen)
    assert late.status == 412
    assert "entered by Aida (operator)" in late.json()["detail"]
    assert aida.done("correct", body, seen=seen, key="correction") == corrected, "the same key once more"
    assert aida.get("doubts")["doubts"] == []
    assert held_back(deployed, office) == {}
    given = aida.question("D")["observers"][other]
    assert (given["value"], given["source"], given["by"]) == (11, "phone", "Aida (operator)")
    assert [answer["value"] for answer in given["history"]] == [11, 21]

    # T5: from the answer to its SMS.
    key = given["history"][1]["message"]
    assert aida.get(f"messages/{key.replace('#', '%23')}")["text"] == COUNT.replace("D11", "D21")

    # T4: a later SMS changes what was confirmed; it counts, and a doubt says so.
    phone = observers[1]["phones"][0]["phone"]
    assert deployed.sms("CL D13", phone, NUMBER).status == 200
    eventually(lambda: aida.question("D")["observers"][other]["value"] == 13)
    call_function(deployed.stack, "Chase")
    kinds = {doubt["kind"] for doubt in aida.get("doubts")["doubts"]}
    assert kinds == {"conflict", "changed_after_confirmation"}

    # D3: who is wrong is left out; what fails then stands as it is, explained.
    aida.done("leave-out", {"observer": lead, "note": "was not there at the end"})
    [rule] = [check["rule"] for check in aida.count()["failed_checks"] if check["severity"] == "error"]
    explained = aida.done("explain", {"rule": rule, "counts": True, "note": "so it stands on the protocol"})
    assert explained["quick_count"] == "the station counts in the quick count, though the check fails"
    assert held_back(deployed, office) == {}
    aida.done("confirm", {"observer": other, "codes": ["D"]})
    assert aida.get("doubts")["doubts"] == []

    # All of it ends in the summary's numbers, in the trail, and in an audit without differences.
    after = office.sums()
    assert (after["D"], after["received"], after["conflict"]) == (13, 1, 0)
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
