"""docs/limits.md: every bound is the constant's in the code, and every test that it names exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROWS = re.findall(
    r"^\| (?P<what>[^|]+) \| (?P<bound>\d+) \| `(?P<constant>[\w.]+)` \| (?P<beyond>[^|]+) \| `(?P<test>\w+)` \|$",
    (ROOT / "docs" / "limits.md").read_text("utf-8"),
    re.MULTILINE,
)
TESTS = "\n".join(file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize(("what", "bound", "constant", "beyond", "test"), ROWS, ids=[row[2] for row in ROWS])
def test_the_page_of_limits_says_what_the_code_holds(
    what: str, bound: str, constant: str, beyond: str, test: str
) -> None:
    module, _, name = constant.rpartition(".")
    assert getattr(import_module(f"chalicelib.{module}"), name) == int(bound), what
    assert beyond.strip()
    assert f"def {test}(" in TESTS, f"no test {test}"


def test_every_line_of_the_page_is_compared() -> None:
    lines = (ROOT / "docs" / "limits.md").read_text("utf-8").splitlines()
    assert len(ROWS) == sum(line.startswith("| ") for line in lines) - 2
