"""The messages desk over HTTP: each action ends in the numbers, the audit trail and a clean audit."""

import urllib.parse
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from deployed import Answered, Deployed, eventually

NUMBER = "+996312000027"
ELECTION = "desk"
API = f"/v1/elections/{ELECTION}"
ANN, BOB, EVE, ZOE = "+996502000000", "+996502000002", "+996502000004", "+996770000006"
"""Observers of stations in Bishkek."""
STRANGER = "+996777000555"


@pytest.fixture(scope="module")
def token(deployed: Deployed) -> str:
    deployed.load_small(ELECTION, NUMBER)
    return deployed.operator(ELECTION)


def say(deployed: Deployed, text: str, sender: str) -> str:
    """Hand an SMS in, wait for its outcome, and return its key."""
    name = str(uuid4())
    assert deployed.sms(text, sender, NUMBER, id=name).status == HTTPStatus.OK
    key = f"generic#{name}"
    eventually(lambda: (row := deployed.message(key)) and row["state"] != "received")
    return key


def path_of(key: str, action: str = "") -> str:
    return f"{API}/messages/{urllib.parse.quote(key, safe='')}{action}"


def get(deployed: Deployed, token: str, path: str, **query: str) -> Any:
    answered = deployed.get(f"{path}?{urllib.parse.urlencode(query)}" if query else path, token)
    assert answered.status == HTTPStatus.OK, answered.body
    return answered.json()


def shown(deployed: Deployed, token: str, key: str) -> tuple[dict[str, Any], str]:
    answered = deployed.get(path_of(key), token)
    assert answered.status == HTTPStatus.OK, answered.body
    return answered.json(), answered.headers["ETag"]


def waiting(deployed: Deployed, token: str, desk: str = "messages") -> list[str]:
    return [
        message["key"] for message in get(deployed, token, f"{API}/messages", attention="true", desk=desk)["messages"]
    ]


def act(
    deployed: Deployed, token: str, key: str, action: str, body: Any, seen: str | None = None, once: str | None = None
) -> Answered:
    """Do something about a message, at the version that is shown unless another is given."""
    seen = seen or shown(deployed, token, key)[1]
    named = {"if_match": seen, "idempotency_key": once or str(uuid4())}
    return deployed.post(path_of(key, f"/{action}"), body, token, **named)


def received(deployed: Deployed, token: str, form: str = "OP") -> int:
    summary = get(deployed, token, f"{API}/summary")
    return int(summary["nation"]["forms"][form]["-"]["received"])


def done(deployed: Deployed, token: str) -> list[tuple[str, str]]:
    return [
        (message["action"], message["message"]["key"])
        for message in get(deployed, token, f"{API}/messages", done="true")["done"]
    ]


def test_m1_what_is_entered_counts_and_leaves_the_desk(deployed: Deployed, token: str) -> None:
    before = received(deployed, token)
    key = say(deployed, "all is well, twelve of us since half past seven", ANN)
    assert key in eventually(lambda: waiting(deployed, token))
    fields = {"form": "OP", "answers": {"A": "1", "B": "7:30", "C": "12"}}
    read = deployed.post(f"{API}/entries/read-back", {"fields": fields, "about": key}, token)
    assert read.status == HTTPStatus.OK, read.body
    assert (read.json()["text"], read.json()["may_be_entered"]) == ("OP A1 B0730 C12", True)
    wrong = act(deployed, token, key, "enter", {"fields": {"form": "OP", "answers": {"C": "9999999"}}})
    assert (wrong.status, wrong.json()["errors"][0]["at"]) == (HTTPStatus.BAD_REQUEST, "/answers/C")
    once = str(uuid4())
    document, seen = shown(deployed, token, key)
    entered = [act(deployed, token, key, "enter", {"fields": fields}, seen, once) for _ in range(2)]
    assert [row.status for row in entered] == [HTTPStatus.CREATED] * 2, entered[0].body
    assert entered[0].json() == entered[1].json()
    assert received(deployed, token) == before + 1
    document, _ = shown(deployed, token, key)
    assert (document["resolution"]["how"], document["resolution"]["who"]) == ("entered", "Ann (operator)")
    assert key not in eventually(lambda: waiting(deployed, token) or ["nothing"])
    assert ("report entered", key) in done(deployed, token)
    late = act(deployed, token, key, "dismiss", {}, seen)
    assert late.status == HTTPStatus.PRECONDITION_FAILED
    assert "entered by Ann (operator)" in late.json()["detail"]
    undone = act(deployed, token, key, "undo", {"note": "wrong station"})
    assert (undone.status, received(deployed, token)) == (HTTPStatus.OK, before), undone.body
    assert key in eventually(lambda: waiting(deployed, token))
    assert act(deployed, token, key, "enter", {"fields": fields}).status == HTTPStatus.CREATED
    assert received(deployed, token) == before + 1


