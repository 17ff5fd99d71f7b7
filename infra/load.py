"""Load a local stack with signed SMS: ``python -m infra.load [MESSAGES]``.

Each is handed in as Twilio does, signed, and handed in again while it is not acknowledged. Afterwards every one of them
must be stored and counted: the rates, the percentiles and what is lost are printed, and what is lost fails the run.
"""

import datetime as dt
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.observation.election_file import read_election
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.twilio import TwilioSender

from infra.environments import STATE
from infra.local import SAMPLE, SeedFailed, baykoo, settings, write_settings
from infra.stack import Stack, local_stack

ELECTION, NUMBER = "load-test", "+996700000777"
MESSAGES, CLIENTS = 10_000, 8
HANDED_IN = 12
"""How often an SMS is handed in before it is given up."""
PATIENCE_SECONDS = 120.0
"""How long to wait for another outcome before what is left counts as lost."""
UNFINISHED = frozenset({"received"})


@dataclass(frozen=True, slots=True)
class Load:
    """What a load came to; times in seconds.

    `lost`: SMS that were acknowledged and have no row, or no outcome.
    """

    sent: int
    acknowledged: Sequence[float]
    again: int
    took_acknowledged: float
    took_counted: float
    outcomes: Mapping[str, int]
    waits: Sequence[float]
    lost: int
    differences: str

    def describe(self) -> str:
        """Write the figures."""
        counted = f"to the last outcome: {self.sent / self.took_counted:,.0f} a second"
        return "\n".join(
            (
                f"{self.sent:,} signed SMS by {CLIENTS} clients, {self.again:,} handed in again",
                f"acknowledged: {self.sent / self.took_acknowledged:,.0f} a second; {_percentiles(self.acknowledged)}",
                f"{counted}; stored → outcome {_percentiles(self.waits)}",
                f"outcomes: {', '.join(f'{state} {count:,}' for state, count in sorted(self.outcomes.items()))}",
                f"lost: {self.lost}; audit: {self.differences}",
            )
        )


def run_load(stack: Stack, folder: Path, messages: int) -> Load:
    """Hand in so many SMS of an election of its own.

    It returns once all have an outcome. `folder` is where ./baykoo finds the stack. Raises SeedFailed.
    """
    path = folder / "load.json"
    write_settings(path, settings(stack))
    baykoo(stack, path, "election", "load", str(SAMPLE), "--today", "--id", ELECTION, "--number", NUMBER)
    mark = f"SM{time.time_ns():020x}"
    requests = list(_requests(stack, mark, messages))
    begun = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(_hand_in, requests))
    acknowledged = time.monotonic() - begun
    rows = _outcomes(stack, mark, messages)
    took = time.monotonic() - begun
    states = Counter(row["state"]["S"] for row in rows)
    return Load(
        messages,
        [seconds for seconds, _ in answers],
        sum(tries - 1 for _, tries in answers),
        acknowledged,
        took,
        states,
        [_wait(row) for row in rows if "processed_at" in row],
        messages - sum(count for state, count in states.items() if state not in UNFINISHED),
        baykoo(stack, path, "audit", "--election", ELECTION).strip().splitlines()[-1],
    )


def _requests(stack: Stack, mark: str, messages: int) -> Iterator[SignedRequest]:
    kept = stack.webhook_secrets["twilio"]
    sender, url = TwilioSender.with_settings(kept), f"{stack.api_url}/webhooks/twilio"
    observers = read_election({file.name: file.read_text("utf-8") for file in SAMPLE.parent.iterdir()}, SAMPLE.name)
    phones = [observer.phones[0] for observer in observers.observers if observer.phones]
    now = dt.datetime.now(dt.UTC)
    for number in range(messages):
        text = f"OP A1 B0702 C{number % 20} D1 E{1000 + number // len(phones)}"
        sms = Sms(f"{mark}{number:08}", phones[number % len(phones)], NUMBER, text, now)
        yield sender.sign(sms, kept.get("public_url") or url, now)


def _hand_in(request: SignedRequest) -> tuple[float, int]:
    """Hand an SMS in until it is acknowledged.

    Returns the seconds, and how often it was handed in.
    """
    begun = time.monotonic()
    for attempt in range(1, HANDED_IN + 1):
        signed = urllib.request.Request(request.url, request.body, request.headers, method=request.method)  # noqa: S310
        try:
            with urllib.request.urlopen(signed, timeout=30):  # noqa: S310 - the local stack's own address
                return time.monotonic() - begun, attempt
        except (urllib.error.URLError, TimeoutError, ConnectionError) as fault:
            if isinstance(fault, urllib.error.HTTPError) and fault.code < 500:
                raise  # no provider hands in again what is refused for good
            time.sleep(min(10.0, 0.2 * 2**attempt))
    return time.monotonic() - begun, HANDED_IN


def _outcomes(stack: Stack, mark: str, messages: int) -> list[dict[str, Any]]:
    """Return the SMS's rows once all have an outcome, or none comes."""
    deadline, before = time.monotonic() + PATIENCE_SECONDS, 0
    while True:
        pages = (
            stack.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=f"{stack.outputs['TablePrefix']}messages",
                FilterExpression="begins_with(#key, :mark)",
                ProjectionExpression="#key, #state, stored_at, processed_at",
                ExpressionAttributeNames={"#key": "key", "#state": "state"},
                ExpressionAttributeValues={":mark": {"S": f"twilio#{mark}"}},
            )
        )
        rows = [row for page in pages for row in page["Items"]]
        finished = sum(row["state"]["S"] not in UNFINISHED for row in rows)
        if finished >= messages or time.monotonic() > deadline:
            return rows
        if finished > before:
            deadline, before = time.monotonic() + PATIENCE_SECONDS, finished
        time.sleep(1.0)


def _wait(row: Mapping[str, Any]) -> float:
    stored, done = (dt.datetime.fromisoformat(row[name]["S"]) for name in ("stored_at", "processed_at"))
    return (done - stored).total_seconds()


def _percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    return ", ".join(
        f"p{share} {ordered[min(len(ordered) - 1, len(ordered) * share // 100)]:.2f} s" for share in (50, 95, 99)
    )


def main() -> int:
    """Load a stack of its own; return the exit status."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="load-", dir=STATE) as folder:
        try:
            with local_stack(Path(folder) / "stack") as stack:
                load = run_load(stack, Path(folder), messages)
        except SeedFailed as failed:
            print(failed, file=sys.stderr)
            return 1
    print(load.describe())
    return 1 if load.lost else 0


if __name__ == "__main__":
    sys.exit(main())
