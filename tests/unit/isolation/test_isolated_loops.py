"""Loops over elections, coordinators, watches, digests, rows and providers: each thing is isolated from the others."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3] / "chalicelib"
SOURCES = {
    "list_elections",
    "watches_due",
    "digests_due",
    "unfinished",
    "configured_providers",
    "sms_providers",
    "numbers_of",
    "coordinators",
}
"""What yields the things that a loop may go over; one that comes new belongs here too."""

WITHOUT_ISOLATION = {
    "services/calls/card.py: _coordinators": "pure",
    "services/calls/outcome.py: next_phones": "pure",
    "services/calls/outcome.py: phones_of": "pure",
    "services/delivery/deliver.py: not_asked": "names alone, nothing is done with them",
    "services/delivery/send.py: order": "pure: who is asked first",
    "services/doctor/work.py: routing": "a person asks; a fault ends that check with its words",
    "services/doctor/work.py: settings": "each name's fault is a finding of its own",
    "services/elections/loading.py: _count_anew": "a person loads, and sees the fault at once",
    "services/elections/retirement.py: retire": "a person retires, and sees the fault at once",
    "services/privacy/roster.py: everybody_in": "pure",
    "services/privacy/roster.py: people_with": "pure",
    "services/privacy/roster.py: without_people": "pure",
    "services/desk/conversation.py: _has_codes": "pure",
    "services/desk/queue.py: _unread": "names keys alone; a person asks",
    "services/exports/other_rows.py: roster_tables": "pure: writes a table",
    "services/incidents/escalation.py: _digested": "one digest, which is one of those that are isolated",
    "services/outreach/missing_list.py: regions_of": "pure",
    "services/outreach/reminders.py: unread_stations": "goes over pages, whose rows are isolated",
    "services/desk/assignment.py: _covers": "pure",
    "services/incidents/news.py: _heard": "pure",
    "services/summaries/final_report_email.py: send_report": "pure: chooses who is told",
    "services/views/trace.py: _sent_about": "names keys alone; a person asks",
    "services/views/outgoing.py: _waiting": "reads keys alone, whose rows are shown",
    "services/views/station.py: _coordinators": "pure",
    "services/sweep.py: _oldest_seconds": "measures, and does nothing with the rows",
}
"""Loops that may do without it, by file and function, and why."""


def loops(source: str) -> Iterator[str]:
    """Names of the functions in which a loop goes over a source, or over a name that holds one, bare."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef) and any(
            _is_bare(iterable, function) for iterable in _iterated_in(function)
        ):
            yield function.name


def _iterated_in(function: ast.FunctionDef) -> list[ast.expr]:
    nodes = list(ast.walk(function))
    return [node.iter for node in nodes if isinstance(node, ast.For | ast.comprehension)]


def _is_bare(iterated: ast.expr, function: ast.FunctionDef) -> bool:
    held = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _names(node.value) & SOURCES and not _names(node.value) & {"for_each"}
        for assigned in node.targets
        for target in ast.walk(assigned)
        if isinstance(target, ast.Name)
    }
    return bool(_names(iterated) & (SOURCES | held)) and "for_each" not in _names(iterated)


def _names(node: ast.AST) -> set[str]:
    named = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return named | {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def bare_loops() -> set[str]:
    files = [file for room in ("services", "entrypoints") for file in (ROOT / room).rglob("*.py")]
    return {f"{file.relative_to(ROOT)}: {name}" for file in files for name in loops(file.read_text())}


def test_every_loop_over_things_isolates_each_of_them() -> None:
    assert bare_loops() - WITHOUT_ISOLATION.keys() == set(), "use services/isolation.py: for_each"


@pytest.mark.parametrize(
    "body",
    [
        "for one in elections.list_elections(): act(one)",
        "return [act(one) for one in elections.list_elections()]",
        "names = elections.list_elections()\n    for name in names: act(name)",
        "for digest in sorted(digests_due(name, now)): act(digest)",
        "return sum(act(one) for one in election.coordinators)",
    ],
)
def test_a_loop_without_isolation_is_found(body: str) -> None:
    assert list(loops(f"def run():\n    {body}")) == ["run"]


@pytest.mark.parametrize(
    "body",
    [
        "for_each('election', elections.list_elections(), act)",
        "done = for_each('election', elections.list_elections(), act)\n    return sum(done.results)",
        "for row in rows: act(row)",
    ],
)
def test_an_isolated_loop_passes(body: str) -> None:
    assert list(loops(f"def run():\n    {body}")) == []
