"""What an accepted report costs in DynamoDB, from the webhook to tallies and queued reply."""

import sys
import uuid
from collections.abc import Callable, Mapping

from aws_faults import Wire
from pipeline import Pipeline, stored
from report_texts import REPORT_TEXTS
from unit_meter import WriteMeter

from chalicelib.observation.elections.election import Observer
from chalicelib.services.processing.process import process

MOST_REQUESTS = 3
MOST_WRITE_UNITS = 16


def test_an_accepted_report_costs_three_requests_and_sixteen_write_units(
    pipeline: Pipeline, wire: Wire, record_property: Callable[[str, object], None]
) -> None:
    lead, other = pipeline.observers(2)
    pipeline.say(lead.phones[0], "OP A1")  # the election is known to the process
    costs: dict[str, WriteMeter] = {}
    for form, texts in REPORT_TEXTS.items():
        for observer, text in zip((lead, other), texts, strict=True):
            costs[f"{form} {'lead' if observer is lead else 'other'}"] = _metered(pipeline, wire, observer, text)
    sys.stdout.write(_table(costs))
    most = max(meter.write_units for meter in costs.values())
    requests = max(len(meter.requests) for meter in costs.values())
    record_property("figure", ("an accepted report: requests, write units at most", requests, f"{most:g}"))
    assert pipeline.differences() == ()
    for name, meter in costs.items():
        assert len(meter.requests) <= MOST_REQUESTS, (name, meter.requests)
        assert meter.write_units <= MOST_WRITE_UNITS, (name, dict(meter.writes))


def _metered(pipeline: Pipeline, wire: Wire, observer: Observer, text: str) -> WriteMeter:
    meter = WriteMeter(wire)
    words = text.format(station=observer.station)
    assert not words.isascii()
    with meter:
        key, answer = pipeline.post(observer.phones[0], words, message_id=str(uuid.uuid4()))
    message = stored(key)
    with meter:
        process(message, pipeline.now)
    assert answer.status == 200
    done = stored(key)
    assert done.state == "accepted", done.reading
    assert stored(f"reply#{key}").state == "queued"
    return meter


def _table(costs: Mapping[str, WriteMeter]) -> str:
    places = sorted({place for meter in costs.values() for place in meter.writes})
    lines = [f"\n{'':10}{'requests':>10}{'writes':>8}  " + "  ".join(places)]
    for name, meter in costs.items():
        parts = "  ".join(f"{meter.writes[place]:{len(place)}g}" for place in places)
        lines.append(f"{name:10}{len(meter.requests):10}{meter.write_units:8g}  {parts}")
    lines.append(f"{'mean':20}{sum(meter.write_units for meter in costs.values()) / len(costs):8.2f}\n")
    return "\n".join(lines)
