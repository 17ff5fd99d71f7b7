"""Kannel: its token, and texts in its charsets and parts."""

import datetime as dt
import json
from urllib.parse import parse_qs, quote_from_bytes, urlsplit

import pytest
from unsigned_requests import AT, OUT, SENT, SMS, URL, handled, never

from chalicelib.providers.contract import SendOutcome
from chalicelib.providers.inbound import Part, Receipt
from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.unsigned import (
    KannelSender,
)

KANNEL = KannelSender()


def kannel(signed: SignedRequest, secrets: dict[str, object] | None = None) -> WebhookResult:
    return handled("kannel", signed, secrets or KANNEL.secrets)


@pytest.mark.parametrize("charset", ["UTF-8", "UTF-16BE", "8-BIT", "WINDOWS-1251"])
def test_texts_in_kannels_charsets(charset):
    sms = Sms("1", SMS.sender, SMS.recipient, "Ооба 1234", SENT)
    assert kannel(KannelSender(charset).sign(sms, URL, AT)).delivery.messages[0].text == "Ооба 1234"


def test_a_surrogate_pair_in_ucs2():
    sms = Sms("1", SMS.sender, SMS.recipient, "\ufeff😀 ок", SENT)
    assert kannel(KannelSender("UTF-16BE").sign(sms, URL, AT)).delivery.messages[0].text == "😀 ок"


@pytest.mark.parametrize(("half", "text"), [(slice(0, 4), "a\ud83d"), (slice(4, None), "\ude00b")])
@pytest.mark.parametrize("by", ["GET", "POST"])
def test_a_part_keeps_half_of_a_surrogate_pair(by, half, text):
    content, udh = "a😀b".encode("utf-16-be")[half], b"\x05\x00\x03\xcc\x02\x01"
    sender = KannelSender("UTF-16BE")
    if by == "GET":
        signed = sender.sign(Sms("1", SMS.sender, SMS.recipient, "", SENT), URL, AT, udh)
        signed = signed.but(url=signed.url + quote_from_bytes(content))
    else:
        signed = sender.sign_post(SMS, URL).but(body=content)
        signed.headers["X-Kannel-UDH"] = udh.hex()
    assert kannel(signed).delivery.messages[0].text == text


@pytest.mark.parametrize(
    ("coding", "text", "read"), [("2", "%04%1E", "О"), ("0", "%D0%9E", "О"), ("", "A+B%2B", "A B+")]
)
def test_without_a_charset_the_coding_says_it(coding, text, read):
    query = f"id=1&from=996700123456&to=4455&ts=1508040000&coding={coding}&text={text}"
    signed = KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?{query}")
    assert kannel(signed).delivery.messages[0].text == read


