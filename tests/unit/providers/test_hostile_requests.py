"""What anybody may send to any provider's address: it is answered, never with a crash, and tells nothing."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from chalicelib.cli.provider import provider as provider_command
from chalicelib.providers import webhook
from chalicelib.providers.table import NAMES
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.plivo import PlivoSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.table import SENDERS

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("m-1", "+996700123456", "+996555000111", "OP 1234 A1", AT)
URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/api/webhooks/here"
FORM = "application/x-www-form-urlencoded"
NO_CHARSETS = ["utf-7", "unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf-16", "rot13", "hex", "none"]


def unreachable(url: str) -> bytes:
    raise OSError(f"{url} cannot be read")


def heard(name: str, signed: SignedRequest, **settings: object) -> WebhookResult:
    return handle(name, signed.arriving(AT), {**SENDERS[name].secrets, **settings}, unreachable)


@pytest.mark.parametrize("charset", NO_CHARSETS)
@pytest.mark.parametrize("name", NAMES)
def test_what_python_calls_a_codec_is_no_charset_of_a_form(name, charset):
    genuine = SENDERS[name].sign(SMS, URL, AT)
    headers = genuine.headers | {"Content-Type": f"{FORM}; charset={charset}"}
    for body in (b"Body=%2B2AA-", rb"secret=\ud800&text=%5cud800", genuine.body):
        result = heard(name, genuine.but(headers=headers, body=body))
        assert result.answer.status in {200, 400, 401, 403, 503}
        assert not result.reason.startswith("stumbled")


@pytest.mark.parametrize("charset", NO_CHARSETS)
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b", "text/xml", "application/json"])
@pytest.mark.parametrize("body", ["form", "xml", "json"])
def test_what_python_calls_a_codec_is_no_charset_of_a_described_gateway(body, kind, charset):
    fields = {"id": "id", "from": "from", "to": "to", "text": "text"}
    described = {"fields": fields, "body": body, "text": {"charset_field": "charset"}}
    settings = {"path_token": "here", "format": described}
    form = f"id=1&from=1&to=2&text=%5cud800%2B2AA-&charset={charset}"
    head = f'Content-Disposition: form-data; name="text"\r\nContent-Type: x; charset={charset}'
    part = f"--b\r\n{head}\r\n\r\n+2AA-\r\n--b--"
    xml = f'<?xml version="1.0" encoding="{charset}"?><a><id>1</id><from>1</from><to>2</to><text>+2AA-</text></a>'
    document = json.dumps({"id": "1", "from": "1", "to": "2", "text": "\ud800", "charset": charset})
    for written in (form, part, xml, document):
        signed = SignedRequest("POST", URL, {"Content-Type": f"{kind}; charset={charset}"}, written.encode())
        result = handle("generic-x", signed.arriving(AT), settings, unreachable)
        assert result.answer.status in {200, 400}, result.reason
        assert all(sms.text.encode() is not None for sms in result.delivery.messages)


def test_an_explained_charset_does_not_keep_the_next_line_from_its_answer():
    headers = {"Content-Type": f"{FORM}; charset=utf-7", "X-Twilio-Signature": "x"}
    request = {"method": "POST", "url": URL, "headers": headers, "body": "Body=%2B2AA-"}
    lines = [{"provider": "twilio", "secrets": {"auth_token": "t"}, "request": request}] * 2
    ran = CliRunner().invoke(provider_command, ["explain"], input="\n".join(map(json.dumps, lines)))
    assert (ran.exit_code, len(ran.stdout.splitlines())) == (0, 2)


@pytest.mark.parametrize("authentic", [False, True])
def test_where_this_code_stumbles_the_request_comes_again(authentic, monkeypatch):
    def stumble(*_: object) -> None:
        raise KeyError("+996700123456")

    kind = type(webhook.provider("twilio", {}, unreachable))
    monkeypatch.setattr(kind, "parse" if authentic else "verify", stumble)
    result = heard("twilio", SENDERS["twilio"].sign(SMS, URL, AT))
    assert (result.authentic, result.answer.status, result.delivery.messages) == (authentic, 503, ())
    assert "KeyError at webhook.py:" in result.reason
    assert "996700123456" not in result.reason + result.answer.body
    assert "KeyError" not in result.answer.body


def strings(settings: object) -> list[str]:
    if isinstance(settings, dict):
        return [text for value in settings.values() for text in strings(value)]
    if isinstance(settings, list | tuple):
        return [text for value in settings for text in strings(value)]
    return [settings] if isinstance(settings, str) else []


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_holds_a_setting(name):
    """Whoever is refused is told why, and may be anybody."""
    private = {
        "public_url": "https://user:s3cretpass@h.example/x/a-path-token?key=a-query-token",
        "source_addresses": ["198.51.100.0/29"],
    }
    genuine = SENDERS[name].sign(SMS, URL, AT)
    tried = [
        genuine.but(headers={}),
        genuine.but(body=genuine.body + b"x"),
        genuine.but(body=genuine.body.replace(b"OP 1234", b"OP 4321")),
        genuine.but(url="https://other.example/"),
        genuine.but(headers={key: value[:-4] + "AAA=" for key, value in genuine.headers.items()}),
        genuine.but(headers=genuine.headers | {"Content-Type": "text/csv"}),
        genuine.but(method="GET"),
        genuine,
    ]
    hidden = {*strings(private), *strings(dict(SENDERS[name].secrets)), "s3cretpass", "a-path-token", "h.example"}
    answers = [heard(name, signed, **private).answer for signed in tried]
    assert {answer.status for answer in answers} & {401, 403, 503}
    for answer in answers:
        assert not [text for text in hidden if len(text) > 2 and text in answer.body]


@pytest.mark.parametrize("name", ["twilio", "plivo"])
def test_whoever_has_the_settings_is_told_which_url_was_expected(name):
    pasted = "https://h.example/x"
    result = heard(name, SENDERS[name].sign(SMS, URL, AT), public_url=pasted)
    assert result.reason.startswith("bad_signature: the signature does not match: ")
    assert pasted in result.reason


def test_what_a_described_signature_is_of_is_not_told():
    described = {"fields": {"from": "a", "to": "b", "text": "c"}, "signature": {"header": "x", "signs": "{body}pepper"}}
    signed = SignedRequest("POST", URL, {"x": "0"}, b"{}")
    result = handle("generic", signed.arriving(AT), {"secret": "s", "format": described}, unreachable)
    assert (result.answer.status, "pepper" in result.reason, "pepper" in result.answer.body) == (403, True, False)


@pytest.mark.parametrize("name", ["android-sms-gateway", "generic", "vonage-messages", "aws-sns", "infobip"])
def test_a_name_that_is_no_text_is_told_as_one(name):
    result = heard(name, SENDERS[name].sign(SMS, URL, AT).but(body=rb'{"\ud83d": 1, "\ud83d": 2}'))
    result.answer.body.encode()


V2, V2_NONCE = "X-Plivo-Signature-V2", "X-Plivo-Signature-V2-Nonce"


def dedup_guard(signed: SignedRequest) -> str | None:
    """What the request's signature may be used once for; None where it is not taken at all."""
    return heard("plivo", signed).delivery.nonce


