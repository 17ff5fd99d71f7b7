"""The generic provider: a signed JSON webhook; what is not proven or cannot be read is refused by field."""

import datetime as dt
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.providers.inbound import InboundSms
from chalicelib.providers.webhook import LARGEST_BODY, WebhookResult, handle
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SENT = dt.datetime.fromisoformat("2017-10-15T10:00:00+06:00")
SMS = Sms("m-1", "+996700123456", "4455", "OP 1234 A1 B0730", SENT)
URL = "https://api.example.org/webhooks/generic"
SENDER = GenericSender()
FIELDS = {"id": "m-1", "from": "+996700123456", "to": "4455", "text": "OP", "received_at": "2017-10-15T10:00:00+06:00"}


def never(url: str) -> bytes:
    raise AssertionError(f"{url} must not be read")


def heard(signed: SignedRequest, secrets: object = None, at: dt.datetime = AT) -> WebhookResult:
    return handle("generic", signed.arriving(at), SENDER.secrets if secrets is None else secrets, never)


def body_of(fields: object) -> SignedRequest:
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return SENDER.sign_body(body, URL, str(int(AT.timestamp())))


def test_a_signed_sms_is_taken():
    result = heard(SENDER.sign(SMS, URL, AT))
    assert result.authentic
    assert result.answer.status == 200
    assert json.loads(result.answer.body) == {"status": "accepted"}
    assert result.delivery.messages == (InboundSms("m-1", "+996700123456", "4455", "OP 1234 A1 B0730", SENT),)


@pytest.mark.parametrize("secrets", [["new", "generic-secret"], ["generic-secret", "old"], "generic-secret"])
def test_both_secrets_of_a_rotation_are_valid(secrets):
    assert heard(SENDER.sign(SMS, URL, AT), {"secrets": secrets}).answer.status == 200


@pytest.mark.parametrize(("minutes", "status"), [(0, 200), (5, 200), (-5, 200), (5.1, 403), (-5.1, 403), (60, 403)])
def test_five_minutes_either_way(minutes, status):
    signed = SENDER.sign(SMS, URL, AT - dt.timedelta(minutes=minutes))
    assert heard(signed).answer.status == status


def without(signed: SignedRequest, header: str) -> SignedRequest:
    return signed.but(headers={name: value for name, value in signed.headers.items() if name != header})


GOOD = SENDER.sign(SMS, URL, AT)


@pytest.mark.parametrize(
    ("signed", "secrets", "status", "code"),
    [
        (without(GOOD, "X-Baykoo-Signature"), None, 401, "unsigned"),
        (without(GOOD, "X-Baykoo-Timestamp"), None, 401, "unsigned"),
        (GOOD.but(body=GOOD.body + b" "), None, 403, "bad_signature"),
        (GOOD, {"secrets": ["another"]}, 403, "bad_signature"),
        (GOOD.but(headers=GOOD.headers | {"X-Baykoo-Signature": "sha256=é"}), None, 403, "bad_signature"),
        (GOOD.but(headers=GOOD.headers | {"X-Baykoo-Timestamp": "1508040001"}), None, 403, "bad_signature"),
        (GOOD.but(headers=GOOD.headers | {"X-Baykoo-Timestamp": "soon"}), None, 403, "bad_timestamp"),
        (GOOD.but(body=b"x" * (LARGEST_BODY + 1)), None, 413, "too_large"),
        (GOOD, {"secrets": []}, 503, "secret_missing"),
        (GOOD, {}, 404, "unknown_provider"),
    ],
)
def test_what_is_not_proven_is_refused(signed, secrets, status, code):
    result = heard(signed, secrets)
    assert (result.authentic, result.answer.status, result.delivery.messages) == (False, status, ())
    problem = json.loads(result.answer.body)
    assert (problem["status"], problem["code"]) == (status, code)
    assert result.reason.startswith(code)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        *[({name: value for name, value in FIELDS.items() if name != gone}, gone) for gone in FIELDS],
        *[(FIELDS | {name: None}, name) for name in FIELDS],
        *[(FIELDS | {name: 7}, name) for name in FIELDS],
        *[(FIELDS | {name: "half \ud83d"}, name) for name in ("id", "from", "to", "text")],
        (FIELDS | {"id": ""}, "id"),
        (FIELDS | {"id": "x" * 201}, "id"),
        (FIELDS | {"id": "nul\0"}, "id"),
        (FIELDS | {"from": "+996\n700"}, "from"),
        (FIELDS | {"to": "1" * 65}, "to"),
        (FIELDS | {"received_at": "yesterday"}, "received_at"),
        (FIELDS | {"received_at": "2017-10-15T10:00:00"}, "received_at"),
        (FIELDS | {"received_at": "0001-01-01T00:00:00+23:59"}, "received_at"),
        (FIELDS | {"received_at": "9999-12-31T23:59:59-23:59"}, "received_at"),
        (b'{"id":"1","id":"2"}', "id"),
        (b'{"id":NaN}', "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b"", "body"),
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[" * 60000, "body"),
        (b'{"id":' + b"9" * 5000 + b"}", "body"),
    ],
)
def test_what_cannot_be_read_names_the_field(fields, field):
    result = heard(body_of(fields))
    assert (result.authentic, result.answer.status, result.delivery.messages) == (True, 400, ())
    assert result.answer.content_type == "application/problem+json"
    assert json.loads(result.answer.body)["field"] == field


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_it_is_posted(method):
    result = heard(GOOD.but(method=method))
    assert (result.answer.status, json.loads(result.answer.body)["field"]) == (400, "method")


@pytest.mark.parametrize("text", ["", "\0", "A1\nB2", "😀", "Ооба € [x]", "x" * 1530])
def test_any_whole_text_is_kept_as_it_is(text):
    assert heard(body_of(FIELDS | {"text": text})).delivery.messages[0].text == text


def test_numbers_are_made_international_where_they_surely_are():
    sms = heard(body_of(FIELDS | {"from": "00996700123456", "to": "0700123456"})).delivery.messages[0]
    assert (sms.sender, sms.recipient) == ("+996700123456", "0700123456")


@given(st.binary(max_size=300), st.integers(0, 10**12))
def test_no_other_body_or_timestamp_goes_with_a_signature(body, timestamp):
    assume((body, str(timestamp)) != (GOOD.body, GOOD.headers["X-Baykoo-Timestamp"]))
    headers = GOOD.headers | {"X-Baykoo-Timestamp": str(timestamp)}
    assert not heard(GOOD.but(body=body, headers=headers)).authentic


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps(text).encode()))
def test_any_signed_body_is_answered(body):
    assert heard(body_of(body)).answer.status in {200, 400}
