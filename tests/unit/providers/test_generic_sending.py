"""Sending by a gateway that has no code here, and what its answers mean."""

import datetime as dt
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.providers.contract import OutboundSms, SendOutcome
from chalicelib.providers.table import provider

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)


def never(url: str) -> bytes:
    raise AssertionError(url)


def test_sending():
    generic = provider(
        "generic-local", {"secrets": ["new", "old"], "send_url": "https://e.org/send", "sender": "B"}, never
    )
    request = generic.send_request(OutboundSms("out-1", "+996700123456", "Рахмат", AT))
    assert json.loads(request.body) == {"id": "out-1", "from": "B", "to": "+996700123456", "text": "Рахмат"}
    time = str(int(AT.timestamp()))
    signature = hmac.new(b"new", time.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    assert request.headers == {
        "Content-Type": "application/json",
        "Idempotency-Key": "out-1",
        "X-Baykoo-Timestamp": time,
        "X-Baykoo-Signature": f"sha256={signature}",
    }
    assert generic.read_send_answer(200, {}, b'{"id": "g-1"}') == SendOutcome("sent", "g-1")
    assert generic.read_send_answer(204, {}, b"") == SendOutcome("sent")


@pytest.mark.parametrize(
    ("status", "headers", "verdict", "wait"),
    [
        (429, {"Retry-After": "120"}, "not_sent", 120),
        (429, {"retry-after": "999999999"}, "not_sent", 86400),
        (429, {"Retry-After": "-1"}, "not_sent", None),
        (429, {"Retry-After": "soon"}, "not_sent", None),
        (
            503,
            {"Retry-After": "Sun, 15 Oct 2017 04:02:00 GMT", "Date": "Sun, 15 Oct 2017 04:00:00 GMT"},
            "not_sent",
            120,
        ),
        (503, {"Retry-After": "Sun, 15 Oct 2017 04:02:00 GMT"}, "not_sent", None),
        (
            503,
            {"Retry-After": "Sun, 15 Oct 2017 04:02:00 -0000", "Date": "Sun, 15 Oct 2017 04:00:00 GMT"},
            "not_sent",
            None,
        ),
        (401, {}, "not_sent", None),
        (400, {}, "refused", None),
        (422, {}, "refused", None),
        (408, {}, "in_doubt", None),
        (500, {}, "in_doubt", None),
        (502, {"Retry-After": "5"}, "in_doubt", 5),
        (302, {}, "in_doubt", None),
    ],
)
def test_what_a_send_apis_answer_means(status, headers, verdict, wait):
    outcome = provider("generic", {"secrets": "s"}, never).read_send_answer(status, headers, b"why")
    assert (outcome.verdict, outcome.retry_after) == (verdict, wait)
    assert outcome.reason == f"HTTP {status}: why"


@given(st.integers(100, 599), st.dictionaries(st.sampled_from(["Retry-After", "Date"]), st.text()), st.binary())
@pytest.mark.parametrize("name", ["generic", "twilio", "vonage-sms", "africastalking", "plivo", "infobip"])
def test_no_answer_makes_it_stumble(name, status, headers, body):
    outcome = provider(name, {"secrets": "s"}, never).read_send_answer(status, headers, body)
    assert outcome.verdict in {"sent", "not_sent", "refused", "in_doubt"}
