"""`./baykoo provider check sns`: what of the account keeps SMS from arriving, as AWS answers in each case."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from click.testing import CliRunner

from chalicelib.cli import provider_stack
from chalicelib.services.clients.aws import client
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable
from chalicelib.services.delivery.aws import _PATIENCE as CARRIER
from chalicelib.services.doctor import sns as checked
from chalicelib.services.doctor.deployment import PATIENCE
from chalicelib.services.doctor.finding import Finding
from chalicelib.services.doctor.sns import END_USER_MESSAGING, TEXT, check_sns

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
NUMBER, ARN = "+996555999888", "arn:aws:sms-voice:eu-central-1:000000000000:phone-number/phone-1"
TO = "+996700123456"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sms-voice:SendTextMessage",
            "Resource": ARN,
        }
    ],
}
GOOD_ACCOUNT = {"MonthlySpendLimit": "200", "DeliveryStatusIAMRole": "arn:aws:iam::000000000000:role/logs"}


class Account:
    """SNS, End User Messaging and CloudWatch, each answering once and in order."""

    def __init__(self) -> None:
        self.sns, self.carrier = Stubber(client("sns", PATIENCE)), Stubber(client("sns", CARRIER))
        self.messaging, self.figures = (
            Stubber(client(END_USER_MESSAGING, PATIENCE)),
            Stubber(client("cloudwatch", PATIENCE)),
        )
        self.all = (self.sns, self.carrier, self.messaging, self.figures)

    def answers_well(self, attributes: dict[str, str] = GOOD_ACCOUNT, *, is_in_sandbox: bool = False) -> None:
        self.sns.add_response("get_sms_sandbox_account_status", {"IsInSandbox": is_in_sandbox})
        self.sns.add_response("get_sms_attributes", {"attributes": attributes})
        self.figures.add_response("get_metric_statistics", {"Datapoints": []})
        self.sns.add_response("get_sms_attributes", {"attributes": attributes})

    def has_number(
        self, state: str = "ACTIVE", policy: dict[str, Any] | None = POLICY, *, is_ours: bool = True
    ) -> None:
        number = {"PhoneNumberArn": ARN, "PhoneNumber": NUMBER, "Status": state, "IsoCountryCode": "KG"}
        number |= {"MessageType": "TRANSACTIONAL", "NumberCapabilities": ["SMS"], "NumberType": "LONG_CODE"}
        number |= {"MonthlyLeasingPrice": "1", "TwoWayEnabled": True, "SelfManagedOptOutsEnabled": True}
        number |= {"OptOutListName": "Default", "DeletionProtectionEnabled": False, "CreatedTimestamp": NOW}
        self.messaging.add_response("describe_phone_numbers", {"PhoneNumbers": [number]})
        self.messaging.add_response("describe_sender_ids", {"SenderIds": []})
        if state == "ACTIVE" and is_ours:
            answer = {"Policy": json.dumps(policy)} if policy else {}
            self.messaging.add_response("get_resource_policy", answer, {"ResourceArn": ARN})


@pytest.fixture(scope="module")
def clients() -> Iterator[None]:
    """Clients of AWS itself, made once: that takes a second each."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patched.setenv(name, "test")
        patched.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patched.delenv("AWS_ENDPOINT_URL", raising=False)
        client.cache_clear()
        yield
        client.cache_clear()


