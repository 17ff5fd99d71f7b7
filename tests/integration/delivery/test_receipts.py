"""Receipts in any order, twice, early, never, and with faults at every call: what the SMS's row says, and who sends."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aws_faults import Wire, unreachable
from carrier_apis import Vendors, serving
from pipeline import Pipeline, stored

from chalicelib.entrypoints.deliver import deliver as deliver_function
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.rehearsal.senders.vonage_messages import VonageMessagesSender
from chalicelib.services import outbox
from chalicelib.services.delivery.deliver import deliver
from chalicelib.services.delivery.receipts import take_receipt
from chalicelib.services.intake.receive import receive
from chalicelib.services.sweep import Progress, sweep
from chalicelib.store import keys
from chalicelib.store.message_rows import SentPointer, pointed_at
from chalicelib.store.messages import Message
from chalicelib.store.queues import Queue
from chalicelib.store.receipts import ReceiptRow
from chalicelib.store.tables import put_new

LONG = dt.timedelta(minutes=20)
URL = "https://example.org/webhooks/"


@pytest.fixture
def vendors(configure: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "twilio,plivo")
    monkeypatch.setenv("BAYKOO_API_URL", URL.removesuffix("/webhooks/"))
    with serving() as made:
        for name, settings in made.settings().items():
            configure(name, settings)
        yield made


def row(pipeline: Pipeline, queue: Queue = "out") -> Message:
    key = f"{pipeline.election.id}-told-{next(pipeline.ids)}"
    assert put_new(outbox.sms_row(key, "+996700123456", key, outbox.Origin("e", "tested", pipeline.now, queue)))
    return stored(key)


def sent(pipeline: Pipeline, queue: Queue = "out") -> Message:
    message = row(pipeline, queue)
    assert deliver(message, pipeline.now) == "sent"
    return stored(message.key)


def stored_receipt(key: str) -> ReceiptRow:
    return ReceiptRow.get(key, consistent_read=True)


def tell(pipeline: Pipeline, reference: str, status: str) -> ReceiptRow:
    """Have Twilio tell what became of an SMS; returns the receipt's row."""
    signed = TwilioSender().sign_form({"MessageSid": reference, "MessageStatus": status}, f"{URL}twilio")
    assert receive("twilio", signed.arriving(pipeline.now)).status == 200
    state = {"delivered": "delivered", "undelivered": "failed"}.get(status, "on_its_way")
    return stored_receipt(keys.receipt("twilio", reference, state))


def told(pipeline: Pipeline, message: Message, status: str) -> str:
    return take_receipt(tell(pipeline, str(message.reference), status), pipeline.now)


def test_the_vendor_is_told_where_receipts_go(pipeline: Pipeline, vendors: Vendors) -> None:
    sent(pipeline)
    assert vendors.asked[0].fields["StatusCallback"] == f"{URL}twilio"


def test_a_receipt_costs_intake_one_put_and_can_come_twice(pipeline: Pipeline, vendors: Vendors, wire: Wire) -> None:
    message = sent(pipeline)
    tell(pipeline, str(message.reference), "delivered")
    wire.listen()
    tell(pipeline, str(message.reference), "delivered")
    assert wire.calls == ["PutItem", "GetItem"], "the GetItem is this test's own"


@pytest.mark.parametrize(
    "statuses",
    [
        order
        for words in (("sent", "delivered"), ("sent", "delivered", "undelivered"))
        for order in itertools.permutations(words)
    ],
    ids="-".join,
)
def test_delivered_wins_in_any_order_and_however_often(
    statuses: tuple[str, ...], pipeline: Pipeline, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "twilio")
    message = sent(pipeline)
    for status in statuses * 2:
        told(pipeline, message, status)
    row = stored(message.key)
    assert (row.state, row.receipt, row.pending, row.carrier) == ("sent", "delivered", None, "twilio")
    assert vendors.order() == ["twilio"]


@pytest.mark.parametrize("queue", ["out", "alert"])
def test_what_is_lost_goes_to_the_next_carrier_once(queue: Queue, pipeline: Pipeline, vendors: Vendors) -> None:
    message = sent(pipeline, queue)
    for _ in range(3):
        told(pipeline, message, "undelivered")
    again = stored(message.key)
    assert (again.state, again.carrier, again.lost, again.asked) == ("sent", "plivo", ["twilio"], ["twilio", "plivo"])
    assert "twilio: did not deliver it" in str(again.last_error)
    assert vendors.order() == ["twilio", "plivo"]
    told(pipeline, message, "sent")
    assert stored(message.key).receipt is None, "who lost it has no more to say but that it came after all"
    told(pipeline, message, "delivered")
    assert stored(message.key).receipt == "delivered"


def test_what_nobody_delivers_is_failed_and_told_to_the_alarms(
    pipeline: Pipeline, vendors: Vendors, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "twilio")
    message = sent(pipeline, "alert")
    receipt = tell(pipeline, str(message.reference), "undelivered")
    record = {"dynamodb": {"SequenceNumber": "1", "NewImage": receipt.serialize()}}
    assert deliver_function({"Records": [record, record]}, None) == {"batchItemFailures": []}
    row = stored(message.key)
    assert (row.state, row.receipt, row.lost, row.pending) == ("failed", "failed", ["twilio"], None)
    assert capsys.readouterr().out.replace(" ", "").count('"OutboxFailed":[1') == 1
    assert vendors.order() == ["twilio"]


