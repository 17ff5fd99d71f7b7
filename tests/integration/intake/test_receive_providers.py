"""What a webhook's request may bring beside one SMS: several, a nonce, a subscription, an id with another content."""

import json
from typing import Any

import pytest
from aws_faults import Wire, unreachable
from pipeline import Pipeline, stored

from chalicelib.observation.sms.states import Flag
from chalicelib.providers.inbound import Delivery
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.plivo import PlivoSender
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.rehearsal.senders.unsigned import InfobipSender
from chalicelib.services.intake import receive as receiving
from chalicelib.services.intake.receive import receive
from chalicelib.services.processing.process import process
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message
from chalicelib.store.queues import pending_in

URL = "https://example.org/webhooks/"


def sms(pipeline: Pipeline, name: str, text: str = "OP A1") -> Sms:
    return Sms(f"{pipeline.election.id}-{name}", pipeline.phone(), pipeline.number, text, pipeline.now)


def test_an_id_that_comes_with_another_content_is_kept_beside_the_first(pipeline: Pipeline, wire: Wire) -> None:
    first = pipeline.send(pipeline.phone(), "OP A1", message_id="same")
    wire.listen()
    for _ in range(2):
        assert pipeline.post(pipeline.phone(), "OP B0730", message_id="same")[1].status == 200
    assert set(wire.calls) == {"PutItem"}, "intake may read nothing"
    rows = list(Message.scan(Message.key.startswith(first.key), consistent_read=True))
    assert sorted(row.text or "" for row in rows) == ["OP A1", "OP B0730"]
    other = next(row for row in rows if row.key != first.key)
    assert (other.flag, other.about, stored(first.key).flag) == (Flag.OTHER_CONTENT, first.key, None)
    for row in rows:
        process(row, pipeline.now)
    assert {stored(row.key).state for row in rows} == {"accepted"}
    assert pipeline.summary()["nation"]["messages"]["received"] == 2
    assert pipeline.differences() == ()


def test_a_nonce_proves_one_message_only(pipeline: Pipeline, configure: Any) -> None:
    sender = PlivoSender(version=2)
    configure("plivo", sender.secrets)
    good = sender.sign(sms(pipeline, "one"), f"{URL}plivo", pipeline.now)
    forged = good.but(body=good.body.replace(b"OP+A1", b"OP+A0"))
    assert forged.body != good.body
    for request, status in ((good, 200), (good, 200), (forged, 403), (good, 200)):
        assert receive("plivo", request.arriving(pipeline.now)).status == status
    assert stored(f"plivo#{pipeline.election.id}-one").text == "OP A1"
    assert not list(Message.scan(Message.text_as_sent == "OP A0", consistent_read=True))


def test_a_genuine_request_that_cannot_be_read_is_kept_once(pipeline: Pipeline, configure: Any, wire: Wire) -> None:
    sender = TwilioSender()
    configure("twilio", sender.secrets)
    fields = {"MessageSid": f"{pipeline.election.id}-one", "To": pipeline.number, "Body": "OP A1"}
    request = sender.sign_form(fields, f"{URL}twilio").arriving(pipeline.now)
    wire.listen()
    for _ in range(2):
        assert receive("twilio", request).status == 400
    assert set(wire.calls) - {"GetParametersByPath"} == {"GetParameter", "PutItem"}, "intake may read settings alone"
    [row] = list(Message.scan(Message.raw == request.body.decode(), consistent_read=True))
    assert row.key.startswith("twilio#unreadable#")
    assert (row.state, row.reason) == ("held", "unreadable")
    assert row.last_error == "missing_field: the field From is missing"
    assert (row.sender, row.text, row.stored_at) == (None, None, pipeline.now)
    assert row.pending == pending_in("held", row.key)
    assert process(row, pipeline.now) == ()
    assert stored(row.key).state == "held"
    assert pipeline.differences() == ()


def test_one_nonce_keeps_one_request_that_cannot_be_read(pipeline: Pipeline, configure: Any) -> None:
    sender = PlivoSender(version=2)
    configure("plivo", sender.secrets)
    good = sender.sign_form({"From": pipeline.phone()}, f"{URL}plivo", f"nonce-{pipeline.election.id}")
    filling = good.but(body=good.body + b"&x=1")
    answers = [receive("plivo", row.arriving(pipeline.now)).status for row in (good, good, filling)]
    assert answers == [400, 400, 403]


def test_a_request_with_an_sms_that_cannot_be_read_brings_the_others_and_is_kept(
    pipeline: Pipeline, configure: Any
) -> None:
    sender = InfobipSender()
    configure("infobip", sender.secrets)
    signed = sender.sign(sms(pipeline, "one"), f"{URL}infobip", pipeline.now)
    results = [*json.loads(signed.body)["results"], {"text": pipeline.election.id}]
    request = signed.but(body=json.dumps({"results": results}).encode()).arriving(pipeline.now)
    assert receive("infobip", request).status == 200
    assert stored(f"infobip#{pipeline.election.id}-one").state == "received"
    kept = list(Message.scan(Message.last_error.startswith("missing_field: results[1]"), consistent_read=True))
    assert [row.raw for row in kept] == [request.body.decode()]


def test_several_messages_are_stored_whole_or_come_again(pipeline: Pipeline, configure: Any, wire: Wire) -> None:
    sender = InfobipSender()
    configure("infobip", sender.secrets)
    two = [sender.sign(sms(pipeline, name), f"{URL}infobip", pipeline.now) for name in ("a", "b")]
    results = [result for row in two for result in json.loads(row.body)["results"]]
    request = two[0].but(body=json.dumps({"results": results, "messageCount": 2}).encode()).arriving(pipeline.now)
    keys = [f"infobip#{pipeline.election.id}-{name}" for name in ("a", "b")]
    puts = iter(range(100))
    wire.cut_all = lambda operation, _place, when: (
        unreachable() if (operation, when) == ("PutItem", "before") and next(puts) > 0 else None
    )
    assert receive("infobip", request).status == 503
    assert [get(key) is not None for key in keys] == [True, False]
    wire.mend()
    assert receive("infobip", request).status == 200
    assert all(get(key) is not None for key in keys)


@pytest.mark.parametrize("works", [True, False])
def test_a_subscription_is_confirmed_before_the_answer(
    works: bool, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def fetch(url: str) -> bytes:
        read.append(url)
        if not works:
            raise OSError("no answer")
        return b""

    monkeypatch.setattr(receiving, "fetch", fetch)
    handle = receiving.handle
    confirmation = Delivery(confirm_url="https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription")

    def heard(*arguments: Any) -> receiving.WebhookResult:
        real = handle(*arguments)
        return receiving.WebhookResult(real.authentic, real.reason, real.answer, real.raw, confirmation)

    monkeypatch.setattr(receiving, "handle", heard)
    _, answer = pipeline.post(pipeline.phone(), "OP A1")
    assert (answer.status, read) == (200 if works else 503, [confirmation.confirm_url])


def test_a_described_provider_has_settings_of_its_own(pipeline: Pipeline, configure: Any) -> None:
    configure("generic-second", {"secrets": [pipeline.secret]})
    request = GenericSender(pipeline.secret).sign(sms(pipeline, "one"), f"{URL}generic-second", pipeline.now)
    assert receive("generic-second", request.arriving(pipeline.now)).status == 200
    assert stored(f"generic-second#{pipeline.election.id}-one").provider == "generic-second"
