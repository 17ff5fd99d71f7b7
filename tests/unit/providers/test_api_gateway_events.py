"""What providers send, as API Gateway hands it on: bytes that are not UTF-8, stages, query strings, header case."""

import base64
import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urlsplit

import pytest

import chalicelib.entrypoints.intake as intake_handler
from app import app
from chalicelib.providers.contract import Answer, WebhookRequest
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.senders.unsigned import KannelSender

AT = dt.datetime(2017, 10, 15, 10, 0, tzinfo=dt.UTC)
HOST = "abc.execute-api.eu-central-1.amazonaws.com"
URL = f"https://{HOST}/api/webhooks/kannel"
KANNEL = KannelSender()


def api_gateway_event(signed: SignedRequest, provider: str, *, token: str | None = None) -> dict[str, Any]:
    """The event of a REST API's proxy integration with the binary media type */* (payload format 1.0).

    Queries are decoded as UTF-8, what is none is U+FFFD; bodies are base64 (Developer Guide, "Important notes" and
    "Content type conversions").
    """
    parts = urlsplit(signed.url)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="replace"):
        query.setdefault(name, []).append(value)
    headers = {"Host": HOST, "X-Forwarded-Proto": "https", **signed.headers}
    return {
        "resource": "/webhooks/{provider}" + ("/{token}" if token else ""),
        "path": parts.path.removeprefix("/api"),
        "httpMethod": signed.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"provider": provider, **({"token": token} if token else {})},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/webhooks/{provider}" + ("/{token}" if token else ""),
            "httpMethod": signed.method,
            "path": parts.path,
            "stage": "api",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": base64.b64encode(signed.body).decode() if signed.body else None,
        "isBase64Encoded": bool(signed.body),
    }


@pytest.fixture
def intake(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What intake makes of an event: the result of the provider's adapter, under the secrets in `secrets`."""
    seen: dict[str, Any] = {}

    def receive(provider: str, request: WebhookRequest) -> Answer:
        at = WebhookRequest(request.method, request.url, request.headers, request.body, AT, request.source_ip)
        seen["request"] = request
        seen["result"] = handle(provider, at, seen["secrets"], lambda url: pytest.fail(f"fetched {url}"))
        answer: Answer = seen["result"].answer
        return answer

    monkeypatch.setattr(intake_handler, "receive", receive)
    return seen


def through_api_gateway(
    intake: dict[str, Any], signed: SignedRequest, secrets: Mapping[str, object], provider: str = "kannel"
) -> WebhookResult:
    intake["secrets"] = dict(secrets)
    answer = app(api_gateway_event(signed, provider), SimpleNamespace())
    result: WebhookResult = intake["result"]
    assert answer["statusCode"] == result.answer.status
    return result


def sms(text: str) -> Sms:
    return Sms("1", "+996502000111", "+996700000000", text, AT)


@pytest.mark.parametrize(
    ("text", "charset", "codec"),
    [
        ("ӨҢҮ А1", "UTF-16BE", "utf-16-be"),
        ("ОП A1", "windows-1251", "windows-1251"),
        ("café", "ISO-8859-1", "latin-1"),
    ],
)
def test_l1_a_posted_text_comes_as_it_was_sent(intake: dict[str, Any], text: str, charset: str, codec: str) -> None:
    signed = KANNEL.sign_post(sms(text), URL).but(body=text.encode(codec))
    headers = {name: value for name, value in signed.headers.items() if name.lower() != "content-type"}
    signed = signed.but(headers={**headers, "Content-Type": f"text/plain; charset={charset}"})
    [message] = through_api_gateway(intake, signed, KANNEL.secrets).delivery.messages
    assert message.text == text


@pytest.mark.parametrize(("charset", "content"), [("ISO-8859-1", b"caf\xe9"), ("UTF-16BE", "ӨҢ".encode("utf-16-be"))])
def test_l1_a_query_that_is_no_utf8_is_refused_and_kept(intake: dict[str, Any], charset: str, content: bytes) -> None:
    signed = KannelSender(charset).sign(sms(""), URL, AT)
    result = through_api_gateway(intake, signed.but(url=signed.url + quote_from_bytes(content)), KANNEL.secrets)
    assert (result.answer.status, result.delivery.messages) == (400, ())
    [why] = result.delivery.unread
    assert "damaged" in why
    assert result.raw, "what came is kept for a person"


def test_l1_a_part_whose_reference_is_no_utf8_is_no_sms_of_its_own(intake: dict[str, Any]) -> None:
    signed = KannelSender("UTF-8").sign(sms("one of two"), URL, AT, b"\x05\x00\x03\xcc\x02\x01")
    result = through_api_gateway(intake, signed, KANNEL.secrets)
    assert (result.answer.status, result.delivery.messages) == (400, ())


def test_a_query_in_utf8_comes_as_it_was_sent(intake: dict[str, Any]) -> None:
    signed = KannelSender("UTF-8").sign(sms("ӨҢҮ А1 +&%"), URL, AT)
    [message] = through_api_gateway(intake, signed, KANNEL.secrets).delivery.messages
    assert message.text == "ӨҢҮ А1 +&%"


@pytest.mark.parametrize("case", [str.lower, str.upper], ids=["lower", "upper"])
@pytest.mark.parametrize("name", ["generic", "twilio", "plivo", "vonage-sms", "infobip"])
def test_a_genuine_request_is_taken_by_its_url_with_the_stage_and_headers_in_any_case(
    intake: dict[str, Any], name: str, case: Any
) -> None:
    sender = SENDERS[name]
    signed = sender.sign(sms("OP A1"), f"https://{HOST}/api/webhooks/{name}", AT)
    signed = signed.but(headers={case(header): value for header, value in signed.headers.items()})
    result = through_api_gateway(intake, signed, sender.secrets, name)
    assert result.answer.status < 300, result.reason
    assert [message.text for message in result.delivery.messages] == ["OP A1"]
