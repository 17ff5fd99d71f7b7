"""One phone floods from Bishkek while others report: every other region's critical incident is heard all the same."""

import datetime as dt
import json
import random
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from deployed import SAMPLE, Deployed, eventually
from sample_election import sample

from chalicelib.observation.incidents.budget import MOST_PER_PHONE_AND_HOUR

NUMBER = "+996312000029"
ELECTION = "flood"
FLOOD_SMS, LINES, REPORTS = 100, 30, 100
EXTRA_SECONDS = 2.0
CLIENTS = 6
PAIRS = 3
WARMED = 24
"""So many incidents of other stations come first. The emulator begins a worker for each call that finds none free, and
the begin of twelve takes two cores for many seconds from everybody. Lambda gives each its own processor."""
EVENT = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0"}
EVENT |= {"time": "2017-10-15T00:00:00Z", "region": "us-east-1", "resources": [], "detail": {}}  # type: ignore[dict-item]


@dataclass(frozen=True)
class Storm:
    """What came of many SMS at a time: statuses of the webhook, and seconds."""

    statuses: set[int]
    seconds: list[float]
    posted: float
    processed: float


@dataclass(frozen=True)
class Pair:
    """The same reports without a flood, and beside one."""

    quiet: Storm
    stormy: Storm

    @property
    def is_within(self) -> bool:
        """Whether the flood cost the others no more than they can bear."""
        return max(self.stormy.seconds) <= max(self.quiet.seconds) + EXTRA_SECONDS


@pytest.fixture(scope="module")
def election(deployed: Deployed) -> Any:
    options = ("--id", ELECTION, "--number", NUMBER, "--clock", "2017-10-15T09:00:00+06:00,1")
    deployed.baykoo("election", "load", str(SAMPLE), *options)
    return sample()


def rows(deployed: Deployed) -> list[dict[str, str]]:
    pages = (
        deployed.stack.client("dynamodb").get_paginator("scan").paginate(TableName=f"{deployed.stack.name}-messages")
    )
    return [
        {name: next(iter(typed.values())) for name, typed in row.items()} for page in pages for row in page["Items"]
    ]


def waiting(deployed: Deployed) -> list[str]:
    return [row["key"] for row in rows(deployed) if row["state"] == "received"]


def post(deployed: Deployed, sms: tuple[str, str]) -> tuple[int, float]:
    phone, text = sms
    now = dt.datetime.now(dt.UTC)
    answered = deployed.sms(text, phone, NUMBER, id=str(uuid4()), received_at=now.isoformat())
    return answered.status, now.timestamp()


def criticals(election: Any, marker: str, place: int) -> list[tuple[str, str]]:
    """A critical incident of every region but Bishkek."""
    found = []
    for region in election.regions:
        own = [observer for observer in election.observers if election.region_of(observer.station) == region]
        if region != "Bishkek":
            found.append((own[place].phones[0], f"IN 3 {marker}-{region[:3]}{len(region)}"))
    return found


def alerted(deployed: Deployed, marker: str, begun: dict[str, float]) -> list[float]:
    """Seconds from each critical SMS to the first alert of it that was sent."""

    def sent() -> dict[str, float] | None:
        time.sleep(1)  # a scan takes the emulator's time from what is measured
        first: dict[str, float] = {}
        for row in rows(deployed):
            if row["key"].startswith(f"alert#{ELECTION}#") and row["state"] == "sent" and marker in row.get("text", ""):
                region = next((region for region in begun if region in row["text"]), "")
                at = dt.datetime.fromisoformat(row["sent_at"]).timestamp()
                first[region] = min(at, first.get(region, at))
        return first if begun.keys() <= first.keys() else None

    first: dict[str, float] = eventually(sent, 120)
    return [first[region] - begun[region] for region in begun]


def send_criticals(deployed: Deployed, election: Any, marker: str, place: int) -> dict[str, float]:
    begun = {}
    for phone, text in criticals(election, marker, place):
        status, at = post(deployed, (phone, text))
        assert status == 200
        begun[text.removeprefix("IN 3 ")] = at
        time.sleep(0.5)
    return begun


