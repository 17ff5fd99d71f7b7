"""Checks before a deployment: each names what is missing and the one line that mends it."""

import shlex
from dataclasses import replace
from typing import Any

import pytest
from aws_cli import require_known
from scripted import scripted

from infra.deploying.preflight import Check, preflight

DEFAULTS = {"IntakeConcurrency": "100", "SmsProviders": "sns", "SmsSpendAlarm": "160"}
LASTING = "python9.9"
"""Of which no end is known."""
GIVEN = {"EmailFrom": "observers@example.org", "SenderIdentity": "example.org"}


def checked(target: Any, **given: str) -> dict[str, Check]:
    return {check.subject: check for check in preflight(target, {**GIVEN, **given}, DEFAULTS, LASTING)}


def stack(state: str, **parameters: str) -> dict[str, Any]:
    kept = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Stacks": [{"StackStatus": state, "Parameters": kept}]}


def test_an_account_that_is_ready_has_nothing_to_mend() -> None:
    found = checked(scripted())
    assert {check.severity for check in found.values()} == {"good"}, [str(value) for value in found.values()]
    assert len(found) == 15
    assert not any(check.mend for check in found.values())


def test_it_asks_what_the_aws_command_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    target = scripted()
    checked(target)
    assert len(target.calls) == 14
    for call in target.calls:
        require_known(list(call), monkeypatch)


def test_nothing_is_changed_by_looking() -> None:
    target = scripted()
    checked(target)
    verbs = {call[1].partition("-")[0] for call in target.calls}
    assert verbs == {"describe", "get", "list"}


