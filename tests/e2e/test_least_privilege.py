"""Every function does its work with the role that it has: the emulator refuses what the role does not allow."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from carrier_apis import serving
from deployed import Deployed, call, eventually
from functions import call_function, carry_sms_by, physical_name
from guarded_stack import (
    COORDINATOR,
    allow_as_the_emulator_asks,
    has_unsettled,
    opened_by,
    refusals,
    rows,
    silent_day,
    tells,
)
from stack import folder_of, sample_on

from chalicelib.rehearsal.senders.twilio import TwilioSender
from infra.local import ELECTION, NUMBER, OBSERVER, SMS
from infra.stack import local_stack


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("guarded")
    with local_stack(folder_of("guarded"), authorize=True) as stack:
        allow_as_the_emulator_asks(stack)
        sample_on(stack, folder / "sample.json")
        yield Deployed(stack, folder)


def test_a_message_goes_all_the_way_with_no_refusal(guarded: Deployed) -> None:
    stack = guarded.stack
    assert guarded.sms(SMS, OBSERVER, NUMBER, id="guarded-1").status == 200
    eventually(lambda: len(rows(stack)) >= 4 and not any("pending" in row for row in rows(stack).values()))
    for function in ("Sweep", "Summarize", "Chase", "Reconcile"):
        call_function(stack, function)
    token = guarded.operator(ELECTION, role="headquarters")
    for path in ("summary", "regions/Bishkek/stations", "messages/generic%23guarded-1", "providers"):
        assert guarded.get(f"/elections/{ELECTION}/{path}", token).status == 200
    for path in ("stations/1001", "reports", "doubts", "observers", "observers/0001", "ledger", "wall"):
        assert guarded.get(f"/v1/elections/{ELECTION}/{path}", token).status == 200
    viewer = guarded.operator(ELECTION, role="viewer")
    assert guarded.get(f"/elections/{ELECTION}/providers", viewer).status == 403
    states = {key.partition("#")[0]: row["state"]["S"] for key, row in rows(stack).items()}
    assert states["generic"] == "accepted"
    assert {states["reply"], states["alert"]} == {"sent"}
    assert refusals(stack) == []


def test_what_operators_decide_and_change_with_no_refusal(guarded: Deployed) -> None:
    token = guarded.operator(ELECTION, role="operator")
    path = f"/v1/elections/{ELECTION}"
    station = guarded.get(f"{path}/stations/1001", token).json()
    [report] = [report for report in station["reports"] if report["version"]]
    observer = next(iter(report["questions"][0]["observers"]))
    body = {"observer": observer, "answers": {"C": "11"}, "note": "by phone"}
    decided = f"{path}/stations/1001/reports/{report['form']}/-"
    headers = {"If_Match": f'"{report["version"]}"', "Idempotency_Key": "guarded-correct"}
    corrected = guarded.post(f"{decided}/correct", body, token, **headers)
    assert corrected.status == 200, corrected.body
    headers = {"If_Match": f'"{corrected.json()["version"]}"', "Idempotency_Key": "guarded-undo"}
    assert guarded.post(f"{decided}/undo", {"note": "no"}, token, **headers).status == 200
    headers = {"If_Match": '"0"', "Idempotency_Key": "guarded-move"}
    stations = guarded.get(f"{path}/regions/Bishkek/stations", token).json()["stations"]
    elsewhere = {"station": stations[-1]["station"], "note": "needed there"}
    moved = guarded.post(f"{path}/observers/{observer}/reassign", elsewhere, token, **headers)
    assert moved.status == 200, moved.body
    headers = {"If_Match": '"1"', "Idempotency_Key": "guarded-back"}
    assert guarded.post(f"{path}/observers/{observer}/undo", {"note": "no"}, token, **headers).status == 200
    assert has_unsettled(guarded.stack), "until Chase counts anew"
    assert refusals(guarded.stack) == []


def test_an_incident_is_processed_at_once_with_no_refusal(guarded: Deployed) -> None:
    assert guarded.sms("IN 3 they beat us", OBSERVER, NUMBER, id="guarded-3").status == 200
    eventually(lambda: rows(guarded.stack)["generic#guarded-3"]["state"]["S"] == "accepted")
    logged = guarded.stack.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{guarded.stack.outputs['Intake']}"
    )
    assert not [event for event in logged["events"] if "not processed at once" in event["message"]]
    assert refusals(guarded.stack) == []


def test_the_parts_of_a_long_sms_become_one_message_with_no_refusal(guarded: Deployed) -> None:
    stack = guarded.stack
    name = f"{stack.outputs['Parameters']}/providers/kannel"
    settings = '{"query_token": "kannel-token"}'
    stack.client("ssm").put_parameter(Name=name, Value=settings, Type="SecureString", Overwrite=True)
    shared = {"token": "kannel-token", "from": OBSERVER, "to": NUMBER, "ts": str(int(time.time())), "charset": "UTF-8"}
    for number, text in ((2, "2 D1 # calm"), (1, "OP A1 C1")):
        query = urlencode(shared | {"id": f"part-{number}", "udh": f"050003CC020{number}", "text": text})
        assert call(f"{stack.api_url}/webhooks/kannel?{query}", None, {}).status == 200

    def joined() -> list[dict[str, Any]]:
        return [row for key, row in rows(stack).items() if key.startswith("joined#") and "processed_at" in row]

    [joined_row] = eventually(joined)
    assert (joined_row["text"]["S"], joined_row["state"]["S"]) == ("OP A1 C12 D1 # calm", "accepted")
    assert {rows(stack)[f"kannel#part-{number}"]["state"]["S"] for number in (1, 2)} == {"joined"}
    assert refusals(stack) == []


def test_a_coordinators_commands_and_an_operators_step_meet_no_refusal(guarded: Deployed) -> None:
    token = guarded.operator(ELECTION)
    path = f"/elections/{ELECTION}/incidents"
    number = guarded.get(path, token).json()["incidents"][0]["number"]
    for place, text in enumerate((f"OK {number}", "STATUS", "MISSING", "MUTE 1h")):
        assert guarded.sms(text, COORDINATOR, NUMBER, id=f"command-{place}").status == 200
    eventually(lambda: len([key for key in rows(guarded.stack) if key.startswith("reply#generic#command-")]) == 4)
    assert guarded.get(f"{path}/{number}", token).json()["state"] == "acknowledged"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "If-Match": '"2"'}
    answered = call(f"{guarded.stack.api_url}{path}/{number}/verify", b"{}", headers)
    assert answered.status == 200, answered.body
    call_function(guarded.stack, "Sweep")
    assert refusals(guarded.stack) == []


def test_the_messages_desk_meets_no_refusal(guarded: Deployed) -> None:
    token = guarded.operator(ELECTION)
    api = f"/v1/elections/{ELECTION}"
    chat, strange = "generic%23guarded-chat", "generic%23guarded-strange"
    assert guarded.sms("where am I to go?", OBSERVER, NUMBER, id="guarded-chat").status == 200
    assert guarded.sms("OP 1003 A1", "+996777000777", NUMBER, id="guarded-strange").status == 200

    def listed(**query: str) -> list[str]:
        answered = guarded.get(f"{api}/messages?{urlencode(query)}", token)
        assert answered.status == 200, answered.body
        return [message["key"] for message in answered.json()["messages"]]

    def act(key: str, action: str, body: Any) -> None:
        seen = guarded.get(f"{api}/messages/{key}", token).headers["ETag"]
        headers = {"if_match": seen, "idempotency_key": str(uuid4())}
        answered = guarded.post(f"{api}/messages/{key}/{action}", body, token, **headers)
        assert answered.status in (200, 201), answered.body

    eventually(lambda: {"generic#guarded-chat", "generic#guarded-strange"} <= set(listed(attention="true")))
    act(chat, "enter", {"text": "OP A1"})
    act(chat, "undo", {})
    act(chat, "answer", {"text": "To your station."})
    act(chat, "undo", {})
    act(chat, "enter", {"text": "VO B2"})
    act(chat, "undo", {"note": "misheard"})
    assert guarded.sms("VO B2", OBSERVER, NUMBER, id="guarded-again").status == 200
    again = eventually(lambda: opened_by(guarded, token, "generic#guarded-again"))
    headers = {"if_match": f'"{again["version"]}"', "idempotency_key": str(uuid4())}
    graver = guarded.post(f"{api}/incidents/{again['number']}/grade", {"severity": "critical"}, token, **headers)
    assert graver.status == 200, graver.body
    act(strange, "assign", {"observer": "0003"})
    act(strange, "unassign", {})
    call_function(guarded.stack, "Sweep")
    for path in ("messages?done=true", f"messages/{chat}/conversation", "observers/0001/conversation", "sends"):
        assert guarded.get(f"{api}/{path}", token).status == 200, path
    body = {"name": "guarded", "text": "Hello.", "to": {"observers": ["0003"]}, "expected": 1, "at_night": True}
    assert guarded.post(f"{api}/sends", body, token, idempotency_key=str(uuid4())).status == 202
    call_function(guarded.stack, "Chase")
    assert guarded.get(f"{api}/sends/guarded", token).json()["state"] == "done"
    eventually(lambda: {"generic#guarded-chat", "reply#generic#guarded-chat"} <= set(listed()))
    assert refusals(guarded.stack) == []


def test_an_opt_out_meets_no_refusal(guarded: Deployed) -> None:
    assert guarded.sms("STOP", OBSERVER, NUMBER, id="guarded-stop").status == 200
    eventually(lambda: rows(guarded.stack).get("reply#generic#guarded-stop", {}).get("state") == {"S": "sent"})
    assert guarded.get(f"/elections/{ELECTION}/opt-outs", guarded.operator(ELECTION)).json()["opt_outs"]
    call_function(guarded.stack, "Chase")
    assert refusals(guarded.stack) == []


def test_carriers_that_fail_and_their_receipts_meet_no_refusal(guarded: Deployed) -> None:
    stack = guarded.stack
    webhook = f"{stack.api_url}/webhooks/twilio"
    with serving() as vendors:
        vendors.answers["plivo"] = lambda _place: (401, {"Retry-After": "1"})
        for name, settings in vendors.settings(per_second=50, receipt_minutes=60, public_url=webhook).items():
            stack.client("ssm").put_parameter(
                Name=f"{stack.outputs['Parameters']}/providers/{name}",
                Value=json.dumps(settings),
                Type="SecureString",
                Overwrite=True,
            )
        for function in ("Deliver", "Process", "Sweep"):
            carry_sms_by(stack, function, "plivo,twilio")
        assert guarded.sms(SMS, OBSERVER, NUMBER, id="guarded-carried").status == 200
        reply = "reply#generic#guarded-carried"
        eventually(lambda: rows(stack).get(reply, {}).get("state", {}).get("S") == "sent")
        assert {"plivo", "twilio"} <= set(vendors.order())
        for status in ("sent", "delivered"):
            fields = {"MessageSid": rows(stack)[reply]["reference"]["S"], "MessageStatus": status}
            signed = TwilioSender().sign_form(fields, webhook)
            assert call(webhook, signed.body, dict(signed.headers)).status == 200
        eventually(lambda: rows(stack)[reply].get("receipt", {}).get("S") == "delivered")
        call_function(stack, "Sweep")
    assert refusals(stack) == []


def test_headquarters_quick_count_and_its_release_meet_no_refusal(guarded: Deployed) -> None:
    token = guarded.operator(ELECTION, role="headquarters")
    path = f"/elections/{ELECTION}/quick-count"
    assert guarded.get(path, token).status == 200
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "If-Match": '"0"'}
    answered = call(f"{guarded.stack.api_url}{path}/release", b'{"note": "agreed"}', headers)
    assert answered.status == 200, answered.body
    assert guarded.get(path, guarded.operator(ELECTION)).json() == answered.json()
    assert refusals(guarded.stack) == []


@pytest.mark.parametrize("written", ["csv", "xlsx"])
def test_an_export_is_made_by_its_job_and_fetched_with_no_refusal(written: str, guarded: Deployed) -> None:
    """On the bundle as it is deployed: the job uses parts of it that no other function does."""
    token = guarded.operator(ELECTION, role="headquarters")
    path = f"/v1/elections/{ELECTION}/exports"
    request = {"what": "reports", "format": written}
    answer = guarded.post(path, request, token, Idempotency_Key=f"guarded-{written}")
    assert answer.status == 202, answer.body
    export = f"{path}/{answer.json()['id']}"

    def done() -> dict[str, Any] | None:
        found: dict[str, Any] = guarded.get(export, token).json()
        assert found["state"] != "failed", found["error"]
        return found if found["state"] == "done" else None

    eventually(done, 90)
    links = guarded.post(f"{export}/links", {}, token, Idempotency_Key=f"guarded-{written}-links")
    assert links.status == 200, links.body
    files = links.json()["files"]
    assert files
    for file in files:
        content = call(file["url"], None, {})
        assert (content.status, len(content.body)) == (200, file["bytes"])
        assert content.body[:2] == (b"PK" if written == "xlsx" else b"\x1f\x8b"), content.body[:20]
    assert refusals(guarded.stack) == []


def test_a_roster_is_imported_by_its_job_with_no_refusal(guarded: Deployed) -> None:
    """Its last observer has another name; documents of versions before are removed."""
    token = guarded.operator(ELECTION, role="administrator")
    path = f"/v1/elections/{ELECTION}"
    header, *lines = (guarded.folder / "small" / "observers.csv").read_text("utf-8").splitlines()
    number, _, *others = lines[-1].split(",")
    renamed = ",".join([number, "Nurlan Imported", *others])
    files = {"observers": {"file": "observers.csv", "content": "\n".join([header, *lines[:-1], renamed, ""])}}
    checked = guarded.post(f"{path}/imports/check", files, token, If_Match='"1"')
    assert checked.status == 200, checked.body
    assert checked.json()["problems"] == []
    seen = {"If_Match": f'"{checked.json()["version"]}"', "Idempotency_Key": "guarded-import"}
    answer = guarded.post(f"{path}/imports", files, token, **seen)
    assert answer.status == 202, answer.body

    def done() -> dict[str, Any] | None:
        shown: dict[str, Any] = guarded.get(f"{path}/imports/{answer.json()['id']}", token).json()
        assert shown["state"] != "failed", shown["error"]
        return shown if shown["state"] == "done" else None

    assert eventually(done, 60)["version"] > checked.json()["version"]

    def is_renamed() -> bool:
        shown = guarded.get(f"{path}/observers/{number}", token)
        return shown.status == 200 and shown.json()["observer"]["name"] == "Nurlan Imported"

    eventually(is_renamed, 60)
    assert refusals(guarded.stack) == []


def test_the_list_and_the_final_report_meet_no_refusal(guarded: Deployed, tmp_path: Path) -> None:
    """A day of one station that says nothing: looked at when its report is missing, and when the day is over."""
    file = silent_day(tmp_path)
    for moment, kind in (("15T08:00", "summary"), ("15T09:01", "missing"), ("16T06:00", "report")):
        guarded.baykoo("election", "load", str(file), "--clock", f"2017-10-{moment}:00+06:00,1")
        eventually(lambda kind=kind: tells(guarded.stack, "hush", kind), 60)
    assert refusals(guarded.stack) == []


def test_a_change_of_the_roster_is_counted_with_no_refusal(guarded: Deployed) -> None:
    """As soon as every process has seen it: most of that time the tests before this one have taken."""

    def settled() -> bool:
        call_function(guarded.stack, "Chase")
        return not has_unsettled(guarded.stack)

    eventually(settled)
    assert refusals(guarded.stack) == []


def test_the_emulator_does_refuse(guarded: Deployed) -> None:
    """So that the test above cannot pass with roles that are not looked at."""
    role = physical_name(guarded.stack, "IntakeRole")
    guarded.stack.client("iam").delete_role_policy(RoleName=role, PolicyName="store-what-came")
    assert guarded.sms(SMS, OBSERVER, NUMBER, id="guarded-2").status == 503
