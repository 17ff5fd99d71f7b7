"""A simulation's figures: the rows of docs/scale.md's tables."""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter

from infra.scale.aws_limits import PARTITION_WRITE_UNITS, SSM_REQUESTS
from infra.scale.capacity import Tables
from infra.scale.simulation import STEP_SECONDS, Run

HOTTEST = 8
SSM_READS_OF_A_WORKER = 2
"""Requests to SSM of a worker of intake that begins: the names, and a provider's settings."""


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of values lie.

    0 of none.
    """
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def table(runs: Sequence[tuple[str, Run]]) -> str:
    """Write runs side by side, a figure a row."""
    columns = [_column(run) for _, run in runs]
    lines = ["| | " + " | ".join(name for name, _ in runs) + " |", "| --- |" + " --- |" * len(runs)]
    lines += [f"| {row} | " + " | ".join(column[row] for column in columns) + " |" for row in columns[0]]
    return "\n".join(lines)


def hottest(tables: Tables) -> list[tuple[str, float]]:
    """Return what each table's hottest key was asked in a second."""
    worst: dict[str, float] = {}
    for (place, key), seconds in tables.demand.items():
        name = f"{place}: {key}" if place == "messages/unfinished" else place
        kind = name.partition("#")[0]
        worst[kind] = max(worst.get(kind, 0.0), *seconds.values())
    return sorted(worst.items(), key=itemgetter(1), reverse=True)[:HOTTEST]


def per_second(run: Run, stage: str, until: int) -> list[float]:
    """Return how many SMS a second came to a stage."""
    counts = run.curves.get(stage, Counter[int]())
    return [counts[step] / STEP_SECONDS for step in range(until)]


def _column(run: Run) -> dict[str, str]:
    refused = ", ".join(f"{cause} {count:,}" for cause, count in sorted(run.refused.items())) or "none"
    counted = [*run.counted, *run.alerted]
    limit = f"{hottest(run.tables)[0][0]} {hottest(run.tables)[0][1] / PARTITION_WRITE_UNITS:.0%}"
    return {
        "SMS": f"{run.observers:,}",
        "counts' shards; warm write units; partitions of a table": (
            f"{run.design.tally_shards}; {run.design.warm_write_units:,}; {run.tables.partitions}"
        ),
        "API's requests a second; workers of intake": f"{run.design.api_requests:,}; {run.design.intake_concurrency}",
        "SMS not stored, not counted in half an hour": (
            f"{run.observers - len(run.stored):,}, {run.observers - len(counted):,}"
        ),
        "sent → stored: p50, p99, last": _times(run.stored),
        "sent → counted: p50, p99, last": _times(run.counted),
        "incident: sent → its alert queued: p50, p99, last": _times(run.alerted),
        "asked again, by what refused": refused,
        "transactions that met another": f"{run.items.conflicts:,}",
        "hottest key of what a key gives": limit,
        "workers: intake, process": f"{run.intake.begun}, {run.process.begun}",
        f"SSM's reads in the worst second, of {SSM_REQUESTS}": (
            f"{run.intake.most_begun_a_second * SSM_READS_OF_A_WORKER}"
        ),
        "carriers' SMS a second; the last reply is sent after": (
            f"{run.design.sms_per_second:,.0f}; {run.replied_at / 60:,.0f} min"
        ),
    }


def _times(seconds: Sequence[float]) -> str:
    return ", ".join(f"{percentile(seconds, share):,.2f} s" for share in (0.5, 0.99, 1.0))
