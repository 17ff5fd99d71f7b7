"""Every finding of the review against AWS's documents has an answer, and the tests that hold it exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "decisions" / "0014-what-only-aws-shows.md").read_text()
FINDINGS = [
    f"{kind}{number}"
    for kind, last in (("B", 3), ("L", 3), ("M", 9), ("C", 4), ("H", 8))
    for number in range(1, last + 1)
]


def test_every_finding_has_an_answer() -> None:
    rows = dict(re.findall(r"^\| ([BLMCH]\d) [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert list(rows) == FINDINGS
    for finding, answer in rows.items():
        assert re.search(r"`test_\w+`|\]\(\.\./|above", answer), finding


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 30
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name in named if f"def {name}(" not in sources} == set()
