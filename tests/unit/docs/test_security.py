"""docs/security.md: every finding has its tests, by its letter, and each of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| (?P<letter>[A-C]\d*[a-c]?):? (?P<what>[^|]+) \| (?P<tried>[^|]+) \| (?P<tests>[^|]+) \|$",
    PAGE,
    re.MULTILINE,
)
TESTS = "\n".join(file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
LETTERS = {"A1", "A1a", "A1b", "A1c", "A2", "A3", "A4", "A5", "A6", *(f"B{number}" for number in range(1, 10)), "C"}


def test_every_finding_has_its_row() -> None:
    findings = PAGE.partition("## Who speaks")[0]
    lines = findings.splitlines()
    assert len(ROWS) == sum(line.startswith("| ") for line in lines) - 2
    assert {letter for letter, *_ in ROWS} == LETTERS


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert {name for name in named if f"def {name}(" not in TESTS} == set()


def test_every_row_names_what_holds_it() -> None:
    tables = re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
    assert len(tables) == 3
    for table in tables:
        head, _, *rows = table.splitlines()
        assert head.endswith("| held by |")
        held = [row.rstrip("| ").rpartition(" | ")[2] for row in rows]
        assert [row for row, tests in zip(rows, held, strict=True) if not re.search(r"`test_\w+`", tests)] == []


def test_a_file_that_a_row_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/*.]+)`", PAGE))
    assert named
    assert {name for name in named if not list(ROOT.glob(name))} == set()


def test_a_finding_s_first_test_has_its_letter() -> None:
    first = {letter: re.findall(r"`(test_\w+)`", tests)[0] for letter, _, _, tests in ROWS if letter != "C"}
    assert {letter for letter, name in first.items() if not name.startswith(f"test_{letter.lower()}_")} == set()
