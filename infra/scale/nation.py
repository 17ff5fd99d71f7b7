"""Observers, when they report, and the keys of their rows."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.tally import NATION_ONLY, shard_of
from chalicelib.store import keys
from chalicelib.store.messages import attention_of
from chalicelib.store.queues import Queue, pending_in
from chalicelib.store.tables import spread
from chalicelib.store.tallies import tally_row

from infra.scale.design import Design

SAMPLE = Path(__file__).parents[1] / "sample"
WINDOW_SECONDS = 600.0
RUSH = (2.0, 4.0)
"""The beta distribution of reports over the window: most come in its second and third minute, twice the mean."""
FORM, ROUND = "OP", "-"
STRANGERS, INCIDENTS = 0.02, 0.01
"""Shares of SMS of unknown phones, and of SMS that open an incident."""


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS: when it is sent, its kind, and its rows' keys."""

    at: float
    kind: str
    key: str
    station: str
    tally: tuple[str, str]
    pending: str
    pending_reply: str
    attention: str


def sample_election(shards: int) -> Election:
    """Return the sample election with so many shards."""
    files = {file.name: file.read_text("utf-8") for file in SAMPLE.iterdir()}
    return read_election(files, "election.yaml").model_copy(update={"tally_shards": shards})


def reports(observers: int, design: Design, seed: int) -> Iterator[Sms]:
    """Yield an SMS of each observer, in the order of sending.

    The same for the same seed.
    """
    chance = random.Random(seed)  # noqa: S311 - a simulation
    election = sample_election(design.tally_shards)
    regions = [station.region for station in election.stations]
    times = sorted(WINDOW_SECONDS * chance.betavariate(*RUSH) for _ in range(observers))
    for place, at in enumerate(times):
        observer = chance.randrange(observers)
        station = f"{100_000 + observer // 2}"
        region = regions[(observer // 2) % len(regions)]
        draw = chance.random()
        kind = "stranger" if draw < STRANGERS else "incident" if draw < STRANGERS + INCIDENTS else "accepted"
        key = keys.inbound("twilio", f"SM{seed:04x}{place:028x}")
        if kind == "stranger":
            phone = f"+99670{observer:07}" if design.strangers_spread else ""
            row = tally_row(election, shard_of(election, phone), (NATION_ONLY, "*", ROUND))
        else:
            row = tally_row(election, shard_of(election, station), (region, FORM, ROUND))
        yield Sms(
            at,
            kind,
            key,
            f"{election.id}#{station}",
            (row.shard, row.cell),
            _pending("in", key, design),
            _pending("out", keys.reply(key), design),
            attention_of(election.id, region),
        )


def _pending(queue: Queue, key: str, design: Design) -> str:
    """Return a row's partition in the unfinished index.

    As the code does for its own number of shards.
    """
    name, _, _ = pending_in(queue, key).partition("#")
    return f"{name}#{spread(key, design.queue_shards[queue])}"
