"""What holds for every provider in the table, each signed as its own SDK or documentation does it."""

import datetime as dt
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from every_provider import AT, SECRET_OF, SENT, SMS, heard, signed_by, unreachable, url_of

from chalicelib.providers.refusals import NotConfigured
from chalicelib.providers.table import NAMES, canonical_name, provider
from chalicelib.providers.webhook import LARGEST_BODY, WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.table import SENDERS

TEN_PARTS = ("Ооба 1234 жок " * 60)[:670]
TIMED = {
    "android-sms-gateway": dt.timedelta(minutes=5),
    "aws-sns": dt.timedelta(minutes=65),
    "generic": dt.timedelta(minutes=5),
    "vonage-messages": dt.timedelta(minutes=5),
    "vonage-sms": dt.timedelta(minutes=5),
}
"""Who signs the moment of sending, and how old that may be."""


def texts(result: WebhookResult) -> list[str]:
    return [sms.text for sms in result.delivery.messages]


def test_every_provider_has_a_sender_or_a_case_table():
    tables = {file.name for file in Path(__file__).parent.iterdir()}
    assert [
        name for name in NAMES if name not in SENDERS and f"test_{name.replace('-', '_')}_provider.py" not in tables
    ] == []
    assert set(SENDERS) <= set(NAMES)


@pytest.mark.parametrize("name", SENDERS)
@pytest.mark.parametrize(
    "text", ["", "OP 1234 A1", "Ооба € [x] {y} ~ & = % + _", "😀 🇰🇬", "two\nlines", "+996 ", TEN_PARTS]
)
def test_a_genuine_sms_is_taken_as_it_was_written(name, text):
    sms = Sms(SMS.id, SMS.sender, SMS.recipient, text, SENT)
    result = heard(name, signed_by(name, sms))
    assert (result.authentic, result.answer.status, result.reason) == (True, 200, "authentic")
    [message] = result.delivery.messages
    assert (message.id, message.sender, message.recipient) == (SMS.id, SMS.sender, SMS.recipient)
    assert message.text == text
    assert message.sent_at is None or abs(message.sent_at - SENT) < dt.timedelta(minutes=1)
    assert message.part is None


@pytest.mark.parametrize("name", SENDERS)
def test_a_second_delivery_is_the_same_sms(name):
    first, second = heard(name, signed_by(name)), heard(name, signed_by(name))
    assert first.delivery.messages == second.delivery.messages


@pytest.mark.parametrize("name", SENDERS)
def test_short_codes_stay_as_they_are(name):
    sms = Sms(SMS.id, SMS.sender, "4455", "x", SENT)
    assert heard(name, signed_by(name, sms)).delivery.messages[0].recipient == "4455"


@pytest.mark.parametrize("name", SECRET_OF)
def test_both_secrets_of_a_rotation_are_valid(name):
    old, new = current(name), "another-secret-of-thirty-two-bytes"
    for both in ([new, old], [old, new]):
        assert heard(name, signed_by(name), SENDERS[name].secrets | {SECRET_OF[name]: both}).answer.status == 200


@pytest.mark.parametrize("name", SECRET_OF)
def test_another_secret_is_refused(name):
    result = heard(name, signed_by(name), SENDERS[name].secrets | {SECRET_OF[name]: "another-secret"})
    assert (result.authentic, result.answer.status, texts(result)) == (False, 403, [])


@pytest.mark.parametrize("name", SECRET_OF)
def test_a_secret_that_is_not_set_is_a_fault_of_ours(name):
    rest = {key: value for key, value in SENDERS[name].secrets.items() if key != SECRET_OF[name]}
    for secrets in (rest | {"other": "setting"}, rest | {SECRET_OF[name]: None}, rest | {SECRET_OF[name]: []}):
        result = heard(name, signed_by(name), secrets)
        assert (result.authentic, result.answer.status) == (False, 503)


@pytest.mark.parametrize("name", SENDERS)
@pytest.mark.parametrize("secrets", [None, {}])
def test_a_provider_that_is_not_configured_is_unknown(name, secrets):
    result = handle(name, signed_by(name).arriving(AT), secrets, unreachable)
    unknown = handle("nobody", signed_by(name).arriving(AT), secrets, unreachable)
    assert (result.authentic, result.answer) == (False, unknown.answer)
    assert result.answer.status == 404


