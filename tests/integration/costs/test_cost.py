"""What docs/cost.md reckons with is what the work takes here: requests, units, emails, lines, processor time."""

import datetime as dt
import json
import re
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aws_faults import Wire
from pace import slowness
from pipeline import Load, Pipeline, stored
from read_units import item_size
from report_texts import REPORT_TEXTS
from unit_meter import UnitMeter

from chalicelib.entrypoints.alert_delivery import deliver_at_once
from chalicelib.entrypoints.chase import chase
from chalicelib.entrypoints.reconcile import reconcile
from chalicelib.entrypoints.summarize import summarize
from chalicelib.entrypoints.sweep import sweep
from chalicelib.observation.elections.election import Observer
from chalicelib.services.clients import log_context
from chalicelib.services.delivery.deliver import deliver
from chalicelib.services.intake.silence import record_arrival
from chalicelib.services.outreach.reminders import chase_due
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.hourly import queue_summaries_due
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.store import ttl_cache
from chalicelib.store.message_queries import get, get_many
from chalicelib.store.messages import Message
from infra.bundle import package
from infra.cost import (
    ALARMS,
    BYTES_OF_AN_ACCESS_LINE,
    MEASURED,
    MEMORY_MB,
    METRICS_WRITTEN_EACH_MINUTE,
    READS_PER_STATION_AND_MINUTE,
    READS_PER_STATION_AND_ROUND,
    STORED_BYTES_PER_SMS,
)

REPEATED = 3
ROOM = 4
"""How much longer work may take than its constant, where other tests run beside it; a slow machine takes longer."""
INCIDENT = "IN 3 избили наблюдателя"


@dataclass
class Measured:
    """What a piece of work took, by function, in each of several times."""

    wire: Wire
    capfd: pytest.CaptureFixture[str]
    meters: dict[str, UnitMeter] = field(default_factory=dict)
    logged: int = 0

    def call(self, function: str, act: Callable[[], object]) -> Any:
        """Do a function's part."""
        meter = self.meters.setdefault(function, UnitMeter(self.wire))
        self.capfd.readouterr()
        with meter:
            result = act()
        self.logged += len(self.capfd.readouterr().out.encode())
        return result

    def add(self, other: "Measured") -> None:
        """Add what another one measured."""
        self.logged += other.logged
        for function, meter in other.meters.items():
            mine = self.meters.setdefault(function, UnitMeter(self.wire))
            mine.add(meter)

    @property
    def write_units(self) -> float:
        return sum(meter.write_units for meter in self.meters.values())

    @property
    def read_units(self) -> float:
        return sum(meter.read_units for meter in self.meters.values())


class Stdout:
    """Where the logger writes in Lambda: the present standard output, not the one when it was made."""

    def write(self, written: str) -> None:
        sys.stdout.write(written)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def measure(wire: Wire, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], Measured]:
    monkeypatch.setattr(log_context.logger.registered_handler, "stream", Stdout())
    # However slow the machine is, what was read before is still trusted, as by a function at its usual pace.
    monkeypatch.setattr(ttl_cache, "time", SimpleNamespace(monotonic=lambda: 0.0))
    return lambda: Measured(wire, capfd)


def compare(name: str, times: list[Measured], *, exact: bool = False, per: float = 1) -> None:
    """Compare with the constants; every time's units, and the median of the processor time. `per`: it holds for one
    of so many."""
    work = MEASURED[name]
    for row in times:
        sys.stderr.write(f"\n{name}: {row.write_units / per:g} written, {row.read_units / per:g} read, {row.logged} B")
        if exact:
            assert row.write_units == work.write_units, name
        assert row.write_units / per <= work.write_units, name
        assert row.read_units / per <= work.read_units, name
        assert row.logged / per <= work.logged_bytes, name
        assert sum(meter.others["SendEmail"] for meter in row.meters.values()) / per <= work.emails, name
    for call in work.calls:
        meters = [time.meters[call.function] for time in times]
        cpu = statistics.median(meter.cpu for meter in meters) / per
        sys.stderr.write(f"; {call.function} {max(m.requests for m in meters) / per:g} requests, {cpu * 1000:.1f} ms")
        assert max(meter.requests for meter in meters) / per <= call.requests, (name, call.function)
        assert max(meter.others.total() for meter in meters) / per <= call.services, (name, call.function)
        assert cpu <= call.cpu * ROOM * slowness(), (name, call.function)


def carried(pipeline: Pipeline, measured: Measured, observer: Observer, text: str) -> str:
    """An SMS from the webhook to its delivered reply, with its alerts; its key."""
    words = text.format(station=observer.station)
    key, answer = measured.call("Intake", lambda: pipeline.post(observer.phones[0], words))
    assert answer.status == 200
    row = stored(key)
    row.due_at = None

    def processed() -> None:
        deliver_at_once(process(row, pipeline.now), float("inf"))
        record_arrival(row)

    measured.call("Process", processed)
    measured.call("Deliver", lambda: deliver(_existing(f"reply#{key}"), pipeline.now))
    assert stored(key).state == "accepted"
    return key


def _existing(key: str) -> Message:
    row = get(key)
    assert row is not None
    return row


def test_the_clock_s_functions_while_nothing_goes_on(pipeline: Pipeline, measure: Callable[[], Measured]) -> None:
    minutes, tens, hours = [], [], []
    for number in range(1 + REPEATED):
        minute, ten, hour = measure(), measure(), measure()
        minute.call("Sweep", lambda: sweep(None, None))
        minute.call("Chase", lambda: chase(None, None))
        ten.call("Reconcile", lambda: reconcile(None, None))
        hour.call("Summarize", lambda: summarize(None, None))
        if number:  # the first reads providers' settings
            minutes.append(minute)
            tens.append(ten)
            hours.append(hour)
    compare("idle minute", minutes)
    compare("ten minutes", tens)
    compare("hour", hours)


