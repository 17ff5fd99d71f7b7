"""What people do, over HTTP, that no other file here tells: each ends in the numbers, the trail and a clean audit.

tests/unit/docs/test_stories.py says which test tells of which route.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from deployed import Deployed, call, eventually
from functions import call_function
from story_room import API, CLOCK, ELECTION, NUMBER, OPENING, Person, audited, say

STATION, NEXT = "1001", "1003"
LEAD, SECOND, NEIGHBOUR = "+996502000000", "+996700000001", "+996502000002"
"""Observers of the first station, and of the next one."""
NOTE = {"note": "told by phone"}


@pytest.fixture(scope="module")
def stories(deployed: Deployed) -> Iterator[Deployed]:
    deployed.load_small(ELECTION, NUMBER, "--clock", CLOCK)
    yield deployed
    assert audited(deployed)


@pytest.fixture(scope="module")
def office(stories: Deployed) -> Person:
    """Headquarters, who read everybody's trail."""
    return Person(stories, "Office", "headquarters")


def test_stations_and_observers_change_and_are_as_before(stories: Deployed, office: Person) -> None:
    who = Person(stories, "Saule")
    before = office.form("CL")["expected"]
    station, observer = f"stations/{STATION}", "observers/0001"
    who.done(f"{station}/close", NOTE, "0")
    assert office.form("CL")["expected"] == before - 1
    who.done(f"{station}/reopen", NOTE, "1")
    assert office.form("CL")["expected"] == before
    name = office.get(station)["station"]["name"]
    who.done(f"{station}/move", {"name": "School 9"} | NOTE, "2")
    assert office.get(station)["station"]["name"] == "School 9"
    who.done(f"{station}/undo", NOTE, "3")
    assert office.get(station)["station"]["name"] == name

    who.done(f"{observer}/replace", {"name": "Gulnara", "phones": ["+996502999001"]} | NOTE, "0")
    received = office.form("OP")["received"]
    eventually(lambda: state_of(stories, OPENING, "+996502999001") == "accepted")
    assert office.form("OP")["received"] == received + 1
    who.done(f"{observer}/undo", NOTE, "1")
    eventually(lambda: state_of(stories, "OP C11", "+996502999001") == "quarantined")
    eventually(lambda: state_of(stories, "OP C11", LEAD) == "accepted")
    assert office.form("OP")["received"] == received + 1

    say(stories, "TU 10 A300", SECOND)
    turnout = office.form("TU", "10:00")["received"]
    who.done("observers/0002/reassign", {"station": NEXT} | NOTE, "0")
    assert "0002" in [row["number"] for row in office.get(f"stations/{NEXT}")["observers"]]
    assert office.form("TU", "10:00")["received"] == turnout
    who.done("observers/0002/undo", NOTE, "1")
    assert "0002" in [row["number"] for row in office.get(station)["observers"]]
    assert office.trail(who) == [
        "station closed",
        "station opened again",
        "station moved",
        "undone: station moved",
        "observer replaced",
        "undone: observer replaced",
        "observer sent to another station",
        "undone: observer sent to another station",
    ]
    assert audited(stories)


def test_incidents_are_noted_linked_graded_moved_and_go_through_their_life(stories: Deployed, office: Person) -> None:
    who = Person(stories, "Nurlan")
    known = {row["number"] for row in office.get("incidents")["incidents"]}
    for phone in (LEAD, NEIGHBOUR):
        say(stories, "IN 7 they agitate at the door", phone)
    opened = [row for row in office.get("incidents")["incidents"] if row["number"] not in known]
    second, first = (row["number"] for row in opened)
    counted = office.nation()["incidents"]

    def step(what: str, **body: Any) -> Any:
        path = f"incidents/{first}"
        return who.done(f"{path}/{what}", body | NOTE, who.tag(path))

    assert step("note")["history"][-1]["note"] == NOTE["note"]
    assert step("assign", to="Bakyt")["assigned"] == "Bakyt"
    assert step("undo")["assigned"] is None
    assert step("link", other=second)["same_as"] == [second]
    assert step("unlink", other=second)["same_as"] == []
    assert step("grade", severity="critical")["severity"] == "critical"
    moved = {name: office.nation()["incidents"][name] - counted[name] for name in counted}
    assert moved == {"low": 0, "medium": -1, "high": 0, "critical": 1}
    eventually(lambda: [text for text in stories.texts_to("+996555900000") if "Повышен, была" in text])
    elsewhere = next(row for row in office.get("observers?limit=100")["observers"] if row["region"] != "Bishkek")
    step("move", station=elsewhere["station"])
    regions = office.get("summary")["regions"]
    assert regions[elsewhere["region"]]["incidents"]["critical"] == 1
    for what, state in (
        ("acknowledge", "acknowledged"),
        ("verify", "verified"),
        ("resolve", "resolved"),
        ("reopen", "acknowledged"),
        ("reject", "rejected"),
    ):
        assert step(what)["state"] == state
    assert office.trail(who) == [
        *(f"incident {what}" for what in ("noted", "assigned", "undone", "linked", "unlinked", "changed", "moved")),
        *(f"incident {what}" for what in ("acknowledge", "verify", "resolve", "reopen", "reject")),
    ]
    assert audited(stories)


