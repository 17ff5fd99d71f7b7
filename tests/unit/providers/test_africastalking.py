"""Africa's Talking: a token in the path or known addresses, and what it says beside it."""

import datetime as dt
import json
from urllib.parse import parse_qs, urlencode

import pytest
from unsigned_requests import AT, OUT, SMS, URL, handled, never

from chalicelib.providers.contract import SendOutcome
from chalicelib.providers.inbound import Receipt
from chalicelib.providers.table import provider
from chalicelib.rehearsal.senders.unsigned import (
    AfricasTalkingSender,
)

AFRICA = AfricasTalkingSender()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/webhooks/africastalking/kT9-an-unguessable-token-of-32-char", 200),
        ("/api/webhooks/africastalking/kT9-an-unguessable-token-of-32-char/", 200),
        ("/webhooks/africastalking/kT9-an-unguessable-token-of-32-chax", 403),
        ("/webhooks/africastalking/", 403),
        ("/webhooks/africastalking", 403),
        ("/webhooks/africastalking?token=kT9-an-unguessable-token-of-32-char", 403),
        ("/webhooks/africastalking/kT9-an-unguessable-token-of-32-char%00", 403),
        ("", 403),
    ],
)
def test_the_token_in_the_path(path, status):
    signed = AFRICA.sign(SMS, URL, AT).but(url=f"https://example.org{path}")
    assert handled("africastalking", signed, AFRICA.secrets).answer.status == status


def test_a_path_token_is_never_kept():
    settings = {"path_token": ["new", "m-1"]}
    result = handled("africastalking", AFRICA.sign(SMS, URL + "/m-1", AT), settings)
    assert result.authentic
    assert "id=[secret]" in result.raw


@pytest.mark.parametrize(
    ("source", "status", "code"),
    [("203.0.113.9", 200, "authentic"), ("198.51.100.1", 403, "source_not_listed"), (None, 403, "source_unknown")],
)
def test_source_addresses(source, status, code):
    settings = AFRICA.secrets | {"source_addresses": ["203.0.113.0/24", "2001:db8::1"]}
    result = handled("africastalking", AFRICA.sign(SMS, URL, AT), settings, source)
    assert (result.answer.status, result.reason.partition(":")[0]) == (status, code)


def test_a_list_of_addresses_that_is_none_is_a_fault_of_ours():
    settings = AFRICA.secrets | {"source_addresses": ["everywhere"]}
    assert handled("africastalking", AFRICA.sign(SMS, URL, AT), settings, "203.0.113.9").answer.status == 503


def test_africas_talkings_date_has_no_zone_so_it_is_no_time():
    [sms] = handled("africastalking", AFRICA.sign(SMS, URL, AT), AFRICA.secrets).delivery.messages
    assert sms.sent_at is None


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "form"])
def test_another_content_type_is_named(kind):
    signed = AFRICA.sign(SMS, URL, AT).but(headers={"Content-Type": kind})
    result = handled("africastalking", signed, AFRICA.secrets)
    assert (result.answer.status, json.loads(result.answer.body)["field"]) == (400, "Content-Type")


def test_a_form_in_another_charset():
    body = b"id=1&from=%2B254711000111&to=22384&text=" + b"%CE%EE%E1%E0"
    headers = {"Content-Type": 'application/x-www-form-urlencoded; charset="windows-1251"'}
    signed = AFRICA.sign(SMS, URL, AT).but(headers=headers, body=body)
    [sms] = handled("africastalking", signed, AFRICA.secrets).delivery.messages
    assert (sms.text, sms.sender, sms.recipient) == ("Ооба", "+254711000111", "22384")


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2017-05-03T06:04:45Z", dt.datetime(2017, 5, 3, 6, 4, 45, tzinfo=dt.UTC)),
        ("2017-05-03T09:04:45+03:00", dt.datetime(2017, 5, 3, 6, 4, 45, tzinfo=dt.UTC)),
        ("2017-05-03 06:04:45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_africas_talkings_date_counts_where_it_names_a_zone(date, moment):
    body = urlencode({"id": "1", "from": "+254711000111", "to": "22384", "text": "OP", "date": date}).encode()
    [sms] = handled("africastalking", AFRICA.sign(SMS, URL, AT).but(body=body), AFRICA.secrets).delivery.messages
    assert sms.sent_at == moment


@pytest.mark.parametrize(
    ("settings", "sender_id", "recipient"),
    [({}, "22384", "22384"), ({}, "Baykoo", "Baykoo"), ({"recipient": "+254700000384"}, "Baykoo", "+254700000384")],
)
def test_africas_talking_tells_of_an_opt_out_without_an_sms(settings, sender_id, recipient):
    body = urlencode({"senderId": sender_id, "phoneNumber": "+254711000111"}).encode()
    signed = AFRICA.sign(SMS, URL, AT).but(body=body)
    first, again = (handled("africastalking", signed, AFRICA.secrets | settings).delivery.messages for _ in range(2))
    assert first == again, "told again it is the same"
    [sms] = first
    assert (sms.sender, sms.recipient, sms.text, sms.wish) == ("+254711000111", recipient, "", "out")


def test_africas_talkings_receipts():
    body = urlencode({"id": "AT1", "status": "Failed", "failureReason": "UserInBlackList"}).encode()
    signed = AFRICA.sign(SMS, URL, AT).but(body=body)
    receipts = handled("africastalking", signed, AFRICA.secrets).delivery.receipts
    assert receipts == (Receipt("AT1", "failed", "Failed UserInBlackList"),)


@pytest.mark.parametrize(
    ("recipients", "outcome"),
    [
        ([{"statusCode": 101, "messageId": "AT1"}], SendOutcome("sent", "AT1")),
        (
            [{"statusCode": 405, "status": "InsufficientBalance"}],
            SendOutcome("not_sent", reason="status 405: InsufficientBalance"),
        ),
        (
            [{"statusCode": 403, "status": "InvalidPhoneNumber"}],
            SendOutcome("refused", reason="status 403: InvalidPhoneNumber"),
        ),
        (
            [{"statusCode": 406, "status": "UserInBlacklist"}],
            SendOutcome("refused", reason="status 406: UserInBlacklist", opted_out=True),
        ),
        ([], SendOutcome("refused", reason="status None: InvalidSenderId")),
    ],
)
def test_africas_talking_answers_201_even_to_what_it_refuses(recipients, outcome):
    body = json.dumps({"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": recipients}}).encode()
    assert provider("africastalking", {"username": "x"}, never).read_send_answer(201, {}, body) == outcome


def test_sending_by_africas_talking():
    for username, host in (("sandbox", "api.sandbox.africastalking.com"), ("baykoo", "api.africastalking.com")):
        request = provider("africastalking", {"username": username, "api_key": "k"}, never).send_request(OUT)
        assert request.url == f"https://{host}/version1/messaging"
        assert request.headers["apiKey"] == "k"
        assert parse_qs(request.body.decode())["to"] == ["+996700123456"]


# Telerivet
