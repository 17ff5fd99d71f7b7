"""However much a provider lists, and whenever a run ends, every run gets further; what cannot be read is not lost."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from aws_faults import Wire, killed
from pipeline import Load, Pipeline, stored
from provider_lists import VENDORS, Query, Vendor

from chalicelib.observation.sms.states import Flag
from chalicelib.providers.inbound import InboundSms
from chalicelib.providers.listed_sms import ListFailed, UnreadableEntry
from chalicelib.services.clients import provider_api
from chalicelib.services.intake import receive
from chalicelib.services.intake import reconcile as reconciling
from chalicelib.services.intake.reconcile import reconcile
from chalicelib.services.processing.process import process
from chalicelib.store.messages import Message
from chalicelib.store.providers import ProviderRow, reconciled
from chalicelib.store.queues import pending_in
from infra.stack import Stack

MANY = 45
PAGED = sorted(set(VENDORS) - {"infobip"})
"""Whose list can be asked for again; Infobip's tells each SMS once."""


class Killed(BaseException):
    """The process ends while it waits for the provider."""


@pytest.fixture
def day(load: Load) -> Pipeline:
    return load()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, services: Stack) -> Iterator[Any]:
    """Starts a provider's server with no SMS in its list; nothing was compared before."""
    made: list[Vendor] = []

    def serve(name: str, answer: Any = None) -> Vendor:
        usual, settings = VENDORS[name]
        vendor = Vendor(answer or usual)
        made.append(vendor)
        with suppress(ProviderRow.DoesNotExist):
            ProviderRow.get(f"reconciled#{name}").delete()
        monkeypatch.setattr(provider_api, "provider_secrets", lambda _: {**settings, "base_url": vendor.url})
        return vendor

    yield serve
    for vendor in made:
        vendor.close()


def sent_in(day: Pipeline, count: int) -> list[InboundSms]:
    """SMS that reached the provider within one minute an hour ago, and never us."""
    begin, serial = day.now - dt.timedelta(minutes=60), int(day.election.id[1:]) + 1
    return [
        InboundSms(f"{serial}{n:03}", day.phone(n % 20), day.number, "OP A1", begin + dt.timedelta(seconds=n))
        for n in range(count)
    ]


def came(name: str, day: Pipeline) -> list[Message]:
    prefix = f"{name}#{int(day.election.id[1:]) + 1}"
    return list(Message.scan(Message.key.startswith(prefix), consistent_read=True))


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_runs_that_end_after_every_page_come_to_the_end(name: str, day: Pipeline, served: Any) -> None:
    vendor = served(name)
    vendor.sms = sent_in(day, MANY)
    for _ in range(13 + MANY // 4):  # a day's windows, and pages of four at least
        vendor.asked.clear()
        reconcile(name, day.now, seconds=0)
        assert len(vendor.asked) == 1
    assert len(came(name, day)) == MANY


@pytest.mark.parametrize("name", PAGED)
def test_killed_at_any_call_the_next_run_goes_on(name: str, day: Pipeline, served: Any, wire: Wire) -> None:
    vendor = served(name)
    vendor.sms = sent_in(day, 9)
    place = 0
    while place == 0 or len(wire.calls) > place:  # the run before was killed at its last call but one
        wire.listen()
        wire.cuts = {(place, "after" if place % 2 else "before"): killed}
        with suppress(BaseException):
            reconcile(name, day.now)
        place += 1
        assert place < 200
    wire.listen()
    reconcile(name, day.now)
    assert len(came(name, day)) == 9


@pytest.mark.parametrize("name", ["telerivet", "twilio"])
def test_killed_in_the_middle_of_a_window_no_page_is_asked_for_twice(
    name: str, day: Pipeline, served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = served(name)
    vendor.sms = sent_in(day, 20)
    reconcile(name, day.now - dt.timedelta(hours=1, minutes=5))
    vendor.asked.clear()
    ask = reconciling.exchange

    def ask_twice(request: Any) -> Any:
        if len(vendor.asked) == 2:
            raise Killed
        return ask(request)

    monkeypatch.setattr(reconciling, "exchange", ask_twice)
    with pytest.raises(Killed):
        reconcile(name, day.now)
    monkeypatch.setattr(reconciling, "exchange", ask)
    reconcile(name, day.now)
    assert len(came(name, day)) == 20
    assert len(set(vendor.asked)) == len(vendor.asked) == 5


def test_a_list_that_refuses_to_be_read_on_is_asked_for_less(day: Pipeline, served: Any) -> None:
    usual, _ = VENDORS["telerivet"]

    def not_far(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
        if query.get("marker", "0") == "8":
            vendor.refusals.append((400, {}))
        return usual(vendor, path, query)

    vendor = served("telerivet", not_far)
    vendor.sms = sent_in(day, 0) + [
        InboundSms(f"{int(day.election.id[1:]) + 1}{n:03}", day.phone(n), day.number, "OP A1", at)
        for n, at in enumerate(day.now - dt.timedelta(minutes=90 - 5 * n) for n in range(15))
    ]
    for _ in range(8):
        vendor.refusals.clear()
        with suppress(ListFailed):
            reconcile("telerivet", day.now)
    assert len(came("telerivet", day)) == 15
    assert reconciled("telerivet")[1]["until"] >= (day.now - dt.timedelta(minutes=3)).isoformat()


TIMES = {
    "africastalking": ("date", "id"),
    "infobip": ("receivedAt", "messageId"),
    "plivo": ("message_time", "message_uuid"),
    "telerivet": ("time_created", "id"),
    "twilio": ("date_sent", "sid"),
}
ENTRIES = ("messages", "objects", "data", "results", "Messages")


def listed_in(document: dict[str, Any]) -> list[dict[str, Any]]:
    held = document.get("SMSMessageData", document)
    return next(held[name] for name in ENTRIES if name in held)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_an_entry_that_cannot_be_read_is_held_as_it_came_and_one_without_its_time_counts_from_now(
    name: str, day: Pipeline, served: Any
) -> None:
    usual, _ = VENDORS[name]
    time, key = TIMES[name]

    def spoilt(vendor: Vendor, path: str, query: Query) -> dict[str, Any]:
        document = usual(vendor, path, query)
        entries = {str(entry[key]): entry for entry in listed_in(document)}
        if timeless in entries:
            entries[timeless][time] = "yesterday"
        if senderless in entries:
            entries[senderless].update(dict.fromkeys(("from", "from_number"), " "))
        return document

    vendor = served(name, spoilt)
    vendor.sms = sent_in(day, 3)
    timeless, senderless, good = (sms.id for sms in vendor.sms)
    found = reconcile(name, day.now)
    is_kept = name != "africastalking"  # whose list goes back for years: what has no time may be of any
    assert (found.taken_in, found.unreadable) == ((2, 1) if is_kept else (1, 2))
    assert {row.key for row in came(name, day)} == {f"{name}#{value}" for value in ([timeless] * is_kept + [good])}
    if is_kept:
        assert stored(f"{name}#{timeless}").received_at == day.now
    begins = Message.key.startswith(f"{name}#unreadable#")
    held = [row for row in Message.scan(begins) if senderless in (row.raw or "")]
    assert [(row.state, row.reason, row.flag) for row in held] == [("held", "unreadable", Flag.RECONCILED)]
    assert [row.pending for row in held] == [pending_in("held", row.key) for row in held]
    assert "from" in str(held[0].last_error)
    assert process(held[0], day.now) == ()
    assert receive.hold(name, UnreadableEntry(str(held[0].raw), "again"), day.now) is False
