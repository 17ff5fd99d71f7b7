"""A path played undisturbed, and again with every fault at every call, and compared."""

import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api_client import ApiAnswer
from aws_faults import Killed
from fault_cloud import Call, Fault
from fault_rows import without_chance
from fault_stage import Path, Stage

from chalicelib.services.elections.audit import audit

MOST_OF_READS, MOST_OF_WRITES = 5, 12
"""Faults that are tried of each path within `make test`."""
_SENDING = frozenset({"SendEmail", "Publish"})
"""Where one of these fails, or the call after it that notes what was sent, it may go once more."""


@dataclass(frozen=True)
class Played:
    """What a play came to: its calls; rows and what was sent, `soon` before the schedules and after them; the answer
    that the caller has in the end."""

    calls: tuple[Call, ...]
    soon: list[str]
    told_soon: Counter[tuple[str, str]]
    state: list[str]
    told: Counter[tuple[str, str]]
    answer: str
    is_refused: bool
    carriers: frozenset[str]
    differences: tuple[str, ...]


def chosen_faults(calls: Sequence[Call]) -> list[tuple[int, Fault]]:
    """Every fault at every call with `make faults`; else so many, evenly spread, more of writes than of reads."""
    faults = [(place, fault) for place, call in enumerate(calls) for fault in call.faults]
    if os.environ.get("BAYKOO_FAULTS") == "all":
        return faults
    of_reads = [fault for fault in faults if calls[fault[0]].is_read]
    return [
        *_spread(of_reads, MOST_OF_READS),
        *_spread([fault for fault in faults if fault not in of_reads], MOST_OF_WRITES),
    ]


def _spread(faults: Sequence[tuple[int, Fault]], most: int) -> list[tuple[int, Fault]]:
    return [faults[place * len(faults) // most] for place in range(most)] if len(faults) > most else list(faults)


def sweep_faults(path: Path, stage: Stage) -> list[str]:
    """Play a path with every fault at every call; what came out otherwise than undisturbed, and how often."""
    path.prepare(stage)
    stage.new_process()
    kept, began, before, carried = stage.cloud.kept(), stage.now, stage.end_state(), list(stage.carriers.asked)
    quiet = _play(path, stage)
    assert quiet.calls, "the path calls nothing: it is not played"
    assert quiet.differences == ()
    assert not quiet.is_refused, quiet.answer
    assert before != quiet.soon or quiet.told, "the path changes nothing"
    found: defaultdict[str, list[str]] = defaultdict(list)
    chosen = chosen_faults(quiet.calls)
    sys.stdout.write(f"{len(chosen)} faults at {len(quiet.calls)} calls\n")
    for place, fault in chosen:
        stage.cloud.go_back(kept)
        stage.now, stage.carriers.asked = began, list(carried)
        disturbed = _play(path, stage, (place, fault), quiet)
        for difference in _differences(quiet, disturbed, place):
            found[difference].append(f"{fault} at call {place}, {quiet.calls[place]}")
    return [f"{len(where)} times, first {where[0]}, last {where[-1]}: {what}"[:500] for what, where in found.items()]


def _play(path: Path, stage: Stage, disturbed: tuple[int, Fault] | None = None, quiet: Played | None = None) -> Played:
    stage.new_process()
    if disturbed is not None:
        stage.cloud.disturb(*disturbed)
    answer: ApiAnswer | None = None
    is_done = False
    try:
        answer = path.act(stage)
        is_done = answer is None or answer.status < 300
    except Killed:
        pass
    calls = tuple(stage.cloud.calls)
    stage.new_process()
    is_refused = not is_done and answer is not None and answer.status < 500
    if not is_done and not is_refused and path.repeats:
        answer = path.act(stage)
        is_refused = answer is not None and answer.status >= 300
    told_soon, soon = stage.told(), stage.end_state()
    reply = f"{answer.status} {_without_progress(path, answer.text)}" if answer is not None and path.repeats else ""
    if quiet is not None and (soon, told_soon) == (quiet.soon, quiet.told_soon):
        return replace(quiet, calls=calls, answer=reply, is_refused=is_refused)  # the schedules find the same
    stage.recover(path)
    differences = audit(stage.election.id).differences
    carriers = frozenset(carrier.vendor for carrier in stage.carriers.asked)
    return Played(calls, soon, told_soon, stage.end_state(), stage.told(), reply, is_refused, carriers, differences)


def _differences(quiet: Played, disturbed: Played, place: int) -> Iterator[str]:
    yield from (f"- {line}" for line in Counter(quiet.state) - Counter(disturbed.state))
    yield from (f"+ {line}" for line in Counter(disturbed.state) - Counter(quiet.state))
    yield from (f"never told {message}" for message in quiet.told if message not in disturbed.told)
    yield from (f"told besides {message}" for message in disturbed.told if message not in quiet.told)
    is_in_doubt = any(call.operation in _SENDING for call in disturbed.calls[max(0, place - 1) : place + 1])
    is_in_doubt |= any(who in quiet.carriers for who, _ in quiet.told)  # carriers' own APIs are no calls to AWS
    for value in disturbed.told:
        if value in quiet.told and disturbed.told[value] > quiet.told[value] + is_in_doubt:
            yield f"told {disturbed.told[value]} times {value}"
    if disturbed.answer != quiet.answer:
        yield f"answered {disturbed.answer}, and undisturbed {quiet.answer}"
    yield from (f"audit: {difference}" for difference in disturbed.differences)


def _without_progress(path: Path, text: str) -> str:
    return re.sub(rf'"{path.progress or "-"}": ("\w+"|\d+)', '"PROGRESS"', without_chance(text))