def test_a_correction_is_read_back_withdrawn_and_counted_again(stories: Deployed, office: Person) -> None:
    who = Person(stories, "Jyldyz")
    observer = next(row["number"] for row in office.get(f"stations/{NEXT}")["observers"])
    say(stories, "VO A1 B1 C1 D12", NEIGHBOUR)
    report = f"stations/{NEXT}/reports/VO/-"

    def version() -> str:
        reports = office.get(f"stations/{NEXT}")["reports"]
        return str(next(row["version"] for row in reports if row["form"] == "VO"))

    def total() -> int:
        return int(office.form("VO")["answers"]["D"]["sum"])

    before = total()
    body = {"observer": observer, "answers": {"D": "15"}}
    read = who.post(f"{report}/correct/preview", body, version()).json()
    assert (read["before"], read["after"], total()) == ({"D": 12}, {"D": 15}, before)
    entered = who.done(f"{report}/correct", body | NOTE, version())["entered"]
    assert total() == before + 3
    who.done(f"{report}/withdraw", {"message": entered} | NOTE, version())
    assert total() == before
    who.done(f"{report}/revoke", {"of": "withdrawal", "message": entered} | NOTE, version())
    assert total() == before + 3
    who.done(f"{report}/undo", NOTE, version())
    assert total() == before
    assert office.trail(who)[:3] == ["answers corrected", "entry withdrawn", "entry counted again"]
    assert audited(stories)


def test_calls_and_tasks_are_taken_over_renewed_and_let_go(stories: Deployed, office: Person) -> None:
    who, other = Person(stories, "Aida"), Person(stories, "Bakyt")
    say(stories, "what am I to do?", LEAD)
    call_function(stories.stack, "Chase")
    station = office.get("calls")["calls"][0]["station"]
    other.done(f"calls/{station}/lease")
    assert who.post(f"calls/{station}/lease").status == 409
    assert who.done(f"calls/{station}/take-over")["lease"]["holder"] == who.signature
    assert other.post(f"calls/{station}/renew").status == 409
    assert who.done(f"calls/{station}/renew")["lease"]["is_mine"]
    assert who.done(f"calls/{station}/release")["lease"] is None

    task = other.done("tasks/next", {"kinds": ["message"]})
    named = {name: task[name] for name in ("kind", "key", "region")}
    assert who.post("tasks/lease", named).status == 409
    assert who.done("tasks/take-over", named)["lease"]["holder"] == who.signature
    assert other.post("tasks/renew", named).status == 409
    who.done("tasks/renew", named)
    who.done("tasks/release", named)
    assert other.done("tasks/lease", named)["lease"]["holder"] == other.signature
    assert office.trail(who) == [
        *("call taken over", "call lease renewed", "call released"),
        *("task taken over", "task lease renewed", "task released"),
    ]
    assert office.trail(other) == ["call leased", "task leased", "task leased"]
    assert audited(stories)


def test_an_sms_to_many_is_tried_on_oneself_stopped_and_goes_on(stories: Deployed, office: Person) -> None:
    who = signed_in(stories, "Meerim", "+996502999777")
    texts = {"text": "{name}, send TU of {station}.", "texts": {"ru": "{name}, пришлите TU участка {station}."}}
    to = {"regions": ["Bishkek"]}
    everybody = who.post("sends/preview", texts | {"to": to}).json()["recipients"]
    for wish, recipients in (("out", everybody - 1), ("in", everybody)):
        office.done("opt-outs", {"phone": SECOND, "wish": wish} | NOTE)
        assert who.post("sends/preview", texts | {"to": to}).json()["recipients"] == recipients
    tried = who.post("sends/preview", texts | {"to": to}).json()
    example = next(row for row in tried["examples"] if row["language"] == "ru")
    assert example["text"] == f"{example['name']}, пришлите TU участка {example['station']}."
    who.done("sends/test", texts | {"to": to})
    eventually(lambda: example["text"] in stories.texts_to("+996502999777"))
    body = texts | {"to": to, "name": "noon", "expected": tried["recipients"], "at_night": True}
    who.done("sends", body | NOTE)
    eventually(lambda: who.get("sends/noon")["state"] == "done", 60)
    eventually(lambda: [text for text in stories.texts_to(LEAD) if "пришлите TU участка 1001" in text])
    shown = who.get("sends/noon")
    assert (shown["queued"], shown["recipients"], shown["failed"]) == (tried["recipients"], tried["recipients"], [])
    caught = next(name for name in ("thanks", "thanks-2", "thanks-3") if is_going_on(who, name))
    who.done(f"sends/{caught}/stop", NOTE, "1")
    assert who.get(f"sends/{caught}")["state"] == "stopped"
    who.done(f"sends/{caught}/resume", NOTE, "2")
    call_function(stories.stack, "Chase")
    shown = eventually(lambda: (row := who.get(f"sends/{caught}"))["state"] == "done" and row, 60)
    assert shown["queued"] == shown["recipients"]
    lines = [line for line in office.trail(who) if line.startswith("send")]
    assert (lines[:2], lines[-2:]) == (["send tried on oneself", "send begun"], ["send stopped", "send sending"])
    assert audited(stories)


