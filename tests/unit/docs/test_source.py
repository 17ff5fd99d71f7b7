"""Rules of the source that no linter knows: the length of files."""

from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_LINES = 300
LONGER: dict[str, str] = {}
"""Files that may be longer, each with its reason."""


def sources() -> dict[str, str]:
    files = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py")]
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def test_every_file_is_short_enough_to_be_read() -> None:
    lengths = {name: text.count("\n") for name, text in sources().items()}
    assert len(lengths) > 350
    longer = {name: lines for name, lines in lengths.items() if lines > MOST_LINES and name not in LONGER}
    assert longer == {}, f"split what has more than {MOST_LINES} lines"
    assert {name for name in LONGER if lengths[name] <= MOST_LINES} == set(), "no exception is needed any more"
