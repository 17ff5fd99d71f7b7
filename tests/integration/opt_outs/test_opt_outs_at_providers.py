"""Opting out at the provider: what it tells of an SMS, and whom it refuses to carry to."""

import contextlib
import datetime as dt
from collections.abc import Callable

import pytest
from aws_faults import Wire, answered, failed, killed, silent
from opt_out_rows import opted_out, trail
from pipeline import Pipeline, stored

from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.services import outbox
from chalicelib.services.clients import provider_api, provider_settings
from chalicelib.services.delivery.deliver import CLAIMED_FOR, deliver
from chalicelib.services.intake.receive import receive
from chalicelib.services.opt_outs.listing import list_opt_outs
from chalicelib.services.processing.process import process
from chalicelib.store.messages import Message
from chalicelib.store.tables import put_new

SECOND = dt.timedelta(seconds=1)
FAULTS = {"killed": killed, "failed": failed, "silent": silent}


def by_twilio(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, text: str, **more: str) -> Message:
    """An SMS as Twilio hands it in, processed."""
    sender = TwilioSender()
    monkeypatch.setattr(provider_settings, "provider_secrets", lambda name, fresh=False: sender.secrets)
    sms = Sms(f"SM{pipeline.election.id}{next(pipeline.ids)}", pipeline.phone(), pipeline.number, text, pipeline.now)
    signed = sender.sign(sms, "https://example.org/webhooks/twilio", pipeline.now, **more)
    assert receive("twilio", signed.arriving(pipeline.now)).status == 200
    process(stored(f"twilio#{sms.id}"), pipeline.now)
    return stored(f"twilio#{sms.id}")


def test_what_the_provider_has_found_is_obeyed_and_not_answered_twice(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = by_twilio(pipeline, monkeypatch, "БҮТТҮ", OptOutType="STOP")
    assert (message.state, pipeline.reply(message)) == ("opted_out", None), "Twilio has answered it"
    assert [(opt_out.phone, opt_out.source) for opt_out in list_opt_outs(pipeline.election)] == [
        (pipeline.phone(), "provider")
    ]
    assert by_twilio(pipeline, monkeypatch, "HELP", OptOutType="HELP").state == "unrecognised"
    pipeline.now += SECOND
    assert by_twilio(pipeline, monkeypatch, "YES", OptOutType="START").state == "opted_in"
    assert opted_out(pipeline) == []


@pytest.mark.parametrize(("text", "state"), [("CANCEL", "held"), ("OP A1 B0700 C7 D1 E900", "accepted")])
def test_a_cancellation_or_report_in_which_the_provider_finds_an_opt_out_stays_one(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, text: str, state: str
) -> None:
    assert by_twilio(pipeline, monkeypatch, text, OptOutType="STOP").state == state
    assert opted_out(pipeline) == [pipeline.phone()]
    assert pipeline.differences() == ()


def refused_row(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Message:
    """An SMS in the outbox of a stack whose provider keeps it from one who has opted out there."""
    settings = {"account_sid": "AC1", "auth_token": "t", "sender": "+1555"}
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "twilio")
    monkeypatch.setattr(provider_api, "provider_secrets", lambda name: settings)
    monkeypatch.setattr(provider_api, "exchange", lambda request: (400, {}, b'{"code": 21610}'))
    key = f"{pipeline.election.id}-refused-{next(pipeline.ids)}"
    origin = outbox.Origin(pipeline.election.id, "tested", pipeline.now)
    assert put_new(outbox.sms_row(key, pipeline.phone(), "Text", origin))
    return stored(key)


def test_a_phone_that_the_provider_refuses_is_known_to_have_opted_out(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        refused = refused_row(pipeline, monkeypatch)
        assert deliver(refused, pipeline.now) == "opted_out"
        row = stored(refused.key)
        assert (row.state, row.attempts, row.pending, row.due_at) == ("opted_out", 1, None, None)
        assert "21610" in row.last_error
        pipeline.now += SECOND
    assert [(opt_out.phone, opt_out.source) for opt_out in list_opt_outs(pipeline.election)] == [
        (pipeline.phone(), "provider")
    ]
    assert trail(pipeline) == [("the carrier", "opted out")]
    pipeline.say(pipeline.phone(), "START")
    assert opted_out(pipeline) == []


def test_a_refusal_from_before_a_start_does_not_undo_it(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = refused_row(pipeline, monkeypatch)
    pipeline.say(pipeline.phone(), "START", sent_at=pipeline.now + SECOND)
    assert deliver(refused, pipeline.now) == "opted_out"
    assert opted_out(pipeline) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_while_a_refusal_is_noted_and_it_is_noted_in_the_end(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, wire: Wire, when: str, fault: Callable[[], BaseException]
) -> None:
    refused = refused_row(pipeline, monkeypatch)
    wire.listen()
    wire.cut_all = lambda operation, place, at: fault() if operation == "TransactWriteItems" and at == when else None
    with contextlib.suppress(BaseException):
        deliver(refused, pipeline.now)
    assert wire.calls.count("TransactWriteItems") >= 1
    wire.mend()
    for _ in range(2):
        pipeline.now += CLAIMED_FOR + SECOND
        deliver(stored(refused.key), pipeline.now)
    assert stored(refused.key).state == "opted_out"
    assert opted_out(pipeline) == [pipeline.phone()]
    assert len(trail(pipeline)) == 1


def test_sns_refuses_as_a_provider_does(pipeline: Pipeline, wire: Wire) -> None:
    key = f"{pipeline.election.id}-sns"
    assert put_new(
        outbox.sms_row(key, pipeline.phone(), "Text", outbox.Origin(pipeline.election.id, "t", pipeline.now))
    )
    wire.listen()
    wire.cut_all = lambda operation, place, when: (
        answered("OptedOut")() if operation == "Publish" and when == "before" else None
    )
    assert deliver(stored(key), pipeline.now) == "opted_out"
    assert opted_out(pipeline) == [pipeline.phone()]