def test_an_account_is_changed_signed_out_and_switches_elections(stories: Deployed, office: Person) -> None:
    admin = Person(stories, "Admin", "administrator")
    address = "stories@example.org"
    invited = admin.done("accounts", {"name": "Zarina", "address": address, "role": "viewer"})
    path = f"accounts/{invited['id']}"
    changed = admin.done(path, {"role": "operator", "regions": ["Bishkek"]}, str(invited["version"]))
    assert (changed["role"], changed["regions"]) == ("operator", ["Bishkek"])
    lead = Person(stories, "Lead", "headquarters")
    lead.done(f"{path}/regions", {"regions": ["Chuy"]}, str(changed["version"]))
    lead.done(f"{path}/regions", {"regions": ["Bishkek"]}, str(changed["version"] + 1))
    stories.load_small("stories-2", "+996312000093")
    stories.baykoo("account", "add", "Zarina", "--address", address, "--role", "viewer", "--election", "stories-2")

    zarina = signed_in(stories, "Zarina", address)
    switched = zarina.post("/v1/session/switch", {"election": "stories-2"})
    assert (switched.status, switched.json()["role"]) == (200, "viewer")
    lasts = re.search(r"Max-Age=(\d+)", switched.headers["Set-Cookie"])
    assert lasts is not None
    assert int(lasts[1]) <= 12 * 3600
    assert zarina.ask("/v1/session").status == 401, "the session before has ended"

    again = signed_in(stories, "Zarina", address)
    assert set(again.get("summary")["regions"]) == {"Bishkek"}
    admin.done(f"{path}/sign-out", NOTE)
    assert again.ask("/v1/session").status == 401
    admin.done(f"{path}/revoke", NOTE)
    link = stories.baykoo("account", "link", address, "--election", ELECTION).splitlines()[-1]
    proof = {"token": link.partition("#sign-in=")[2], "election": ELECTION}
    assert stories.post("/v1/session", proof, None, sec_fetch_site="same-origin").status == 401
    assert office.trail(admin) == ["account added", "account changed", "sessions ended", "account revoked"]


def test_what_was_given_up_goes_again(stories: Deployed, office: Person) -> None:
    who = Person(stories, "Kanat", "headquarters")
    key = say(stories, "hm, hm, where to?", SECOND)
    reply = f"reply#{key}"
    eventually(lambda: (row := stories.message(reply)) and row["state"] == "sent")
    table, sent = f"{stories.stack.name}-messages", len(stories.texts_to(SECOND))
    failed = {":failed": {"S": "failed"}}
    stories.stack.client("dynamodb").update_item(
        TableName=table,
        Key={"key": {"S": reply}},
        UpdateExpression="SET #state = :failed",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues=failed,
    )
    who.done("outbox/again", {"key": reply})
    call_function(stories.stack, "Sweep")
    eventually(lambda: len(stories.texts_to(SECOND)) == sent + 1)
    assert eventually(lambda: (stories.message(reply) or {})["state"] == "sent")
    assert len(office.trail(who)) == 1
    assert audited(stories)


def is_going_on(who: Person, name: str) -> bool:
    """Begin to send to everybody, and tell whether some are still to be queued."""
    thanks = {"name": name, "text": "Thank you!"}
    recipients = who.post("sends/preview", thanks).json()["recipients"]
    who.post("sends", thanks | {"expected": recipients, "at_night": True})
    return bool(who.get(f"sends/{name}")["state"] == "sending")


def state_of(deployed: Deployed, text: str, sender: str) -> str:
    """What becomes of an SMS; a process goes on with a roster that it has read for some seconds."""
    return str((deployed.message(say(deployed, text, sender)) or {})["state"])


def signed_in(deployed: Deployed, name: str, address: str) -> Person:
    """Somebody by a session's cookie; they are invited as an operator where they have no account."""
    known = deployed.baykoo("account", "list", "--election", ELECTION)
    if address not in known:
        deployed.baykoo("account", "add", name, "--address", address, "--role", "operator", "--election", ELECTION)
    link = deployed.baykoo("account", "link", address, "--election", ELECTION).splitlines()[-1]
    answer = deployed.post(
        "/v1/session",
        {"token": link.partition("#sign-in=")[2], "election": ELECTION},
        None,
        sec_fetch_site="same-origin",
    )
    assert answer.status == 200, answer.body
    assert call(f"{deployed.stack.api_url}{API}/summary", None, {}).status == 401
    return Person(deployed, name, cookie=answer.headers["Set-Cookie"].partition(";")[0])
