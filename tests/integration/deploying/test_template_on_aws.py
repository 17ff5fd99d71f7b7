"""What AWS would make of the packaged template: SAM's own translation, and rules that only AWS enforces."""

import functools
import json
import sys
from datetime import date

import pytest
from packaged_template import Template, of_type, packaged_template, statements_of
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.bundle import package
from infra.deploying.runtime import judge, lifecycles

DEFAULTS = {"EmailFrom": "a@example.org", "SenderIdentity": "example.org"}


@functools.cache
def translated_template() -> Template:
    """The template as CloudFormation gets it from SAM's transform."""
    template = json.loads(package().template.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    given = {name: DEFAULTS.get(name, parameter.get("Default")) for name, parameter in template["Parameters"].items()}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        made: Template = Translator({}, Parser()).translate(template, given)
    return made


@pytest.fixture(scope="module")
def packaged() -> Template:
    return packaged_template()


@pytest.fixture(scope="module")
def translated() -> Template:
    return translated_template()


def test_b1_a_failed_first_deployment_leaves_no_table_behind(translated: Template) -> None:
    tables = [resource for resource in translated["Resources"].values() if resource["Type"] == "AWS::DynamoDB::Table"]
    assert {table["DeletionPolicy"] for table in tables} == {"RetainExceptOnCreate"}
    assert {table["UpdateReplacePolicy"] for table in tables} == {"Retain"}


def test_l1_bodies_reach_intake_as_the_bytes_that_came(translated: Template) -> None:
    made = translated["Resources"]["RestAPI"]["Properties"]
    assert made["BinaryMediaTypes"] == made["Body"]["x-amazon-apigateway-binary-media-types"] == ["*/*"]


def test_m1_names_are_listed_by_every_function_that_reads_settings(packaged: Template) -> None:
    listing, reading, _ = statements_of(packaged, "MayReadSecrets")
    assert (listing["Action"], reading["Action"]) == ("ssm:GetParametersByPath", "ssm:GetParameter")


def test_m2_sam_deploys_no_second_stage(translated: Template) -> None:
    assert [
        resource for resource in of_type(translated, "AWS::ApiGateway::Deployment").values() if "StageName" in resource
    ] == []
    stages = of_type(translated, "AWS::ApiGateway::Stage").values()
    assert [stage["StageName"] for stage in stages] == ["api"]


def test_m3_email_may_go_by_the_address_too(packaged: Template) -> None:
    [sending] = [
        statement for statement in statements_of(packaged, "MayDeliver") if "ses:SendEmail" in statement["Action"]
    ]
    named = {row["Fn::Sub"].rpartition(":")[2] for row in sending["Resource"]}
    assert named == {"identity/${SenderIdentity}", "identity/${EmailFrom}", "configuration-set/*"}
    assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "EmailFrom"}}}


@pytest.mark.parametrize("name", ["ProcessMessages", "DeliverMessages"])
def test_m4_a_paused_stream_drops_nothing_within_its_day(packaged: Template, name: str) -> None:
    assert packaged["Resources"][name]["Properties"]["MaximumRecordAgeInSeconds"] == 24 * 60 * 60


@pytest.mark.parametrize("function", ["Process", "Sweep", "Chase", "Reconcile", "Summarize"])
def test_m8_calls_that_nobody_waits_for_grow_no_queue(translated: Template, function: str) -> None:
    made = {
        resource["FunctionName"]["Ref"]: resource
        for resource in of_type(translated, "AWS::Lambda::EventInvokeConfig").values()
    }
    assert 60 <= made[function]["MaximumEventAgeInSeconds"] <= 300
    assert made[function]["MaximumRetryAttempts"] == 0


def test_c1_no_metric_is_paid_per_method(packaged: Template) -> None:
    [settings] = packaged["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    assert settings["MetricsEnabled"] is False


def test_h1_the_runtime_is_one_that_aws_still_mends(packaged: Template) -> None:
    """Fails on the day that AWS ends the Python of this machine; `make deploy` warns half a year before."""
    used = {resource["Runtime"] for resource in of_type(packaged, "AWS::Serverless::Function").values()}
    assert used == {f"python{sys.version_info.major}.{sys.version_info.minor}"}
    for runtime in used:
        severity, found, mend = judge(runtime, runtime, date.today())  # noqa: DTZ011 - a day is no matter
        ends = lifecycles().get(runtime)
        assert severity != "problem", (found, mend)
        assert ends is None or date.today() < ends.deprecated, mend  # noqa: DTZ011


def test_own_keys_domain_web_acl_and_tracing_are_off_unless_asked_for(packaged: Template) -> None:
    defaults = {name: parameter.get("Default") for name, parameter in packaged["Parameters"].items()}
    for name in ("DomainName", "CertificateArn", "WebAclArn", "TableKeyArn", "AlarmPhone"):
        assert defaults[name] == ""
    assert defaults["Tracing"] == "false"
    conditional = {
        name: resource.get("Condition") for name, resource in packaged["Resources"].items() if "Condition" in resource
    }
    assert conditional == {
        "AlarmSmsSubscription": "HasAlarmPhone",
        "AlarmSubscription": "HasAlarmEmail",
        "ApiDomain": "HasDomain",
        "ApiDomainMapping": "HasDomain",
        "ApiWebAcl": "HasWebAcl",
        "MayTrace": "HasTracing",
        "MayUseTableKey": "HasTableKey",
    }


def test_a_table_key_and_tracing_are_for_every_role(packaged: Template) -> None:
    roles = {name for name, resource in packaged["Resources"].items() if resource["Type"] == "AWS::IAM::Role"}
    for policy in ("MayUseTableKey", "MayTrace"):
        assert {role["Ref"] for role in packaged["Resources"][policy]["Properties"]["Roles"]} == roles
