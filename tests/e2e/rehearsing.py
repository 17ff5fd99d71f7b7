"""./baykoo on the sample election's stack, and what a rehearsal prints."""

import datetime as dt
import os
import re
from typing import Any

from cli_process import Running, start_baykoo
from stack import Sample

from infra.stack import Stack


def baykoo(sample: Sample, *arguments: str) -> Running:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return start_baykoo(arguments, environ | {"BAYKOO_LOCAL": str(sample.path), "COLUMNS": "120"})


def output_of(running: Running) -> str:
    output, errors = running.communicate()
    assert running.returncode == 0, output + errors
    return output


def refusal_of(running: Running) -> str:
    """What a command said on one line before it ended with a failure."""
    _, errors = running.communicate()
    assert running.returncode in (1, 2)
    assert "Traceback" not in errors
    return " ".join(errors.split())


def counted(output: str, name: str) -> int:
    return numbers(output, name)[0]


def numbers(output: str, name: str) -> list[int]:
    """The counts that stand in a line of a table behind its name."""
    line = re.search(rf"^│ {name} +│([^\n]+)", output, re.MULTILINE)
    assert line is not None, output
    return [int(found.replace(",", "")) for found in re.findall(r"(?<=│) +([\d,]+) +(?=│)", f"│{line[1]}")]


def rehearsal_of(sample: Sample) -> str | None:
    """The election of the last rehearsal that was begun."""
    listed = output_of(baykoo(sample, "election", "list")).split()
    return max((name for name in listed if name.startswith("rehearsal-")), default=None)


def without_outcome(stack: Stack) -> list[str]:
    """SMS that wait to be processed."""
    return [row["key"]["S"] for row in _messages(stack) if row.get("state") == {"S": "received"}]


def overdue(stack: Stack) -> list[str]:
    """Rows that nobody has taken up for two sweeps since they were due, a minute apart, and what those take."""
    late = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=150)
    waits = [row for row in _messages(stack) if "pending" in row]
    due = {row["key"]["S"]: dt.datetime.fromisoformat(row["due_at"]["S"]) for row in waits}
    return [f"{key}, due at {at:%T}" for key, at in due.items() if at < late]


def _messages(stack: Stack) -> list[dict[str, Any]]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=f"{stack.name}-messages")
    return [row for page in pages for row in page["Items"]]
