"""Hand one outgoing message to whoever carries it: SES for email; SNS or a provider's send API for SMS."""

import datetime as dt
import math
import os
import time
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)

from chalicelib.providers.contract import OutboundSms
from chalicelib.services.aws import client
from chalicelib.services.provider_api import AnswerLost, configured, hand_over
from chalicelib.store.messages import Message

SNS = "sns"
# No retries of the SDK's own: after a lost answer they would send twice without anybody knowing.
_PATIENCE = Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1})
# What passes by itself, or once a person has put our account right: the message is not at fault.
_TEMPORARY = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AccountSuspendedException",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "InternalError",
        "InternalFailure",
        "KMSThrottling",
        "InvalidClientTokenId",
        "LimitExceededException",
        "MailFromDomainNotVerifiedException",
        "RequestLimitExceeded",
        "SendingPausedException",
        "ServiceUnavailable",
        "Throttled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "UnrecognizedClientException",
    }
)

_OPTED_OUT = frozenset({"OptedOut", "OptedOutException"})
"""SNS, of a phone that has answered it STOP. Its publish mostly takes such an SMS and drops it without a word."""

_rest_until: dict[str, float] = {}


class SendRefused(Exception):
    """The carrier will never take this message: sending it again is pointless.

    `opted_out`: because its recipient has told the carrier to send no more.
    """

    def __init__(self, reason: str, *, opted_out: bool = False) -> None:
        super().__init__(reason)
        self.opted_out = opted_out


class NotSent(Exception):
    """The carrier did not take the message this time, and it is certain that it did not.

    `wait`: the seconds that it asks to be left alone for.
    """

    def __init__(self, reason: str, wait: int = 0) -> None:
        super().__init__(reason)
        self.wait = wait


def send(message: Message) -> None:
    """Send an email or SMS; returns once a carrier has accepted it. Raises SendRefused, NotSent, AnswerLost."""
    if message.channel == "email":
        return _send_email(message)
    faults: list[NotSent] = []
    for name in sms_providers():
        try:
            _require_not_resting(name)
            return _send_by_sns(message) if name == SNS else _send_by_provider(message, name)
        except NotSent as fault:
            if fault.wait:
                _rest_until[name] = max(_rest_until.get(name, 0.0), time.monotonic() + fault.wait)
            faults.append(fault)
    raise NotSent("; ".join(str(fault) for fault in faults), min(fault.wait for fault in faults))


def _require_not_resting(name: str) -> None:
    """Raise NotSent while a provider has asked this process to be left alone."""
    left = _rest_until.get(name, 0.0) - time.monotonic()
    if left > 0:
        raise NotSent(f"{name}: asked to be left alone", math.ceil(left))


def sms_providers() -> tuple[str, ...]:
    """Who carries outgoing SMS in this stack: `sns` or providers' names.

    The next one is asked only where it is certain that the one before did not take the message.
    """
    named = (name.strip() for name in os.environ.get("BAYKOO_SMS_PROVIDER", SNS).split(","))
    return tuple(dict.fromkeys(name for name in named if name)) or (SNS,)


def _send_email(message: Message) -> None:
    body: dict[str, Any] = {"Text": {"Data": message.text or "", "Charset": "UTF-8"}}
    if message.html:
        body["Html"] = {"Data": message.html, "Charset": "UTF-8"}
    _call(
        "sesv2",
        "send_email",
        FromEmailAddress=os.environ["BAYKOO_EMAIL_FROM"],
        Destination={"ToAddresses": [message.recipient]},
        Content={"Simple": {"Subject": {"Data": message.subject or "", "Charset": "UTF-8"}, "Body": body}},
    )


def _send_by_sns(message: Message) -> None:
    kind = {"DataType": "String", "StringValue": "Transactional"}
    _call(
        "sns",
        "publish",
        PhoneNumber=message.recipient,
        Message=message.text,
        MessageAttributes={"AWS.SNS.SMS.SMSType": kind},
    )


def _send_by_provider(message: Message, name: str) -> None:
    """Send by a provider's API; where a repetition of the row's key sends nothing twice, a lost answer is no doubt."""
    now = dt.datetime.now(dt.UTC)
    sms = OutboundSms(message.key, message.recipient or "", message.text or "", now, message.sender)
    outcome = hand_over(name, sms)
    said = f"{name}: {outcome.reason}"
    match outcome.verdict:
        case "refused":
            raise SendRefused(said, opted_out=outcome.opted_out)
        case "not_sent":
            raise NotSent(said, outcome.retry_after or 0)
        case "in_doubt":
            # With another provider behind it, a repetition might be that one's, and would be a second SMS.
            raise NotSent(said) if configured(name).repeatable and len(sms_providers()) == 1 else AnswerLost(said)


def _call(service: str, operation: str, **arguments: object) -> None:
    try:
        getattr(client(service, _PATIENCE), operation)(**arguments)
    except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, CredentialRetrievalError) as fault:
        raise NotSent(str(fault)) from fault
    except ParamValidationError as fault:
        raise SendRefused(str(fault)) from fault
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "")
        status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _TEMPORARY or status >= 500 or status == 429:
            raise NotSent(f"{code}: {fault}") from fault
        raise SendRefused(f"{code}: {fault}", opted_out=code in _OPTED_OUT) from fault
    except BotoCoreError as fault:
        raise AnswerLost(str(fault)) from fault