@pytest.fixture
def account(clients: None) -> Iterator[Account]:
    made = Account()
    for choice in made.all:
        choice.activate()
    yield made
    for row in made.all:
        row.assert_no_pending_responses()
        row.deactivate()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Sets what Parameter Store holds of sns; an exception where it cannot be read."""

    def hold(held: object) -> None:
        def read(name: str, *, fresh: bool) -> Any:
            assert (name, fresh) == ("sns", True)
            if isinstance(held, Exception):
                raise held
            return held

        monkeypatch.setattr(checked, "provider_secrets", read)

    hold(NotConfigured("sns"))
    return hold


def found(to: str | None = None) -> dict[str, Finding]:
    return {row.subject: row for row in check_sns(NOW, to)}


def test_an_account_that_is_ready(account: Account, settings: Callable[[object], None]) -> None:
    settings({"sender": [NUMBER]})
    account.answers_well()
    account.has_number()
    assert {incident.severity for incident in found().values()} == {"good"}


def test_without_settings_the_account_is_looked_at_all_the_same(
    account: Account, settings: Callable[[object], None]
) -> None:
    account.answers_well()
    assert {incident.severity for incident in found().values()} == {"good"}


def test_settings_that_cannot_be_read(settings: Callable[[object], None]) -> None:
    settings(SecretsUnavailable("throttled"))
    [incident] = check_sns(NOW)
    assert (incident.subject, incident.severity) == ("settings", "problem")


def test_the_sandbox_and_missing_delivery_logs_are_said(account: Account, settings: Callable[[object], None]) -> None:
    account.answers_well({"MonthlySpendLimit": "200"}, is_in_sandbox=True)
    seen = found()
    assert seen["SMS"].severity == "problem"
    assert (seen["delivery logs"].severity, "ARN" in seen["delivery logs"].advice) == ("warning", True)


@pytest.mark.parametrize(
    "policy",
    [None, {"Statement": []}, {"Statement": [POLICY["Statement"][0] | {"Effect": "Deny"}]}],
    ids=["none", "empty", "denied"],
)
def test_a_number_that_sns_may_not_use_names_the_command(
    policy: dict[str, Any] | None, account: Account, settings: Callable[[object], None]
) -> None:
    settings({"sender": NUMBER})
    account.answers_well()
    account.has_number(policy=policy)
    incident = found()[f"sender {NUMBER}"]
    assert incident.severity == "problem"
    assert f"put-resource-policy --resource-arn {ARN} --policy file://sns.json" in incident.advice


@pytest.mark.parametrize(
    ("sender", "state", "words"), [("+996555111222", "ACTIVE", "does not have it"), (NUMBER, "PENDING", "pending")]
)
def test_a_number_that_is_not_there_or_not_yet(
    sender: str, state: str, words: str, account: Account, settings: Callable[[object], None]
) -> None:
    settings({"sender": [sender]})
    account.answers_well()
    account.has_number(state, is_ours=sender == NUMBER)
    assert words in found()[f"sender {sender}"].text


def test_a_setting_that_makes_no_sense(account: Account, settings: Callable[[object], None]) -> None:
    settings({"sender": 4455})
    account.answers_well()
    assert found()["sender"].severity == "problem"


def test_an_sms_goes_to_the_phone_and_its_refusal_is_explained(
    account: Account, settings: Callable[[object], None]
) -> None:
    account.answers_well()
    account.sns.add_response("check_if_phone_number_is_opted_out", {"isOptedOut": False})
    attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    request = {"PhoneNumber": TO, "Message": TEXT, "MessageAttributes": attributes}
    account.carrier.add_response("publish", {"MessageId": "m-1"}, request)
    assert "m-1" in found(TO)["an SMS"].text
    account.answers_well()
    account.sns.add_response("check_if_phone_number_is_opted_out", {"isOptedOut": False})
    account.carrier.add_client_error(
        "publish", "AuthorizationError", "not authorized to use the origination number", 403
    )
    refused = found(TO)["an SMS"]
    assert refused.severity == "problem"
    assert "sender's policy" in refused.advice


def test_a_phone_that_has_opted_out_gets_nothing(account: Account, settings: Callable[[object], None]) -> None:
    account.answers_well()
    account.sns.add_response("check_if_phone_number_is_opted_out", {"isOptedOut": True}, {"phoneNumber": TO})
    assert "opted out" in found(TO)["an SMS"].text


@pytest.mark.parametrize(("attributes", "status"), [(GOOD_ACCOUNT, 0), ({"MonthlySpendLimit": "0"}, 1)])
def test_the_command_exits_by_what_was_found(
    attributes: dict[str, str],
    status: int,
    account: Account,
    settings: Callable[[object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(provider_stack, "use_stack", dict)
    account.answers_well(attributes)
    result = CliRunner().invoke(provider_stack.check, ["sns"])
    assert result.exit_code == status, result.output
    assert "SMS: SNS sends to everybody" in result.output


def test_another_provider_is_sent_by_another_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_stack, "use_stack", dict)
    result = CliRunner().invoke(provider_stack.check, ["twilio", "--to", TO])
    assert result.exit_code == 2
    assert "provider send twilio" in result.output
