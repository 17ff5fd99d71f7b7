"""What an accepted report costs in DynamoDB, from the webhook to tallies and queued reply."""

import sys
import uuid
from collections.abc import Callable, Mapping

from aws_faults import Wire
from pipeline import Pipeline, stored
from report_texts import REPORT_TEXTS
from sample_election import changed
from unit_meter import WriteMeter

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Observer
from chalicelib.observation.sms.codes import hashed
from chalicelib.services.elections import loading
from chalicelib.services.processing.process import process

MOST_REQUESTS = 3
MOST_WRITE_UNITS = 16
CODE = "4821"
UNITS_OF_A_CODE = 2
"""Its transaction forgets the phone's wrong codes, where they are not too many (docs/decisions/0021-codes.md)."""


def test_an_accepted_report_costs_three_requests_and_sixteen_write_units(
    pipeline: Pipeline, wire: Wire, record_property: Callable[[str, object], None]
) -> None:
    costs = _costs(pipeline, wire)
    sys.stdout.write(_table(costs))
    most = max(meter.write_units for meter in costs.values())
    requests = max(len(meter.requests) for meter in costs.values())
    record_property("figure", ("an accepted report: requests, write units at most", requests, f"{most:g}"))
    _hold(pipeline, costs)


def test_a_report_that_its_code_proves_costs_two_units_more(pipeline: Pipeline, wire: Wire) -> None:
    people = [
        observer.model_copy(update={"code": hashed(CODE, observer.number)}) for observer in pipeline.election.observers
    ]
    loading.load(changed(pipeline.election, observers=people), REAL_TIME)
    costs = _costs(pipeline, wire, f"*{CODE} ")
    sys.stdout.write(_table(costs))
    _hold(pipeline, costs, MOST_WRITE_UNITS + UNITS_OF_A_CODE)


def _costs(pipeline: Pipeline, wire: Wire, code: str = "") -> dict[str, WriteMeter]:
    """Have both observers of a station report each form; `code` stands before their words."""
    lead, other = pipeline.observers(2)
    pipeline.say(lead.phones[0], f"{code}OP A1")  # the election is known to the process
    return {
        f"{form} {'lead' if observer is lead else 'other'}": _metered(pipeline, wire, observer, code + text)
        for form, texts in REPORT_TEXTS.items()
        for observer, text in zip((lead, other), texts, strict=True)
    }


def _hold(pipeline: Pipeline, costs: Mapping[str, WriteMeter], most_units: int = MOST_WRITE_UNITS) -> None:
    assert pipeline.differences() == ()
    for name, meter in costs.items():
        # Not fewer either: intake's put, then a read and a transaction. Fewer would be a meter that does not see one.
        assert len(meter.requests) == MOST_REQUESTS, (name, meter.requests)
        assert meter.write_units <= most_units, (name, dict(meter.writes))


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
