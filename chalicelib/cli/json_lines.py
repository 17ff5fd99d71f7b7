"""JSON lines in, JSON lines out.

Each line is answered as soon as it is read.
"""

import json
from collections.abc import Callable
from typing import Any, BinaryIO

from chalicelib.cli.printable import printable_json


class LineInvalid(ValueError):
    """A line of the input does not hold what the command reads."""


def read_json(line: bytes, shape: str) -> Any:
    """Read a line's JSON; raises LineInvalid with the right `shape`."""
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LineInvalid(f"not JSON ({error}): write {shape}") from None


def answer_lines(
    source: BinaryIO,
    target: BinaryIO,
    answer: Callable[[bytes], dict[str, Any]],
    refuse: Callable[[int, LineInvalid], dict[str, Any]],
) -> int:
    """Answer every line that is not blank; returns how many were invalid.

    `refuse` answers an invalid line, by its number and what is wrong with it.
    """
    invalid = 0
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            answered = answer(line)
        except LineInvalid as problem:
            invalid += 1
            answered = refuse(number, problem)
        target.write(printable_json(answered).encode() + b"\n")
        target.flush()
    return invalid
