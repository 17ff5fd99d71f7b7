"""The whole path on the deployed stack, as its users meet it: an SMS comes in, and the coordinator knows."""

import json
import time
from uuid import uuid4

import pytest
from deployed import Deployed, eventually

NUMBER = "+996312000001"
ELECTION = "whole-path"
LEAD, SECOND = "+996502000000", "+996700000001"  # both observe station 1001, in Bishkek
REGION_PHONE, REGION_MAIL = "+996555900000", "bishkek@example.org"


@pytest.fixture(scope="module")
def token(deployed: Deployed) -> str:
    deployed.load_small(ELECTION, NUMBER, "--today")
    return deployed.operator(ELECTION)


def processed(deployed: Deployed, text: str, sender: str) -> dict:
    """Hand an SMS in and wait for its outcome."""
    sms_id = str(uuid4())
    assert deployed.sms(text, sender, NUMBER, id=sms_id).status == 200
    return eventually(lambda: (row := deployed.message(f"generic#{sms_id}")) and row["state"] != "received" and row)


def summary(deployed: Deployed, token: str, query: str = "") -> dict:
    return deployed.get(f"/elections/{ELECTION}/summary{query}", token).json()


def test_a_report_is_counted_and_answered(deployed: Deployed, token: str) -> None:
    row = processed(deployed, "OP A1 B0730 C12 D1 E1668", LEAD)
    assert (row["state"], row["region"], row["observer"]) == ("accepted", "Bishkek", "0001")
    counted = summary(deployed, token)["regions"]["Bishkek"]["forms"]["OP"]["-"]
    assert (counted["received"], counted["complete"]) == (1, 1)
    assert counted["answers"]["A"] == {"true": 1, "false": 0}
    assert counted["answers"]["E"] == {"count": 1, "sum": 1668}
    reply = eventually(lambda: (sent := deployed.message(f"reply#{row['key']}")) and sent["state"] == "sent" and sent)
    assert "OP 1001" in reply["text"]
    assert reply["text"] in deployed.texts_to(LEAD)


def test_the_second_observer_agrees_or_is_in_conflict(deployed: Deployed, token: str) -> None:
    processed(deployed, "OP A1 B0730 C11 D1 E1668", SECOND)
    counted = summary(deployed, token)["regions"]["Bishkek"]["forms"]["OP"]["-"]
    assert (counted["received"], counted["complete"], counted["conflict"]) == (1, 0, 1)
    assert counted["answers"]["C"] == {"count": 0, "sum": 0}
    processed(deployed, "OP C12", SECOND)
    counted = summary(deployed, token)["regions"]["Bishkek"]["forms"]["OP"]["-"]
    assert (counted["received"], counted["complete"], counted["conflict"]) == (1, 1, 0)


def test_what_is_wrong_is_named_and_the_rest_is_kept(deployed: Deployed, token: str) -> None:
    row = processed(deployed, "VO A1 B1 C9 D3 X5", LEAD)
    assert row["state"] == "partly_accepted"
    reading = json.loads(row["reading"])["reports"][0]
    assert reading["rejected"] == {"C": "out_of_range", "X": "unknown_code"}
    assert reading["answers"] == {"A": True, "B": True, "D": 3}


def test_violence_reaches_the_regions_coordinator_and_headquarters_alone(deployed: Deployed, token: str) -> None:
    before = summary(deployed, token)["nation"]["incidents"]["critical"]
    processed(deployed, "IN 3 угрожают наблюдателям", LEAD)
    alert = eventually(lambda: [text for text in deployed.texts_to(REGION_PHONE) if "угрожают" in text])
    assert "1001" in alert[0]
    assert eventually(lambda: [mail for mail in deployed.emails_to("hq@example.org") if "угрожают" in mail["BodyText"]])
    others = deployed.texts_to("+996555900002")
    assert not [text for text in others if "угрожают" in text], "another region's coordinator must get nothing"
    assert summary(deployed, token)["nation"]["incidents"]["critical"] == before + 1


def test_a_critical_answer_opens_one_incident_an_observer(deployed: Deployed, token: str) -> None:
    before = summary(deployed, token)["regions"]["Bishkek"]["incidents"]["high"]
    processed(deployed, "VO B2", LEAD)
    processed(deployed, "VO B2", SECOND)
    assert summary(deployed, token)["regions"]["Bishkek"]["incidents"]["high"] == before + 2


def test_an_unknown_sender_is_kept_and_counted_nowhere(deployed: Deployed, token: str) -> None:
    before = summary(deployed, token)
    row = processed(deployed, "OP 1003 A1 B0730 C12 D1 E500", "+996777123456")
    assert row["state"] == "quarantined"
    after = summary(deployed, token)
    assert after["nation"]["messages"]["quarantined"] == before["nation"]["messages"]["quarantined"] + 1
    assert after["nation"]["forms"] == before["nation"]["forms"]
    processed(deployed, "OP 1003 A1", "+996777123456")
    eventually(lambda: deployed.texts_to("+996777123456"))
    time.sleep(1)
    assert len(deployed.texts_to("+996777123456")) == 1