def test_a_receipt_before_its_sms_is_known_waits_and_one_of_nothing_is_shown(
    pipeline: Pipeline, vendors: Vendors
) -> None:
    message = sent(pipeline)
    pointer = SentPointer.get(keys.sent("twilio", str(message.reference)))
    pointer.delete()
    receipt = tell(pipeline, str(message.reference), "delivered")
    stranger = tell(pipeline, f"{pipeline.election.id}-nobody", "delivered")
    for value in (receipt, stranger):
        assert take_receipt(value, pipeline.now) == "waiting"
    pointer.save()
    pipeline.now += LONG
    sweep(lambda: 60.0, lambda: pipeline.now)
    assert stored_receipt(receipt.key).state == "matched"
    assert stored(message.key).receipt == "delivered"
    assert stored_receipt(stranger.key).state == "waiting"
    pipeline.now += dt.timedelta(days=1)
    swept = sweep(lambda: 60.0, lambda: pipeline.now)
    assert "receipt" not in swept.oldest_seconds
    gone = stored_receipt(stranger.key)
    assert (gone.state, gone.pending, gone.due_at) == ("unmatched", None, None)
    assert swept.progress[Progress.UNMATCHED] == 1


def test_a_provider_that_carries_nothing_has_nothing_to_say(pipeline: Pipeline, vendors: Vendors) -> None:
    other = row(pipeline)
    vonages = ReceiptRow("receipt#vonage-sms#1", stored_at=pipeline.now)
    vonages.provider, vonages.reference, vonages.receipt = "vonage-sms", other.key, "delivered"
    assert put_new(vonages)
    assert take_receipt(vonages, pipeline.now) == "waiting"
    assert stored(other.key).state == "queued"


def test_a_receipt_of_an_sms_that_is_being_sent_waits(pipeline: Pipeline, vendors: Vendors) -> None:
    message = sent(pipeline)
    claimed = [Message.state.set("sending"), Message.due_at.set(pipeline.now + LONG), Message.carrier.remove()]
    message.update(actions=claimed)
    assert told(pipeline, message, "delivered") == "waiting"
    assert stored(message.key).receipt is None


@pytest.mark.parametrize(("queue", "most"), [("out", 2), ("alert", 2)])
def test_silence_is_doubt_only_where_the_settings_say_so(
    queue: Queue, most: int, pipeline: Pipeline, vendors: Vendors, configure: Any
) -> None:
    quiet = sent(pipeline, queue)
    assert (quiet.pending, quiet.due_at) == (None, None)
    for name, settings in vendors.settings(receipt_minutes=5).items():
        configure(name, settings)
    vendors.asked.clear()
    heard, message = sent(pipeline, queue), sent(pipeline, queue)
    told(pipeline, heard, "sent")
    for _ in range(4):
        pipeline.now += dt.timedelta(minutes=6)
        swept = sweep(lambda: 60.0, lambda: pipeline.now)
        assert max(swept.oldest_seconds.values()) <= 0, "waiting for a receipt is nothing to ring for"
    assert vendors.taken() == {heard.key: 1, message.key: most}
    row = stored(message.key)
    assert (row.state, row.carrier, row.pending, row.doubts) == ("sent", "plivo", None, 2)
    assert "no receipt came" in str(row.last_error)
    assert stored(quiet.key).doubts is None


def test_a_pointer_that_cannot_be_stored_sends_nothing_twice(
    pipeline: Pipeline, vendors: Vendors, configure: Any, wire: Wire
) -> None:
    configure("twilio", vendors.settings(receipt_minutes=5)["twilio"])
    message = row(pipeline)
    wire.cut_all = lambda operation, _place, when: unreachable() if (operation, when) == ("PutItem", "before") else None
    assert deliver(message, pipeline.now) == "sent"
    wire.mend()
    assert (stored(message.key).pending, pointed_at("twilio", str(stored(message.key).reference))) == (None, None)
    assert told(pipeline, stored(message.key), "sent") == "waiting"
    pipeline.now += LONG
    sweep(lambda: 60.0, lambda: pipeline.now)
    assert vendors.order() == ["twilio"]


def test_a_receipt_ends_the_doubt_whether_it_was_sent(
    pipeline: Pipeline, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "vonage-messages,plivo")
    vendors.answers["vonage-messages"] = lambda _place: (500, {})
    sender = VonageMessagesSender()
    for status, attempts, state in (("delivered", 1, "sent"), ("rejected", 2, "sent")):
        vendors.asked.clear()
        message = row(pipeline, "alert")
        assert deliver(message, pipeline.now) == "queued"
        assert stored(message.key).asked == ["vonage-messages"]
        body = json.dumps({"message_uuid": "u-1", "client_ref": message.key, "status": status}).encode()
        signed = sender.sign_body(body, f"{URL}vonage-messages", pipeline.now)
        assert receive("vonage-messages", signed.arriving(pipeline.now)).status == 200
        told_as = {"delivered": "delivered", "rejected": "failed"}[status]
        take_receipt(stored_receipt(keys.receipt("vonage-messages", message.key, told_as)), pipeline.now)
        assert stored(message.key).state == state
        pipeline.now += LONG
        sweep(lambda: 60.0, lambda: pipeline.now)
        assert len(vendors.asked) == attempts