@pytest.fixture
def at_nine(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """The pipeline at its hour, for the functions that ask the clock themselves."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return pipeline.now

    monkeypatch.setattr("datetime.datetime", Clock)
    return pipeline


def test_a_minute_of_the_day(at_nine: Pipeline, measure: Callable[[], Measured]) -> None:
    chase(None, None)  # the first notes since when it chases
    sweep(None, None)
    minutes = []
    for _ in range(REPEATED):
        at_nine.now += dt.timedelta(minutes=1)
        minutes.append(measure())
        minutes[-1].call("Sweep", lambda: sweep(None, None))
        minutes[-1].call("Chase", lambda: chase(None, None))
    compare("minute of a day", minutes)


def test_what_is_kept_up_reads_each_station_of_a_region_once(pipeline: Pipeline, wire: Wire) -> None:
    loaded, region = pipeline.current, pipeline.election.stations[0].region
    keep_up(loaded, pipeline.now)
    with UnitMeter(wire) as quiet:
        keep_up(loaded, pipeline.now)
    pipeline.say(pipeline.phone(), "OP A1 B0730 C12 D1 E1668")
    with UnitMeter(wire) as busy:
        keep_up(loaded, pipeline.now)
    stations = len(pipeline.election.stations_by_region[region])
    assert 0 < busy.read_units - quiet.read_units <= stations * READS_PER_STATION_AND_MINUTE + 1, "and what has changed"


def test_a_report(pipeline: Pipeline, measure: Callable[[], Measured]) -> None:
    for station, text in enumerate(REPORT_TEXTS["OP"]):
        carried(pipeline, measure(), pipeline.observers(station)[0], text)  # connections, settings, code
    times: list[Measured] = []
    for texts in REPORT_TEXTS.values():
        for observer, text in zip(pipeline.observers(5), texts, strict=True):
            times.append(measure())
            key = carried(pipeline, times[-1], observer, text)
            rows = [row.to_dynamodb_dict() for row in get_many([key, f"reply#{key}"])]
            assert 2 * sum(map(item_size, rows)) <= STORED_BYTES_PER_SMS, "with their copies in the indexes"
    compare("report", times, exact=True)


def test_an_incident(pipeline: Pipeline, measure: Callable[[], Measured]) -> None:
    carried(pipeline, measure(), pipeline.observers(1)[0], INCIDENT)
    times = []
    for station in range(2, 2 + REPEATED):
        times.append(measure())
        carried(pipeline, times[-1], pipeline.observers(station)[0], INCIDENT)
    compare("incident", times)


def test_reminders_and_what_chasing_reads(pipeline: Pipeline, measure: Callable[[], Measured]) -> None:
    begin = pipeline.now - dt.timedelta(hours=4)
    chase_due(begin)
    stations, later_rounds, first_round = len(pipeline.election.stations), measure(), measure()
    for minute in range(1, 4 * 60):
        at, item = begin + dt.timedelta(minutes=minute), measure()
        done = item.call("Chase", lambda at=at: chase_due(at))
        if done.reminders or done.lists:
            (first_round if done.lists else later_rounds).add(item)
        if done.lists:
            break
    sent = [row for row in pipeline.outgoing() if row.key.startswith("reminder#")]
    assert len(sent) == 2 * stations, "both observers of each, once"
    assert (later_rounds.read_units + first_round.read_units) / stations <= READS_PER_STATION_AND_ROUND
    deliver(sent[0], pipeline.now)  # it reads settings
    for row in sent[1:]:
        later_rounds.call("Deliver", lambda row=row: deliver(row, pipeline.now))
    compare("reminder", [later_rounds], per=len(sent))


def test_an_hour_s_summaries(pipeline: Pipeline, measure: Callable[[], Measured]) -> None:
    for station in range(6):
        for observer, text in zip(pipeline.observers(station), REPORT_TEXTS["OP"], strict=True):
            pipeline.say(observer.phones[0], text.format(station=observer.station))
    times = []
    for hour in range(1 + REPEATED):
        at, item = pipeline.now + dt.timedelta(hours=hour), measure()
        queued = item.call("Summarize", lambda at=at: queue_summaries_due(at))
        rows = [row for row in pipeline.outgoing() if row.state == "queued" and row.key.startswith("summary#")]
        assert len(rows) == queued > 0
        for row in rows:
            item.call("Deliver", lambda row=row, at=at: deliver(row, at))
        times += [item] if hour else []
    compare("summary to a coordinator", times, per=len(pipeline.election.coordinators))


def test_what_the_template_has_is_what_is_reckoned_with(capfd: pytest.CaptureFixture[str], load: Load) -> None:
    template: Mapping[str, Any] = json.loads(package().template.read_text())
    by_kind: dict[str, dict[str, Any]] = {}
    for name, resource in template["Resources"].items():
        by_kind.setdefault(resource["Type"], {})[name] = resource.get("Properties", {})
    memory = {name: made["MemorySize"] for name, made in by_kind["AWS::Serverless::Function"].items()}
    assert MEMORY_MB.items() <= memory.items()
    assert memory.keys() - MEMORY_MB.keys() == {"APIHandler", "Job"}, "operators' calls are few"
    assert len(by_kind["AWS::CloudWatch::Alarm"]) == ALARMS
    assert len(template["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"]["Format"]) <= BYTES_OF_AN_ACCESS_LINE
    load()
    capfd.readouterr()
    sweep(None, None)
    written = re.findall(r'"Name":"(\w+)"', capfd.readouterr().out)
    assert len(set(written)) == METRICS_WRITTEN_EACH_MINUTE, written
