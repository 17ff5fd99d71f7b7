"""What SES and SNS answer, and whether the message is given up for it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from chalicelib.services.clients.aws import client
from chalicelib.services.delivery import aws
from chalicelib.services.delivery.faults import NotSent, SendRefused
from chalicelib.store.messages import Message

UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: a@example.org"
)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BAYKOO_EMAIL_FROM": "a@example.org",
    }.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    yield
    client.cache_clear()


def email() -> Message:
    at = dt.datetime(2017, 10, 15, tzinfo=dt.UTC)
    return Message("alert#1", recipient="c@example.org", subject="Alert", text_as_sent="Fire", stored_at=at)


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("MessageRejected", UNVERIFIED, NotSent),
        ("MessageRejected", "Email content has a virus", SendRefused),
        ("NotFoundException", "Configuration set <x> does not exist.", NotSent),
        ("AccessDeniedException", "not authorized to perform ses:SendEmail on identity/c@example.org", NotSent),
        ("TooManyRequestsException", "Maximum sending rate exceeded.", NotSent),
        ("AccountSuspendedException", "suspended", NotSent),
        ("BadRequestException", "Local address contains control or whitespace", SendRefused),
    ],
)
def test_m3_what_a_person_puts_right_in_the_account_gives_no_email_up(
    account: None, code: str, message: str, expected: type[Exception]
) -> None:
    with Stubber(client("sesv2", aws._PATIENCE)) as ses:
        ses.add_client_error("send_email", code, message, 400)
        with pytest.raises(expected):
            aws.send_email(email())


@pytest.mark.parametrize(
    ("code", "expected"),
    [("AuthorizationError", NotSent), ("Throttled", NotSent), ("InvalidParameter", SendRefused)],
)
def test_l3_an_sms_waits_for_a_permission_that_is_missing(account: None, code: str, expected: type[Exception]) -> None:
    with Stubber(client("sns", aws._PATIENCE)) as sns:
        sns.add_client_error("publish", code, "said", 400)
        with pytest.raises(expected):
            aws.send_sms(Message("reply#1", recipient="+996700123456", text_as_sent="Thanks"), None)
