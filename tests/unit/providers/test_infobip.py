"""Infobip: basic authentication, HMAC and a secret, and what it says beside it."""

import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest
from unsigned_requests import AT, OUT, SENT, SMS, URL, handled, never

from chalicelib.providers.inbound import Receipt
from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.unsigned import (
    InfobipSender,
    basic,
)

INFOBIP = InfobipSender()
DOCUMENTED = {
    "results": [
        {
            "messageId": "817790313235066447",
            "from": "385916242493",
            "to": "385921004026",
            "text": "QUIZ Correct answer is Paris",
            "cleanText": "Correct answer is Paris",
            "keyword": "QUIZ",
            "receivedAt": "2016-10-06T09:28:39.220+0000",
            "smsCount": 1,
            "price": {"pricePerMessage": 0, "currency": "EUR"},
            "callbackData": "callbackData",
        }
    ],
    "messageCount": 1,
    "pendingMessageCount": 0,
}


def infobip(document: object) -> WebhookResult:
    signed = INFOBIP.sign(SMS, URL, AT).but(body=json.dumps(document).encode())
    return handled("infobip", signed, INFOBIP.secrets)


def test_infobips_documented_request():
    [sms] = infobip(DOCUMENTED).delivery.messages
    assert (sms.id, sms.sender, sms.recipient) == ("817790313235066447", "+385916242493", "+385921004026")
    assert (sms.text, sms.part) == ("QUIZ Correct answer is Paris", None)
    assert sms.sent_at == dt.datetime(2016, 10, 6, 9, 28, 39, 220000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"message": {"type": "TEXT", "text": "OP 1001 A1"}}, "OP 1001 A1"),
        ({"message": [{"contentType": "text/plain", "value": "OP 1001"}, {"url": "https://x"}]}, "OP 1001"),
        ({"message": [{"value": "OP 1001"}, {"value": "A1"}]}, "OP 1001\nA1"),
        ({"text": "OP 7", "message": {"text": "other"}}, "OP 7"),
        ({"message": {"type": "IMAGE", "url": "https://x"}}, ""),
        ({"message": "OP"}, ""),
        ({"message": [7, None, {"text": 7}]}, ""),
        ({}, ""),
    ],
)
def test_infobips_other_renderer_and_mms(more, text):
    fields = {name: value for name, value in DOCUMENTED["results"][0].items() if name != "text"}
    [sms] = infobip({"results": [fields | more]}).delivery.messages
    assert sms.text == text


def test_several_sms_of_one_request():
    several = [Sms(str(number), SMS.sender, SMS.recipient, f"text {number}", SENT) for number in range(20)]
    messages = handled("infobip", INFOBIP.sign_several(several, URL), INFOBIP.secrets).delivery.messages
    assert [sms.text for sms in messages] == [f"text {number}" for number in range(20)]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "results"),
        ({"results": {}}, "results"),
        ({"results": ["x"]}, "results[0]"),
        ({"results": [{}, "x"]}, "results[0].messageId"),
        ({"results": [DOCUMENTED["results"][0] | {"text": 7}]}, "results[0].text"),
        ({"results": [DOCUMENTED["results"][0] | {"from": 1}]}, "results[0].from"),
    ],
)
def test_a_request_of_which_nothing_can_be_read(document, field):
    result = infobip(document)
    assert (result.authentic, result.answer.status, result.delivery.messages) == (True, 400, ())
    assert json.loads(result.answer.body)["field"] == field


def test_an_sms_that_cannot_be_read_does_not_hide_the_others():
    """Infobip would send such a request again, if at all, with the same fault in it."""
    good = DOCUMENTED["results"][0]
    result = infobip({"results": [{"text": "x"}, good, good | {"messageId": "2"}, good | {"from": None}]})
    assert [sms.id for sms in result.delivery.messages] == ["817790313235066447", "2"]
    assert result.answer.status == 200
    assert result.delivery.unread == (
        "missing_field: results[0]: the field messageId is missing",
        "missing_field: results[3]: the field from is missing",
    )
    assert result.reason == f"authentic: not all of it can be read: {'; '.join(result.delivery.unread)}"


def test_infobips_receipts():
    status = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}
    assert infobip({"results": [{"messageId": "1", "status": status}]}).delivery.receipts == (
        Receipt("1", "delivered", "DELIVERED DELIVERED_TO_HANDSET"),
    )


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ({}, 401),
        (basic("baykoo", "wrong"), 403),
        (basic("other", "infobip-password"), 403),
        (basic("baykoo:infobip", "password"), 403),
        ({"Authorization": "Basic !!!"}, 403),
        ({"Authorization": "Bearer x"}, 401),
        ({"authorization": basic("baykoo", "infobip-password")["Authorization"].replace("Basic", "basic")}, 200),
    ],
)
def test_basic_authentication(authorization, status):
    signed = INFOBIP.sign(SMS, URL, AT).but(headers=authorization)
    assert handled("infobip", signed, INFOBIP.secrets).answer.status == status


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_infobips_hmac_by_what_the_settings_say_of_it(encoding):
    body = INFOBIP.sign(SMS, URL, AT).body
    digest = hmac.new(b"s", body, hashlib.sha256)
    written = f"sha256={digest.hexdigest()}" if encoding == "hex" else base64.b64encode(digest.digest()).decode()
    settings = {"type": "HMAC", "secret": "s", "header": "X-Sign", "encoding": encoding}
    signed = SignedRequest("POST", URL, {"X-Sign": written}, body)
    assert handled("infobip", signed, settings).authentic
    assert not handled("infobip", signed.but(body=body + b" "), settings).authentic
    assert handled("infobip", signed.but(headers={}), settings).answer.status == 401
    assert handled("infobip", signed, settings | {"algorithm": "md4"}).answer.status == 503


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"type": "OAUTH", "username": "x"}, 503),
        ({"type": "TOKEN", "path_token": "here"}, 200),
        ({"username": "baykoo", "password": "infobip-password"}, 200),
        ({"type": "basic", "username": "baykoo", "password": "infobip-password"}, 200),
    ],
)
def test_infobips_types_of_security(settings, status):
    assert handled("infobip", INFOBIP.sign(SMS, URL, AT), settings).answer.status == status


def test_sending_by_infobip():
    settings = {"api_key": "k", "base_url": "https://xyz.api.infobip.com/", "sender": "Baykoo"}
    request = provider("infobip", settings, never).send_request(OUT)
    assert (request.url, request.headers["Authorization"]) == ("https://xyz.api.infobip.com/sms/3/messages", "App k")
    [sms] = json.loads(request.body)["messages"]
    assert sms["destinations"] == [{"to": "996700123456", "messageId": "message#1"}]
    assert request.reference == "message#1"


# Africa's Talking
