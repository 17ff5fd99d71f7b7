"""Plivo; signatures are those of its SDKs for Python and Go (test_signature.py, utils_test.go)."""

import datetime as dt
import json
from urllib.parse import urlencode

import pytest
from plivo.utils import validate_signature
from plivo.utils.signature_v3 import validate_v3_signature

from chalicelib.providers.contract import OutboundSms, SendOutcome
from chalicelib.providers.inbound import Receipt
from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.plivo import PlivoSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("db3ce55a-7f1d-11e1-8ea7-1231380bc196", "+996700123456", "+996555000111", "OP 1234 A1", AT)
URL = "https://example.org/webhooks/plivo"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOKEN = "Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4"
NONCE = "31627761595286130198"
PLAIN = "https://plivobin.non-prod.plivops.com/api/v1/validate_signature03.xml"
CALL = {
    "Direction": "outbound",
    "From": "19792014278",
    "ALegUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "CallStatus": "in-progress",
    "BillRate": "0.002",
    "ParentAuthID": "MANWVLYTK4ZWU1YTY4QA",
    "To": "sip:PlivoSignature382029104058171078704104@phone-qa.voice.plivodev.com",
    "ALegRequestUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "CallUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "RequestUUID": "3e82ae9d-2c78-4d85-b1a4-6eae7dbafb36",
    "SIP-H-To": "<sip:PlivoSignature382029104058171078704104@52.9.11.55;transport=udp>;tag=1",
    "SessionStart": "2020-04-08 11:34:33.238707",
    "Event": "StartApp",
}


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(signed: SignedRequest, **settings: object) -> WebhookResult:
    return handle("plivo", signed.arriving(AT), {"auth_token": "plivo-auth-token"} | settings, never)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(("intent", "wish"), [("optout", "out"), ("optin", "in"), ("help", None), ("", None)])
def test_an_opt_out_that_plivo_has_obeyed(intent, wish, version):
    fields = {"MessageUUID": "1", "From": "996700123456", "To": "996555000111", "Text": "Stop"}
    signed = PlivoSender(version=version).sign_form(fields | {"MessageIntent": intent}, URL, NONCE)
    [sms] = heard(signed).delivery.messages
    assert (sms.sender, sms.wish) == ("+996700123456", wish)


@pytest.mark.parametrize(
    ("method", "url", "signature"),
    [
        ("POST", f"{PLAIN}/?a=b&c=d", "k7Pusd4OxCIjR5IfA9iedDNu/h/gbdYqdzG/MiYtd1c="),
        ("GET", f"{PLAIN}/?a=b&c=d", "UBq8jAtd32wR8EK9VgxbBn4n5rpI/l1H9iN4WfSEHFQ="),
        ("POST", PLAIN, "iAjE5QqI37mbkYe4w3jTMudqEzbDufdqi7sYwTu64e0="),
        ("GET", PLAIN, "i/MQsaQSAd6fiKhOh2qeeeLHZ9faldADSb3/7+Akfbc="),
    ],
)
def test_the_vendors_vectors_of_v3(method, url, signature):
    headers = {"X-Plivo-Signature-V3": f"other, {signature}", "X-Plivo-Signature-V3-Nonce": NONCE}
    called = url if method == "POST" else f"{url}{'&' if '?' in url else '?'}{urlencode(CALL)}"
    body = urlencode(CALL).encode() if method == "POST" else b""
    signed = SignedRequest(method, called, headers | (FORM if method == "POST" else {}), body)
    assert heard(signed, auth_token=TOKEN).authentic
    assert not heard(signed.but(url=called.replace("api", "apj")), auth_token=TOKEN).authentic
    assert not heard(
        signed.but(headers=signed.headers | {"X-Plivo-Signature-V3-Nonce": "1"}), auth_token=TOKEN
    ).authentic


def test_the_vendors_vector_of_v2():
    headers = {
        "X-Plivo-Signature-V2": "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc=",
        "X-Plivo-Signature-V2-Nonce": "12345",
    }
    signed = SignedRequest("POST", "https://answer.url", headers | FORM, b"")
    assert heard(signed, auth_token="my_auth_token").authentic
    assert not heard(signed, auth_token="my_auth_tokens").authentic


def test_the_vendors_own_checks_take_what_the_sender_signs():
    v2 = PlivoSender(version=2).sign(SMS, URL, AT).headers
    assert validate_signature(URL, v2["X-Plivo-Signature-V2-Nonce"], v2["X-Plivo-Signature-V2"], "plivo-auth-token")
    v3 = PlivoSender(method="GET").sign(SMS, URL, AT)
    nonce, signature = v3.headers["X-Plivo-Signature-V3-Nonce"], v3.headers["X-Plivo-Signature-V3"]
    assert validate_v3_signature("GET", v3.url, nonce, "plivo-auth-token", signature)


