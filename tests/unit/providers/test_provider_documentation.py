"""docs/providers.md does what it says: its example provider works, its examples of explain are genuine."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from chalicelib.cli.provider import explain_line
from chalicelib.providers import table
from chalicelib.providers.generic_format import Format

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "providers.md").read_text()
LINE = re.search(r'`("textbee": "textbee:TextBee",)`', PAGE)[1]
THIS = "test_the_eleventh_provider_of_the_page"
AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_eleventh_provider_of_the_page(tmp_path):
    """Its file, its line and its case table, put where the page says, in a copy: every test of providers holds."""
    provider, cases = blocks("python")
    for folder in ("chalicelib", "docs", "infra", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "chalicelib" / "providers" / "textbee.py").write_text(provider)
    (tmp_path / "tests" / "unit" / "providers" / "test_textbee_provider.py").write_text(cases)
    insert(tmp_path / "chalicelib" / "providers" / "table.py", "_PROVIDERS = {\n", f"    {LINE}\n")
    row = "| [textbee](#textbee) | HMAC | body | message id | not published |\n"
    insert(tmp_path / "docs" / "providers.md", "| --- | --- | --- | --- | --- |\n", row)
    insert(tmp_path / "docs" / "providers.md", "## Generic\n", "", before="## TextBee\n\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    named = ("test_textbee_provider.py", "test_self_tests.py", "test_provider_documentation.py", "test_send_api.py")
    chosen = [f"tests/unit/providers/{name}" for name in named]
    unsaid = ["--deselect", "tests/unit/providers/test_provider_documentation.py::" + THIS]
    ran = subprocess.run([*command, *chosen, *unsaid], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def insert(file: Path, anchor: str, after: str, before: str = "") -> None:
    written = file.read_text()
    assert written.count(anchor) == 1
    file.write_text(written.replace(anchor, before + anchor + after))


def test_the_examples_of_explain():
    asked, answered = (json.loads(block) for block in blocks("json")[:2])
    assert "reason" in answered
    explained = explain_line(json.dumps(asked).encode(), AT)
    explained["answer"]["body"] = "…"
    assert explained == answered


def test_the_example_of_a_described_aggregator():
    [described] = [json.loads(block)["format"] for block in blocks("json") if '"format"' in block]
    assert Format.of_settings(described).signature is not None


def test_every_provider_has_its_section_and_every_reason_its_line():
    rows = re.findall(r"^\| \[([\w-]+)\]\(#([\w-]+)\)", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == set(table.NAMES)
    titles = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert {anchor for _, anchor in rows} <= anchors
    for block in blocks("json"):
        json.loads(block)
