"""What people decide about reports, stations, observers and incidents, as paths of the sweep of faults."""

import datetime as dt
from typing import Any

from fault_requests import ELECTION, INCIDENT, OBSERVER, OPENING, STATION, Request, did, etag
from fault_stage import Stage

from chalicelib.store.reports import get_reports

REPORT = STATION + "/reports/{form}/{round}"
COUNT = "CL A2010 B1 C1201 D11 E600 F400 G190"
RULE = "D + E + F + G == C"
OF_COUNT = {"form": "CL", "round": "-"}


def contradicting(stage: Stage) -> None:
    """The lead's count does not add up, the other's contradicts it, and an entry corrects it."""
    stage.now += dt.timedelta(hours=12)
    stage.say("first", COUNT.replace("E600", "E500"))
    stage.now += dt.timedelta(minutes=1)
    stage.say("second", COUNT.replace("D11", "D21").replace("E600", "E500"), stage.phone(1))
    stage.now += dt.timedelta(minutes=1)
    entered = [
        did(stage, ELECTION + "/entries", {"text": "CL G180", "observer": observer.number})["entered"]
        for observer in stage.election.observers[:2]
    ]
    stage.memo["entry"] = entered[0]


def correction(stage: Stage) -> dict[str, Any]:
    return {"observer": lead(stage), "answers": {"E": "600"}, "is_confirmed": True}


def chosen(stage: Stage) -> None:
    contradicting(stage)
    stage.memo["named"] = OF_COUNT
    did(stage, REPORT + "/choose", {"observer": lead(stage), "codes": ["D"], "note": "asked"}, seen=version(stage))


def lead(stage: Stage) -> str:
    return stage.election.observers[0].number


def version(stage: Stage) -> str:
    key = (stage.election.stations[0].number, "CL", "-")
    return str(get_reports(stage.election, [key])[key].version)


def decided(step: str, body: Any, before: Any = contradicting) -> Request:
    def noted(stage: Stage) -> dict[str, Any]:
        return {"note": "asked"} | (body(stage) if callable(body) else body)

    return Request(f"{REPORT}/{step}", noted, before, version, OF_COUNT, progress="version")


REPORTS = {
    "choose": decided("choose", lambda stage: {"observer": lead(stage), "codes": ["D"]}),
    "choose a whole report": decided("choose", lambda stage: {"observer": lead(stage)}),
    "leave out": decided("leave-out", lambda stage: {"observer": lead(stage)}),
    "explain": decided("explain", {"rule": RULE, "counts": True}, chosen),
    "confirm": decided("confirm", lambda stage: {"observer": lead(stage)}),
    "correct": decided("correct", correction),
    "withdraw": decided("withdraw", lambda stage: {"message": stage.memo["entry"]}),
    "undo a choice": decided("undo", {}, chosen),
    "revoke a choice": decided("revoke", {"of": "choice", "codes": ["D"]}, chosen),
}


def opened(stage: Stage) -> None:
    """A report of the first station, so that what changes has something to count anew."""
    stage.say("opening", OPENING)


def closed(stage: Stage) -> None:
    opened(stage)
    did(stage, STATION + "/close", {"note": "burnt"}, seen="0")


def reassigned(stage: Stage) -> None:
    opened(stage)
    did(stage, OBSERVER + "/reassign", other_station(stage), seen="0")


def other_station(stage: Stage) -> dict[str, str]:
    return {"station": stage.election.stations[1].number, "note": "sent there"}


def unchanged(stage: Stage) -> str:
    return "0"


def changed_once(stage: Stage) -> str:
    return "1"


PERSON = {"name": "Gulnara", "phones": ["+996700999888"], "note": "ill"}
ROSTER = {
    "close a station": Request(STATION + "/close", {"note": "burnt"}, opened, unchanged),
    "reopen a station": Request(STATION + "/reopen", {"note": "open"}, closed, changed_once),
    "move a station": Request(STATION + "/move", {"name": "School 9", "note": "moved"}, opened, unchanged),
    "undo of a station": Request(STATION + "/undo", {"note": "wrong"}, closed, changed_once),
    "replace an observer": Request(OBSERVER + "/replace", PERSON, opened, unchanged),
    "reassign an observer": Request(OBSERVER + "/reassign", other_station, opened, unchanged),
    "undo of an observer": Request(OBSERVER + "/undo", {"note": "wrong"}, reassigned, changed_once),
}


def reported(stage: Stage) -> None:
    """Two incidents of one kind at one station."""
    for place in (0, 1):
        stage.say(f"in{place}", f"IN 7 they agitate, {place}", stage.phone(place))


def changed(step: str, body: Any) -> Any:
    def before(stage: Stage) -> None:
        reported(stage)
        did(stage, f"{INCIDENT}/{step}", body, seen=etag(stage, INCIDENT))

    return before


def stepped(step: str, *earlier: str) -> Request:
    def before(stage: Stage) -> None:
        reported(stage)
        for message in earlier:
            did(stage, f"{INCIDENT}/{{step}}", {"note": "seen"}, seen=etag(stage, INCIDENT), step=message)

    return Request(f"{INCIDENT}/{{step}}", {"note": "seen"}, before, INCIDENT, {"step": step})


def about(step: str, body: Any, before: Any = reported) -> Request:
    return Request(f"{INCIDENT}/{step}", body, before, INCIDENT)


LINKED = {"other": 2, "note": "the same"}
INCIDENTS = {
    "note": about("note", {"note": "called"}),
    "assign": about("assign", {"to": "Bakyt", "note": "near"}),
    "link": about("link", LINKED),
    "unlink": about("unlink", LINKED, changed("link", LINKED)),
    "grade": about("grade", {"severity": "critical", "note": "worse"}),
    "grade by category": about("grade", {"category": 2, "note": "other"}),
    "move": about("move", lambda stage: {"station": stage.election.stations[1].number, "note": "there"}),
    "undo an assignment": about("undo", {"note": "no"}, changed("assign", {"to": "Bakyt", "note": "near"})),
    "undo a link": about("undo", {"note": "no"}, changed("link", LINKED)),
    "undo a grade": about("undo", {"note": "no"}, changed("grade", {"severity": "critical", "note": "worse"})),
    "acknowledge": stepped("acknowledge"),
    "verify": stepped("verify", "acknowledge"),
    "reject": stepped("reject"),
    "resolve": stepped("resolve", "acknowledge", "verify"),
    "reopen": stepped("reopen", "reject"),
}
REQUESTS = {"report": REPORTS, "roster": ROSTER, "incident": INCIDENTS}
