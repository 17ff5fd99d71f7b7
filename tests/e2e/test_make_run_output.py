"""The lines that `make run` prints do what it says of them, run by a shell as printed."""

import json
import subprocess
import time
from typing import Any

from stack import Sample

from infra.local import curl_lines


def shell(line: str) -> Any:
    done = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_the_printed_lines_send_an_sms_that_counts_and_tell_the_coordinator(sample: Sample) -> None:
    lines = curl_lines(sample.local, sample.stack.mailbox()).split("\n\n")
    sms, summary, mailbox = (line.strip() for line in lines)
    assert shell(sms) == {"status": "accepted"}
    deadline = time.monotonic() + 20
    told: set[str] = set()
    while time.monotonic() < deadline and "bishkek@example.org" not in told:
        time.sleep(0.25)
        told = {address for account in shell(mailbox)["messages"].values() for one in account for address in one["To"]}
    assert "bishkek@example.org" in told
    assert shell(summary)["regions"]["Bishkek"]["forms"]["OP"]["-"]["received"] >= 1
