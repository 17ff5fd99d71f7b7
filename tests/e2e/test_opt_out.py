"""Opting out on the deployed stack: STOP by the webhook, the answer, what a batch would send, and who sees it."""

import datetime as dt
from uuid import uuid4

import pytest
from deployed import Deployed, eventually

NUMBER = "+996312000018"
ELECTION = "opt-outs"
OBSERVER = "+996502000000"  # at station 1001, in Bishkek
STRANGER = "+996555777123"
BULK = ("send", "--election", ELECTION, "--name", "close", "--text", "Polls close at 20:00.", "--region", "Bishkek")


@pytest.fixture(scope="module")
def token(deployed: Deployed) -> str:
    deployed.load_small(ELECTION, NUMBER)
    return deployed.operator(ELECTION)


def say(deployed: Deployed, text: str, sender: str) -> str:
    """Hand an SMS in, wait for its outcome and return that."""
    sms_id = str(uuid4())
    now = dt.datetime.now(dt.UTC).isoformat()
    assert deployed.sms(text, sender, NUMBER, id=sms_id, received_at=now).status == 200
    key = f"generic#{sms_id}"
    done = eventually(lambda: (row := deployed.message(key)) and row["state"] != "received" and row)
    return str(done["state"])


def shown(deployed: Deployed, token: str) -> list[str]:
    answered = deployed.get(f"/elections/{ELECTION}/opt-outs", token)
    assert answered.status == 200, answered.body
    return [out["phone"] for out in answered.json()["opt_outs"]]


def test_stop_is_answered_obeyed_and_shown_until_start(deployed: Deployed, token: str) -> None:
    assert "wants no SMS" not in deployed.baykoo(*BULK, "--dry-run")
    assert say(deployed, "стоп", OBSERVER) == "opted_out"
    assert eventually(lambda: [sms for sms in deployed.texts_to(OBSERVER) if "БАШТА" in sms or "СТАРТ" in sms])
    assert "(1 wants no SMS)" in deployed.baykoo(*BULK, "--dry-run")
    assert shown(deployed, token) == [OBSERVER]
    assert shown(deployed, deployed.operator(ELECTION, "--region", "Bishkek")) == [OBSERVER]
    assert shown(deployed, deployed.operator(ELECTION, "--region", "Osh")) == []
    viewer = deployed.get(f"/elections/{ELECTION}/opt-outs", deployed.operator(ELECTION, role="viewer"))
    assert (viewer.status, viewer.content_type) == (403, "application/problem+json")
    listed = deployed.baykoo("opt-outs", "--election", ELECTION).splitlines()
    assert listed[0].startswith(OBSERVER)
    assert "station 1001" in listed[0]
    assert listed[-1] == f"{ELECTION}: 1 opted out."
    assert say(deployed, "START", OBSERVER) == "opted_in"
    assert "wants no SMS" not in deployed.baykoo(*BULK, "--dry-run")
    assert shown(deployed, token) == []


def test_an_unknown_senders_stop_is_shown_to_those_who_see_all(deployed: Deployed, token: str) -> None:
    assert say(deployed, "STOP", STRANGER) == "opted_out"
    assert eventually(lambda: deployed.texts_to(STRANGER))
    assert shown(deployed, token) == [STRANGER]
    assert shown(deployed, deployed.operator(ELECTION, "--region", "Bishkek")) == []


def test_it_adds_up(deployed: Deployed, token: str) -> None:
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
