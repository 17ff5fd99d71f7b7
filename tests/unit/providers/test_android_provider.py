"""SMS Gateway for Android, by the examples of its documentation (docs/features/webhooks.md)."""

import datetime as dt
import hashlib
import hmac
import json

import pytest

from chalicelib.providers.contract import OutboundSms, SendOutcome
from chalicelib.providers.inbound import Delivery, Receipt
from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.android import AndroidSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms

AT = dt.datetime(2024, 6, 22, 8, 46, 20, tzinfo=dt.UTC)
SENDER = AndroidSender()
URL = "https://example.org/webhooks/android-sms-gateway"
SMS = Sms("Ey6ECgOkVVFjz3CL48B8C", "+996700123456", "+996555000111", "x", AT)
DOCUMENTED = b"""{
  "deviceId": "ffffffffceb0b1db0000018e937c815b",
  "event": "sms:received",
  "id": "Ey6ECgOkVVFjz3CL48B8C",
  "payload": {
    "messageId": "abc123",
    "message": "Android is always a sweet treat!",
    "sender": "6505551212",
    "recipient": "+1234567890",
    "simNumber": 1,
    "receivedAt": "2024-06-22T15:46:11.000+07:00"
  },
  "webhookId": "LreFUt-Z3sSq0JufY9uWB"
}"""
PAYLOAD = json.loads(DOCUMENTED)["payload"]
RECEIVED = {"event": "sms:received", "id": "1"}


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(signed: SignedRequest, **settings: object) -> WebhookResult:
    return handle("android-sms-gateway", signed.arriving(AT), SENDER.secrets | settings, never)


def documented_signature(secret_key: str, payload: str, timestamp: str) -> str:
    return hmac.new(secret_key.encode(), (payload + timestamp).encode(), hashlib.sha256).hexdigest()


def test_the_documented_request_under_the_documented_signature():
    timestamp = str(int(AT.timestamp()))
    signature = documented_signature(SENDER.secret, DOCUMENTED.decode(), timestamp)
    for written in (signature, signature.upper()):
        signed = SignedRequest("POST", URL, {"x-signature": written, "X-TIMESTAMP": timestamp}, DOCUMENTED)
        [sms] = heard(signed).delivery.messages
        assert (sms.id, sms.sender, sms.recipient) == ("Ey6ECgOkVVFjz3CL48B8C", "6505551212", "+1234567890")
        assert (sms.text, sms.part) == ("Android is always a sweet treat!", None)
        assert sms.sent_at == dt.datetime(2024, 6, 22, 8, 46, 11, tzinfo=dt.UTC)


def event(name: str, payload: object) -> WebhookResult:
    return heard(SENDER.sign_event(name, "e-1", payload, URL, AT))


@pytest.mark.parametrize(
    ("payload", "sender"),
    [
        (PAYLOAD | {"sender": None, "phoneNumber": "+996700123456"}, "+996700123456"),
        (PAYLOAD | {"sender": "", "phoneNumber": "+996700123456"}, "+996700123456"),
        (
            {name: PAYLOAD[name] for name in PAYLOAD if name != "sender"} | {"phoneNumber": "996700123456"},
            "+996700123456",
        ),
        (PAYLOAD | {"sender": "+996700123456", "phoneNumber": "0700123456"}, "+996700123456"),
        (PAYLOAD | {"sender": "0700123456"}, "0700123456"),
        (PAYLOAD | {"sender": "MegaCom"}, "MegaCom"),
    ],
)
def test_the_sender_by_its_new_name_or_its_old(payload, sender):
    assert event("sms:received", payload).delivery.messages[0].sender == sender


def test_a_phone_that_does_not_know_its_number():
    signed = SENDER.sign_event("sms:received", "e-1", PAYLOAD | {"recipient": None}, URL, AT)
    assert heard(signed).delivery.messages[0].recipient == ""
    assert heard(signed, recipient="+996555000111").delivery.messages[0].recipient == "+996555000111"


def test_several_phones_have_several_keys():
    assert heard(SENDER.sign(SMS, URL, AT), signing_key=["one", "two", SENDER.secret]).authentic


