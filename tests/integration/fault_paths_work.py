"""Calls, tasks, sends, opt-outs, the quick count, accounts, exports and imports, as paths of the sweep of faults."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from fault_requests import ELECTION, Request, did
from fault_stage import Stage

from chalicelib.entrypoints.api.cookies import SESSION
from chalicelib.entrypoints.chase import chase
from chalicelib.observation.elections.policies import QuickCount
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.services.access import sessions
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.operators import Operator, add_operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.outreach import sends
from chalicelib.services.outreach.broadcast import Choice
from chalicelib.services.outreach.sends import SendRequest
from chalicelib.services.quick_count import release as quick_count_release
from chalicelib.store.accounts import get_account
from chalicelib.store.elections import existing

CALL = ELECTION + "/calls/{station}"
SENDS = ELECTION + "/sends"
ACCOUNTS = ELECTION + "/accounts"
ACCOUNT = ACCOUNTS + "/{account}"
COUNTING = QuickCount(population={"Bishkek": 230, "Chuy": 417})
COUNTING_BY_TWO = COUNTING.model_copy(update={"two_persons": True})


def kept(stage: Stage) -> None:
    """Stations that are to be called, and tasks, as chase keeps them each minute."""
    stage.say("waiting", "what shall I do?")
    for _ in range(2):
        stage.now += dt.timedelta(hours=1)
        stage.new_process()
        chase(None, None)


def leased(stage: Stage) -> None:
    kept(stage)
    did(stage, CALL + "/lease", {})


def leased_by_another(stage: Stage) -> None:
    kept(stage)
    own = stage.token
    stage.token = add_operator("Bakyt", "operator", stage.election.id, (), stage.now, dt.timedelta(days=9))
    did(stage, CALL + "/lease", {})
    stage.token = own


def logged(stage: Stage) -> None:
    leased(stage)
    stage.memo["contact"] = did(stage, CALL + "/outcome", {"outcome": "no_answer"})["contact"]


def answered(stage: Stage) -> dict[str, Any]:
    report = {"form": "OP", "answers": {"A": "1", "C": "12"}}
    return {"outcome": "answered", "answers": {"observer": stage.election.observers[0].number, "reports": [report]}}


def put_on(stage: Stage) -> None:
    kept(stage)
    stage.memo["put"] = did(stage, ELECTION + "/calls/put-on", two_stations(stage))["put"]


def two_stations(stage: Stage) -> dict[str, Any]:
    return {"stations": [station.number for station in stage.election.stations[:2]], "note": "odd"}


CALLS = {
    "next": Request(ELECTION + "/calls/next", {}, kept),
    "lease": Request(CALL + "/lease", {}, kept),
    "renew": Request(CALL + "/renew", {}, leased),
    "release": Request(CALL + "/release", {}, leased),
    "take over": Request(CALL + "/take-over", {}, leased_by_another),
    "outcome": Request(CALL + "/outcome", {"outcome": "wrong_number", "note": "a shop"}, leased),
    "outcome with answers": Request(CALL + "/outcome", answered, leased, progress="entered_state"),
    "undo": Request(CALL + "/undo", lambda stage: {"contact": stage.memo["contact"]}, logged),
    "put on": Request(ELECTION + "/calls/put-on", two_stations, kept),
    "take off": Request(
        ELECTION + "/calls/take-off", lambda stage: two_stations(stage) | {"put": stage.memo["put"]}, put_on
    ),
}


def taken(stage: Stage) -> None:
    kept(stage)
    task = did(stage, ELECTION + "/tasks/next", {"kinds": ["message"]})
    stage.memo["task"] = {name: task[name] for name in ("kind", "key", "region")}


def its_task(stage: Stage) -> dict[str, str]:
    task: dict[str, str] = stage.memo["task"]
    return task


def doubted(stage: Stage) -> None:
    """Two observers of a station contradict each other."""
    kept(stage)
    first, second = stage.election.observers[:2]
    assert first.station == second.station
    for number, observer in enumerate((first, second)):
        stage.say(f"said{number}", f"OP A1 B0730 C{11 + number} D1 E1668", observer.phones[0])
    chase(None, None)


def doubted_and_taken(stage: Stage) -> None:
    doubted(stage)
    own = stage.token
    stage.token = add_operator("Bakyt", "operator", stage.election.id, (), stage.now, dt.timedelta(days=9))
    did(stage, ELECTION + "/tasks/lease", the_doubt(stage))
    stage.token = own


def the_doubt(stage: Stage) -> dict[str, str]:
    station = stage.election.observers[0].station
    return {"kind": "doubt", "key": f"{station}#OP#-", "region": stage.election.region_of(station)}


TASKS = {
    "next": Request(ELECTION + "/tasks/next", {"kinds": ["message"]}, kept),
    "lease": Request(ELECTION + "/tasks/lease", the_doubt, doubted),
    "take over": Request(ELECTION + "/tasks/take-over", the_doubt, doubted_and_taken),
    "renew": Request(ELECTION + "/tasks/renew", its_task, taken),
    "release": Request(ELECTION + "/tasks/release", its_task, taken),
}


def send(stage: Stage) -> dict[str, Any]:
    return {"name": "first", "text": "Please send OP.", "expected": len(stage.election.observers)}


def begun(stage: Stage) -> None:
    """A send of which nothing is queued yet."""
    loaded, operator = existing(stage.election.id), Operator("Aida", "administrator", stage.election.id, ())
    body = send(stage)
    sending = SendRequest(body["name"], BulkText(body["text"]), Choice(), body["expected"])
    sends.begin(loaded, Action(operator, stage.now, "before", ""), sending)


def signed_in(stage: Stage) -> None:
    """Somebody with a phone of their own, by a session's cookie."""
    identity = add_account(stage.election.id, Invitation("Aida", "+996777000999", "operator"), stage.now)
    account = get_account(stage.election.id, identity)
    assert account is not None
    cookie = sessions.begin(account, "Firefox", stage.now)
    stage.token = ""
    stage.memo["session"] = {"cookie": f"{SESSION}={cookie}", "sec-fetch-site": "same-origin"}


