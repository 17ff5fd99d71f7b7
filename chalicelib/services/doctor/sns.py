"""SMS by SNS from end to end.

Settings, account, permission of the sender, delivery logs, and one SMS.

SNS takes an SMS that it will not deliver without a word, so that only this and the phone tell.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from chalicelib.providers.contract import CannotSend, Secrets
from chalicelib.providers.send_api import one_of_ours
from chalicelib.services.clients.aws import client
from chalicelib.services.clients.provider_api import AnswerLost
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable, provider_secrets
from chalicelib.services.delivery.aws import send_sms
from chalicelib.services.delivery.carriers import SNS
from chalicelib.services.delivery.faults import NotSent, SendRefused
from chalicelib.services.doctor.account import sms_account
from chalicelib.services.doctor.deployment import PATIENCE
from chalicelib.services.doctor.finding import Finding, isolated
from chalicelib.store.messages import Message

END_USER_MESSAGING = "pinpoint-sms-voice-v2"
SERVICE = "sns.amazonaws.com"
TEXT = "Baykoo: a test of SMS by SNS."


@dataclass(frozen=True, slots=True)
class _Identity:
    """A number or sender ID of the account in End User Messaging."""

    arn: str
    state: str


def check_sns(now: dt.datetime, to: str | None = None) -> Iterator[Finding]:
    """Check whether SMS by SNS arrive; with `to`, send one there."""
    try:
        settings = provider_secrets(SNS, fresh=True)
    except NotConfigured:
        settings = {}
    except SecretsUnavailable as fault:
        yield Finding("settings", "problem", str(fault), "see that your credentials may read Parameter Store")
        return
    yield from isolated("account", lambda: sms_account(now))
    yield from isolated("sender", lambda: _senders(settings))
    yield from isolated("delivery logs", _delivery_logs)
    if to is not None:
        yield from isolated("an SMS", lambda: _sent(settings, to))


def _senders(settings: Secrets) -> Iterator[Finding]:
    """Check each sender of the settings.

    The account has it, and SNS may use it.
    """
    try:
        one_of_ours(settings, None)
    except CannotSend as fault:
        yield Finding("sender", "problem", str(fault), "docs/providers/README.md")
        return
    written = settings.get("sender") or []
    ours = written if isinstance(written, list) else [written]
    if not ours:
        text = "none in the settings: SNS chooses one of the account's, or a shared one where the country allows that"
        yield Finding("sender", "good", text)
        return
    identities = _identities()
    for name in ours:
        yield _sender(name, identities.get(name.removeprefix("+")))


def _identities() -> dict[str, _Identity]:
    messaging = client(END_USER_MESSAGING, PATIENCE)
    numbers = messaging.get_paginator("describe_phone_numbers").paginate()
    names = messaging.get_paginator("describe_sender_ids").paginate()
    numbers = {
        entry["PhoneNumber"].removeprefix("+"): _Identity(entry["PhoneNumberArn"], entry["Status"])
        for page in numbers
        for entry in page["PhoneNumbers"]
    }
    return numbers | {
        entry["SenderId"]: _Identity(entry["SenderIdArn"], "ACTIVE") for page in names for entry in page["SenderIds"]
    }


def _sender(name: str, identity: _Identity | None) -> Finding:
    subject = f"sender {name}"
    if identity is None:
        advice = "buy or register it in End User Messaging, or correct the setting sender"
        return Finding(subject, "problem", "the account does not have it in this region: SNS refuses every SMS", advice)
    if identity.state != "ACTIVE":
        return Finding(subject, "problem", f"it is {identity.state.lower()}", "see it in End User Messaging")
    policy = client(END_USER_MESSAGING, PATIENCE).get_resource_policy(ResourceArn=identity.arn).get("Policy")
    if not _allows_sns(policy):
        command = (
            f"aws pinpoint-sms-voice-v2 put-resource-policy --resource-arn {identity.arn} --policy file://sns.json"
        )
        return Finding(subject, "problem", "SNS may not send by it", f"{command}  (docs/deployer.md)")
    return Finding(subject, "good", "SNS may send by it")


def _allows_sns(policy: str | None) -> bool:
    """Tell whether a resource policy lets SNS send."""
    if not policy:
        return False
    statements: Any = json.loads(policy).get("Statement", [])
    return any(
        statement.get("Effect") == "Allow" and SERVICE in _all(statement.get("Principal", {}).get("Service"))
        for statement in (statements if isinstance(statements, list) else [statements])
        if isinstance(statement.get("Principal"), dict)
    )


def _all(written: object) -> list[object]:
    return written if isinstance(written, list) else [written]


def _delivery_logs() -> Iterator[Finding]:
    """Check that SNS says which SMS it could not deliver."""
    attributes = client("sns", PATIENCE).get_sms_attributes()["attributes"]
    if attributes.get("DeliveryStatusIAMRole"):
        yield Finding("delivery logs", "good", "SNS writes what it could not deliver")
    else:
        advice = "aws sns set-sms-attributes --attributes DeliveryStatusIAMRole=ARN  (docs/deployer.md, Logs)"
        yield Finding("delivery logs", "warning", "SNS does not say what it could not deliver", advice)


def _sent(settings: Secrets, to: str) -> Iterator[Finding]:
    """Send one SMS past the outbox."""
    if client("sns", PATIENCE).check_if_phone_number_is_opted_out(phoneNumber=to).get("isOptedOut"):
        advice = f"aws sns opt-in-phone-number --phone-number {to}, once in 30 days, if its owner wants that"
        yield Finding("an SMS", "problem", f"{to} has opted out: SNS drops what is sent there", advice)
        return
    try:
        sender = one_of_ours(settings, None)
        message = Message(f"cli-{uuid4()}", recipient=to, text_as_sent=TEXT, direction="out", state="queued")
        reference = send_sms(message, sender)
    except (CannotSend, NotSent, SendRefused, AnswerLost) as fault:
        advice = "AuthorizationError: the sender's policy, or sms-voice:SendTextMessage of who calls (docs/deployer.md)"
        yield Finding("an SMS", "problem", str(fault), advice)
        return
    yield Finding("an SMS", "good", f"SNS took it as {reference}: look at the phone, for SNS tells nothing more")
