"""The lines that `make run` prints do what it says of them, run by a shell as printed."""

import json
import subprocess
from typing import Any

from deployed import eventually
from stack import Sample

from infra.local import curl_lines


def shell(line: str) -> Any:
    done = subprocess.run(["sh", "-c", line], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_the_printed_lines_send_an_sms_that_counts_and_tell_the_coordinator(sample: Sample) -> None:
    lines = curl_lines(sample.local, sample.stack.mailbox()).split("\n\n")
    sms, summary, mailbox = (line.strip() for line in lines)
    assert shell(sms) == {"status": "accepted"}
    eventually(lambda: shell(summary)["regions"]["Bishkek"]["forms"]["OP"]["-"]["received"] >= 1)
    eventually(lambda: "bishkek@example.org" in addressees(shell(mailbox)))


def addressees(mailbox: Any) -> set[str]:
    return {address for account in mailbox["messages"].values() for email in account for address in email["To"]}