@pytest.mark.parametrize("written", [" 123", "123 ", "\t123", "123\xa0", "123\x1c", "\u2003123"])
def test_a_nonce_written_otherwise_is_the_same_nonce(written):
    signed = PlivoSender(version=2).sign_form({"MessageUUID": "1", "From": "1", "To": "2", "Text": "x"}, URL, "123")
    other = signed.but(headers=signed.headers | {V2_NONCE: written})
    assert dedup_guard(signed) is not None
    assert dedup_guard(other) in {None, dedup_guard(signed)}


@pytest.mark.parametrize("nonce", ["1 2", "1\x002", "é", "1" * 201])
@pytest.mark.parametrize("version", [2, 3])
def test_a_nonce_is_printable_ascii(nonce, version):
    fields = {"MessageUUID": "1", "From": "1", "To": "2", "Text": "x"}
    result = heard("plivo", PlivoSender(version=version).sign_form(fields, URL, nonce))
    assert (result.authentic, result.reason.partition(":")[0]) == (False, "bad_nonce")


def test_what_moves_from_the_nonce_to_the_url_is_still_the_same_signature():
    """V2 signs the URL and the nonce with nothing between them."""
    fields = {"MessageUUID": "1", "From": "1", "To": "2", "Text": "x"}
    signed = PlivoSender(version=2).sign_form(fields, URL + "/tok", "12345")
    moved = signed.but(url=URL + "/tok1", headers=signed.headers | {V2_NONCE: "2345"})
    assert heard("plivo", moved).authentic
    assert dedup_guard(moved) == dedup_guard(signed)
