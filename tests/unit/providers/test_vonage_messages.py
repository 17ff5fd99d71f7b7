"""Vonage's Messages API: its tokens, texts and receipts."""

import base64
import hashlib
import hmac
import json

import pytest
from vonage_calls import AT, SMS, URL, heard, never
from vonage_jwt.verify_jwt import verify_signature

from chalicelib.providers.inbound import Receipt
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal.senders.sms import SignedRequest
from chalicelib.rehearsal.senders.vonage_messages import VonageMessagesSender

MESSAGES = VonageMessagesSender()
GOOD = MESSAGES.sign(SMS, URL, AT)


def test_the_vendors_own_check_takes_what_the_sender_signs():
    token = GOOD.headers["Authorization"].removeprefix("Bearer ")
    assert verify_signature(token, MESSAGES.secret)


def rewritten(**head: object) -> SignedRequest:
    """The good token with another header, signed again by hand."""

    def encode(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).decode().rstrip("=")

    payload = GOOD.headers["Authorization"].split(".")[1]
    signed = f"{encode(json.dumps(head).encode())}.{payload}"
    signature = hmac.digest(MESSAGES.secret.encode(), signed.encode(), "sha256")
    return GOOD.but(headers=GOOD.headers | {"Authorization": f"Bearer {signed}.{encode(signature)}"})


def bearer(token: str) -> SignedRequest:
    return GOOD.but(headers=GOOD.headers | {"Authorization": token})


@pytest.mark.parametrize(
    ("signed", "status"),
    [
        (GOOD.but(body=GOOD.body + b" "), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, payload_hash=None), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, payload_hash=hashlib.sha256(b"").hexdigest()), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, iat=None), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, iat="soon"), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, exp=int(AT.timestamp()) - 1), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, algorithm="HS512"), 403),
        (MESSAGES.sign_body(GOOD.body, URL, AT, algorithm="none"), 403),
        (rewritten(alg="none"), 403),
        (rewritten(alg="hs256"), 403),
        (rewritten(typ="JWT"), 403),
        (bearer(GOOD.headers["Authorization"] + "="), 403),
        (bearer(GOOD.headers["Authorization"][:-2]), 403),
        (bearer("Bearer a.b.c"), 403),
        (bearer("Bearer é"), 403),
        (bearer("Bearer "), 403),
        (bearer("Basic YTpi"), 503),
        (GOOD.but(headers={"Content-Type": "application/json"}), 503),
    ],
)
def test_tokens_that_are_not_taken(signed, status):
    result = heard("vonage-messages", signed, MESSAGES.secrets)
    assert (result.authentic, result.answer.status) == (False, status)


def test_a_token_with_its_expiry_ahead_is_taken():
    signed = MESSAGES.sign_body(GOOD.body, URL, AT, exp=int(AT.timestamp()) + 300)
    assert heard("vonage-messages", signed, MESSAGES.secrets).authentic
    assert heard("vonage-messages", rewritten(alg="HS256", typ="JWT"), MESSAGES.secrets).authentic


def test_an_unsigned_callback_is_asked_for_again_unless_a_path_token_is_chosen():
    unsigned = GOOD.but(headers={"Content-Type": "application/json"}, url=URL + "/a-token")
    assert heard("vonage-messages", unsigned, MESSAGES.secrets).reason.startswith("unsigned")
    chosen = MESSAGES.secrets | {"path_token": "a-token"}
    assert heard("vonage-messages", unsigned, chosen).delivery.messages[0].id == SMS.id


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"channel": "whatsapp", "message_uuid": "1"}, "channel"),
        ({"channel": "sms", "message_uuid": "1", "to": "2", "timestamp": "2017-01-01T00:00:00Z"}, "from"),
        ({"channel": "sms", "message_uuid": "1", "from": "1", "to": "2", "text": 7}, "text"),
        ({"channel": "sms", "message_uuid": 1}, "message_uuid"),
    ],
)
def test_what_cannot_be_read_of_the_messages_api_is_named(document, field):
    signed = MESSAGES.sign_body(json.dumps(document).encode(), URL, AT)
    result = heard("vonage-messages", signed, MESSAGES.secrets)
    assert (result.authentic, result.answer.status) == (True, 400)
    assert json.loads(result.answer.body)["field"] == field


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"message_type": "text", "text": "OP 1234 A1"}, "OP 1234 A1"),
        ({"message_type": "image", "image": {"url": "https://x", "caption": "OP 1234 A1"}}, "OP 1234 A1"),
        ({"message_type": "image", "image": {"url": "https://x"}}, ""),
        ({"message_type": "image", "image": "x"}, ""),
        ({"message_type": ["image"]}, ""),
        ({}, ""),
    ],
)
def test_an_mms_brings_what_was_written_with_it(more, text):
    document = {"channel": "mms", "message_uuid": "u", "from": "996700123456", "to": "996555000111", **more}
    signed = VonageMessagesSender().sign_body(json.dumps(document).encode(), URL, AT)
    result = handle("vonage-messages", signed.arriving(AT), VonageMessagesSender().secrets, never)
    assert [sms.text for sms in result.delivery.messages] == [text]


def test_receipts_of_the_messages_api():
    document = {"message_uuid": "u", "status": "undeliverable", "channel": "sms"}
    signed = MESSAGES.sign_body(json.dumps(document).encode(), URL, AT)
    receipts = heard("vonage-messages", signed, MESSAGES.secrets).delivery.receipts
    assert receipts == (Receipt("u", "failed", "undeliverable"),)
