"""Every function does its work with the role that it has: the emulator refuses what the role does not allow."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from stack import Sample, folder_of, sample_on

from infra.local import NUMBER, OBSERVER, SMS
from infra.stack import Stack, local_stack


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with local_stack(folder_of("guarded"), authorize=True) as stack:
        allow_email_as_the_emulator_asks(stack)
        yield sample_on(stack, tmp_path_factory.mktemp("guarded") / "local.json")


def allow_email_as_the_emulator_asks(stack: Stack) -> None:
    """ministack 1.5.33 asks whether email may be sent by any identity; AWS asks for the one that sends."""
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    resources = stack.client("cloudformation").describe_stack_resources(StackName=stack.name)["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    for role in ("DeliverRole", "SweepRole"):
        stack.client("iam").put_role_policy(RoleName=names[role], PolicyName="emulator", PolicyDocument=policy)


def post(stack: Stack, message_id: str, text: str) -> dict[str, Any]:
    stamp = str(int(time.time()))
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = json.dumps({"id": message_id, "from": OBSERVER, "to": NUMBER, "text": text, "received_at": now}).encode()
    secret = stack.webhook_secrets["generic"]["secrets"][0].encode()
    signature = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Baykoo-Timestamp": stamp,
        "X-Baykoo-Signature": f"sha256={signature}",
    }
    with urllib.request.urlopen(urllib.request.Request(f"{stack.api_url}/webhooks/generic", body, headers)) as answer:
        answered: dict[str, Any] = json.load(answer)
        return answered


def rows(stack: Stack) -> dict[str, dict[str, Any]]:
    found = stack.client("dynamodb").scan(TableName=f"{stack.outputs['TablePrefix']}messages")["Items"]
    return {row["key"]["S"]: row for row in found}


def unfinished(stack: Stack) -> list[str]:
    return [key for key, row in rows(stack).items() if "pending" in row]


def refusals(stack: Stack) -> list[str]:
    logs = stack.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    events = [event for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]]
    said = [event["message"] for event in events] + [json.dumps(row) for row in rows(stack).values()]
    return [text for text in said if "AccessDenied" in text or "not authorized" in text]


def call(stack: Stack, function: str) -> None:
    scheduled = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0"}
    event = scheduled | {"time": "2017-10-15T00:00:00Z", "region": stack.region, "resources": [], "detail": {}}
    answer = stack.client("lambda").invoke(FunctionName=stack.outputs[function], Payload=json.dumps(event))
    said = answer["Payload"].read()
    assert "FunctionError" not in answer, said


def test_a_message_goes_all_the_way_with_no_refusal(guarded: Sample) -> None:
    stack = guarded.stack
    assert post(stack, "guarded-1", SMS) == {"status": "accepted"}
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (len(rows(stack)) < 4 or unfinished(stack)):
        time.sleep(0.25)
    call(stack, "Sweep")
    call(stack, "Summarize")
    url = f"{stack.api_url}/elections/{guarded.local['election']}"
    bearer = {"Authorization": f"Bearer {guarded.local['operator_token']}"}
    for path in ("summary", "regions/Bishkek/stations", "messages/generic%23guarded-1"):
        with urllib.request.urlopen(urllib.request.Request(f"{url}/{path}", headers=bearer)) as answer:
            assert answer.status == 200
    states = {key.partition("#")[0]: row["state"]["S"] for key, row in rows(stack).items()}
    assert states["generic"] == "accepted"
    assert {states["reply"], states["alert"]} == {"sent"}
    assert refusals(stack) == []


def test_the_emulator_does_refuse(guarded: Sample) -> None:
    """So that the test above cannot pass with roles that are not looked at."""
    stack = guarded.stack
    resources = stack.client("cloudformation").describe_stack_resources(StackName=stack.name)["StackResources"]
    role = next(one["PhysicalResourceId"] for one in resources if one["LogicalResourceId"] == "IntakeRole")
    stack.client("iam").delete_role_policy(RoleName=role, PolicyName="store-what-came")
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(stack, "guarded-2", SMS)
    with refused.value:
        assert refused.value.code == 503
