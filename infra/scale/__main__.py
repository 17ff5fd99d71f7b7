"""`make scale`: simulate, and make docs/scale.md's figures and pictures.

`python -m infra.scale OBSERVERS` simulates one of the numbers alone.
"""

import re
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import Final

from infra.bundle import package
from infra.environments import ROOT
from infra.scale.aws_limits import PARTITION_WRITE_UNITS
from infra.scale.design import Design
from infra.scale.figures import hottest, per_second, table
from infra.scale.measured_costs import MeasuredCosts
from infra.scale.pictures import bars, curves
from infra.scale.simulation import STEP_SECONDS, Run, Simulation

PAGE = ROOT / "docs" / "scale.md"
PICTURES = ROOT / "docs" / "scale"
FIRST_MINUTES = 20
OF_BEFORE: Final = {
    "strangers_spread": False,
    "queue_shards": dict.fromkeys(("in", "alert", "out", "receipt", "held"), 4),
}
"""What the code had before this simulation: one row for all strangers, four partitions a queue."""
WIDER: Final[Mapping[int, Mapping[str, float]]] = {
    100_000: {"tally_shards": 16, "warm_write_units": 12_000, "api_requests": 2_000, "sms_per_second": 200},
    1_000_000: {
        "tally_shards": 64,
        "warm_write_units": 64_000,
        "api_requests": 8_000,
        "intake_concurrency": 300,
        "process_memory": 7_076,
        "sms_per_second": 2_000,
    },
}
"""What a deployer sets for so many observers."""


def main() -> int:
    """Simulate each number of observers before and after; return the exit status."""
    usual, measured = Design.of_template(package().template), MeasuredCosts.read()
    PICTURES.mkdir(exist_ok=True)
    chosen = [int(number) for number in sys.argv[1:]] or list(WIDER)
    for observers in chosen:
        settings = WIDER[observers]
        designs = {"before": usual.but(**OF_BEFORE), "after": usual.but(**settings)}
        with ProcessPoolExecutor() as processes:
            done = processes.map(_simulated, designs, repeat(observers), designs.values(), repeat(measured))
            runs = list(zip(designs, done, strict=True))
        _draw(observers, runs)
        _write(f"figures {observers}", table(runs))
    print(PAGE.relative_to(ROOT))
    return 0


def _simulated(name: str, observers: int, design: Design, measured: MeasuredCosts) -> Run:
    run = Simulation(design, measured, observers).run()
    print(f"{observers:,} observers, {name}: {len(run.counted) + len(run.alerted):,} counted", flush=True)
    return run


def _draw(observers: int, runs: list[tuple[str, Run]]) -> None:
    for name, run in runs:
        until = min(FIRST_MINUTES * 60 // STEP_SECONDS, max(max(counts) for counts in run.curves.values()) + 1)
        series = {stage: per_second(run, stage, until) for stage in ("sent", "stored", "counted", "replied")}
        title = f"{observers:,} observers, {name}: SMS a second"
        _save(f"{observers}-{name}-flow", curves(title, series, STEP_SECONDS))
        title = f"{observers:,} observers, {name}: write units asked of the hottest key in its worst second"
        _save(f"{observers}-{name}-keys", bars(title, hottest(run.tables), PARTITION_WRITE_UNITS))


def _save(name: str, drawn: str) -> None:
    (PICTURES / f"{name}.svg").write_text(drawn, "utf-8")


def _write(mark: str, figures: str) -> None:
    """Put figures between the page's marks."""
    text = PAGE.read_text("utf-8")
    marked = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda match: f"{match[1]}{figures}\n{match[2]}", text), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
