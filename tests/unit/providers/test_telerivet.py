"""Telerivet: its secret, and what it says beside it."""

import datetime as dt
import json

import pytest
from unsigned_requests import AT, OUT, SMS, URL, handled, never

from chalicelib.providers.inbound import Receipt
from chalicelib.providers.table import provider
from chalicelib.rehearsal.senders.unsigned import (
    TelerivetSender,
)

TELERIVET = TelerivetSender()


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 1),
        ({"message_type": "chat"}, 1),
        ({"message_type": "call"}, 0),
        ({"event": "incoming_call"}, 0),
        ({"event": "contact_update"}, 0),
    ],
)
def test_telerivets_other_events_bring_nothing_and_are_answered_200(more, count):
    result = handled("telerivet", TELERIVET.sign(SMS, URL, AT, **more), TELERIVET.secrets)
    assert (result.answer.status, len(result.delivery.messages)) == (200, count)


@pytest.mark.parametrize(("secret", "status"), [("", 401), ("wrong", 403), ("telerivet-webhook-secret ", 403)])
def test_telerivets_secret(secret, status):
    assert handled("telerivet", TELERIVET.sign(SMS, URL, AT, secret=secret), TELERIVET.secrets).answer.status == status


def test_a_number_as_the_phone_saw_it():
    signed = TELERIVET.sign(SMS, URL, AT, from_number="0700123456")
    assert handled("telerivet", signed, TELERIVET.secrets).delivery.messages[0].sender == "0700123456"
    known = TELERIVET.sign(SMS, URL, AT, from_number="0700123456", from_number_e164="+996700123456")
    assert handled("telerivet", known, TELERIVET.secrets).delivery.messages[0].sender == "+996700123456"


def test_telerivets_documented_request_has_no_recipient():
    body = (
        b"event=incoming_message&id=SM123&message_type=sms&content=Hello+world&from_number=%2B16505550123"
        b"&phone_id=PN123&time_created=1767268800&secret=telerivet-webhook-secret"
    )
    signed = TELERIVET.sign(SMS, URL, AT).but(body=body)
    [sms] = handled("telerivet", signed, TELERIVET.secrets).delivery.messages
    assert (sms.recipient, sms.text, sms.sent_at) == ("", "Hello world", dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
    known = handled("telerivet", signed, TELERIVET.secrets | {"recipient": "+996555000111"})
    assert known.delivery.messages[0].recipient == "+996555000111"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", "on_its_way"),
        ("failed_queued", "on_its_way"),
        ("sent", "on_its_way"),
        ("cancelled", "failed"),
        ("not_delivered", "failed"),
        ("read", "delivered"),
    ],
)
def test_a_phone_of_telerivets_that_queues_again_has_not_lost_the_sms(status, state):
    signed = TELERIVET.sign(SMS, URL, AT, event="send_status", status=status)
    [receipt] = handled("telerivet", signed, TELERIVET.secrets).delivery.receipts
    assert receipt.state == state


def test_telerivets_receipts():
    signed = TELERIVET.sign(SMS, URL, AT, event="send_status", status="failed", error_message="no credit")
    receipts = handled("telerivet", signed, TELERIVET.secrets).delivery.receipts
    assert receipts == (Receipt("m-1", "failed", "failed no credit"),)


def test_sending_by_telerivet():
    request = provider("telerivet", {"secret": "s", "api_key": "k", "project_id": "PJ"}, never).send_request(OUT)
    assert request.url == "https://api.telerivet.com/v1/projects/PJ/messages/send"
    assert request.headers["Authorization"] == "Basic azo="
    assert json.loads(request.body)["status_secret"] == "s"


# Kannel
