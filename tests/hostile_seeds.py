"""Seeds of hostile input: one for each run, and those that have failed once, which every run replays."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

KEPT = Path(__file__).parent / "corpus" / "hostile_seeds.json"
FIRST = 20261129
Kind = Literal["sms", "requests", "document"]


def seed() -> int:
    """Return this run's seed: BAYKOO_FUZZ_SEED, or the one of `make test`."""
    return int(os.environ.get("BAYKOO_FUZZ_SEED", FIRST))


def failed_before(kind: Kind) -> list[int]:
    """Return the seeds of a kind that failed once."""
    kept: list[int] = json.loads(KEPT.read_text("utf-8"))[kind]
    return kept


@contextmanager
def keeping(kind: Kind, tried: int) -> Iterator[None]:
    """Print a seed, and keep it in the file where the block fails: commit the file with what mends it."""
    sys.stdout.write(f"\n{kind}: seed {tried}\n")
    try:
        yield
    except BaseException:
        kept = json.loads(KEPT.read_text("utf-8"))
        if tried not in kept[kind]:
            kept[kind].append(tried)
            KEPT.write_text(json.dumps(kept) + "\n", "utf-8")
        sys.stdout.write(f"{kind}: seed {tried} failed and is kept in {KEPT.name}\n")
        raise
