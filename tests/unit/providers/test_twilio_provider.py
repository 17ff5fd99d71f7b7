"""Twilio; signatures are those of its SDK for Python (tests/unit/test_request_validator.py) and documentation."""

import datetime as dt
import hashlib
from urllib.parse import urlencode

import pytest

from chalicelib.providers.contract import CannotSend, OutboundSms, SendOutcome
from chalicelib.providers.inbound import Receipt
from chalicelib.providers.signatures import base64_mac
from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.twilio import TwilioSender

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("SM" + "0" * 32, "+996700123456", "+996555000111", "OP 1234 A1 B0730", AT)
URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/api/webhooks/twilio?operator=a%20b"
FORM = "application/x-www-form-urlencoded"
JSON_BODY = b'{"property": "value", "boolean": true}'
BODY_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
CALL = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309"), ("To", "+18005551212")]
SDK_CALL = [*CALL, ("Caller", "+14158675309")]
DOCUMENTED_CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+12349013030"),
    ("Digits", "1234"),
    ("From", "+12349013030"),
    ("To", "+18005551212"),
]
TWICE = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
BASE = "https://mycompany.com/myapp.php?foo=1&bar=2"


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(signed: SignedRequest, secrets: dict[str, object] | None = None) -> WebhookResult:
    return handle("twilio", signed.arriving(AT), secrets or {"auth_token": "twilio-auth-token"}, never)


