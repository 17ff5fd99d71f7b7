"""What the packaged template's alarms and dashboard count: no stranger rings or silences one."""

import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from filter_pattern import matches
from packaged_template import Template, of_type, packaged_template, statements_of

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.table import NAMES
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.services.clients import provider_settings
from chalicelib.services.clients.log_context import logger
from chalicelib.services.clients.provider_settings import STALE_USED
from chalicelib.services.intake import receive as intake
from chalicelib.store.tables import StoreUnavailable
from infra.environments import ROOT


@pytest.fixture(scope="module")
def packaged() -> Template:
    return packaged_template()


def test_l2_what_api_gateway_throttles_is_no_4xx(packaged: Template) -> None:
    body = packaged["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    throttled = body["x-amazon-apigateway-gateway-responses"]["THROTTLED"]
    assert throttled["statusCode"] == 503
    assert throttled["responseParameters"]["gatewayresponse.header.Retry-After"] == "'5'"
    assert json.loads(throttled["responseTemplates"]["application/json"])["status"] == 503
    logged = packaged["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]
    counted = packaged["Resources"]["ThrottledRequests"]["Properties"]
    assert '"error": "$context.error.responseType"' in logged
    assert counted["FilterPattern"] == '{ $.error = "THROTTLED" }'
    assert counts_for(packaged, "ThrottledRequests") == metric_of(packaged, "ApiThrottled")


def counts_for(template: Template, metric_filter: str) -> tuple[Any, str]:
    [made] = template["Resources"][metric_filter]["Properties"]["MetricTransformations"]
    return made["MetricNamespace"], made["MetricName"]


def metric_of(template: Template, alarm: str) -> tuple[Any, str]:
    made = template["Resources"][alarm]["Properties"]
    assert "Dimensions" not in made, "a metric filter without dimensions counts under none"
    return made["Namespace"], made["MetricName"]


def failures_counted(template: Template, access: dict[str, Any], logged: list[dict[str, Any]]) -> int:
    """What ApiFailures counts of a request: by the gateway's line of it, and the lines of intake."""
    counted, metric = 0, metric_of(template, "ApiFailures")
    lines_of = {"ApiAccessLog": [access], "IntakeLogGroup": logged}
    for name, made in of_type(template, "AWS::Logs::MetricFilter").items():
        if counts_for(template, name) == metric:
            value = int(made["MetricTransformations"][0]["MetricValue"])
            lines = lines_of[made["LogGroupName"]["Ref"]]
            counted += sum(value for line in lines if matches(made["FilterPattern"], line))
    return counted


def access_line(status: int, route: str = "/webhooks/{provider}", error: str = "-") -> dict[str, str]:
    return {"status": str(status), "route": route, "error": error}


def test_b8_nothing_that_a_stranger_sends_is_subtracted(packaged: Template) -> None:
    filters = of_type(packaged, "AWS::Logs::MetricFilter").values()
    assert all(float(filter_["MetricTransformations"][0]["MetricValue"]) > 0 for filter_ in filters)


@pytest.mark.parametrize("provider", NAMES)
def test_b8_an_unsigned_call_neither_rings_nor_silences(
    packaged: Template, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the provider: Vonage's is answered 503 and comes again signed, the others' are refused."""
    status, logged = answered_and_logged(provider, monkeypatch)
    assert status == (503 if provider == "vonage-messages" else status)
    assert status >= 400
    assert failures_counted(packaged, access_line(status), logged) == 0


@pytest.mark.parametrize("fault", [StoreUnavailable, provider_settings.SecretsUnavailable, OSError])
def test_b8_a_webhook_that_fails_for_our_fault_counts(
    packaged: Template, fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault("now")

    monkeypatch.setattr(intake, "_hear", fail)
    status, logged = answered_and_logged("generic", monkeypatch)
    assert (status, failures_counted(packaged, access_line(status), logged)) == (503, 1)


@pytest.mark.parametrize(
    "access",
    [
        access_line(502),
        access_line(504, error="INTEGRATION_TIMEOUT"),
        access_line(503, error="THROTTLED"),
        access_line(500, "/v1/elections/{election_id}"),
        access_line(503, "/v1/elections/{election_id}"),
    ],
)
def test_b8_what_the_gateway_or_the_api_fails_at_counts(packaged: Template, access: dict[str, str]) -> None:
    assert failures_counted(packaged, access, []) == 1


def answered_and_logged(provider: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[dict[str, Any]]]:
    """Call a webhook with no proof: its status, and the lines that intake logs."""
    lines = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", lines)
    monkeypatch.setattr(intake, "_settings", lambda name, fresh: SENDERS[name].secrets)
    request = WebhookRequest("POST", f"https://x/webhooks/{provider}", {}, b"{}", datetime.now(UTC), None)
    answer = intake.receive(provider, request)
    return answer.status, [json.loads(line) for line in lines.getvalue().splitlines()]


def test_l3_sns_may_ask_end_user_messaging_for_us(packaged: Template) -> None:
    conditions = [
        statement
        for statement in statements_of(packaged, "MayDeliver")
        if statement["Action"] == "sms-voice:SendTextMessage"
    ]
    assert [carrier["Condition"] for carrier in conditions] == [
        {"StringEquals": {"aws:CalledViaLast": "sns.amazonaws.com"}}
    ]


def test_l3_alarms_tell_of_sms_that_sns_dropped_and_of_its_limit(packaged: Template) -> None:
    dropped = packaged["Resources"]["SmsDropped"]["Properties"]
    assert (dropped["Namespace"], dropped["MetricName"]) == ("AWS/SNS", "NumberOfNotificationsFailed")
    assert dropped["Dimensions"] == [{"Name": "PhoneNumber", "Value": "PhoneNumberDirect"}]
    spent = packaged["Resources"]["SmsSpendNearLimit"]["Properties"]
    assert (spent["Namespace"], spent["MetricName"]) == ("AWS/SNS", "SMSMonthToDateSpentUSD")
    assert spent["Threshold"] == {"Ref": "SmsSpendAlarm"}


@pytest.mark.parametrize("function", ["Intake", "Process", "Deliver", "Sweep", "Reconcile"])
def test_m1_settings_that_cannot_be_read_ring(packaged: Template, function: str) -> None:
    made = packaged["Resources"][f"{function}Settings"]["Properties"]
    assert made["LogGroupName"] == {"Ref": f"{function}LogGroup"}
    assert f'$.message = "{STALE_USED}"' in made["FilterPattern"]
    assert counts_for(packaged, f"{function}Settings") == metric_of(packaged, "SettingsUnreadable")


def test_m5_two_stacks_of_an_account_count_their_own_failures(packaged: Template) -> None:
    namespace, name = metric_of(packaged, "ApiFailures")
    assert (namespace, name) == ({"Fn::Sub": "Baykoo/${AWS::StackName}"}, "ApiFailures")
    assert packaged["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["DestinationArn"] == {
        "Fn::GetAtt": ["ApiAccessLog", "Arn"]
    }


@pytest.mark.parametrize(("alarm", "function"), [("StreamLate", "Process"), ("DeliverLate", "Deliver")])
def test_h7_both_readers_of_the_stream_are_watched(alarm: str, function: str, packaged: Template) -> None:
    made = packaged["Resources"][alarm]["Properties"]
    named = {dimension["Name"]: dimension["Value"] for dimension in made["Dimensions"]}
    assert (made["Namespace"], made["MetricName"]) == ("AWS/Lambda", "IteratorAge")
    assert named["FunctionName"] == {"Ref": function}


def test_h7_a_secret_that_was_rotated_wrongly_rings(packaged: Template) -> None:
    counted = packaged["Resources"]["RefusedWebhooks"]["Properties"]
    assert counted["FilterPattern"] == '{ ($.status = "403") && ($.route = "/webhooks/*") }'
    logged = packaged["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]
    assert '"status": "$context.status"' in logged
    assert '"route": "$context.resourcePath"' in logged
    assert counts_for(packaged, "RefusedWebhooks") == metric_of(packaged, "WebhooksRefused")


def alarms(template: Template) -> dict[str, Any]:
    return of_type(template, "AWS::CloudWatch::Alarm")


def test_every_alarm_says_what_to_do_and_where_more_stands(packaged: Template) -> None:
    for name, made in alarms(packaged).items():
        description = made["AlarmDescription"]
        assert description.endswith(f" docs/runbook.md#{name.lower()}"), name
        assert len(re.findall(r"\.(?= )", description)) >= 2, f"{name}: what it means, and what to do"
        assert len(description) <= 1024


def test_the_runbook_has_a_section_for_every_alarm_and_no_other(packaged: Template) -> None:
    sections = re.findall(r"^### (\w+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(alarms(packaged))
    assert len(set(sections)) == len(sections)


def test_the_dashboard_shows_metrics_that_exist(packaged: Template) -> None:
    body = packaged["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    page = json.loads(re.sub(r"\$\{[\w.:]+\}", "x", body))
    assert len(page["widgets"]) == 6
    shown = {
        metric[1] for widget in page["widgets"] for metric in widget["properties"]["metrics"] if metric[0] == "Baykoo"
    }
    rung = {made["MetricName"] for made in alarms(packaged).values() if made["Namespace"] == "Baykoo"}
    assert len(shown) >= 4
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    assert {name for name in shown | rung if not re.search(rf"\b{name}[=\"]", code)} == set()
    functions = set(re.findall(r"\$\{(\w+)\}", body))
    assert functions <= set(of_type(packaged, "AWS::Serverless::Function"))
