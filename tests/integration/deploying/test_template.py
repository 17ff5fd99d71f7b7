"""The packaged template: what CloudFormation is told, on AWS and on one machine alike."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.bundle import package

Template = dict[str, Any]
FUNCTIONS = {"APIHandler", "Chase", "Deliver", "Intake", "Job", "Process", "Reconcile", "Summarize", "Sweep"}
TABLES = {
    "Accounts",
    "Audit",
    "Contacts",
    "Elections",
    "Incidents",
    "Ledger",
    "Messages",
    "Operators",
    "OptOuts",
    "Providers",
    "Reports",
    "Summaries",
    "Tallies",
    "Work",
}


@pytest.fixture(scope="module")
def template() -> Template:
    read: Template = json.loads(package().template.read_text())
    return read


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {name: made["Properties"] for name, made in template["Resources"].items() if made["Type"] == kind}


def statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        for name, policy in of_type(template, kind).items():
            yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            yield from ((name, statement) for statement in policy["PolicyDocument"]["Statement"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_function_has_a_role_of_its_own_and_a_size(template: Template) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    assert set(functions) == FUNCTIONS
    roles = [json.dumps(function["Role"]) for function in functions.values()]
    assert len(set(roles)) == len(roles)
    assert all("Fn::GetAtt" in function["Role"] for function in functions.values()), "chalice's placeholder is left"
    assert all(function["MemorySize"] >= 512 for function in functions.values())


def test_every_log_group_is_a_functions_and_forgets(template: Template) -> None:
    groups = of_type(template, "AWS::Logs::LogGroup")
    named = {group["LogGroupName"]["Fn::Sub"] for group in groups.values() if "LogGroupName" in group}
    assert named == {f"/aws/lambda/${{{function}}}" for function in FUNCTIONS}
    assert all(group["RetentionInDays"] == 30 for group in groups.values())


def test_no_permission_is_for_everything_but_an_sms(template: Template) -> None:
    allowed = [(name, statement) for name, statement in statements(template) if statement["Effect"] == "Allow"]
    unbounded = [(name, action["Action"]) for name, action in allowed if "*" in as_list(action["Resource"])]
    traces = ("MayTrace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"])
    # A phone is no resource; topics are denied, and SMS by End User Messaging go through SNS alone.
    assert unbounded == [("MayDeliver", "sns:Publish"), ("MayDeliver", "sms-voice:SendTextMessage"), traces]
    assert not [action for _, row in allowed for action in as_list(row["Action"]) if "*" in action]
    denied = [statement for _, statement in statements(template) if statement["Effect"] == "Deny"]
    assert [action["Action"] for action in denied] == ["sns:Publish"]


def test_intake_can_only_put_messages_hand_them_on_and_read_secrets_and_routes(template: Template) -> None:
    role = template["Resources"]["IntakeRole"]["Properties"]
    own = [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]
    process = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-process"
    assert template["Resources"]["Process"]["Properties"]["FunctionName"] == {"Fn::Sub": "${AWS::StackName}-process"}
    routes_alone = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["numbers"]}}
    assert own == [
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": {"Fn::GetAtt": ["Messages", "Arn"]}},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": {"Fn::GetAtt": ["Elections", "Arn"]},
            "Condition": routes_alone,
        },
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": {"Fn::Sub": process}},
    ]
    assert role["ManagedPolicyArns"] == [{"Ref": "MayWriteLogs"}, {"Ref": "MayReadSecrets"}]


def test_webhooks_go_to_intake_and_nothing_else_does(template: Template) -> None:
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert ("${Intake.Arn}" in uri) == path.startswith("/webhooks/"), f"{method} {path} goes to {uri}"
    assert "/webhooks/{provider}" in paths


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_encrypted_recoverable_and_kept(template: Template, name: str) -> None:
    made = template["Resources"][name]
    protected = {"Fn::If": ["IsProtected", True, False]}
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert made["Properties"]["TableName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name.lower()}"}
    assert made["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    own_key = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "TableKeyArn"}}
    assert made["Properties"]["SSESpecification"] == {"Fn::If": ["HasTableKey", own_key, {"SSEEnabled": True}]}
    assert made["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": protected}
    assert made["Properties"]["DeletionProtectionEnabled"] == protected
    assert template["Parameters"]["Protect"]["Default"] == "true"


def test_there_is_no_other_table(template: Template) -> None:
    assert set(of_type(template, "AWS::DynamoDB::Table")) == TABLES


FED = {"ProcessMessages": ["in"], "DeliverMessages": ["out", "receipt"]}


@pytest.mark.parametrize(("name", "directions"), FED.items())
def test_a_failed_record_is_tried_alone_and_set_aside(template: Template, name: str, directions: list[str]) -> None:
    source = template["Resources"][name]["Properties"]
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["MaximumRetryAttempts"] > 0
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamFailures", "Arn"]}
    assert source["Enabled"] == {"Fn::If": ["HasStreams", True, False]}
    [pattern] = [json.loads(filter_["Pattern"]) for filter_ in source["FilterCriteria"]["Filters"]]
    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"direction": {"S": directions}}}}


def test_silence_of_the_sweep_is_an_alarm(template: Template) -> None:
    alarm = template["Resources"]["MessagesStuck"]["Properties"]
    assert alarm["MetricName"] == "OldestUnfinishedSeconds"
    assert alarm["TreatMissingData"] == "breaching"


def test_every_alarm_tells_somebody(template: Template) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] for alarm in alarms.values())
    watched = {
        dimension["Value"]["Ref"]
        for alarm in alarms.values()
        if alarm.get("MetricName") == "Errors"
        for dimension in alarm["Dimensions"]
    }
    assert watched == FUNCTIONS


def test_access_logs_hold_nothing_of_a_person(template: Template) -> None:
    logged = template["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]
    personal = ("identity", "$context.path", "authorizer", "requestOverride", "$context.domain")
    assert not [name for name in personal if name in logged]