ACCOUNT = {"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}}
LIMITED = {"attributes": {"MonthlySpendLimit": "100"}}
FAULTS: dict[str, tuple[dict[str, Any], dict[str, str], str, str, str]] = {
    "no credentials": ({"sts__get_caller_identity": "ExpiredToken: x"}, {}, "credentials", "problem", "aws configure"),
    "first try failed": (
        {"cloudformation__describe_stacks": stack("ROLLBACK_COMPLETE")},
        {},
        "stack",
        "problem",
        "aws cloudformation delete-stack --stack-name baykoo",
    ),
    "change not taken back": (
        {"cloudformation__describe_stacks": stack("UPDATE_ROLLBACK_FAILED")},
        {},
        "stack",
        "problem",
        "aws cloudformation continue-update-rollback --stack-name baykoo",
    ),
    "somebody deploys": (
        {"cloudformation__describe_stacks": stack("UPDATE_IN_PROGRESS")},
        {},
        "stack",
        "problem",
        "Wait",
    ),
    "tables left": ({"dynamodb__list_tables": {"TableNames": ["baykoo-messages"]}}, {}, "tables", "problem", "adopt"),
    "no bucket": ({"s3api__get_bucket_location": "NoSuchBucket: x"}, {}, "bucket", "problem", "aws s3 mb s3://code"),
    "bucket elsewhere": (
        {"s3api__get_bucket_location": {"LocationConstraint": None}},
        {},
        "bucket",
        "problem",
        "aws s3 mb s3://ANOTHER-NAME --region eu-central-1",
    ),
    "new account": ({"lambda__get_account_settings": ACCOUNT}, {}, "concurrency", "problem", "IntakeConcurrency=0"),
    "nothing reserved": ({}, {"IntakeConcurrency": "0"}, "concurrency", "warning", "Service Quotas"),
    "no log role": ({"apigateway__get_account": {}}, {}, "access logs", "problem", "infra/account.yaml"),
    "no sender": ({}, {"EmailFrom": ""}, "email sender", "problem", "EmailFrom="),
    "another's sender": (
        {},
        {"EmailFrom": "a@elsewhere.org"},
        "email sender",
        "problem",
        "SenderIdentity=elsewhere.org",
    ),
    "identity unknown here": (
        {"sesv2__get_email_identity": "NotFoundException: x"},
        {},
        "email sender",
        "problem",
        "aws sesv2 create-email-identity --email-identity example.org",
    ),
    "identity not verified": (
        {"sesv2__get_email_identity": {"VerifiedForSendingStatus": False}},
        {},
        "email sender",
        "problem",
        "DKIM",
    ),
    "SES sandbox": (
        {"sesv2__get_account": {"ProductionAccessEnabled": False, "SendingEnabled": True}},
        {},
        "email account",
        "warning",
        "--production-access-enabled",
    ),
    "SES paused": ({"sesv2__get_account": {"SendingEnabled": False}}, {}, "email account", "problem", "Enforcement"),
    "SNS sandbox": (
        {"sns__get_sms_sandbox_account_status": {"IsInSandbox": True}},
        {},
        "SMS account",
        "warning",
        "Exit SMS sandbox",
    ),
    "first spend limit": (
        {"sns__get_sms_attributes": {"attributes": {}}},
        {},
        "SMS limit",
        "warning",
        "MonthlySpendLimit=200",
    ),
    "alarm after the end": ({"sns__get_sms_attributes": LIMITED}, {}, "SMS limit", "warning", "SmsSpendAlarm=80"),
    "no number": (
        {"pinpoint-sms-voice-v2__describe_phone_numbers": {"PhoneNumbers": []}},
        {},
        "SMS sender",
        "warning",
        "End User Messaging",
    ),
    "number without policy": (
        {"pinpoint-sms-voice-v2__get_resource_policy": "ResourceNotFoundException: x"},
        {},
        "SMS sender",
        "warning",
        "put-resource-policy --resource-arn arn:aws:x:phone-number/1",
    ),
    "40 reads": (
        {"ssm__get_service_setting": {"ServiceSetting": {"SettingValue": "false"}}},
        {},
        "settings",
        "warning",
        "high-throughput-enabled --setting-value true",
    ),
    "may not ask": ({"sns__get_sms_attributes": "AccessDenied: x"}, {}, "sms limit", "warning", "administrator"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_missing_is_named_with_the_line_that_mends_it(fault: str) -> None:
    answers, given, subject, severity, mend = FAULTS[fault]
    found = checked(scripted(**answers), **given)
    assert found[subject].severity == severity, found
    assert mend in found[subject].mend
    others = {check.severity for name, check in found.items() if name != subject}
    assert others <= {"good"}, [str(value) for value in found.values()]


@pytest.mark.parametrize("name", ["", "1st", "a_b", "aws-baykoo", "ssmx", "x" * 31, "über"])
def test_m6_a_name_that_cannot_be_is_refused_before_anything_is_asked(name: str) -> None:
    target = replace(scripted(), stack=name)
    found = checked(target)
    assert found["name"].severity == "problem"
    assert {call[0] for call in target.calls} == {"sts"}


@pytest.mark.parametrize("environ", [{}, {"AWS_REGION": "eu-central-1"}, {"AWS_DEFAULT_REGION": "us-east-1"}])
def test_b3_a_region_that_is_not_the_same_everywhere_is_refused(environ: dict[str, str]) -> None:
    found = checked(replace(scripted(), environ=environ))
    assert found["region"].severity == "problem"
    assert found["region"].mend == "export AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1"


def test_a_stacks_own_reservation_is_free_to_it_and_its_parameters_are_kept() -> None:
    account = {"AccountLimit": {"ConcurrentExecutions": 200, "UnreservedConcurrentExecutions": 100}}
    described = stack("UPDATE_COMPLETE", IntakeConcurrency="100", SmsProviders="twilio", **GIVEN)
    target = scripted(lambda__get_account_settings=account, cloudformation__describe_stacks=described)
    found = {check.subject: check for check in preflight(target, {}, DEFAULTS, LASTING)}
    assert {check.severity for check in found.values()} == {"good"}
    assert "sns" not in {call[0] for call in target.calls}, "SNS carries none"


def test_the_lines_that_mend_are_commands_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    mends = {checked(scripted(**answers), **given)[subject].mend for answers, given, subject, _, _ in FAULTS.values()}
    lines = [line.partition("  (")[0] for line in mends if line.startswith("aws ") and "configure" not in line]
    assert len(lines) >= 8
    for line in lines:
        require_known(shlex.split(line)[1:], monkeypatch)
