"""A genuine SMS is taken with whatever it needs no more than: its id, its sender and whom it was sent to."""

import datetime as dt
import json
from urllib.parse import parse_qsl, urlencode

import pytest

from chalicelib.providers.inbound import Delivery
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.plivo import PlivoSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.table import SENDERS

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("m-1", "+996700123456", "+996555000111", "OP 1234 A1", AT)
URL = "https://example.org/webhooks/here"
TEXT_OF = {
    "africastalking": "text",
    "android-sms-gateway": "message",
    "aws-sns": "messageBody",
    "infobip": "text",
    "telerivet": "content",
    "vonage-messages": "text",
    "vonage-sms": "text",
}
"""Who may leave the text out. Twilio and Plivo sign names and values with nothing between, so that an absent text may
be a forged one; Kannel's URL and the generic form are written by people, whose mistake it is, and is named."""
TIME_OF = {
    "android-sms-gateway": "receivedAt",
    "infobip": "receivedAt",
    "kannel": "ts",
    "telerivet": "time_created",
    "vonage-messages": "timestamp",
    "vonage-sms": "message-timestamp",
}


def unreachable(url: str) -> bytes:
    raise OSError(f"{url} cannot be read")


def heard(name: str, signed: SignedRequest) -> WebhookResult:
    return handle(name, signed.arriving(AT), SENDERS[name].secrets, unreachable)


def changed(document: dict[str, object], name: str, value: object) -> dict[str, object]:
    """A document with a field otherwise, wherever in it that stands; `...` takes it out."""
    found = {}
    for key, kept in document.items():
        if key == name and value is ...:
            continue
        if isinstance(kept, dict):
            found[key] = changed(kept, name, value)
        elif isinstance(kept, list):
            found[key] = [changed(row, name, value) for row in kept]
        else:
            found[key] = value if key == name else kept
    return found


def in_body(name: str, field: str, value: object) -> SignedRequest:
    """A genuine JSON request in which a field is otherwise, signed as it is then."""
    sender = SENDERS[name]
    made = sender.sign(SMS, URL, AT)
    if name == "aws-sns":
        message = changed(json.loads(json.loads(made.body)["Message"]), field, value)
        return sender.sign_envelope({"Type": "Notification", "Message": json.dumps(message)}, URL, AT)
    body = json.dumps(changed(json.loads(made.body), field, value)).encode()
    if name == "infobip":
        return made.but(body=body)
    return sender.sign_body(body, URL, AT if name == "vonage-messages" else str(int(AT.timestamp())))


def in_form(name: str, field: str, value: object) -> SignedRequest:
    """The same of a form or a query."""
    sender = SENDERS[name]
    made = sender.sign(SMS, URL, AT)
    base, _, query = made.url.partition("?")
    fields = dict(parse_qsl(made.body.decode() or query, keep_blank_values=True))
    fields.pop("sig", None)
    fields = changed(fields, field, value)
    if name == "plivo":
        return sender.sign_form(fields, URL, "1")
    if name == "twilio":
        return sender.sign_form(fields, URL)
    if name == "vonage-sms":
        return sender.carry(fields | {"sig": sender.signature(fields)}, URL)
    encoded = urlencode(fields)
    return made.but(body=encoded.encode()) if made.body else made.but(url=f"{base}?{encoded}")


def with_field(name: str, field: str, value: object) -> SignedRequest:
    is_json = name in {"android-sms-gateway", "aws-sns", "infobip", "vonage-messages"}
    return in_body(name, field, value) if is_json else in_form(name, field, "" if value is None else value)


@pytest.mark.parametrize("name", TEXT_OF)
@pytest.mark.parametrize("text", [None, ...])
def test_without_a_text_it_is_an_sms_with_an_empty_one(name, text):
    result = heard(name, with_field(name, TEXT_OF[name], text))
    [sms] = result.delivery.messages
    assert (result.answer.status, sms.id, sms.sender, sms.text) == (200, SMS.id, SMS.sender, "")


@pytest.mark.parametrize("name", TIME_OF)
@pytest.mark.parametrize("time", [None, ..., "soon", "0001-01-01T00:00:00+23:59", "9" * 30])
def test_whose_time_cannot_be_read_counts_from_its_arrival(name, time):
    result = heard(name, with_field(name, TIME_OF[name], time))
    [sms] = result.delivery.messages
    assert (result.answer.status, sms.id, sms.text, sms.sent_at) == (200, SMS.id, SMS.text, None)


def test_a_phones_time_without_an_offset_is_nobodys_time():
    result = heard("android-sms-gateway", with_field("android-sms-gateway", "receivedAt", "2017-10-15T10:00:00"))
    assert result.delivery.messages[0].sent_at is None


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("africastalking", "from"),
        ("android-sms-gateway", "id"),
        ("aws-sns", "inboundMessageId"),
        ("infobip", "from"),
        ("kannel", "from"),
        ("plivo", "MessageUUID"),
        ("telerivet", "from_number"),
        ("twilio", "From"),
        ("vonage-messages", "message_uuid"),
        ("vonage-sms", "msisdn"),
    ],
)
def test_without_id_or_sender_the_request_is_kept_for_a_person(name, field):
    result = heard(name, with_field(name, field, ...))
    assert (result.authentic, result.answer.status, result.delivery.messages) == (True, 400, ())
    assert result.delivery.unread == (result.reason,)
    assert SMS.recipient.removeprefix("+") in result.raw


def test_what_is_not_genuine_is_not_kept():
    signed = SENDERS["twilio"].sign(SMS, URL, AT)
    assert heard("twilio", signed.but(body=b"x")).delivery == Delivery()


def test_what_one_signature_covers_guards_what_cannot_be_read_too():
    """Else whoever has read one request of V2's could fill the table."""
    sender = PlivoSender(version=2)
    signed = sender.sign_form({"From": "1"}, URL, "123")
    assert heard("plivo", signed).delivery.nonce == f"{URL}123"
