"""The deployed stack as AWS describes it: functions, streams, alarms, domain."""

import datetime as dt
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config

from chalicelib.services.clients.aws import client
from chalicelib.services.doctor.finding import Finding

PATIENCE = Config(connect_timeout=3, read_timeout=20)
EXPIRES_WITHIN = dt.timedelta(days=30)
LOOKED_BACK = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack as CloudFormation describes it.

    Its name, state, outputs, parameters, and resources' physical names by kind and logical id.
    """

    name: str
    state: str
    outputs: dict[str, str]
    parameters: dict[str, str] = field(default_factory=dict)
    resources: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str) -> "Deployment":
        """Ask CloudFormation for a stack. Raises ClientError, BotoCoreError."""
        cloudformation = client("cloudformation", PATIENCE)
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
        resources: dict[str, dict[str, str]] = {}
        # DescribeStackResources tells the first 100 alone, and a stack has more.
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
            for entry in page["StackResourceSummaries"]:
                kind = resources.setdefault(entry["ResourceType"], {})
                kind[entry["LogicalResourceId"]] = entry.get("PhysicalResourceId", "")
        outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}
        parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])}
        return cls(name, stack["StackStatus"], outputs, parameters, resources)

    @property
    def functions(self) -> dict[str, str]:
        """The functions' names by logical id."""
        return self.resources.get("AWS::Lambda::Function", {})


def stack_state(stack: Deployment) -> Iterator[Finding]:
    """Whether its last deployment ended well."""
    if stack.state in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        yield Finding("stack", "good", stack.state)
    else:
        yield Finding("stack", "warning", f"it is {stack.state}", "deploy again: make deploy names what is wrong")


def versions(stack: Deployment) -> Iterator[Finding]:
    """Whether all functions run the same code."""
    functions = client("lambda", PATIENCE)
    codes: dict[str, list[str]] = {}
    for logical, name in sorted(stack.functions.items()):
        configuration = functions.get_function_configuration(FunctionName=name)
        codes.setdefault(configuration["CodeSha256"], []).append(logical)
    if len(codes) == 1:
        yield Finding("versions", "good", "all functions run the same code")
        return
    fewest = min(codes.values(), key=len)
    functions_named = f"{', '.join(fewest)}: other code than the rest"
    yield Finding("versions", "problem", functions_named, "deploy again: make deploy")


def streams(stack: Deployment) -> Iterator[Finding]:
    """Whether the stream feeds process and deliver."""
    functions = client("lambda", PATIENCE)
    for logical, uuid in sorted(stack.resources.get("AWS::Lambda::EventSourceMapping", {}).items()):
        state = functions.get_event_source_mapping(UUID=uuid)["State"]
        if state in {"Enabled", "Enabling", "Creating", "Updating"}:
            yield Finding(f"stream {logical}", "good", state.lower())
        else:
            advice = "deploy with StreamsEnabled=true, within 24 hours; until then sweep works more slowly"
            yield Finding(f"stream {logical}", "warning", f"it is {state.lower()}: nothing comes by it", advice)


def schedules(stack: Deployment) -> Iterator[Finding]:
    """Whether the clock calls the functions."""
    events = client("events", PATIENCE)
    for logical, name in sorted(stack.resources.get("AWS::Events::Rule", {}).items()):
        if events.describe_rule(Name=name)["State"] == "ENABLED":
            yield Finding(f"schedule {logical}", "good", "enabled")
        else:
            advice = f"aws events enable-rule --name {name}"
            yield Finding(f"schedule {logical}", "problem", "it is switched off", advice)


def alarms(stack: Deployment) -> Iterator[Finding]:
    """Which alarms ring, and whether anybody hears them."""
    mine = set(stack.resources.get("AWS::CloudWatch::Alarm", {}).values())
    names = {physical: logical for logical, physical in stack.resources.get("AWS::CloudWatch::Alarm", {}).items()}
    pages = client("cloudwatch", PATIENCE).get_paginator("describe_alarms").paginate(StateValue="ALARM")
    ringing = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"] if alarm["AlarmName"] in mine]
    for physical in ringing:
        name = names[physical]
        yield Finding(f"alarm {name}", "problem", "it rings", f"docs/runbook.md#{name.lower()}")
    if not ringing:
        yield Finding("alarms", "good", "none rings")
    yield from _listeners(stack)


def _listeners(stack: Deployment) -> Iterator[Finding]:
    topic = stack.outputs["AlarmTopic"]
    subscriptions = client("sns", PATIENCE).list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    waiting = [
        subscription["Endpoint"]
        for subscription in subscriptions
        if not subscription["SubscriptionArn"].startswith("arn:")
    ]
    if len(waiting) < len(subscriptions):
        yield Finding("who hears alarms", "good", f"{len(subscriptions) - len(waiting)} confirmed")
    elif not waiting:
        yield Finding("who hears alarms", "problem", "nobody", "deploy with AlarmEmail=… and confirm AWS's email")
    for address in waiting:
        severity: Any = "warning" if len(waiting) < len(subscriptions) else "problem"
        text = f"{address} has not confirmed the subscription"
        yield Finding("who hears alarms", severity, text, "open AWS's email there and confirm, or subscribe it again")


def throttles(stack: Deployment, now: dt.datetime) -> Iterator[Finding]:
    """Which functions were turned away within the hour."""
    cloudwatch = client("cloudwatch", PATIENCE)
    throttled = []
    for logical, name in sorted(stack.functions.items()):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Throttles",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - LOOKED_BACK,
            EndTime=now,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        if sum(point["Sum"] for point in points):
            throttled.append(logical)
    if throttled:
        advice = "ask for more: Service Quotas, AWS Lambda, Concurrent executions"
        yield Finding("throttles", "problem", f"within the hour: {', '.join(throttled)}", advice)
    else:
        yield Finding("throttles", "good", "none within the hour")


def domain(stack: Deployment, now: dt.datetime) -> Iterator[Finding]:
    """Check that an own domain leads to the API, with its certificate."""
    name = stack.parameters.get("DomainName", "")
    if not name:
        return
    try:
        socket.getaddrinfo(name, 443)
        yield Finding("domain", "good", f"{name} is known")
    except OSError:
        advice = f"put a CNAME record for {name} into DNS: {stack.outputs.get('DomainTarget', 'output DomainTarget')}"
        yield Finding("domain", "problem", f"{name} leads nowhere", advice)
    certificate = client("acm", PATIENCE).describe_certificate(CertificateArn=stack.parameters["CertificateArn"])
    ends = certificate["Certificate"].get("NotAfter")
    if certificate["Certificate"]["Status"] != "ISSUED" or ends is None or ends - now < EXPIRES_WITHIN:
        text = (
            f"the certificate is {certificate['Certificate']['Status']}, until {ends:%Y-%m-%d}"
            if ends
            else "not issued"
        )
        yield Finding("certificate", "problem", text, "renew it in ACM: its DNS record must stay where it is")
    else:
        yield Finding("certificate", "good", f"until {ends:%Y-%m-%d}")