def test_m2_thanks_are_dismissed_by_one_request(deployed: Deployed, token: str) -> None:
    keys = [say(deployed, "Thank you!", sender) for sender in (ANN, BOB, EVE)]
    line = eventually(
        lambda: [
            message
            for message in get(deployed, token, f"{API}/messages", attention="true")["messages"]
            if message["key"] in keys and message["identical"] == 3
        ]
    )[0]
    answered = act(deployed, token, line["key"], "dismiss", {"identical": True, "note": "chat"})
    assert sorted(answered.json()["dismissed"]) == sorted(keys)


def test_m3_an_assigned_phone_s_sms_count_once_and_are_answered(deployed: Deployed, token: str) -> None:
    before = received(deployed, token)
    keys = [say(deployed, text, STRANGER) for text in ("OP 1003 A1 B0700 C9 D1 E900", "OP 1003 C10")]
    observer = shown_observer(deployed, token, BOB)
    preview = deployed.post(path_of(keys[0], "/assign/preview"), {"observer": observer}, token)
    assert preview.json()["will_count"] == 2
    document, seen = shown(deployed, token, keys[0])
    assert document["from"] == STRANGER
    first, second = (act(deployed, token, keys[0], "assign", {"observer": observer}, seen) for _ in range(2))
    assert (first.status, second.status) == (HTTPStatus.OK, HTTPStatus.PRECONDITION_FAILED), first.body
    assert first.json()["read"] == 2
    assert [shown(deployed, token, key)[0]["state"] for key in keys] == ["accepted", "accepted"]
    assert received(deployed, token) == before + 1
    eventually(lambda: len(deployed.texts_to(STRANGER)) >= 2)
    undone = act(deployed, token, keys[0], "unassign", {})
    assert undone.status == HTTPStatus.OK, undone.body
    assert [shown(deployed, token, key)[0]["state"] for key in keys] == ["quarantined", "quarantined"]
    assert received(deployed, token) == before
    alone = act(deployed, token, keys[1], "assign", {"observer": observer, "only_this": True})
    assert alone.status == HTTPStatus.OK, alone.body
    assert [shown(deployed, token, key)[0]["state"] for key in keys] == ["quarantined", "accepted"]
    muted = act(deployed, token, keys[0], "spam", {"note": "not one of ours"})
    assert muted.status == HTTPStatus.OK, muted.body
    assert not set(keys) & set(waiting(deployed, token))


def shown_observer(deployed: Deployed, token: str, phone: str) -> str:
    key = say(deployed, "hm, hm", phone)
    observer: str = shown(deployed, token, key)[0]["observer"]
    assert act(deployed, token, key, "dismiss", {}).status == HTTPStatus.OK
    return observer


def test_an_sms_is_answered_passed_on_left_for_a_call_and_made_an_incident(deployed: Deployed, token: str) -> None:
    key = say(deployed, "where am I to go?", EVE)
    answered = act(deployed, token, key, "answer", {"text": "To your own station, please."})
    assert (answered.status, answered.json()["segments"]) == (HTTPStatus.CREATED, 1)
    eventually(lambda: "To your own station, please." in deployed.texts_to(EVE))
    assert act(deployed, token, key, "undo", {}).status == HTTPStatus.OK
    for action, desk in (("pass", "headquarters"), ("call", "call")):
        assert act(deployed, token, key, action, {"note": "?"}).json() == {"message": key, "desk": desk}
        assert key in eventually(lambda desk=desk: waiting(deployed, token, desk))
    assert shown(deployed, token, key)[0]["resolution"]["call_requested"]
    opened = act(deployed, token, key, "incident", {"category": 3})
    assert opened.status == HTTPStatus.CREATED, opened.body
    incidents = get(deployed, token, f"{API}/incidents")["incidents"]
    assert any(incident["category"] == 3 for incident in incidents)


def test_conversations_and_the_log_have_both_directions(deployed: Deployed, token: str) -> None:
    key = say(deployed, "OP 1016 A1 B0700 C9 D1 E900", ZOE)
    row = shown(deployed, token, key)[0]
    for path in (path_of(key, "/conversation"), f"{API}/observers/{row['observer']}/conversation"):
        thread = get(deployed, token, path)
        assert {message["direction"] for message in thread["messages"]} == {"in", "out"}
        assert ZOE in thread["observer"]["phones"]
    log = eventually(
        lambda: [
            message
            for message in get(deployed, token, f"{API}/messages", direction="in", state="accepted")["messages"]
            if message["key"] == key
        ]
    )
    assert log[0]["text"] == "OP 1016 A1 B0700 C9 D1 E900"
    found = deployed.get(f"{API}/messages?direction=in", token, Search_Text="op%201016").json()
    assert [message["key"] for message in found["messages"]] == [key]


