"""Aggregators that have no code here: their webhooks, described by settings."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SENT = dt.datetime.fromisoformat("2017-10-15T10:00:00+06:00")
URL = "https://example.org/webhooks/generic-local"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NAMES = {"id": "msg_id", "from": "msisdn", "to": "short", "text": "content", "received_at": "time"}
FIELDS = {
    "msg_id": "77",
    "msisdn": "996700123456",
    "short": "4455",
    "content": "OP 1234 A1",
    "time": "2017-10-15 10:00:00",
}
LOCAL = {"fields": NAMES, "time": "%Y-%m-%d %H:%M:%S", "timezone": "Asia/Bishkek"}


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(signed: SignedRequest, **settings: object) -> WebhookResult:
    return handle("generic-local", signed.arriving(AT), settings, never)


def hmac_hex(algorithm: str, message: bytes) -> str:
    return hmac.new(b"s", message, algorithm).hexdigest()


def form(fields: dict[str, str] = FIELDS, **headers: str) -> SignedRequest:
    return SignedRequest("POST", URL + "/a-token", FORM | headers, urlencode(fields).encode())


def test_a_signed_form():
    described = LOCAL | {
        "body": "form",
        "signature": {
            "header": "X-Sign",
            "prefix": "V1 ",
            "signs": "{timestamp}:{body}",
            "timestamp_header": "X-Time",
            "algorithm": "hmac-sha512",
        },
        "answer": {"status": 202, "content_type": "text/plain", "body": "OK"},
    }
    time = str(int(AT.timestamp()))
    signed = form(**{"X-Time": time, "X-Sign": "V1 " + hmac_hex("sha512", f"{time}:".encode() + form().body).upper()})
    result = heard(signed, secret=["new", "s"], format=described)
    [sms] = result.delivery.messages
    assert (sms.id, sms.sender, sms.recipient, sms.text) == ("77", "+996700123456", "4455", "OP 1234 A1")
    assert sms.sent_at == SENT
    assert (result.answer.status, result.answer.content_type, result.answer.body) == (202, "text/plain", "OK")
    assert heard(signed.but(body=signed.body + b"1"), secret="s", format=described).answer.status == 403
    assert (
        handle(
            "generic-x", signed.arriving(AT + dt.timedelta(minutes=6)), {"secret": "s", "format": described}, never
        ).answer.status
        == 403
    )


def test_a_hash_over_fields_and_secret_by_get():
    described = LOCAL | {
        "method": "GET",
        "signature": {"field": "sign", "algorithm": "md5", "signs": "{field:msisdn}{field:content}{secret}"},
    }
    sign = hashlib.md5(b"996700123456OP 1234 A1s").hexdigest()
    signed = SignedRequest("GET", f"{URL}?{urlencode(FIELDS | {'sign': sign.upper()})}", {}, b"")
    assert heard(signed, secret="s", format=described).delivery.messages[0].text == "OP 1234 A1"
    tampered = signed.but(url=signed.url.replace("A1", "A2"))
    assert heard(tampered, secret="s", format=described).answer.status == 403
    assert heard(signed.but(url=URL), secret="s", format=described).answer.status == 401
    posted = SignedRequest("POST", signed.url, FORM, b"")
    assert heard(posted, secret="s", format=described).answer.status == 400


def test_base64_over_method_and_url_in_nested_json_with_numbers():
    described = {
        "fields": {"id": "data.id", "from": "data.from.phone", "to": "to", "text": "data.body", "received_at": "at"},
        "time": "unix_ms",
        "signature": {
            "header": "Authorization",
            "prefix": "HMAC ",
            "encoding": "base64",
            "signs": "{method} {url}\n{body}",
        },
    }
    document = {"data": {"id": 77, "from": {"phone": 996700123456}, "body": "OP"}, "to": 4455, "at": 1508040000123}
    body = json.dumps(document).encode()
    digest = hmac.new(b"s", f"POST {URL}\n".encode() + body, hashlib.sha256).digest()
    signed = SignedRequest("POST", URL, {"Authorization": "HMAC " + base64.b64encode(digest).decode()}, body)
    [sms] = heard(signed, secret="s", format=described).delivery.messages
    assert (sms.id, sms.sender, sms.recipient, sms.text) == ("77", "+996700123456", "4455", "OP")
    assert sms.sent_at == dt.datetime(2017, 10, 15, 4, 0, 0, 123000, tzinfo=dt.UTC)
    assert heard(signed.but(url="http://internal/"), secret="s", format=described, public_url=URL).authentic
    assert not heard(signed.but(url="http://internal/"), secret="s", format=described).authentic


def test_without_a_signature_a_token_is_needed():
    described = LOCAL | {"body": "form"}
    assert heard(form(), format=described, path_token="a-token").authentic
    assert heard(form(), format=described, path_token="b-token").answer.status == 403
    assert heard(form(), format=described).answer.status == 503


def test_without_an_id_one_is_made_of_the_sms():
    described = LOCAL | {"body": "form", "fields": {name: NAMES[name] for name in NAMES if name != "id"}}
    first, again = (heard(form(), format=described, path_token="a-token").delivery.messages for _ in range(2))
    assert first == again
    later = form(FIELDS | {"time": "2017-10-15 10:00:01"})
    assert heard(later, format=described, path_token="a-token").delivery.messages[0].id != first[0].id


def test_with_neither_id_nor_time_an_sms_is_the_same_within_a_minute():
    timeless = LOCAL | {"body": "form", "fields": {"from": "msisdn", "to": "short", "text": "content"}}

    def key(seconds: int, fields: dict[str, str] = FIELDS) -> str:
        at = AT.replace(second=0) + dt.timedelta(seconds=seconds)
        settings = {"format": timeless, "path_token": "a-token"}
        [sms] = handle("generic-local", form(fields).arriving(at), settings, never).delivery.messages
        assert sms.sent_at is None
        return sms.id

    assert key(0) == key(59)
    assert key(0) != key(60)
    assert key(0) != key(0, FIELDS | {"content": "OP 1234 A2"})
    assert key(0) != key(0, FIELDS | {"msisdn": "996700123457"})


@pytest.mark.parametrize(
    ("time", "written", "moment"),
    [
        ("iso", "2017-10-15T10:00:00+06:00", SENT),
        ("iso", "2017-10-15T10:00:00", SENT),
        ("unix", "1508040000", SENT),
        ("unix", "1508040000.5", SENT + dt.timedelta(milliseconds=500)),
        ("unix_ms", "1508040000500", SENT + dt.timedelta(milliseconds=500)),
        ("%d.%m.%Y %H:%M", "15.10.2017 10:00", SENT),
        ("%d.%m.%Y %H:%M", "10/15/2017", None),
        ("unix", "2017", dt.datetime(1970, 1, 1, tzinfo=dt.UTC)),
        ("iso", "", None),
    ],
)
def test_times(time, written, moment):
    described = LOCAL | {"body": "form", "time": time}
    result = heard(form(FIELDS | {"time": written}), format=described, path_token="a-token")
    [sms] = result.delivery.messages
    if moment is None or moment.year < 1990:
        assert (sms.text, sms.sent_at) == (FIELDS["content"], None), "the arrival counts"
    else:
        assert sms.sent_at == moment


@pytest.mark.parametrize(
    ("described", "field"),
    [
        ("x", "format"),
        ([], "format"),
        ({}, "fields"),
        ({"fields": {"from": "a", "to": "b"}}, "fields.text"),
        ({"fields": {"from": "a", "to": "b", "text": 7}}, "fields"),
        ({"fields": NAMES | {"sender": "x"}}, "fields: sender"),
        ({"fields": NAMES, "metod": "GET"}, "format: metod"),
        ({"fields": NAMES, "method": "PUT"}, "method"),
        ({"fields": NAMES, "method": "GET", "charset": "windows-1251"}, "charset"),
        ({"fields": NAMES, "body": "soap"}, "body"),
        ({"fields": NAMES, "time": 7}, "time"),
        ({"fields": NAMES, "timezone": "Bishkek"}, "timezone"),
        ({"fields": NAMES, "timezone": 6}, "timezone"),
        ({"fields": NAMES, "timezone": "../../etc/passwd"}, "timezone"),
        ({"fields": NAMES, "answer": {"status": 500}}, "answer.status"),
        ({"fields": NAMES, "answer": "OK"}, "answer"),
        ({"fields": NAMES, "signature": {}}, "signature"),
        ({"fields": NAMES, "signature": {"header": "a", "field": "b"}}, "signature"),
        ({"fields": NAMES, "signature": {"header": "a", "algorithm": "hmac-crc32"}}, "signature.algorithm"),
        ({"fields": NAMES, "signature": {"header": "a", "algorithm": "sha256"}}, "signature.signs"),
        ({"fields": NAMES, "signature": {"header": "a", "encoding": "rot13"}}, "signature.encoding"),
        ({"fields": NAMES, "signature": {"header": "a", "signs": "{timestamp}"}}, "signature"),
        ({"fields": NAMES, "signature": {"header": 7}}, "signature"),
        ({"fields": NAMES, "signature": {"header": "a", "signs": "pepper"}}, "signature.signs"),
        ({"fields": NAMES, "signature": {"header": "a", "algorithm": "md5", "signs": "{secret}"}}, "signature.signs"),
        ({"fields": NAMES, "charset": "windows-1252-ish"}, "charset"),
        ({"fields": NAMES, "charset": "utf-16"}, "charset"),
        ({"fields": {"from": "a", "text": "b"}}, "fields.to"),
        ({"fields": NAMES | {"from": []}}, "fields.from"),
        ({"fields": NAMES | {"from": ["a", 7]}}, "fields"),
        ({"fields": NAMES | {"part_number": "n"}}, "fields"),
        ({"fields": NAMES, "messages": 7}, "messages"),
        ({"fields": NAMES, "messages": ""}, "messages"),
        ({"fields": NAMES, "when": {}}, "when"),
        ({"fields": NAMES, "when": "x"}, "when"),
        ({"fields": NAMES, "when": {"a": []}}, "when"),
        ({"fields": NAMES, "when": {"a": False}}, "when"),
        ({"fields": NAMES, "when": {"a": [{}]}}, "when"),
        ({"fields": NAMES, "ignore": "x"}, "ignore"),
        ({"fields": NAMES, "ignore": [7]}, "ignore"),
        ({"fields": NAMES, "receipts": []}, "receipts"),
        ({"fields": NAMES, "receipts": {}}, "receipts.when"),
        ({"fields": NAMES, "receipts": {"when": {"a": True}, "state": "s"}}, "receipts.id"),
        ({"fields": NAMES, "receipts": {"when": {"a": True}, "id": "i"}}, "receipts.state"),
        ({"fields": NAMES, "receipts": {"when": {"a": True}, "id": 7, "state": "s"}}, "receipts.id"),
        (
            {
                "fields": NAMES,
                "receipts": {"when": {"a": True}, "id": "i", "state": "s", "delivered": "D", "failed": ["D"]},
            },
            "receipts.failed",
        ),
        ({"fields": NAMES, "text": "hex"}, "text"),
        ({"fields": NAMES, "text": {"written": "uu"}}, "written"),
        ({"fields": NAMES, "text": {"charset_field": "c", "charsets": {"8": "hex"}}}, "text.charsets"),
        ({"fields": NAMES, "text": {"charset_field": "c", "charsets": {"8": 16}}}, "text.charsets"),
        ({"fields": NAMES, "text": {"charsets": {"8": "utf-16-be"}}}, "text.charset_field"),
        ({"fields": NAMES, "secret_field": "s", "signature": {"header": "a"}}, "secret_field"),
        ({"fields": NAMES, "secret_field": ""}, "secret_field"),
        ({"fields": NAMES, "time": "%Q", "timezone": "Asia/Bishkek"}, "time"),
        ({"fields": NAMES, "time": "%Y-%m-%d", "timezone": "Asia/Bishkek"}, "time"),
        ({"fields": NAMES, "time": "%d.%m.%Y %H:%M"}, "timezone"),
    ],
)
def test_a_fault_in_the_description_is_ours_and_is_named(described, field):
    result = heard(form(), secret="s", format=described)
    assert (result.authentic, result.answer.status) == (False, 503)
    assert json.loads(result.answer.body)["field"] == field


@given(st.binary(max_size=60), st.text(max_size=20))
def test_nothing_that_it_signs_can_be_another(body, time):
    signature = {"header": "X-Sign", "signs": "{body}|{field:time}"}
    good = form(**{"X-Sign": hmac_hex("sha256", form().body + b"|" + FIELDS["time"].encode())})
    assert heard(good, secret="s", format=LOCAL | {"body": "form", "signature": signature}).authentic
    forged = good.but(body=body + urlencode({"time": time}).encode())
    result = heard(forged, secret="s", format=LOCAL | {"body": "form", "signature": signature})
    assert not result.authentic


def test_a_charset_that_no_request_names():
    described = LOCAL | {"body": "form", "charset": "windows-1251"}
    encoded = urlencode(FIELDS | {"content": "Явка 14:00 А612"}, encoding="windows-1251")
    request = SignedRequest("POST", f"{URL}/a-token", FORM, encoded.encode())
    [sms] = heard(request, path_token="a-token", format=described).delivery.messages
    assert sms.text == "Явка 14:00 А612"


def test_signature_and_signed_fields_lie_within_others_and_its_time_is_in_milliseconds():
    signature = {
        "field": "meta.sign",
        "signs": "{timestamp}{field:sms.body}",
        "timestamp_field": "meta.time",
    }
    described = {"fields": {"id": "id", "from": "sms.from", "to": "sms.to", "text": "sms.body"}, "signature": signature}

    def request(body: str, at: dt.datetime = AT) -> SignedRequest:
        time = int(1000 * at.timestamp()) + 7
        signed = hmac_hex("sha256", f"{time}OP A1".encode())
        sms = {"from": "+996700123456", "to": "4455", "body": body}
        document = {"id": "1", "sms": sms, "meta": {"sign": signed, "time": time}}
        return SignedRequest("POST", URL, {"Content-Type": "application/json"}, json.dumps(document).encode())

    [sms] = heard(request("OP A1"), secret="s", format=described).delivery.messages
    assert (sms.sender, sms.text) == ("+996700123456", "OP A1")
    assert heard(request("OP A2"), secret="s", format=described).answer.status == 403
    assert heard(request("OP A1", AT - dt.timedelta(hours=1)), secret="s", format=described).answer.status == 403
