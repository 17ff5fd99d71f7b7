"""What the simulation of docs/scale.md takes for an SMS's units is what the code asks of DynamoDB today."""

import datetime as dt
import json
import sys
import uuid

from aws_faults import Wire
from pipeline import Load, Pipeline, stored
from unit_meter import WriteMeter

from chalicelib.services.delivery.deliver import deliver
from chalicelib.services.processing.process import process
from chalicelib.store.feed import FeedRow, Line
from infra.scale.measured_costs import MeasuredCosts

TEXTS = {"accepted": "ОТКРЫТИЕ A1 B0730 C12 D1 E1668", "incident": "IN 3 they beat us", "stranger": "who am I"}
MOST_APART = 1.0


def units_of(pipeline: Pipeline, wire: Wire, phone: str, text: str) -> tuple[str, dict[str, float], dict[str, float]]:
    """The message's key, the units that storing it took, and those of its outcome."""
    put, done = WriteMeter(wire), WriteMeter(wire)
    with put:
        key, answer = pipeline.post(phone, text, message_id=f"SM{uuid.uuid4().hex}")
    assert answer.status == 200
    message = stored(key)
    with done:
        process(message, pipeline.now)
    return key, dict(put.writes), dict(done.writes)


def test_the_simulation_s_units_are_the_code_s(load: Load, wire: Wire) -> None:
    pipeline = load()
    pipeline.say(pipeline.phone(), "OP A1")  # the election is known to the process
    measured: dict[str, dict[str, float]] = {}
    for place, (kind, text) in enumerate(TEXTS.items(), start=1):
        phone = "+996777654322" if kind == "stranger" else pipeline.observers(place)[0].phones[0]
        key, measured["stored"], measured[kind] = units_of(pipeline, wire, phone, text)
        if kind == "accepted":
            reply = stored(f"reply#{key}")
            with (meter := WriteMeter(wire)):
                assert deliver(reply, pipeline.now) == "sent"
            measured["sent"] = dict(meter.writes)
    lines = [Line(f"twilio#SM{n:032x}", "in", "accepted", "Bishkek", "twilio", "0123", "2090-10-15T08:00:00+00:00")
             for n in range(100)]  # fmt: skip
    written = FeedRow("feed#e", "1", lines=[list(vars_of(line)) for line in lines], expires=dt.datetime.now(dt.UTC))
    feed = len(json.dumps(written.serialize(), ensure_ascii=False).encode()) / len(lines)
    sys.stdout.write(json.dumps(measured | {"feed_bytes": round(feed)}, indent=1))
    known = MeasuredCosts.read()
    for kind, units in measured.items():
        expected = getattr(known, kind)
        apart = {place: (expected.get(place), amount) for place, amount in units.items()
                 if abs(amount - expected.get(place, 0.0)) > MOST_APART}  # fmt: skip
        assert not apart, (kind, apart)
        assert set(expected) == {place for place, amount in units.items() if amount}, kind
    assert abs(feed - known.feed_bytes) < 0.1 * known.feed_bytes


def vars_of(line: Line) -> tuple[str | None, ...]:
    return (line.key, line.direction, line.state, line.region, line.provider, line.observer, line.at)
