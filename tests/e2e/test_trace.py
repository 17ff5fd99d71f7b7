"""`./baykoo trace`: the way of an SMS on the deployed stack, from its rows and from the functions' logs."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from carrier_apis import serving
from deployed import Deployed, call, eventually
from functions import carry_sms_by

from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.store.keys import correlation_id

NUMBER = "+996312000077"
ELECTION = "traced"
LEAD = "+996502000000"  # observes station 1001, in Bishkek
TEXT = "IN 3 # изувечен бюллетень"


@pytest.fixture(scope="module")
def twilio(deployed: Deployed) -> Iterator[str]:
    """The sample election, with an SMS carrier that gives receipts; the address that they are posted to."""
    stack = deployed.stack
    deployed.load_small(ELECTION, NUMBER, "--today")
    webhook = f"{stack.api_url}/webhooks/twilio"
    with serving() as vendors:
        settings = vendors.settings(per_second=50, receipt_minutes=60, public_url=webhook)["twilio"]
        name = f"{stack.outputs['Parameters']}/providers/twilio"
        before = stack.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        put = {"Name": name, "Type": "SecureString", "Overwrite": True}
        stack.client("ssm").put_parameter(Value=json.dumps(settings), **put)
        for function in ("Deliver", "Process", "Sweep"):
            carry_sms_by(stack, function, "twilio")
        yield webhook
        for function in ("Deliver", "Process", "Sweep"):
            carry_sms_by(stack, function, "sns")
        stack.client("ssm").put_parameter(Value=before, **put)


@pytest.fixture(scope="module")
def key(deployed: Deployed, twilio: str) -> str:
    """An SMS that opened an incident, was answered, and whose answer was delivered."""
    sms_id = str(uuid4())
    assert deployed.sms(TEXT, LEAD, NUMBER, id=sms_id).status == 200
    key = f"generic#{sms_id}"
    reply = eventually(lambda: (row := deployed.message(f"reply#{key}")) and row["state"] == "sent" and row)
    fields = {"MessageSid": reply["reference"], "MessageStatus": "delivered"}
    signed = TwilioSender().sign_form(fields, twilio)
    assert call(twilio, signed.body, dict(signed.headers)).status == 200
    eventually(lambda: (deployed.message(f"reply#{key}") or {}).get("receipt") == "delivered")
    return key


def traced(deployed: Deployed, key: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in deployed.baykoo("trace", key, "--json").splitlines()]


def words(steps: list[dict[str, Any]], function: str) -> set[str]:
    return {step["what"].partition(" ")[0] for step in steps if step.get("function") == function}


def test_the_way_is_told_from_the_webhook_to_alert_reply_and_receipt(deployed: Deployed, key: str) -> None:
    def whole() -> list[dict[str, Any]] | None:
        steps = traced(deployed, key)
        return steps if "receipt" in words(steps, "Deliver") and "sent" in words(steps, "Process") else None

    steps = eventually(whole)
    rows = [(step["row"].partition("#")[0], step["what"]) for step in steps if "row" in step]
    assert [what for kind, what in rows if kind == "generic"][-2:] == ["stored, from generic", "accepted"]
    assert any(kind == "alert" and what.startswith("sent by twilio as ") for kind, what in rows)
    assert any(kind == "reply" and "delivered" in what for kind, what in rows)
    assert ("receipt", "receipt: delivered, matched") in rows
    assert any(re.search(r"incident \d+: critical, new", what) for _, what in rows)
    assert words(steps, "Intake") == {"received"}
    assert {"processed", "sent"} <= words(steps, "Process"), "the alert is sent where the SMS is processed"
    assert {"sent", "receipt"} <= words(steps, "Deliver")
    instants = [step["at"] for step in steps if step["at"]]
    assert instants == sorted(instants)


def test_every_line_has_the_request_that_lambda_s_own_lines_name(deployed: Deployed, key: str) -> None:
    lines = [step for step in traced(deployed, key) if "function" in step]
    assert all(step["request"] for step in lines)
    logs = deployed.stack.client("logs")
    names = {group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]}
    written = "\n".join(
        event["message"] for name in names for event in logs.filter_log_events(logGroupName=name)["events"]
    )
    for step in lines:
        assert f"REPORT RequestId: {step['request']}" in written


def test_one_id_leads_from_the_webhook_to_the_alert_and_the_receipt(deployed: Deployed, key: str) -> None:
    logs = deployed.stack.client("logs")
    names = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    mine = f'"{correlation_id(key)}"'
    events = [(name, event) for name in names for event in logs.filter_log_events(logGroupName=name)["events"]]
    steps = {json.loads(event["message"])["message"] for name, event in events if mine in event["message"]}
    assert {"received", "processed", "sent", "receipt matched"} <= steps


def test_any_row_of_the_way_leads_to_the_whole(deployed: Deployed, key: str) -> None:
    rows = {step["row"] for step in traced(deployed, key) if "row" in step and "#" in step["row"]}
    for kind in ("reply#", "alert#", "receipt#"):
        [row, *_] = [row for row in rows if row.startswith(kind)]
        assert deployed.baykoo("trace", row).startswith(f"{key}  correlation id {correlation_id(key)}\n")


def test_a_key_of_nothing_is_said(deployed: Deployed) -> None:
    deployed.baykoo("trace", "generic#nothing", expect=1)


def test_logs_hold_neither_phones_nor_texts(deployed: Deployed, key: str) -> None:
    logs = deployed.stack.client("logs")
    names = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    events = [event["message"] for name in names for event in logs.filter_log_events(logGroupName=name)["events"]]
    assert len(events) > 20
    phones = [text for text in events if LEAD.removeprefix("+") in text or "996555900000" in text]
    assert not phones
    assert not [text for text in events if "изувечен" in text or "изувечен".encode("unicode_escape").decode() in text]
