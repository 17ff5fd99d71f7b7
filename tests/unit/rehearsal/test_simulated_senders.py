"""The senders of the rehearsal: found in a checkout, made from a stack's settings, and plain about what they lack."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.providers.table import NAMES
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal.senders.sms import CannotSign, Sms
from chalicelib.rehearsal.senders.table import SENDERS

URL = "https://example.org/api/webhooks/here"


def test_each_is_a_providers():
    assert set(SENDERS) <= set(NAMES)


@pytest.mark.parametrize("name", sorted(SENDERS))
def test_new_settings_have_new_secrets(name):
    first, second = (SENDERS[name].fresh_settings(URL) for _ in range(2))
    assert first != second
    assert SENDERS[name].with_settings(first).secrets.items() <= first.items()


ROTATED = {
    "africastalking": "path_token",
    "android-sms-gateway": "signing_key",
    "generic": "secrets",
    "infobip": "password",
    "kannel": "basic_password",
    "plivo": "auth_token",
    "telerivet": "secret",
    "twilio": "auth_token",
    "vonage-messages": "signature_secret",
    "vonage-sms": "signature_secret",
}


@pytest.mark.parametrize(("name", "setting"), ROTATED.items(), ids=ROTATED)
def test_the_newer_secret_of_two_signs(name, setting):
    settings = SENDERS[name].fresh_settings(URL) | {setting: ["newer", "older"]}
    assert SENDERS[name].with_settings(settings).secrets[setting] in ("newer", ["newer"])


FIELDS = {"id": "msg_id", "from": "msisdn", "to": "short_code", "text": "content", "received_at": "time"}
FORMATS = {
    "fields by GET, their hash": {
        "method": "GET",
        "fields": FIELDS,
        "time": "%Y-%m-%d %H:%M:%S",
        "timezone": "Asia/Bishkek",
        "signature": {"field": "sign", "algorithm": "md5", "signs": "{field:msisdn}{field:content}{secret}"},
    },
    "a form, its body in a header": {
        "body": "form",
        "fields": FIELDS,
        "time": "unix",
        "signature": {"header": "X-Sign", "encoding": "base64", "signs": "{url}{body}"},
    },
    "inner objects, with a time": {
        "fields": FIELDS | {"text": "sms.content", "to": "sms.to"},
        "time": "unix_ms",
        "signature": {"header": "X-S", "prefix": "v1=", "timestamp_field": "ts", "signs": "{timestamp}.{body}"},
    },
    "a time in a header": {
        "fields": FIELDS,
        "signature": {"header": "X-S", "timestamp_header": "X-T", "signs": "{method} {timestamp} {body}"},
    },
}
PROOFS = {
    "path": {"path_token": "here"},
    "query": {"query_token": "h&re"},
    "basic": {"basic_user": "u", "basic_password": "p"},
}
DESCRIBED = {name: {"secret": "s", "format": format_} for name, format_ in FORMATS.items()}
DESCRIBED |= {
    f"{method} without signature, by {name}": {**proof, "format": {"fields": FIELDS, "method": method}}
    for name, proof in PROOFS.items()
    for method in ("GET", "POST")
}


@pytest.mark.parametrize("settings", DESCRIBED.values(), ids=DESCRIBED)
def test_an_aggregator_calls_as_its_settings_describe(settings):
    now = dt.datetime.now(dt.UTC)
    sms = Sms("m-1", "+996700123456", "+996555000111", "OP 1234 A1 рахмат & =", now.replace(microsecond=0))
    signed = SENDERS["generic"].with_settings(settings).sign(sms, URL, now)
    heard = handle("generic-described", signed.arriving(now), settings, lambda url: b"")
    assert heard.authentic, heard.reason
    [received] = heard.delivery.messages
    assert (received.id, received.sender, received.recipient, received.text) == (
        sms.id,
        sms.sender,
        sms.recipient,
        sms.text,
    )
    assert received.sent_at == sms.sent_at


CANNOT = {
    "no secret": ("twilio", {"sender": "+1"}, "the setting auth_token or shared_key_secret is not set"),
    "empty rotation": ("plivo", {"auth_token": []}, "the setting auth_token is not set"),
    "SNS's own signature": ("aws-sns", {"allowed_topic_arns": ["arn"]}, "only SNS itself can sign"),
    "a format that is none": ("generic", {"secret": "s", "format": {"method": "PUT"}}, "method, must be POST or GET"),
    "a format's secret": ("generic", {"format": {"fields": FIELDS}}, "the setting path_token or query_token or basic"),
    "Infobip's HMAC": ("infobip", {"type": "HMAC", "secret": "s"}, "type BASIC"),
    "half of an account": ("kannel", {"basic_user": "u"}, "the setting basic_password is not set"),
}


@pytest.mark.parametrize(("name", "settings", "problem"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_simulated_is_said(name, settings, problem):
    with pytest.raises(CannotSign, match=problem):
        SENDERS[name].with_settings(settings)


def test_a_method_may_be_written_as_the_dashboard_writes_it():
    settings = {"signature_secret": "s", "signature_method": "SHA-512 HMAC"}
    assert SENDERS["vonage-sms"].with_settings(settings).method == "sha512"


def test_a_shared_key_signs_where_there_is_no_token():
    assert SENDERS["twilio"].with_settings({"shared_key_secret": "s"}).secrets == {"shared_key_secret": "s"}


def test_nothing_large_is_loaded_to_make_settings():
    """`make run` makes them for all."""
    script = (
        "import sys; from chalicelib.rehearsal.senders.table import SENDERS;"
        "[one.fresh_settings('https://x/') for one in SENDERS.values()];"
        "print(sorted({'plivo', 'twilio', 'vonage_http_client', 'requests', 'pydantic'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout == "[]\n"
