"""docs/providers does what it says: its example provider works, its examples of explain are genuine."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from chalicelib.cli.provider import explain_line
from chalicelib.providers import table
from chalicelib.providers.generic_settings import format_of

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "providers"
PAGE = (PAGES / "README.md").read_text()
GENERIC = (PAGES / "generic.md").read_text()
LINE = re.search(r'`("textbee": "textbee:TextBee",)`', PAGE)[1]
THIS = "test_the_eleventh_provider_of_the_page"
AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)


def blocks(kind: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def test_the_eleventh_provider_of_the_page(tmp_path):
    """Its file, its line and its case table, put where the page says, in a copy: every test of providers holds."""
    provider, cases = blocks("python")
    for folder in ("chalicelib", "docs", "infra", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "chalicelib" / "providers" / "textbee.py").write_text(provider)
    (tmp_path / "tests" / "unit" / "providers" / "test_textbee_provider.py").write_text(cases)
    insert(tmp_path / "chalicelib" / "providers" / "table.py", "_PROVIDERS = {\n", f"    {LINE}\n")
    (tmp_path / "docs" / "providers" / "textbee.md").write_text("# TextBee\n")
    row = "| [textbee](textbee.md) | HMAC | body | message id | not published |\n"
    insert(tmp_path / "docs" / "providers" / "README.md", "| --- | --- | --- | --- | --- |\n", row)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    named = ("test_textbee_provider.py", "test_self_tests.py", "test_provider_documentation.py", "test_send_api.py")
    chosen = [f"tests/unit/providers/{name}" for name in named]
    unsaid = ["--deselect", "tests/unit/providers/test_provider_documentation.py::" + THIS]
    ran = subprocess.run([*command, *chosen, *unsaid], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def insert(file: Path, anchor: str, after: str) -> None:
    written = file.read_text()
    assert written.count(anchor) == 1
    file.write_text(written.replace(anchor, anchor + after))


def test_the_examples_of_explain():
    request, answered = (json.loads(block) for block in blocks("json")[:2])
    assert "reason" in answered
    explained = explain_line(json.dumps(request).encode(), AT)
    explained["answer"]["body"] = "…"
    assert explained == answered


def test_the_example_of_a_described_aggregator():
    described = json.loads(blocks("json", GENERIC)[1])["format"]
    assert format_of(described).signature is not None


def gateways() -> list[object]:
    """Each call of each gateway that the page shows, with its settings and what is to be read in it."""
    cases = []
    for section in GENERIC.split("\n### ")[1:]:
        settings, *pairs = re.findall(r"```(?:json|http)\n(.*?)```", section, re.DOTALL)
        for call, expected in zip(pairs[::2], pairs[1::2], strict=True):
            name = re.match(r"\w+ /webhooks/([\w-]+)", call)[1]
            cases.append(
                pytest.param(name, json.loads(settings), call, json.loads(expected), id=f"{name}-{len(cases)}")
            )
    return cases


@pytest.mark.parametrize(("name", "settings", "call", "expected"), gateways())
def test_the_calls_of_the_gateways_are_read_as_the_page_says(name, settings, call, expected):
    head, _, body = call.partition("\n\n")
    first, *lines = head.splitlines()
    method, path = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    request = {
        "method": method,
        "url": "https://example.org" + path,
        "headers": headers,
        "body": body.removesuffix("\n"),
    }
    line = {"provider": name, "secrets": settings, "at": int(AT.timestamp()), "request": request}
    explained = explain_line(json.dumps(line).encode(), AT)
    assert explained["authentic"], explained["reason"]
    described = settings["format"].get("answer", {})
    assert (explained["answer"]["status"], explained["answer"]["body"]) == (200, described.get("body", ""))
    for kind in ("messages", "receipts"):
        assert len(explained[kind]) == len(expected.get(kind, []))
        for read, fields in zip(explained[kind], expected.get(kind, []), strict=True):
            assert read | fields == read


def test_the_page_shows_five_gateways():
    names = {case.values[0] for case in gateways()}
    assert names == {f"generic-{name}" for name in ("jasmin", "playmobile", "textbee", "smssync", "frontline")}


def test_every_provider_has_its_page_and_its_row():
    rows = re.findall(r"^\| \[([\w-]+)\]\(([\w-]+)\.md\)", PAGE, re.MULTILINE)
    assert {name for name, _ in rows} == set(table.NAMES)
    assert all(name == page for name, page in rows)
    assert {page.stem for page in PAGES.glob("*.md")} == {"README", *table.NAMES}


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_the_json_of_every_page_is_json(page):
    for block in blocks("json", page.read_text()):
        json.loads(block)


@pytest.mark.parametrize("name", table.NAMES)
def test_every_provider_shows_a_sample_payload_on_top(name):
    module = import_module(type(table.provider(name, {}, never)).__module__)
    assert re.search(r"^    (GET|POST)\b.*\S", module.__doc__, re.MULTILINE)


def never(url: str) -> bytes:
    raise AssertionError(url)
