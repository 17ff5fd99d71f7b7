"""The stand-in for the providers' send APIs is asked and understood by the providers' own code."""

import datetime as dt
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from send_apis.send_api import Failing, SendApi
from send_apis.send_table import SENDING

from chalicelib.providers.contract import CannotSend, OutboundSms, Provider, SendOutcome
from chalicelib.providers.inbound import ReceiptState
from chalicelib.providers.table import NAMES, provider
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal.senders.table import SENDERS

AT = dt.datetime(2017, 10, 15, 4, 0, tzinfo=dt.UTC)
TEXT = "Ооба & 1234 = €"
NUMBER = "+996700123456"
RECEIPTS = sorted(set(SENDING) - {"generic"})
NAMED_BY_US = {"android-sms-gateway", "generic"}


@pytest.fixture
def api() -> Iterator[SendApi]:
    with SendApi() as started:
        yield started


def carrier(api: SendApi, name: str) -> Provider:
    return provider(name, {**SENDERS[name].secrets, **api.settings_of(name)}, lambda url: b"")


def sms(key: str = "reply#1") -> OutboundSms:
    return OutboundSms(key, NUMBER, TEXT, AT, receipt_url="https://example.org/webhooks/here")


def send(api: SendApi, name: str, key: str = "reply#1") -> SendOutcome:
    sending = carrier(api, name)
    request = sending.send_request(sms(key))
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(request.method, target, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        return sending.read_send_answer(answer.status, dict(answer.headers), answer.read())
    finally:
        connection.close()


def test_every_provider_that_sends_is_there(api: SendApi) -> None:
    for name in set(NAMES) - set(SENDING):
        with pytest.raises(CannotSend):
            provider(name, {"secrets": "x"}, lambda url: b"").send_request(sms())


@pytest.mark.parametrize("name", SENDING)
def test_an_sms_is_taken_and_its_reference_told(name: str, api: SendApi) -> None:
    outcome = send(api, name)
    [request] = api.taken
    assert (outcome.verdict, request.provider, request.text) == ("sent", name, TEXT)
    assert request.to.removeprefix("+") == NUMBER.removeprefix("+")
    reference = carrier(api, name).send_request(sms()).reference
    assert request.reference == (reference or outcome.reference)


@pytest.mark.parametrize("name", SENDING)
def test_a_repetition_is_another_sms_unless_the_key_is_known(name: str, api: SendApi) -> None:
    for key in ("one", "one", "two"):
        assert send(api, name, key).verdict == "sent"
    assert len(api.taken_by(name)) == (2 if name in NAMED_BY_US else 3)
    assert api.asked == [name] * 3


@pytest.mark.parametrize("name", SENDING)
def test_it_fails_when_told_to(name: str, api: SendApi) -> None:
    api.fail(name, Failing(after=1, status=429, retry_after=7))
    outcomes = [send(api, name, key) for key in ("one", "two")]
    assert [(outcome.verdict, outcome.retry_after) for outcome in outcomes] == [("sent", None), ("not_sent", 7)]
    api.fail(name, Failing(status=500))
    assert send(api, name, "three").verdict == "in_doubt"
    api.fail(name, Failing(status=None))
    with pytest.raises(http.client.RemoteDisconnected):
        send(api, name, "four")
    assert len(api.taken) == 1
    api.fail(name, Failing(status=None, takes=True))
    with pytest.raises(http.client.RemoteDisconnected):
        send(api, name, "five")
    api.fail(name, None)
    assert send(api, name, "six").verdict == "sent"
    assert [sms.provider for sms in api.taken] == [name] * 3


def test_one_failing_leaves_the_others_well(api: SendApi) -> None:
    api.fail("infobip", Failing())
    assert [send(api, name).verdict for name in ("infobip", "kannel")] == ["in_doubt", "sent"]


@pytest.mark.parametrize("body", [b"{}", b'{"messages": []}', b"[]"])
def test_what_is_no_sms_is_refused(body: bytes, api: SendApi) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(
            urllib.request.Request(f"{api.url}/sms/3/messages", body, {"Content-Type": "application/json"})
        )
    assert not api.taken


@pytest.mark.parametrize("name", RECEIPTS)
@pytest.mark.parametrize("state", ["on_its_way", "delivered", "failed"])
def test_a_receipt_is_authentic_and_says_what_became_of_it(name: str, state: ReceiptState, api: SendApi) -> None:
    send(api, name)
    signed = api.receipt(api.taken[0], state, SENDERS[name], "https://example.org/webhooks/told-by-hand")
    heard = handle(name, signed.arriving(dt.datetime.now(dt.UTC)), SENDERS[name].secrets, lambda url: b"")
    assert (heard.authentic, heard.answer.status) == (True, 200), heard.reason
    [receipt] = heard.delivery.receipts
    assert (receipt.id, receipt.state) == (api.taken[0].reference, state)