@pytest.mark.parametrize(
    ("url", "fields", "signature"),
    [
        (BASE, SDK_CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (BASE.replace(".com", ".com:1234"), SDK_CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (BASE.replace(".com", ".com:1234").replace("https", "http"), SDK_CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (BASE, SDK_CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (BASE.replace("https", "http"), SDK_CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (BASE, TWICE, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (BASE, DOCUMENTED_CALL, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_the_vendors_vectors(url, fields, signature):
    headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
    signed = SignedRequest("POST", url, headers, urlencode(fields).encode())
    assert heard(signed, {"auth_token": "12345"}).authentic
    assert not heard(signed, {"auth_token": "12346"}).authentic
    assert not heard(signed.but(body=signed.body + b"&x="), {"auth_token": "12345"}).authentic


@pytest.mark.parametrize(
    ("body", "authentic"), [(JSON_BODY, True), (JSON_BODY + b" ", False), (b"", False), (b"Body=1", False)]
)
def test_the_vendors_vector_of_a_json_body(body, authentic):
    url = f"{BASE}&bodySHA256={BODY_HASH}"
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": "a9nBmqA0ju/hNViExpshrM61xv4="}
    result = heard(SignedRequest("POST", url, headers, body), {"auth_token": "12345"})
    assert (result.authentic, result.delivery.messages) == (authentic, ())


def test_a_hash_in_the_url_does_not_stand_for_a_forms_fields():
    """As the SDK: a form is signed by its fields, whatever the URL holds."""
    fields = {"MessageSid": "SM1", "From": "+1", "To": "+2", "Body": "x"}
    url = f"{BASE}&bodySHA256={hashlib.sha256(urlencode(fields).encode()).hexdigest()}"
    assert heard(TwilioSender("12345").sign_form(fields, url), {"auth_token": "12345"}).authentic
    alone = TwilioSender("12345").sign_form({}, url).but(body=urlencode(fields).encode())
    assert not heard(alone, {"auth_token": "12345"}).authentic


def test_a_signed_url_alone_authorises_no_body():
    """A GET's signature covers the URL: it must not pass for a form, nor for a body of another type."""
    signature = TwilioSender("12345").sign_form({}, BASE).headers["X-Twilio-Signature"]
    for kind in (FORM, "application/json", "text/plain", ""):
        headers = {"Content-Type": kind, "X-Twilio-Signature": signature}
        forged = SignedRequest("POST", BASE, headers, urlencode({"MessageSid": "SM1", "Body": "x"}).encode())
        assert not heard(forged, {"auth_token": "12345"}).authentic


def test_a_body_that_does_not_say_what_it_is_is_a_form():
    signed = TwilioSender().sign(SMS, URL, AT)
    headers = {"X-Twilio-Signature": signed.headers["X-Twilio-Signature"]}
    assert heard(signed.but(headers=headers)).delivery.messages[0].id == SMS.id


def test_by_get_the_fields_stand_in_the_url():
    fields = {"MessageSid": SMS.id, "From": SMS.sender, "To": SMS.recipient, "Body": "OP 1"}
    url = f"https://example.org/twilio?{urlencode(fields)}"
    signed = TwilioSender().sign_form({}, url).but(method="GET", body=b"")
    assert heard(signed).delivery.messages[0].text == "OP 1"
    assert not heard(signed.but(url=url.replace("OP", "OQ"))).authentic


@pytest.mark.parametrize(
    ("url", "headers", "settings"),
    [
        (URL, {}, {}),
        (URL.replace(".com/", ".com:443/"), {}, {}),
        ("https://internal/x?operator=a+b", {}, {"public_url": URL}),
        ("https://internal/x?operator=a%20b", {}, {"public_url": URL.partition("?")[0]}),
        ("https://internal/x?operator=a%20b", {}, {"public_url": URL + "#rc=2"}),
        (URL.replace("https", "http"), {"X-Forwarded-Proto": "https"}, {}),
        (URL.replace("abc123.", "def456."), {"X-Forwarded-Host": "abc123.execute-api.eu-central-1.amazonaws.com"}, {}),
        (URL.replace(".com/", ".com:8080/"), {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}, {}),
    ],
)
def test_the_url_as_twilio_called_it(url, headers, settings):
    signed = TwilioSender().sign(SMS, URL, AT)
    result = heard(
        signed.but(url=url, headers=signed.headers | headers), {"auth_token": "twilio-auth-token"} | settings
    )
    assert result.delivery.messages[0].id == SMS.id


@pytest.mark.parametrize(
    ("url", "headers", "settings"),
    [
        (URL.replace("twilio?", "twilio/?"), {}, {}),
        (URL.replace("=a", "=b"), {}, {}),
        (URL.replace("/api/", "/"), {}, {}),
        (URL.replace("=a", "=b"), {}, {"public_url": URL}),
        (URL, {}, {"public_url": "https://other.example.org/api/webhooks/twilio"}),
        (URL.replace("/api/", "/"), {"X-Forwarded-Host": "abc123.execute-api.eu-central-1.amazonaws.com/api"}, {}),
        ("ftp://example.org/", {}, {}),
        ("https://[::1/", {}, {}),
        ("", {}, {}),
    ],
)
def test_another_url_is_refused(url, headers, settings):
    signed = TwilioSender().sign(SMS, URL, AT)
    result = heard(
        signed.but(url=url, headers=signed.headers | headers), {"auth_token": "twilio-auth-token"} | settings
    )
    assert not result.authentic
    assert result.answer.status in {400, 403}


def test_credentials_in_the_url_are_signed_with_it():
    pasted = URL.replace("https://", "https://user:pa55@")
    signed = TwilioSender().sign(SMS, pasted, AT)
    assert not heard(signed.but(url=URL)).authentic
    assert heard(signed.but(url=URL), {"auth_token": "twilio-auth-token", "public_url": pasted}).authentic


def test_a_public_url_that_is_none_is_a_fault_of_ours():
    settings = {"auth_token": "twilio-auth-token", "public_url": "example.org"}
    assert heard(TwilioSender().sign(SMS, URL, AT), settings).answer.status == 503


def test_a_shared_key_signs_by_the_algorithm_that_its_header_names():
    sender = TwilioSender("shared", key_id="webhooks_sharedkey_1")
    signed = sender.sign(SMS, URL, AT)
    assert heard(signed, sender.secrets).delivery.messages[0].id == SMS.id
    assert not heard(signed, {"shared_key_secret": "other"}).authentic
    assert heard(signed, {"auth_token": "shared"}).answer.status == 503
    sha1 = TwilioSender("shared").sign(SMS, URL, AT)
    by_sha1 = {"X-Twilio-Webhooks-Signature-Settings": "key=1, algorithm=HMAC_SHA1"}
    assert heard(sha1.but(headers=sha1.headers | by_sha1), sender.secrets).authentic
    unknown = {"X-Twilio-Webhooks-Signature-Settings": "key=1,algorithm=NONE"}
    assert heard(sha1.but(headers=sha1.headers | unknown), sender.secrets).answer.status == 403


@pytest.mark.parametrize("gone", ["MessageSid", "From", "To", "Body"])
def test_a_missing_field_is_named(gone):
    fields = {"MessageSid": "SM1", "From": "+1", "To": "+2", "Body": "x"}
    result = heard(TwilioSender().sign_form({name: value for name, value in fields.items() if name != gone}, URL))
    assert (result.authentic, result.answer.status) == (True, 400)
    assert f'"field": "{gone}"' in result.answer.body


def test_a_field_that_comes_twice_is_not_guessed_at():
    fields = [("MessageSid", "SM1"), ("From", "+1"), ("To", "+2"), ("Body", "1"), ("Body", "2")]
    text = URL + "".join(name + value for name, value in sorted(fields))
    headers = {"Content-Type": FORM, "X-Twilio-Signature": base64_mac("sha1", "t", text.encode())}
    result = heard(SignedRequest("POST", URL, headers, urlencode(fields).encode()), {"auth_token": "t"})
    assert (result.authentic, result.answer.status) == (True, 400)


def test_nothing_is_texted_back():
    answer = heard(TwilioSender().sign(SMS, URL, AT)).answer
    assert (answer.status, answer.content_type, answer.body) == (200, "text/xml", "<Response/>")


@pytest.mark.parametrize(
    ("status", "state"),
    [("sent", "on_its_way"), ("delivered", "delivered"), ("undelivered", "failed"), ("failed", "failed")],
)
def test_receipts(status, state):
    signed = TwilioSender().sign_form({"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30003"}, URL)
    assert heard(signed).delivery.receipts == (Receipt("SM1", state, f"{status} 30003"),)


@pytest.mark.parametrize(
    ("flag", "wish"), [("STOP", "out"), ("START", "in"), ("HELP", None), ("", None), ("stop?", None), (None, None)]
)
def test_an_opt_out_that_twilio_has_obeyed(flag, wish):
    fields = {"MessageSid": "SM1", "From": "+996700123456", "To": "+2", "Body": "БҮТТҮ"}
    more = {} if flag is None else {"OptOutType": flag}
    [sms] = heard(TwilioSender().sign_form(fields | more, URL)).delivery.messages
    assert (sms.text, sms.wish) == ("БҮТТҮ", wish)


@pytest.mark.parametrize(
    ("status", "body", "opted_out"),
    [
        (400, b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}', True),
        (400, b'{"code": 21211}', False),
        (400, b"21610", False),
        (500, b'{"code": 21610}', False),
    ],
)
def test_one_who_has_sent_it_stop_gets_nothing_by_twilio(status, body, opted_out):
    assert provider("twilio", {}, never).read_send_answer(status, {}, body).opted_out is opted_out


def test_sending():
    secrets = {"account_sid": "AC1", "auth_token": ["new", "old"], "sender": "+15550001111"}
    twilio = provider("twilio", secrets, never)
    message = OutboundSms("out-1", "+996700123456", "Рахмат & co", AT, receipt_url="https://example.org/r")
    request = twilio.send_request(message)
    assert (request.method, request.url) == ("POST", "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json")
    assert request.headers["Authorization"] == "Basic QUMxOm5ldw=="
    assert request.body == (
        b"To=%2B996700123456&From=%2B15550001111&Body=%D0%A0%D0%B0%D1%85%D0%BC%D0%B0%D1%82+%26+co"
        b"&StatusCallback=https%3A%2F%2Fexample.org%2Fr"
    )
    assert twilio.read_send_answer(201, {}, b'{"sid": "SM9"}') == SendOutcome("sent", "SM9")
    busy = twilio.read_send_answer(429, {"Retry-After": "7"}, b"")
    assert (busy.verdict, busy.retry_after) == ("not_sent", 7)
    assert twilio.read_send_answer(400, {}, b'{"code": 21211}').verdict == "refused"
    assert twilio.read_send_answer(500, {}, b"").verdict == "in_doubt"


def test_sending_without_a_sender_says_which_setting_is_missing():
    with pytest.raises(CannotSend, match="service_sid"):
        provider("twilio", {"account_sid": "AC1", "auth_token": "t"}, never).send_request(
            OutboundSms("1", "+1", "x", AT)
        )
