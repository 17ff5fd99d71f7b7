"""docs/providers.md does what it says: its example provider works, its examples of explain are genuine."""

import datetime as dt
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from chalicelib.cli.provider import explain_line
from chalicelib.providers import table
from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.generic_format import Format
from chalicelib.providers.signatures import mac
from chalicelib.providers.webhook import hear

PAGE = (Path(__file__).parents[3] / "docs" / "providers.md").read_text()
AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def never(url: str) -> bytes:
    raise AssertionError(url)


@pytest.fixture
def textbee(monkeypatch):
    """The page's file and its line, put where the page says."""
    module = ModuleType("chalicelib.providers.textbee")
    exec(compile(blocks("python")[0], "textbee.py", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    name, place = re.search(r'`"(\w+)": "(\w+:\w+)",`', PAGE).groups()
    monkeypatch.setitem(table._PROVIDERS, name, place)
    return name


def test_the_eleventh_provider_of_the_page(textbee):
    cases: dict[str, list[tuple[str, dict[str, object], str | None, int]]] = {}
    exec(blocks("python")[1], {}, cases)
    assert len(cases["CASES"]) >= 8
    for label, fields, secret, status in cases["CASES"]:
        body = json.dumps(fields).encode()
        headers = {} if secret is None else {"X-Signature": "sha256=" + mac("sha256", secret, body).hex()}
        request = WebhookRequest("POST", "https://example.org/webhooks/textbee", headers, body, AT)
        result = hear(textbee, request, {"signing_secret": "secret", "recipient": "+996555000111"}, never)
        assert result.answer.status == status, label
        if fields is cases["GOOD"] and status == 200:
            [sms] = result.delivery.messages
            assert (sms.id, sms.sender, sms.recipient, sms.text) == ("s1", "+996700123456", "+996555000111", "OP")


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
