"""Whatever a person changes by the API is one line of the audit trail."""

import json
import re
from typing import Any

import fault_paths_decisions
import fault_paths_desk
import fault_paths_work
import pytest
from fault_requests import Request
from fault_stage import Stage, staged

from chalicelib.entrypoints.api.page import WEB

REQUESTS: dict[str, Request] = {
    **{f"desk: {name}": request for name, request in fault_paths_desk.REQUESTS.items()},
    **{
        f"{kind}: {name}": value
        for requests in (fault_paths_decisions.REQUESTS, fault_paths_work.REQUESTS)
        for kind, named in requests.items()
        for name, value in named.items()
    },
}

BESIDES = {"desk: undo an incident's entry": 1, "desk: unassign what opened an incident": 1}
"""Lines of what else is changed by it: the incident that the entry or the SMS opened is rejected."""


WORDS = json.loads((WEB / "texts" / "en.json").read_text("utf-8"))


def has_words(line: str) -> bool:
    """Whether the page says a line in its reader's language (chalicelib/web/trail.js)."""
    begun, _, rest = line.partition(": ")
    name = re.sub(r"\d+|(?<=^choice of )\S+", "N", rest if begun == "undone" else begun)
    return f"did.{name}" in WORDS or f"messages.how.{name}" in WORDS


def is_said(subject: str) -> bool:
    """Whether the page says what a line is about in its reader's language."""
    parts = subject.split(" of ")
    return f"about.{subject}" in WORDS or all(f"about.{part.split(' ')[0]}" in WORDS for part in parts)


def unsaid_fields(value: Any) -> set[str]:
    """Names of what changed that the page has no words for; a question's code, a number and who it was need none."""
    if isinstance(value, list):
        return set().union(*map(unsaid_fields, value))
    if not isinstance(value, dict):
        return set()
    names = {name for name in value if not name.isdigit() and not name.isupper()}
    return {name for name in names if f"was.{name}" not in WORDS}.union(*map(unsaid_fields, value.values()))


def lines(stage: Stage) -> list[dict[str, str]]:
    return [
        {name: next(iter(typed.values())) for name, typed in row.items()}
        for row in stage.cloud.database.tables["audit"].values()
    ]


@pytest.mark.parametrize("name", REQUESTS)
def test_h1_a_change_is_one_line_of_the_trail(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = fault_paths_work.CHANGES.get(name.partition(":")[0], {})
    stage, path = staged(monkeypatch, **changes), REQUESTS[name].path()
    path.prepare(stage)
    before = lines(stage)
    for _ in range(2):  # and the same request once more is the same action
        answer = path.act(stage)
        assert answer is not None
        assert answer.status < 300, answer
    added = lines(stage)[len(before) :]
    assert len(added) == 1 + BESIDES.get(name, 0), added
    assert [line["action"] for line in added if not has_words(line["action"])] == []
    assert [line["subject"] for line in added if not is_said(line["subject"])] == []
    for line in added:
        changes = [json.loads(line[name]) for name in ("before", "after") if line.get(name)]
        assert unsaid_fields(changes) == set()