@pytest.mark.parametrize(
    "sender", [PlivoSender(), PlivoSender(method="GET"), PlivoSender(version=2)], ids=["V3", "V3 GET", "V2"]
)
@pytest.mark.parametrize("url", [URL, URL + "?a=1"])
def test_every_way_of_calling(sender, url):
    if sender.method == "GET" and "?" in url:
        return
    [sms] = heard(sender.sign(SMS, url, AT)).delivery.messages
    assert (sms.id, sms.sender, sms.recipient, sms.text) == (SMS.id, SMS.sender, SMS.recipient, SMS.text)


def test_the_main_accounts_signature_and_several_in_a_header():
    signed = PlivoSender().sign(SMS, URL, AT)
    signature = signed.headers.pop("X-Plivo-Signature-V3")
    for value in (signature, f"AAAA,{signature}", f"{signature} , AAAA"):
        assert heard(signed.but(headers=signed.headers | {"X-Plivo-Signature-Ma-V3": value})).authentic


def test_v2_covers_neither_fields_nor_query_so_its_nonce_is_handed_on():
    """Whoever stores the message refuses a nonce's second use with another one."""
    sender = PlivoSender(version=2)
    signed = sender.sign(SMS, URL, AT)
    forged = signed.but(body=signed.body.replace(b"A1", b"A2"))
    genuine, other = heard(signed).delivery, heard(forged).delivery
    assert other.messages != genuine.messages
    assert genuine.nonce == other.nonce == URL + signed.headers["X-Plivo-Signature-V2-Nonce"]
    assert heard(PlivoSender().sign(SMS, URL, AT)).delivery.nonce is None


def test_with_v3_the_nonce_of_v2_guards_nothing():
    both = [PlivoSender(version=version).sign(SMS, URL, AT) for version in (2, 3)]
    result = heard(both[1].but(headers=both[0].headers | both[1].headers))
    assert (result.authentic, result.delivery.nonce) == (True, None)


def test_v2_can_be_refused():
    assert heard(PlivoSender(version=2).sign(SMS, URL, AT), require_v3=True).answer.status == 401
    assert heard(PlivoSender().sign(SMS, URL, AT), require_v3=True).authentic


def test_a_wrong_v3_is_not_saved_by_a_right_v2():
    signed = PlivoSender(version=2).sign(SMS, URL, AT)
    both = signed.headers | {"X-Plivo-Signature-V3": "AAAA", "X-Plivo-Signature-V3-Nonce": "1"}
    assert heard(signed.but(headers=both)).answer.status == 403


@pytest.mark.parametrize("gone", ["X-Plivo-Signature-V3", "X-Plivo-Signature-V3-Nonce"])
def test_half_a_proof_is_none(gone):
    signed = PlivoSender().sign(SMS, URL, AT)
    headers = {name: value for name, value in signed.headers.items() if name != gone}
    assert heard(signed.but(headers=headers)).answer.status == 401


@pytest.mark.parametrize(("parent", "reference"), [("12345", "12345"), ("", "123"), (None, "123"), ("123", "123")])
def test_a_later_part_of_a_long_sms_is_the_first_ones(parent, reference):
    fields = {"MessageUUID": "123", "From": "1", "To": "2", "Status": "sent"}
    fields |= {} if parent is None else {"ParentMessageUUID": parent}
    [receipt] = heard(PlivoSender().sign_form(fields, URL, "1")).delivery.receipts
    assert receipt.id == reference


def test_receipts():
    fields = {"MessageUUID": "u", "Status": "undelivered", "ErrorCode": "200"}
    assert heard(PlivoSender().sign_form(fields, URL, "1")).delivery.receipts == (
        Receipt("u", "failed", "undelivered 200"),
    )


@pytest.mark.parametrize("gone", ["MessageUUID", "From", "To", "Text"])
def test_a_missing_field_is_named(gone):
    fields = {name: "1234" for name in ("MessageUUID", "From", "To", "Text") if name != gone}
    result = heard(PlivoSender().sign_form(fields, URL, "1"))
    assert (result.authentic, result.answer.status, json.loads(result.answer.body)["field"]) == (True, 400, gone)


def test_the_answer_sends_nothing():
    answer = heard(PlivoSender().sign(SMS, URL, AT)).answer
    assert (answer.content_type, answer.body) == ("application/xml", "<Response/>")


def test_sending():
    plivo = provider("plivo", {"auth_id": "MA1", "auth_token": "t", "powerpack_uuid": "p"}, never)
    request = plivo.send_request(OutboundSms("out-1", "+996700123456", "Рахмат", AT, receipt_url="https://e.org/r"))
    assert request.url == "https://api.plivo.com/v1/Account/MA1/Message/"
    assert json.loads(request.body) == {
        "powerpack_uuid": "p",
        "dst": "+996700123456",
        "text": "Рахмат",
        "url": "https://e.org/r",
        "method": "POST",
    }
    assert plivo.read_send_answer(202, {}, b'{"message_uuid": ["u"]}') == SendOutcome("sent", "u")
