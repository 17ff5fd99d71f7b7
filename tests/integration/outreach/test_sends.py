"""SMS to many by operators: tried out, once to each phone, stopped and let go on, within their regions."""

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from aws_faults import Killed, Wire, killed
from desk_actions import AtDesk, audit_lines
from pipeline import Load, Pipeline

from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.services.access.operators import Operator
from chalicelib.services.outreach import sends
from chalicelib.services.outreach.broadcast import Choice
from chalicelib.services.outreach.preview import try_out
from chalicelib.services.outreach.refusals import SendRefused, SendUnknown
from chalicelib.services.outreach.sends import SendRequest
from chalicelib.services.versions import NotInRegion, VersionPassed
from chalicelib.store.sends import get_send

TEXT = "Please send the form OP."


def begin(desk: AtDesk, name: str = "first", choice: Choice | None = None, **options: Any) -> dict[str, Any]:
    under = options.pop("under", None)
    sending = SendRequest(name, BulkText(TEXT), choice or Choice(), **options)
    return sends.begin(desk.pipeline.current, desk.action(under), sending)


def push_on(desk: AtDesk, name: str = "first") -> int:
    pipeline = desk.pipeline
    return sends.push_on(pipeline.election.id, name, time.monotonic() + 60, lambda: pipeline.now, lambda _: None)


def queued(pipeline: Pipeline) -> list[str]:
    return sorted(str(row.recipient) for row in pipeline.outgoing() if row.key.startswith("bulk#"))


def test_a_send_is_tried_out_and_nothing_is_written(desk: AtDesk, wire: Wire) -> None:
    pipeline = desk.pipeline
    pipeline.say(pipeline.phone(1), "STOP")
    wire.listen()
    sending = SendRequest("try", BulkText(TEXT), Choice())
    tried = try_out(pipeline.current, desk.operator, sending, Decimal("0.045"), pipeline.now)
    everybody = len(pipeline.election.observers)
    assert (tried["recipients"], tried["opted_out"], tried["segments_each"]) == (everybody - 1, 1, 1)
    assert (tried["cost"], tried["is_night"]) == (str((everybody - 1) * Decimal("0.045")), False)
    assert {call for call in wire.calls if call not in ("GetItem", "BatchGetItem", "Query")} == set()


def test_x2_each_phone_gets_it_once_and_who_opted_out_none(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    pipeline.say(pipeline.phone(1), "STOP")
    expected = len(pipeline.election.observers) - 1
    begun = begin(desk, expected=expected, under="once")
    assert begun["recipients"] == expected
    assert begin(desk, expected=expected, under="once") == begun
    assert push_on(desk) == expected
    assert push_on(desk) == 0
    phones = queued(pipeline)
    assert len(phones) == len(set(phones)) == expected
    assert pipeline.phone(1) not in phones
    shown = sends.show(pipeline.current, desk.operator, "first")
    assert (shown["state"], shown["queued"], shown["states"]) == ("done", expected, {"queued": expected})
    assert audit_lines(pipeline)[-1] == "Aida (operator): send begun"
    with pytest.raises(SendRefused, match="nobody"):
        begin(desk)
    assert pipeline.say(pipeline.phone(1), "START").state == "opted_in"
    with pytest.raises(SendRefused, match="already"):
        begin(desk)


def test_those_chosen_get_it_and_nobody_else(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    pipeline.say(pipeline.phone(), "OP 1001 A1 B0730 C12 D1 E1668")
    stations = tuple(station.number for station in pipeline.election.stations[:2])
    begin(desk, choice=Choice(stations=stations, missing=("OP", "-")))
    push_on(desk)
    numbers = [observer.phones[0] for observer in pipeline.election.observers if observer.station == stations[1]]
    assert queued(pipeline) == sorted(numbers)
    begin(desk, "second", Choice(observers=(pipeline.election.observers[4].number,)))
    assert push_on(desk, "second") == 1


def test_a_send_is_stopped_and_goes_on(desk: AtDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sends, "AT_ONCE", 3)
    pipeline = desk.pipeline
    begin(desk)
    original = get_send
    looks = iter(range(100))

    def stopping(election_id: str, name: str) -> Any:
        if next(looks) == 2:
            sends.set_state(desk.action(), "first", 1, "stopped")
        return original(election_id, name)

    monkeypatch.setattr(sends, "get_send", stopping)
    assert push_on(desk) == 6
    monkeypatch.setattr(sends, "get_send", original)
    assert sends.show(pipeline.current, desk.operator, "first")["state"] == "stopped"
    assert push_on(desk) == 0
    with pytest.raises(VersionPassed, match="stopped"):
        sends.set_state(desk.action(), "first", 1, "sending")
    assert sends.set_state(desk.action(), "first", 2, "sending")["version"] == 3
    assert push_on(desk) == len(pipeline.election.observers) - 6
    with pytest.raises(SendRefused, match="done"):
        sends.set_state(desk.action(), "first", 3, "stopped")


def test_a_send_that_is_not_what_was_told_or_comes_at_night_is_refused(desk: AtDesk) -> None:
    first = desk.pipeline.election.observers[0]
    with pytest.raises(SendRefused, match="try it out again"):
        begin(desk, expected=1)
    with pytest.raises(SendRefused, match="nobody"):
        begin(desk, choice=Choice(observers=(first.number,), language="ky" if first.language == "ru" else "ru"))
    desk.pipeline.now += dt.timedelta(hours=15)
    with pytest.raises(SendRefused, match="night"):
        begin(desk)
    assert begin(desk, at_night=True)["recipients"] == len(desk.pipeline.election.observers)


def test_x4_an_operator_reaches_their_own_regions_alone(desk: AtDesk) -> None:
    pipeline = desk.pipeline
    chuy = AtDesk(pipeline, "Chuy's", ("Chuy",))
    begin(chuy, "theirs")
    push_on(chuy, "theirs")
    own = [
        observer.phones[0]
        for observer in pipeline.election.observers
        if pipeline.election.region_of(observer.station) == "Chuy"
    ]
    assert queued(pipeline) == sorted(own)
    with pytest.raises(NotInRegion):
        begin(chuy, "others", Choice(regions=("Bishkek",)))
    begin(desk, "all")
    with pytest.raises(SendUnknown):
        sends.show(pipeline.current, chuy.operator, "all")
    assert [send["name"] for send in sends.list_sends(pipeline.current, chuy.operator)["sends"]] == ["theirs"]
    everybody = Operator("hq", "headquarters", pipeline.election.id, ())
    assert len(sends.list_sends(pipeline.current, everybody)["sends"]) == 2


def test_x1_a_crash_at_any_call_sends_to_nobody_twice(load: Load, wire: Wire) -> None:
    def run(pipeline: Pipeline, cut: tuple[int, str] | None) -> int:
        desk = AtDesk(pipeline)
        wire.listen()
        if cut is not None:
            wire.cuts[cut] = killed
        for _ in range(2):
            try:
                begin(desk, under="tested")
                push_on(desk)
            except Killed:
                wire.mend()
        calls = len(wire.calls)
        wire.mend()
        phones = queued(pipeline)
        assert len(phones) == len(set(phones)) == len(pipeline.election.observers)
        assert sends.show(pipeline.current, desk.operator, "first")["state"] == "done"
        assert audit_lines(pipeline) == ["Aida (operator): send begun"]
        return calls

    for place in range(run(load(size=2), None)):
        for when in ("before", "after"):
            run(load(size=2), (place, when))
