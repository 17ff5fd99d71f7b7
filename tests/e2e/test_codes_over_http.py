"""Codes on the deployed stack: loaded from the tables, asked for by SMS, released by an operator, shown nowhere."""

import csv
import io
import urllib.parse
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from deployed import Deployed, eventually
from sample_election import small_sample

NUMBER = "+996312000083"
ELECTION = "codes"
API = f"/v1/elections/{ELECTION}"
ANN, BOB = "+996502000000", "+996502000002"
"""Observers in Bishkek: Ann has a code, Bob has none."""
COORDINATOR = "+996555900000"
CODE, COORDINATORS = "482193", "90714"
WRONG = ("615001", "615002", "615003")


@pytest.fixture(scope="module")
def token(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = small_sample(tmp_path_factory.mktemp("codes"))
    give_code(file.with_name("observers.csv"), ANN, CODE)
    give_code(file.with_name("coordinators.csv"), COORDINATOR, COORDINATORS)
    deployed.baykoo("election", "load", str(file), "--id", ELECTION, "--number", NUMBER)
    return deployed.operator(ELECTION)


def give_code(table: Path, phone: str, code: str) -> None:
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    written = io.StringIO()
    writer = csv.DictWriter(written, [*rows[0], "code"])
    writer.writeheader()
    writer.writerows(row | {"code": code if row["phone"] == phone else ""} for row in rows)
    table.write_text(written.getvalue(), "utf-8")


def say(deployed: Deployed, text: str, sender: str) -> tuple[str, str, str | None]:
    """Hand an SMS in, wait for its outcome; returns its key, state and reason."""
    name = str(uuid4())
    assert deployed.sms(text, sender, NUMBER, id=name).status == HTTPStatus.OK
    key = f"generic#{name}"
    done = eventually(lambda: (row := deployed.message(key)) and row["state"] != "received" and row)
    return key, str(done["state"]), done.get("reason")


def path_of(key: str, action: str = "") -> str:
    return f"{API}/messages/{urllib.parse.quote(key, safe='')}{action}"


def shown(deployed: Deployed, token: str, path: str) -> dict[str, Any]:
    answered = deployed.get(path, token)
    assert answered.status == HTTPStatus.OK, answered.body
    assert not any(code in answered.body.decode() for code in (CODE, COORDINATORS, *WRONG)), path
    document: dict[str, Any] = answered.json()
    return document


def test_who_has_a_code_is_heard_by_it(deployed: Deployed, token: str) -> None:
    key, state, reason = say(deployed, "OP A1 B0730", ANN)
    assert (state, reason) == ("held", "code_missing")
    eventually(lambda: [sms for sms in deployed.texts_to(ANN) if "карточки" in sms])
    assert say(deployed, f"*{CODE} OP A1 B0730", ANN)[1] == "accepted"
    assert say(deployed, "OP A1 B0731", BOB)[1] == "accepted"
    line = next(
        message
        for message in shown(deployed, token, f"{API}/messages?attention=true")["messages"]
        if message["key"] == key
    )
    assert (line["held_for"], line["text"]) == ("code_missing", "OP A1 B0730")


def test_an_incident_without_it_is_told_to_be_verified_and_a_forged_command_does_nothing(
    deployed: Deployed, token: str
) -> None:
    assert say(deployed, "IN 3 нас бьют", ANN)[1:] == ("held", "code_missing")
    alert = eventually(lambda: [sms for sms in deployed.texts_to(COORDINATOR) if "нас бьют" in sms])[0]
    assert "проверьте звонком" in alert
    (opened,) = shown(deployed, token, f"{API}/incidents")["incidents"]
    assert opened["doubt"] == "code_missing"
    number = opened["number"]
    assert say(deployed, f"ОТКЛОНЕНО {number} слух", COORDINATOR)[2] == "code_missing"
    assert shown(deployed, token, f"{API}/incidents/{number}")["state"] == "new"
    assert say(deployed, f"*{COORDINATORS} ОК {number}", COORDINATOR)[1:] == ("command", None)
    assert shown(deployed, token, f"{API}/incidents/{number}")["state"] == "acknowledged"


def test_three_wrong_codes_tell_the_coordinator_and_a_person_releases_the_phone(deployed: Deployed, token: str) -> None:
    for code in WRONG:
        assert say(deployed, f"*{code} OP C12", ANN)[2] == "code_wrong"
    alerts = eventually(lambda: [sms for sms in deployed.texts_to(COORDINATOR) if "подряд" in sms])
    key, _, reason = say(deployed, f"*{CODE} OP C12", ANN)
    assert reason == "code_blocked"
    document = shown(deployed, token, path_of(key))
    assert (document["text"], document["raw"]) == ("**** OP C12", None)
    version = f'"{document["version"]}"'
    released = deployed.post(
        path_of(key, "/retry"), {"note": "called her"}, token, if_match=version, idempotency_key="r1"
    )
    assert released.status == HTTPStatus.OK, released.body
    eventually(lambda: (row := deployed.message(key)) and row["state"] == "accepted")
    assert say(deployed, f"*{CODE} OP D1", ANN)[1] == "accepted"
    assert [sms for sms in deployed.texts_to(COORDINATOR) if "подряд" in sms] == alerts, "once"


def test_no_code_is_shown_and_it_adds_up(deployed: Deployed, token: str) -> None:
    for path in ("messages?limit=100", "messages?attention=true", "messages?done=true", "observers", "audit", "held"):
        answered = deployed.get(f"{API}/{path}", deployed.operator(ELECTION, role="headquarters"))
        assert answered.status == HTTPStatus.OK, (path, answered.body)
        assert not any(code in answered.body.decode() for code in (CODE, COORDINATORS, *WRONG)), path
    sent = [*deployed.texts_to(ANN), *deployed.texts_to(COORDINATOR)]
    assert not any(code in sms for sms in sent for code in (CODE, COORDINATORS, *WRONG))
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
