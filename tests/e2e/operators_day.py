"""A day of operators over HTTP: whatever they do about people, with the URLs and proofs that they used."""

import csv
import io
import re
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from deployed import Answered, Deployed, call, eventually
from sample_election import small_sample

NUMBER = "+996312000091"
ELECTION = "operators-day"
API = f"/v1/elections/{ELECTION}"
STRANGER = "+996777000591"
TALKER, HURT, HAPPY = "+996502000000", "+996502000002", "+996770000003"
"""Observers of stations in Bishkek."""
STATIONS = 3
"""Stations of each region, so that a new roster is counted anew at once."""
SAYING = "у нас всё спокойно, Назира Тургунбаева просит передать"


@dataclass
class Room:
    """People who work by the API; `urls` and `proofs` are all that they used."""

    deployed: Deployed
    urls: list[str] = field(default_factory=list)
    proofs: set[str] = field(default_factory=set)

    def token(self, role: str) -> str:
        token = self.deployed.operator(ELECTION, role=role)
        self.proofs.add(token)
        return token

    def get(self, token: str, path: str) -> Any:
        self.urls.append(f"{API}/{path}")
        answered = self.deployed.get(f"{API}/{path}", token)
        assert answered.status == 200, answered.body
        return answered.json()

    def post(self, token: str, path: str, body: Any, seen: str | None = None) -> Answered:
        self.urls.append(f"{API}/{path}")
        headers = {"Idempotency_Key": str(uuid4())} | ({"If_Match": seen} if seen else {})
        answered = self.deployed.post(f"{API}/{path}", body, token, **headers)
        assert answered.status in (200, 201, 202), answered.body
        return answered

    def decide(self, token: str, key: str, action: str, body: Any) -> Any:
        path = f"messages/{urllib.parse.quote(key, safe='')}"
        seen = self.deployed.get(f"{API}/{path}", token).headers["ETag"]
        return self.post(token, f"{path}/{action}", body, seen).json()

    def say(self, text: str, sender: str) -> str:
        name = str(uuid4())
        assert self.deployed.sms(text, sender, NUMBER, id=name).status == 200
        eventually(lambda: (row := self.deployed.message(f"generic#{name}")) and row["state"] != "received")
        return f"generic#{name}"


def whole_day(deployed: Deployed) -> Room:
    """Load an election, and do each kind of thing that an operator can."""
    room = Room(deployed)
    file = small_sample(deployed.folder / "operators-day", STATIONS)
    deployed.baykoo("election", "load", str(file), "--id", ELECTION, "--number", NUMBER)
    operator, lead, admin = (room.token(role) for role in ("operator", "headquarters", "administrator"))
    _messages(room, operator)
    _calls(room, operator)
    _incident(room, lead)
    _sends(room, lead)
    _roster(room, lead, admin, file.parent)
    _signing_in(room, admin)
    _export(room, lead)
    return room


def _messages(room: Room, token: str) -> None:
    entered = room.say(SAYING, TALKER)
    room.decide(token, entered, "enter", {"fields": {"form": "OP", "answers": {"A": "1", "B": "7:30", "C": "12"}}})
    room.decide(token, entered, "undo", {"note": "Назира просит ещё раз"})
    room.decide(token, entered, "answer", {"text": "Назира, напишите OP A1 B0730 C12"})
    observer = room.deployed.get(f"{API}/stations/1003", token).json()["observers"][0]["number"]
    strange = room.say("OP 1003 A1 B0700 C9 D1 E900", STRANGER)
    room.decide(token, strange, "assign", {"observer": observer})
    room.decide(token, strange, "unassign", {})
    room.decide(token, room.say("спасибо большое всем вам", HAPPY), "dismiss", {})
    room.decide(token, room.say("деньги в долг под ноль процентов", STRANGER), "spam", {"note": "реклама"})
    room.get(token, f"messages/{urllib.parse.quote(entered, safe='')}/conversation")
    room.get(token, "messages?attention=true")
    room.say("STOP", HAPPY)