def test_whoever_may_not_sees_and_does_nothing(deployed: Deployed, token: str) -> None:
    key = say(deployed, "again: where am I to go?", ANN)
    osh = deployed.operator(ELECTION, "--region", "Osh")
    viewer = deployed.operator(ELECTION, role="viewer")
    _, seen = shown(deployed, token, key)
    assert deployed.get(path_of(key), osh).status == HTTPStatus.NOT_FOUND
    assert act(deployed, osh, key, "dismiss", {}, seen).status == HTTPStatus.NOT_FOUND
    assert act(deployed, viewer, key, "dismiss", {}, seen).status == HTTPStatus.FORBIDDEN
    assert deployed.get(path_of(key, "/conversation"), viewer).status == HTTPStatus.FORBIDDEN
    assert deployed.get(f"{API}/messages?attention=true", None).status == HTTPStatus.UNAUTHORIZED
    assert key not in waiting(deployed, osh)
    lines = get(deployed, viewer, f"{API}/messages", attention="true")["messages"]
    assert all(line["text"] is None for line in lines)


def test_what_was_said_by_phone_counts_and_the_audit_is_clean(deployed: Deployed, token: str) -> None:
    before = received(deployed, token, "CL")
    observer = shown_observer(deployed, token, ANN)
    body = {"text": "CL A2005 B1 C300 D5 E100 F100 G95", "observer": observer, "note": "she read it to me"}
    entered = deployed.post(f"{API}/entries", body, token, idempotency_key=str(uuid4()))
    assert entered.status == HTTPStatus.CREATED, entered.body
    assert received(deployed, token, "CL") == before + 1
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)


def test_a_person_without_a_page_works_at_the_command_line(deployed: Deployed, token: str) -> None:
    before = received(deployed, token)
    sms, unknown = say(deployed, "we are open, all here", EVE), say(deployed, "OP 1016 A1 B0701", "+996777000556")
    listed = eventually(lambda: (out := messages(deployed, "list")) and unknown in out and out)
    assert f"{sms}  " in listed
    assert "we are open, all here" in listed
    assert "fails" not in messages(deployed, "enter", "OP A1 B0730", "--about", sms, "--dry-run")
    assert "Entered as entered#" in messages(deployed, "enter", "OP A1 B0730", "--about", sms, "--note", "she said so")
    assert received(deployed, token) == before + 1
    assert "Undone: entered." in messages(deployed, "undo", sms)
    assert received(deployed, token) == before
    assert "1 SMS are read by that" in messages(deployed, "assign", unknown, "--observer", "0006")
    assert unknown in eventually(lambda: messages(deployed, "list", "--state", "accepted"))
    assert "1 dismissed" in messages(deployed, "dismiss", sms)
    deployed.baykoo("messages", "dismiss", sms + "x", "--election", ELECTION, expect=1)
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)


def messages(deployed: Deployed, *arguments: str) -> str:
    return deployed.baykoo("messages", *arguments, "--election", ELECTION)


def test_an_sms_to_many_goes_once_to_each(deployed: Deployed, token: str) -> None:
    to = {"observers": ["0003", "0005"]}
    tried = deployed.post(f"{API}/sends/preview", {"text": "Send OP, please.", "to": to, "price": "0.04"}, token)
    assert (tried.status, tried.json()["recipients"], tried.json()["cost"]) == (HTTPStatus.OK, 2, "0.08"), tried.body
    body = {"name": "op", "text": "Send OP, please.", "to": to, "expected": 2, "at_night": True}
    once = str(uuid4())
    begun = [deployed.post(f"{API}/sends", body, token, idempotency_key=once) for _ in range(2)]
    assert [row.status for row in begun] == [HTTPStatus.ACCEPTED] * 2, begun[0].body
    for phone in (BOB, EVE):
        eventually(lambda phone=phone: deployed.texts_to(phone).count("Send OP, please.") == 1)
    shown_send = get(deployed, token, f"{API}/sends/op")
    assert (shown_send["state"], shown_send["queued"], sum(shown_send["states"].values())) == ("done", 2, 2)
    stopped = deployed.post(f"{API}/sends/op/stop", {}, token, if_match='"1"', idempotency_key=str(uuid4()))
    assert stopped.status == HTTPStatus.CONFLICT