def stopped(stage: Stage) -> None:
    begun(stage)
    did(stage, SENDS + "/{name}/stop", {"note": "wait"}, seen="1", name="first")


def seen_once(stage: Stage) -> str:
    return "1"


def seen_twice(stage: Stage) -> str:
    return "2"


MANY = {
    "begin": Request(SENDS, send),
    "test": Request(SENDS + "/test", {"text": "{name}, please send OP.", "texts": {"ru": "{name}!"}}, signed_in),
    "stop": Request(SENDS + "/{name}/stop", {"note": "wait"}, begun, seen_once, {"name": "first"}),
    "resume": Request(SENDS + "/{name}/resume", {"note": "go"}, stopped, seen_twice, {"name": "first"}),
}


def opted_out(stage: Stage) -> None:
    stage.say("stop", "STOP")


def wish(body: str) -> Any:
    return lambda stage: {"phone": stage.phone(), "wish": body, "note": "said so by phone"}


PHONES = {
    "out": Request(ELECTION + "/opt-outs", wish("out")),
    "in": Request(ELECTION + "/opt-outs", wish("in"), opted_out),
}


def lost(stage: Stage) -> None:
    """A reply that nobody could deliver."""
    stage.say("asked", "hm")
    key = f"reply#{stage.key('asked')}"
    row = stage.cloud.database.tables["messages"][(key,)]
    failed = {name: value for name, value in row.items() if name not in ("pending", "due_at")}
    stage.cloud.database.tables["messages"][(key,)] = failed | {"state": {"S": "failed"}}


OUTBOX = {
    "again": Request(ELECTION + "/outbox/again", lambda stage: {"key": f"reply#{stage.key('asked')}"}, lost),
}


