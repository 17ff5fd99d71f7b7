"""What a provider's settings say of sending: where its API is, where receipts go, at what rate and price."""

import datetime as dt

import pytest

from chalicelib.providers.contract import CannotSend, OutboundSms
from chalicelib.providers.send_api import base_url, receipt_url, sender_of
from chalicelib.providers.terms import Cost, Terms

API = "https://api.example.org/api"
DEFAULT = "https://api.twilio.com"
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "used"),
    [
        (None, DEFAULT),
        ("https://api.dublin.ie1.twilio.com/", "https://api.dublin.ie1.twilio.com"),
        ("xyz.api.infobip.com", "https://xyz.api.infobip.com"),
        ("http://127.0.0.1:8080/twilio", "http://127.0.0.1:8080/twilio"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_where_an_api_is(written, used):
    assert base_url({"base_url": written}, DEFAULT) == used


@pytest.mark.parametrize(
    "written",
    [
        "http://api.twilio.com",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "http://localhost.example.org",
        "http://0x7f.0.0.1.example.org",
        "ftp://127.0.0.1",
        "https://",
        "https://[::1",
        "https://example.org:port",
    ],
)
def test_credentials_go_nowhere_in_clear(written):
    with pytest.raises(CannotSend, match="the setting base_url"):
        base_url({"base_url": written}, DEFAULT)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, f"{API}/webhooks/kannel"),
        ({"path_token": ["new/1", "old"]}, f"{API}/webhooks/kannel/new%2F1"),
        ({"query_token": "a&b"}, f"{API}/webhooks/kannel?token=a%26b"),
        (
            {"basic_user": "kn", "basic_password": "p:w@1"},
            "https://kn:p%3Aw%401@api.example.org/api/webhooks/kannel",
        ),
        ({"public_url": "https://sms.example.org/in?x=1#rc=3", "path_token": "t"}, "https://sms.example.org/in?x=1"),
    ],
)
def test_where_receipts_go(settings, url):
    assert receipt_url(settings, "kannel", API) == url


def test_without_a_public_url_no_receipts_are_asked_for():
    assert receipt_url({"path_token": "t"}, "kannel", "") is None


def test_a_setting_comes_before_the_number_that_was_written_to():
    sms = OutboundSms("1", "+996700123456", "x", AT, "+996312000000")
    assert sender_of({"sender": "Baykoo"}, sms) == "Baykoo"
    assert sender_of({}, sms) == "+996312000000"
    assert sender_of({}, OutboundSms("1", "+996700123456", "x", AT)) is None


@pytest.mark.parametrize(
    ("price", "text", "amount"),
    [("0.045", "a" * 160, "0.045"), ("0.045", "a" * 161, "0.090"), ("0.1", "ж" * 135, "0.3"), (None, "x", None)],
)
def test_what_a_text_costs(price, text, amount):
    terms = Terms.of_settings({"price": price, "currency": "USD"})
    assert terms.cost(text).amount == amount
    assert terms.cost(text).currency == ("USD" if price else None)


def test_segments_are_told_without_a_price():
    assert Terms().cost("ж" * 71) == Cost(2, None, None)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("price", 0.04),
        ("price", "free"),
        ("price", "-1"),
        ("price", "NaN"),
        ("price", "Infinity"),
        ("currency", 840),
        ("per_second", "5"),
        ("per_second", 0),
        ("per_second", True),
        ("per_second", float("nan")),
        ("receipt_minutes", -1),
        ("receipt_minutes", "5"),
    ],
)
def test_terms_that_make_no_sense_name_the_setting(setting, value):
    with pytest.raises(CannotSend, match=f"the setting {setting} must"):
        Terms.of_settings({setting: value})