def _calls(room: Room, token: str) -> None:
    room.deployed.stack.client("lambda").invoke(FunctionName=room.deployed.stack.outputs["Chase"], Payload=b"{}")
    card = room.get(token, "calls/1003")
    room.post(token, "calls/1003/lease", {})
    phone = card["observers"][0]["phones"][0]["phone"]
    outcome = {"outcome": "no_answer", "phone": phone, "note": "Назира Тургунбаева не берёт трубку"}
    room.post(token, "calls/1003/outcome", outcome)


def _incident(room: Room, token: str) -> None:
    room.say("IN 3 # избили наблюдателя Тургунбаева", HURT)
    number = eventually(lambda: room.get(token, "incidents")["incidents"])[0]["number"]
    step = room.post(token, f"incidents/{number}/acknowledge", {"note": "звоним Тургунбаева"}, '"1"')
    room.post(token, f"incidents/{number}/note", {"note": "номер +996 777 000 591"}, step.headers["ETag"])


def _sends(room: Room, token: str) -> None:
    to = {"stations": ["1003"]}
    text = "Напишите, пожалуйста, явку на 12 часов"
    tried = room.post(token, "sends/preview", {"text": text, "to": to}).json()
    body = {"name": "noon", "text": text, "to": to, "expected": tried["recipients"], "at_night": True}
    room.post(token, "sends", body | {"note": "по просьбе"})
    room.post(token, "opt-outs", {"phone": HURT, "wish": "out", "note": "просила по телефону"})


def _roster(room: Room, lead: str, admin: str, folder: Path) -> None:
    new = {"name": "Каныкей Сулайманова", "phones": ["+996555123987"], "note": "заболела"}
    room.post(lead, "observers/0004/replace", new, "0")
    roster = list(csv.DictReader(io.StringIO((folder / "observers.csv").read_text())))
    roster[0]["name"] = "Жаныбек Кадыркулов"
    table = io.StringIO()
    writer = csv.DictWriter(table, roster[0])
    writer.writeheader()
    writer.writerows(roster)
    files = {"observers": {"file": "observers.csv", "content": table.getvalue()}}
    checked = room.post(admin, "imports/check", files, '"1"').json()
    job = room.post(admin, "imports", files, f'"{checked["version"]}"').json()
    eventually(lambda: room.get(admin, f"imports/{job['id']}")["state"] == "done")


def _signing_in(room: Room, admin: str) -> None:
    deployed, address = room.deployed, "aigerim.osmonalieva@example.org"
    room.post(admin, "accounts", {"name": "Айгерим Осмоналиева", "address": address, "role": "operator"})
    assert deployed.post("/v1/session/request", {"address": address}, None).status == 202

    def newest() -> str | None:
        return next(
            (email["BodyText"] for email in reversed(deployed.emails_to(address)) if "#sign-in=" in email["BodyText"]),
            None,
        )

    mail = eventually(newest)
    link = re.search(r"\S+#sign-in=(\S+)", mail)
    code = re.search(r"\b\d{6}\b", mail)
    assert link is not None
    assert code is not None
    wrong = f"{(int(code[0]) + 1) % 10**6:06}"
    assert deployed.post("/v1/session", {"address": address, "code": wrong}, None).status == 401
    entered = deployed.post("/v1/session", {"token": link[1]}, None, sec_fetch_site="same-origin")
    assert entered.status == 200, entered.body
    cookie = entered.headers["Set-Cookie"].partition(";")[0]
    room.proofs |= {cookie.partition("=")[2], link[1]}
    assert call(f"{deployed.stack.api_url}/v1/session", None, {"Cookie": cookie}).status == 200


def _export(room: Room, token: str) -> None:
    export_body = {"what": "messages", "people": True, "note": "для суда"}
    made = room.post(token, "exports", export_body).json()
    eventually(lambda: room.get(token, f"exports/{made['id']}")["state"] == "done", 60)
    links = room.post(token, f"exports/{made['id']}/links", {}).json()
    room.urls += [file["url"].partition("?")[0] for file in links["files"]]