def during(deployed: Deployed, election: Any, marker: str, sms: list[tuple[str, str]], place: int) -> Storm:
    """Hand SMS in, several at a time, and critical incidents of the other regions meanwhile."""
    begun = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = [clients.submit(post, deployed, value) for value in random.Random(1).sample(sms, len(sms))]
        critical = send_criticals(deployed, election, marker, place)
        statuses = {answer.result()[0] for answer in answers}
    posted = time.monotonic() - begun
    seconds = alerted(deployed, marker, critical)
    eventually(lambda: not waiting(deployed), 120)
    return Storm(statuses, seconds, posted, time.monotonic() - begun)


def pair(deployed: Deployed, election: Any, flooder: Any, reports: list[tuple[str, str]], place: int) -> Pair:
    """Have reports alone, and then the same beside a flood."""
    flood = [
        (flooder.phones[0], "\n".join(f"IN 3 flood {sms} {line}" for line in range(LINES))) for sms in range(FLOOD_SMS)
    ]
    quiet = during(deployed, election, f"calm{place}", reports, place)
    stormy = during(deployed, election, f"storm{place}", [*flood, *reports], place + 1)
    sys.stdout.write(
        f"\nflood: {FLOOD_SMS} SMS of {LINES} incidents beside {REPORTS} reports; posted in {stormy.posted:.1f} s, "
        f"processed in {stormy.processed:.1f} s\n"
        f"alert of a critical incident elsewhere, seconds: without {_told(quiet.seconds)}; "
        f"with {_told(stormy.seconds)}\n"
    )
    return Pair(quiet, stormy)


@pytest.mark.long  # it times seconds, and other tests beside it would too
def test_a1_a_flood_from_one_phone_keeps_nobody_s_incident_from_being_heard(deployed: Deployed, election: Any) -> None:
    """Compare the alerts of the other regions beside reports alone with those beside reports and a flood.

    All of it, AWS too, shares this machine with whatever else runs on it, which can only add seconds: the better of
    a few pairs, each with a phone of its own, is what the flood costs.
    """
    bishkek = {
        observer.station: observer
        for observer in election.observers
        if election.region_of(observer.station) == "Bishkek"
    }
    flooders = list(bishkek.values())[:PAIRS]
    others = [observer.phones[0] for observer in election.observers if observer not in flooders]
    reports = [(others[place % len(others)], f"OP A1 C{place}") for place in range(REPORTS)]
    ordinary = [(observer.phones[0], "IN 5 warm") for observer in list(bishkek.values())[PAIRS : PAIRS + WARMED]]
    during(deployed, election, "warm", [*reports, *ordinary], 0)
    pairs: list[Pair] = []
    for flooder in flooders:
        pairs.append(pair(deployed, election, flooder, reports, 1 + 2 * len(pairs)))
        if pairs[-1].is_within:
            break

    token = deployed.operator(ELECTION, role="headquarters")
    listed = deployed.get(f"/elections/{ELECTION}/incidents?region=Bishkek", token)
    opened = [
        incident for incident in listed.json()["incidents"] if incident["station"] == flooders[len(pairs) - 1].station
    ]
    deployed.stack.client("lambda").invoke(FunctionName=deployed.stack.outputs["Summarize"], Payload=json.dumps(EVENT))
    summaries = [row for row in rows(deployed) if row["key"].startswith(f"summary#{ELECTION}#")]
    audit = deployed.baykoo("audit", "--election", ELECTION)
    sys.stdout.write(f"incidents opened by the flood: {len(opened)}; summaries queued: {len(summaries)}\n{audit}")
    assert {status for pair in pairs for storm in (pair.quiet, pair.stormy) for status in storm.statuses} == {200}
    assert pairs[-1].is_within
    assert listed.status == 200
    assert 0 < len(opened) <= MOST_PER_PHONE_AND_HOUR + 4, "one more of each severity tells of the rest"
    assert summaries
    assert "0 differences" in audit


def _told(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f}, p99 {max(seconds):.2f}"
