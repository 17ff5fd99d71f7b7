"""How long an export of a million rows takes, and how much memory: the figures of docs/performance.md."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from chalicelib.services.exports.table import Table
from chalicelib.services.exports.writers import write_csv, write_xlsx
count = {rows}
rows = ((n, "Bishkek", f"text {{n}}", None, True, *range(15)) for n in range(count))
table = Table("many", tuple(f"c{{n}}" for n in range(20)), rows)
with Path("/dev/null").open("wb") as nowhere:
    print({writer})
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "rows", "writer"),
    [
        ("csv in gzip", 1_000_000, "write_csv(table, nowhere, lambda rows: None)"),
        ("xlsx", 100_000, "write_xlsx([table], nowhere, lambda rows: None)"),
    ],
)
def test_rows_of_twenty_cells(name: str, rows: int, writer: str, capsys: pytest.CaptureFixture[str]) -> None:
    script = SCRIPT.format(root=str(ROOT), rows=rows, writer=writer)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with capsys.disabled():
        print(f"\n{name}: {rows} rows × 20 in {took:.1f} s ({cpu:.1f} s CPU), peak {after.ru_maxrss / 1024:.0f} MB")  # noqa: T201
    assert after.ru_maxrss < 256 * 1024