def test_what_nobody_can_read_is_kept_and_answered_with_help(deployed: Deployed, token: str) -> None:
    row = processed(deployed, "Все спокойно", SECOND)
    assert row["state"] == "unrecognised"
    seen = deployed.get(f"/elections/{ELECTION}/messages/{row['key'].replace('#', '%23')}", token).json()
    assert (seen["text"], seen["state"], seen["from"]) == ("Все спокойно", "unrecognised", SECOND)


def test_a_second_delivery_is_the_same_message(deployed: Deployed, token: str) -> None:
    body = json.dumps(
        {"id": "twice", "from": LEAD, "to": NUMBER, "text": "TU A100", "received_at": "2026-01-01T00:00:00Z"}
    ).encode()
    before = summary(deployed, token)["nation"]["messages"]["received"]
    assert [deployed.webhook(body).status for _ in range(3)] == [200, 200, 200]
    eventually(lambda: (deployed.message("generic#twice") or {}).get("state") == "accepted")
    assert summary(deployed, token)["nation"]["messages"]["received"] == before + 1


REFUSED = [
    ("no signature", {"signature": ""}, 401),
    ("a wrong signature", {"signature": "sha256=" + "0" * 64}, 403),
    ("a stale timestamp", {"seconds": -301}, 403),
    ("a timestamp ahead", {"seconds": 400}, 403),
]


@pytest.mark.parametrize(("_name", "how", "status"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_what_is_not_authentic_leaves_no_row(
    deployed: Deployed, token: str, _name: str, how: dict, status: int
) -> None:
    sms_id = str(uuid4())
    body = json.dumps(
        {"id": sms_id, "from": LEAD, "to": NUMBER, "text": "TU A1", "received_at": "2026-01-01T00:00:00Z"}
    )
    at = int(time.time()) + how.get("seconds", 0)
    assert deployed.webhook(body.encode(), at=at, signature=how.get("signature")).status == status
    assert deployed.message(f"generic#{sms_id}") is None


@pytest.mark.parametrize("field", ["id", "from", "to", "text", "received_at"])
def test_a_missing_field_is_named(deployed: Deployed, field: str) -> None:
    sms = {"id": "x", "from": LEAD, "to": NUMBER, "text": "TU A1", "received_at": "2026-01-01T00:00:00Z"}
    del sms[field]
    answered = deployed.webhook(json.dumps(sms).encode())
    assert (answered.status, answered.json()["field"]) == (400, field)


def test_what_is_too_large_is_refused(deployed: Deployed) -> None:
    assert deployed.webhook(b'{"text": "' + b"a" * 66_000 + b'"}').status == 413


def test_the_hourly_summary_goes_out_once_and_tells_what_the_api_tells(deployed: Deployed, token: str) -> None:
    assert "19 summaries queued" in deployed.baykoo("summarize", "--election", ELECTION)
    assert " 0 summaries queued" in deployed.baykoo("summarize", "--election", ELECTION)
    received = summary(deployed, token, "?region=Bishkek")["regions"]["Bishkek"]["messages"]["received"]
    line = f"SMS: получено {received}"  # other elections of the stack write to the same coordinators
    assert eventually(lambda: [mail for mail in deployed.emails_to(REGION_MAIL) if line in mail["BodyText"]])


def test_operators_see_only_what_is_theirs(deployed: Deployed, token: str) -> None:
    osh = deployed.operator(ELECTION, "--region", "Osh", "--region", "Osh city", role="viewer")
    mine = deployed.get(f"/elections/{ELECTION}/summary", osh).json()
    assert set(mine["regions"]) == {"Osh", "Osh city"}
    assert mine["nation"] is None
    assert deployed.get(f"/elections/{ELECTION}/regions/Osh%20city/stations", osh).status == 200
    for path, status in [
        ("regions/Bishkek/stations", 403),
        ("messages/generic%23twice", 404),
        ("summary?region=Chuy", 403),
    ]:
        answered = deployed.get(f"/elections/{ELECTION}/{path}", osh)
        assert (answered.status, answered.content_type) == (status, "application/problem+json")
    assert deployed.get("/elections/other/summary", osh).status == 403


def test_a_revoked_token_is_refused_at_once(deployed: Deployed, token: str) -> None:
    given = deployed.baykoo("operator", "add", "Bob", "--role", "viewer", "--election", ELECTION).splitlines()[-1]
    path = f"/elections/{ELECTION}/summary"
    assert deployed.get(path, given).status == 200
    deployed.baykoo("operator", "revoke", "Bob", "--election", ELECTION)
    refused = deployed.get(path, given)
    assert (refused.status, refused.content_type) == (401, "application/problem+json")
    assert deployed.get(path, None).status == 401


def test_everything_adds_up(deployed: Deployed, token: str) -> None:
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