def counted(stage: Stage) -> None:
    stage.now += dt.timedelta(hours=12)
    for place, station in enumerate(stage.election.stations):
        observer = stage.election.observers_by_station[station.number][0]
        stage.say(f"count{place}", "CL A2010 B1 C1201 D11 E600 F400 G190", observer.phones[0])


def released(stage: Stage) -> None:
    counted(stage)
    did(stage, ELECTION + "/quick-count/{step}", {"note": "agreed"}, seen="0", step="release")


def step(name: str, before: Any, seen: Any) -> Request:
    return Request(ELECTION + "/quick-count/{step}", {"note": "agreed"}, before, seen, {"step": name})


def proposed(stage: Stage) -> None:
    counted(stage)
    proposer = Operator("Hana", "headquarters", "", ())
    quick_count_release.release(existing(stage.election.id), proposer, 0, "all strata are in", stage.now)


COUNT = {"release": step("release", counted, lambda stage: "0"), "withdraw": step("withdraw", released, seen_once)}
COUNT_BY_TWO = {
    "propose": step("release", counted, lambda stage: "0"),
    "confirm": step("confirm", proposed, seen_once),
    "withdraw": step("withdraw", proposed, seen_once),
}


def account(stage: Stage) -> dict[str, str]:
    return {"name": "Cholpon", "address": "cholpon@example.org", "role": "operator"}


def invited(stage: Stage) -> None:
    stage.memo["named"] = {"account": did(stage, ACCOUNTS, account(stage))["id"]}


def its_account(stage: Stage) -> dict[str, str]:
    named: dict[str, str] = stage.memo["named"]
    return named


PEOPLE = {
    "invite": Request(ACCOUNTS, account),
    "change": Request(ACCOUNT, {"role": "viewer"}, invited, seen_once, its_account),
    "assign regions": Request(ACCOUNT + "/regions", {"regions": ["Bishkek"]}, invited, seen_once, its_account),
    "revoke": Request(ACCOUNT + "/revoke", {}, invited, named=its_account),
    "sign out": Request(ACCOUNT + "/sign-out", {}, invited, named=its_account),
    "wall link": Request(ELECTION + "/wall-links", {}),
}


def with_new_name(stage: Stage) -> dict[str, Any]:
    """The observers' file, the first under another name."""
    lines = ["observer,name,phone,language,station"]
    lines += [f"{o.number},{o.name},{';'.join(o.phones)},{o.language},{o.station}" for o in stage.election.observers]
    lines[1] = lines[1].replace(stage.election.observers[0].name, "Gulnara")
    return {"observers": {"file": "observers.csv", "content": "\n".join(lines) + "\n"}}


def exported(stage: Stage) -> None:
    stage.say("opening", "OP A1 B0730 C12 D1 E1668")
    job = did(stage, ELECTION + "/exports", {"what": "reports"})
    stage.run_jobs()
    stage.memo["named"] = {"export": job["id"]}


FILES = {
    "export": Request(ELECTION + "/exports", {"what": "reports"}, after=Stage.run_jobs),
    "links": Request(ELECTION + "/exports/{export}/links", {}, exported, named=lambda stage: stage.memo["named"]),
    "import": Request(ELECTION + "/imports", with_new_name, seen=seen_once, after=Stage.run_jobs),
}
REQUESTS = {
    "calls": CALLS,
    "tasks": TASKS,
    "sends": MANY,
    "opt-out": PHONES,
    "outbox": OUTBOX,
    "quick count": COUNT,
    "quick count by two": COUNT_BY_TWO,
    "accounts": PEOPLE,
    "files": FILES,
}

CHANGES: Mapping[str, Mapping[str, Any]] = {
    "quick count": {"quick_count": COUNTING},
    "quick count by two": {"quick_count": COUNTING_BY_TWO},
}
"""What the election says otherwise, for some kinds of requests."""