@pytest.mark.parametrize("name", SENDERS)
def test_what_carries_no_proof_is_refused(name):
    headers = {"Content-Type": signed_by(name).headers.get("Content-Type", "text/plain")}
    unsigned = SignedRequest(signed_by(name).method, url_of(name), headers, b"{}")
    result = heard(name, unsigned)
    assert not result.authentic
    assert result.answer.status in {401, 403, 503}
    assert texts(result) == []


@pytest.mark.parametrize("name", SENDERS)
def test_too_much_is_refused_before_anything_else(name):
    result = heard(name, signed_by(name).but(body=b"x" * (LARGEST_BODY + 1)), {"nothing": "set"})
    assert (result.authentic, result.answer.status) == (False, 413)


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("sign", [1, -1])
def test_what_was_signed_long_ago_or_ahead_is_stale(name, sign):
    signed = signed_by(name)
    just, beyond = TIMED[name] - dt.timedelta(seconds=2), TIMED[name] + dt.timedelta(seconds=2)
    assert heard(name, signed, at=AT + sign * just).answer.status == 200
    late = heard(name, signed, at=AT + sign * beyond)
    assert (late.authentic, late.answer.status, late.reason.partition(":")[0]) == (False, 403, "stale")


@pytest.mark.parametrize("name", TIMED)
def test_the_tolerance_is_a_setting(name):
    secrets = SENDERS[name].secrets | {"tolerance_seconds": 10}
    assert heard(name, signed_by(name), secrets, AT + dt.timedelta(seconds=9)).authentic
    assert not heard(name, signed_by(name), secrets, AT + dt.timedelta(seconds=11)).authentic


@pytest.mark.parametrize("name", sorted(set(SENDERS) - set(TIMED)))
def test_where_no_moment_is_signed_the_id_is_the_guard(name):
    later = heard(name, signed_by(name), at=AT + dt.timedelta(days=30))
    assert [sms.id for sms in later.delivery.messages] == [SMS.id]


def current(name: str) -> str:
    kept = SENDERS[name].secrets[SECRET_OF[name]]
    return kept[0] if isinstance(kept, list) else kept


def test_a_provider_imports_what_it_needs_and_no_more():
    """Intake serves every webhook from one small function: what it imports, it pays for at each cold start."""
    script = (
        "import sys; from chalicelib.providers.table import NAMES, provider; import chalicelib.providers.webhook;"
        "[provider(name, {'secrets': 'x'}, None) for name in NAMES];"
        "unwanted = {'boto3', 'cryptography', 'jinja2', 'phonenumbers', 'pydantic', 'requests', 'urllib3'};"
        "print(sorted(unwanted & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("twilio", "twilio"),
        ("generic", "generic"),
        ("generic-beeline-kg", "generic"),
        ("generic-", None),
        ("generic-A", None),
        ("Twilio", None),
        ("twilio\n", None),
        ("generic-a\n", None),
        ("", None),
        ("../twilio", None),
    ],
)
def test_names(name, canonical):
    assert canonical_name(name) == canonical
    if canonical is None:
        with pytest.raises(NotConfigured):
            provider(name, {"secrets": "x"}, unreachable)


@pytest.mark.parametrize("name", ["telerivet", "africastalking", "kannel"])
def test_the_payload_that_is_kept_holds_no_secret(name):
    result = heard(name, signed_by(name))
    assert current(name) not in result.raw
    assert SMS.id in result.raw


def test_a_payload_that_is_not_utf8_is_kept_as_bytes():
    signed = signed_by("twilio")
    result = heard("twilio", SignedRequest("GET", signed.url, signed.headers, b"\xff"))
    assert result.raw == ""
    kannel = signed_by("kannel")
    assert urlsplit(kannel.url).query == heard("kannel", kannel).raw
    assert heard("kannel", kannel.but(body=b"\xff")).raw == "base64:/w=="
