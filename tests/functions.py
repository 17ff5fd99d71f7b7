"""Functions of a stack, for tests: called as their schedules call them, and given other carriers."""

import json
from typing import Any

from infra.stack import Stack

SCHEDULED: dict[str, Any] = {
    "version": "0",
    "id": "1",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "0",
    "time": "2017-10-15T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}
"""What EventBridge hands a scheduled function."""


def call_function(stack: Stack, function: str) -> None:
    """Call a function as its schedule does; it must not fail."""
    answer = stack.client("lambda").invoke(FunctionName=stack.outputs[function], Payload=json.dumps(SCHEDULED))
    payload = answer["Payload"].read()
    assert "FunctionError" not in answer, payload


def physical_name(stack: Stack, logical: str) -> str:
    resource = stack.client("cloudformation").describe_stack_resource(StackName=stack.name, LogicalResourceId=logical)
    name: str = resource["StackResourceDetail"]["PhysicalResourceId"]
    return name


def run_schedules(stack: Stack, *, enabled: bool) -> None:
    """Have a stack call its own functions by the clock, or not."""
    events = stack.client("events")
    for rule in events.list_rules()["Rules"]:
        (events.enable_rule if enabled else events.disable_rule)(Name=rule["Name"])


def start_anew(stack: Stack, *functions: str) -> None:
    """End the processes of functions, and with them what they have read and trust for a while."""
    client = stack.client("lambda")
    for name in (physical_name(stack, function) for function in functions):
        now = client.get_function_configuration(FunctionName=name)
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": now["Environment"]["Variables"]}
        )


def carry_sms_by(stack: Stack, function: str, carriers: str) -> None:
    client, name = stack.client("lambda"), physical_name(stack, function)
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    assert variables["BAYKOO_API_URL"].endswith("/api")
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables | {"BAYKOO_SMS_PROVIDER": carriers}}
    )
