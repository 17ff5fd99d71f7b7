"""Two workers open a region's incidents, or send its digest, at the same time: each is told once, and none is lost."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pytest
from hostile_day import NUMBER, small_election
from interleaved import InterleavedDynamoDB, orders
from sample_election import changed, forget_elections

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import BURST
from chalicelib.services.clients import retry
from chalicelib.services.elections import loading
from chalicelib.services.elections.audit import audit
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.processing.process import process
from chalicelib.store.elections import existing
from chalicelib.store.escalations import Digest
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.messages import Message, received_sms

MORNING = dt.datetime(2017, 10, 15, 4, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
STEP = 3


@cache
def one_region() -> Election:
    """Stations of Bishkek with one coordinator, who gets everything by email."""
    election = small_election()
    regional = next(coordinator for coordinator in election.coordinators if coordinator.regions == ("Bishkek",))
    alone = regional.model_copy(update={"alerts": ("email",)})
    return changed(election, id="woven", coordinators=[alone])


@dataclass
class Region:
    """A region's incidents as they open, on a database whose calls are put in order."""

    database: InterleavedDynamoDB
    now: dt.datetime = MORNING
    serial: int = 0
    phones: list[str] = field(default_factory=list)

    def sms(self, place: int, text: str) -> Callable[[], object]:
        """Store an SMS of the observer at a place; return what processes it."""
        self.serial += 1
        key = f"generic#{self.serial}"
        row = received_sms(
            key, self.now, stored_at=self.now, received_at=self.now, text_as_sent=f"{text} {self.serial}"
        )
        row.sender = row.conversation = self.phones[place]
        row.recipient, row.provider = NUMBER, "generic"
        row.save()
        return lambda: process(Message.get(key), self.now)

    def escalate(self) -> object:
        return escalate_election(existing("woven"), self.now)

    def told(self) -> Counter[int]:
        """How often each incident was told, by its number: in its alert, or in a digest."""
        named: Counter[int] = Counter()
        numbers = {incident.id: int(incident.number) for incident in incidents_of("woven")}
        for raw in self.database.tables["messages"].values():
            row = Message.from_raw_data(raw)
            if row.key.startswith("alert#"):
                named.update(number for id_, number in numbers.items() if row.key.startswith(f"alert#woven#{id_}#"))
            elif row.key.startswith("digest#"):
                named.update(int(number) for number in re.findall(r"(?m)^\W*(\d+) ", row.text or ""))
        return named

    def incidents(self) -> list[Incident]:
        return sorted(incidents_of("woven"), key=lambda incident: int(incident.number))

    def waiting(self) -> set[int]:
        return {int(number) for row in Digest.query("woven#digests") for number in row.numbers}


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Region]:
    """Begins a morning of its own."""
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Baykoo")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")

    def begun() -> Region:
        database = InterleavedDynamoDB()
        database.install(monkeypatch)
        forget_elections()
        loading.load(one_region(), REAL_TIME)
        loading.route(NUMBER, "woven")
        phones = [observer.phones[0] for observer in one_region().observers]
        return Region(database, phones=phones)

    return begun


def calls_of(begin: Callable[[], Region], ready: Callable[[Region], Callable[[], object]]) -> int:
    """How many calls a worker makes alone."""
    region = begin()
    region.database.play([], [ready(region)])
    return region.database.calls


@pytest.mark.parametrize("earlier", [0, BURST - 1, BURST])
def test_openings_at_once_are_each_told_once(begin: Callable[[], Region], earlier: int) -> None:
    """Whether they are told at once or in the digest: with no, some and many incidents before them."""

    def with_earlier() -> Region:
        region = begin()
        for place in range(earlier):
            region.sms(place, "IN 7 posters")()
        return region

    calls = calls_of(with_earlier, lambda region: region.sms(3, "IN 7 posters"))
    for order in orders(calls, STEP):
        region = with_earlier()
        region.database.play(order, [region.sms(3, "IN 7 posters"), region.sms(4, "IN 9 count")])
        numbers = sorted(int(incident.number) for incident in region.incidents())
        assert numbers == sorted(set(numbers)), order
        assert len(numbers) == earlier + 2, order
        at_once = [incident for incident in region.incidents() if not incident.digested]
        assert len(at_once) <= BURST + 1, "each of two workers may see one fewer than there are"
        assert region.waiting() == {int(incident.number) for incident in region.incidents() if incident.digested}, order
        region.now += 6 * MINUTE
        region.escalate()
        assert region.told() == Counter(dict.fromkeys(numbers, 1)), order
        assert region.waiting() == set()
        assert audit("woven").differences == ()


def test_a_digest_that_two_sweeps_send_is_sent_once(begin: Callable[[], Region]) -> None:
    def due() -> Region:
        region = begin()
        for place in range(BURST + 2):
            region.sms(place % len(region.phones), "IN 7 posters")()
        region.now += 6 * MINUTE
        return region

    for order in orders(calls_of(due, lambda region: region.escalate), 2):
        region = due()
        region.database.play(order, [region.escalate, region.escalate])
        assert region.told() == Counter({int(incident.number): 1 for incident in region.incidents()}), order
        assert region.waiting() == set()


def test_an_incident_that_opens_while_its_digest_is_sent_is_told_once(begin: Callable[[], Region]) -> None:
    """In this digest or in the next, whose time comes five minutes later."""

    def due() -> Region:
        region = begin()
        for minutes in (3, 2):
            for place in range(BURST + 1):
                region.sms(place, "IN 7 posters")()
            region.now += minutes * MINUTE
        return region

    calls = calls_of(due, lambda region: region.sms(5, "IN 9 count"))
    for order in orders(calls, STEP):
        region = due()
        region.database.play(order, [region.sms(5, "IN 9 count"), region.escalate])
        assert all(incident.digested for incident in region.incidents()[BURST:])
        region.now += 6 * MINUTE
        region.escalate()
        assert region.told() == Counter({int(incident.number): 1 for incident in region.incidents()}), order
        assert region.waiting() == set()