@pytest.mark.parametrize(
    ("udh", "part"),
    [
        (b"\x05\x00\x03\xcc\x02\x01", Part("204", 1, 2)),
        (b"\x06\x08\x04\x01\x00\x03\x03", Part("256", 3, 3)),
        (b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x01\x02\x02", Part("1", 2, 2)),
        (b"050003CC0201", Part("204", 1, 2)),
        (b"\x05\x00\x03\xcc\x01\x01", None),
        (b"\x05\x00\x03\xcc\x02\x03", None),
        (b"\x05\x00\x03\xcc\x02\x00", None),
        (b"\x05\x00\x03", None),
        (b"junk", None),
        (b"", None),
    ],
)
def test_parts_are_told_by_their_header(udh, part):
    assert kannel(KANNEL.sign(SMS, URL, AT, udh)).delivery.messages[0].part == part


def test_by_post_the_text_is_the_body_and_the_id_is_made():
    first, again = (kannel(KANNEL.sign_post(SMS, URL)).delivery.messages[0] for _ in range(2))
    assert first == again
    assert (first.sender, first.recipient, first.text) == (SMS.sender, SMS.recipient, SMS.text)
    assert first.sent_at == SENT
    later = Sms(SMS.id, SMS.sender, SMS.recipient, SMS.text, SENT + dt.timedelta(seconds=1))
    other = Sms(SMS.id, SMS.sender, SMS.recipient, SMS.text + ".", SENT)
    ids = {kannel(KANNEL.sign_post(sms, URL)).delivery.messages[0].id for sms in (SMS, later, other)}
    assert len(ids) == 3


def test_by_post_the_id_of_the_query_is_the_sms_s():
    signed = KANNEL.sign_post(SMS, URL)
    [sms] = kannel(signed.but(url=signed.url + "?id=6d5a2c1e")).delivery.messages
    assert (sms.id, sms.text) == ("6d5a2c1e", SMS.text)


def test_by_post_in_ucs2():
    sms = Sms("1", SMS.sender, SMS.recipient, "Ооба 😀", SENT)
    assert kannel(KannelSender("UTF-16BE").sign_post(sms, URL)).delivery.messages[0].text == "Ооба 😀"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("id=1&from=1&to=2&ts=1508040000", "text"),
        ("id=1&to=2&ts=1508040000&text=x", "from"),
        ("id=1&from=1&ts=1508040000&text=x", "to"),
        ("from=1&to=2&text=x", "id"),
        ("from=1&to=2&ts=soon&text=x", "id"),
        ("dlr=7&id=1", "dlr"),
        ("dlr=1", "id"),
    ],
)
def test_what_the_operator_forgot_in_the_url_is_named(query, field):
    result = kannel(KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?{query}"))
    assert (result.authentic, result.answer.status, json.loads(result.answer.body)["field"]) == (True, 400, field)


def test_the_written_out_time():
    query = "id=1&from=1&to=2&ts=2017-10-15+04:00:00&text=x"
    assert kannel(KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?{query}")).delivery.messages[0].sent_at == SENT


def test_kannels_token_in_the_query():
    sender = KannelSender(by_token=True)
    signed = sender.sign(SMS, URL, AT)
    result = kannel(signed, sender.secrets)
    assert result.authentic
    assert "kannel-token" not in result.raw
    assert kannel(signed, {"query_token": "other"}).answer.status == 403
    assert kannel(signed.but(url=URL), sender.secrets).answer.status == 401


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("1", "delivered"),
        ("2", "failed"),
        ("8", "on_its_way"),
        ("16", "failed"),
        ("9", "on_its_way"),
        ("12", "on_its_way"),
        ("18", "failed"),
        ("32", "on_its_way"),
        ("63", None),
        ("17", None),
        ("0", None),
        ("64", None),
        ("-1", None),
        ("1.0", None),
        ("\u0661", None),
        ("9" * 5000, None),
    ],
)
def test_kannels_receipts(code, state):
    signed = KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?dlr={code}&id=message%231")
    result = kannel(signed)
    if state is None:
        assert (result.answer.status, json.loads(result.answer.body)["field"]) == (400, "dlr")
    else:
        assert result.delivery.receipts == (Receipt("message#1", state, f"dlr {code}"),)


def test_the_answer_is_an_empty_text_for_kannel_texts_what_it_gets():
    answer = kannel(KANNEL.sign(SMS, URL, AT)).answer
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", "")


def test_sending_by_kannel():
    settings = {
        "send_url": "http://127.0.0.1:13013/cgi-bin/sendsms",
        "username": "u",
        "password": "p",
        "sender": "4455",
    }
    kannel_sends = provider("kannel", settings, never)
    request = kannel_sends.send_request(OUT)
    fields = {name: value[0] for name, value in parse_qs(urlsplit(request.url).query).items()}
    assert (request.method, fields["text"], fields["coding"], fields["charset"]) == ("GET", "Рахмат", "2", "UTF-8")
    assert fields["dlr-url"] == "https://example.org/r?x=1&dlr=%d&id=message%231"
    assert request.reference == "message#1"
    assert kannel_sends.read_send_answer(202, {}, b"0: Accepted for delivery") == SendOutcome("sent")
    assert kannel_sends.read_send_answer(403, {}, b"Authorization failed").verdict == "not_sent"
