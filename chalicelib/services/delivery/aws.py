"""AWS's own carriers: SES for email, SNS for SMS."""

import os
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

from chalicelib.services.clients.aws import client
from chalicelib.services.clients.provider_api import AnswerLost
from chalicelib.services.delivery.faults import NotSent, SendRefused
from chalicelib.services.delivery.mime import mime
from chalicelib.store.messages import Message

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
        "NotFoundException",
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


def send_email(message: Message) -> None:
    """Send an email by SES. Raises SendRefused, NotSent, AnswerLost."""
    sender = os.environ["BAYKOO_EMAIL_FROM"]
    _call(
        "sesv2",
        "send_email",
        FromEmailAddress=sender,
        Destination={"ToAddresses": [message.recipient]},
        Content={"Raw": {"Data": mime(message, sender)}},
    )


def send_sms(message: Message, sender: str | None) -> str:
    """Send an SMS by SNS; return its id there.

    From a number or name of ours if told which. Raises SendRefused, NotSent, AnswerLost.
    """
    attributes = {"AWS.SNS.SMS.SMSType": "Transactional"}
    if sender is not None:
        is_number = sender.removeprefix("+").isdecimal()
        attributes["AWS.MM.SMS.OriginationNumber" if is_number else "AWS.SNS.SMS.SenderID"] = sender
    answer = _call(
        "sns",
        "publish",
        PhoneNumber=message.recipient,
        Message=message.text,
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )
    return str(answer["MessageId"])


def _call(service: str, operation: str, **arguments: object) -> Any:
    try:
        return getattr(client(service, _PATIENCE), operation)(**arguments)
    except (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, CredentialRetrievalError) as fault:
        raise NotSent(str(fault)) from fault
    except ParamValidationError as fault:
        raise SendRefused(str(fault)) from fault
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "")
        status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _TEMPORARY or status >= 500 or status == 429 or _is_unverified(code, str(fault)):
            raise NotSent(f"{code}: {fault}") from fault
        raise SendRefused(f"{code}: {fault}", opted_out=code in _OPTED_OUT) from fault
    except BotoCoreError as fault:
        raise AnswerLost(str(fault)) from fault


def _is_unverified(code: str, message: str) -> bool:
    """Tell whether SES rejects an identity that a person must verify."""
    return code == "MessageRejected" and "not verified" in message
