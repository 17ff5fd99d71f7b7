"""How many webhooks a second the local stack takes and processes, and in how much memory: `make bench` prints it."""

import datetime as dt
import hashlib
import hmac
import json
import os
import statistics
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local import NUMBER, seed
from infra.stack import Stack

MESSAGES = 1000
CLIENTS = 8
PHONES = [f"+9967{place:08}" for place in range(1, 1000, 7)]


def post(stack: Stack, number: int) -> tuple[int, float]:
    stamp = str(int(time.time()))
    sms = {
        "id": f"bench-{number}",
        "from": PHONES[number % len(PHONES)],
        "to": NUMBER,
        "text": "OP A1 B0702 C9 D1 E1450",
        "received_at": dt.datetime.now(dt.UTC).isoformat(),
    }
    body = json.dumps(sms).encode()
    secret = stack.webhook_secrets["generic"]["secrets"][0].encode()
    signature = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Baykoo-Timestamp": stamp,
        "X-Baykoo-Signature": f"sha256={signature}",
    }
    request = urllib.request.Request(f"{stack.api_url}/webhooks/generic", body, headers)
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, time.perf_counter() - begun


def unprocessed(stack: Stack) -> int:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName="baykoo-messages")
    return sum(
        row["state"]["S"] == "received"
        for page in pages
        for row in page["Items"]
        if row["key"]["S"].startswith("generic#bench-")
    )


def megabytes_of_children() -> float:
    """Resident memory of the emulator and of its functions' workers, as /proc tells it."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            environ = (status.parent / "environ").read_bytes()
        except OSError:
            continue
        if f"stacks/test-{os.getpid()}-".encode() in environ:
            total += int(fields.get("VmRSS", "0 kB").split()[0])
    return total / 1024


def test_webhooks_a_second(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed(stack, tmp_path / "local.json")
    post(stack, MESSAGES)  # the first one starts the function
    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda number: post(stack, number), range(MESSAGES)))
    posted = time.perf_counter() - begun
    while unprocessed(stack):
        time.sleep(0.5)
    processed = time.perf_counter() - begun
    seconds = sorted(took for _, took in answers)
    with capsys.disabled():
        print(  # noqa: T201 - what was measured is this test's result
            f"\n{MESSAGES} webhooks by {CLIENTS} clients: {MESSAGES / posted:.0f}/s acknowledged, "
            f"{MESSAGES / processed:.0f}/s to the end of processing; acknowledgement p50 "
            f"{statistics.median(seconds) * 1000:.0f} ms, p99 {seconds[int(MESSAGES * 0.99)] * 1000:.0f} ms; "
            f"{megabytes_of_children():.0f} MB resident, emulator and workers"
        )
    assert Counter(status for status, _ in answers) == {200: MESSAGES}