@pytest.mark.parametrize(
    ("name", "payload", "receipts"),
    [
        ("sms:sent", {"messageId": "m", "sentAt": "2024-06-22T08:00:00Z"}, "on_its_way"),
        ("sms:delivered", {"messageId": "m", "deliveredAt": "2024-06-22T08:00:00Z"}, "delivered"),
        ("sms:failed", {"messageId": "m", "failedAt": "2024-06-22T08:00:00Z", "reason": "Network error"}, "failed"),
        ("sms:cancelled", {"messageId": "m", "cancelledAt": "2024-06-22T08:00:00Z"}, "failed"),
    ],
)
def test_receipts(name, payload, receipts):
    [receipt] = event(name, payload).delivery.receipts
    detail = f"{name} {payload.get('reason', '')}".strip()
    assert receipt == Receipt("m", receipts, detail, dt.datetime(2024, 6, 22, 8, tzinfo=dt.UTC))


MMS = {name: PAYLOAD[name] for name in PAYLOAD if name != "message"} | {"attachments": []}


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"body": "OP 1234 A1", "subject": "x"}, "OP 1234 A1"),
        ({"body": None, "subject": "OP 1234 A1"}, "OP 1234 A1"),
        ({"body": None, "subject": None}, ""),
    ],
)
def test_an_mms_brings_its_text(more, text):
    [sms] = event("mms:downloaded", MMS | more).delivery.messages
    assert (sms.id, sms.sender, sms.text) == ("e-1", PAYLOAD["sender"], text)


def test_a_batch_brings_each_of_its_sms_though_one_cannot_be_read():
    result = event("sms:batch:received", {"messages": [PAYLOAD, PAYLOAD | {"message": 7}, 5, PAYLOAD]})
    assert [sms.id for sms in result.delivery.messages] == ["e-1#0", "e-1#3"]
    assert len(result.delivery.unread) == 2
    assert event("mms:batch:downloaded", {"messages": [MMS | {"body": "OP"}]}).delivery.messages[0].text == "OP"
    assert event("sms:batch:received", {"messages": []}).answer.status == 200
    assert event("sms:batch:received", {"messages": None}).answer.status == 400


@pytest.mark.parametrize("name", ["system:ping", "app:started", "mms:received", "sms:data-received", "new:event"])
@pytest.mark.parametrize("envelope", [{"payload": {}}, {"payload": None}, {}])
def test_other_events_bring_nothing(name, envelope):
    body = json.dumps({"event": name, "id": "e-1", **envelope}).encode()
    result = heard(SENDER.sign_body(body, URL, str(int(AT.timestamp()))))
    assert (result.answer.status, result.delivery) == (200, Delivery())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (RECEIVED, "payload"),
        (RECEIVED | {"payload": []}, "payload"),
        ({"id": "1", "payload": {}}, "event"),
        ({"event": "sms:received", "payload": PAYLOAD}, "id"),
        (RECEIVED | {"payload": PAYLOAD | {"sender": None}}, "phoneNumber"),
        (RECEIVED | {"payload": PAYLOAD | {"message": 7}}, "message"),
    ],
)
def test_what_cannot_be_read_is_named(body, field):
    result = heard(SENDER.sign_body(json.dumps(body).encode(), URL, str(int(AT.timestamp()))))
    assert (result.authentic, result.answer.status, json.loads(result.answer.body)["field"]) == (True, 400, field)


@pytest.mark.parametrize("gone", ["X-Signature", "X-Timestamp"])
def test_half_a_proof_is_none(gone):
    signed = SENDER.sign(SMS, URL, AT)
    headers = {name: value for name, value in signed.headers.items() if name != gone}
    assert heard(signed.but(headers=headers)).answer.status == 401


def test_no_digit_moves_from_the_body_to_the_timestamp():
    """Nothing stands between body and timestamp: what is the timestamp's must not be the body's."""
    signed = SENDER.sign(SMS, URL, AT)
    timestamp = signed.headers["X-Timestamp"]
    moved = signed.headers | {"X-Timestamp": timestamp[1:]}
    assert not heard(signed.but(body=signed.body + timestamp[:1].encode(), headers=moved)).authentic


def test_sending_with_an_id_that_the_gateway_takes_once():
    gateway = provider("android-sms-gateway", {"username": "u", "password": "p"}, never)
    short = gateway.send_request(OutboundSms("out-1", "+996700123456", "Рахмат", AT))
    assert short.url == "https://api.sms-gate.app/3rdparty/v1/messages"
    assert (json.loads(short.body)["id"], short.reference) == ("out-1", "out-1")
    long = gateway.send_request(OutboundSms("out#" + "1" * 60, "+996700123456", "Рахмат", AT))
    assert json.loads(long.body)["id"] == long.reference
    assert len(long.reference or "") == 32
    assert gateway.read_send_answer(202, {}, b'{"id": "out-1"}') == SendOutcome("sent", "out-1")
    assert gateway.read_send_answer(409, {}, b"").verdict == "sent"
    assert gateway.repeatable
