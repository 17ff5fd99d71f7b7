"""Whatever a stack holds of people, before somebody is forgotten and after."""

import json
import re
from typing import Any

from pipeline import Pipeline
from sample_election import sample

from chalicelib.observation.elections.election import Form, Question
from chalicelib.services.privacy.forget import ForgetResult, forget_phone
from chalicelib.store import elections, raw_rows
from chalicelib.store.elections import existing
from chalicelib.store.incidents import incidents_of
from chalicelib.store.reports import StoredReport
from chalicelib.store.tallies import shards_of_cells

WORDS = Form(
    code="ZA", expect="observer", rounds=(), questions=(Question(code="S", type="text"),), due=sample().forms[0].due
)
SAYINGS = ("у нас тут всё спокойно, ждём", "IN 3 # избили Назгуль у входа в школу", "ZA S=пломба Назгуль 00123")
TABLES = ("elections", *raw_rows.TABLES, "work", "accounts", "providers")


def quiet(table: str, rows: int) -> None:
    pass


def forget(day: Pipeline, phone: str, *, is_done: bool = True) -> ForgetResult:
    elections._recent.clear()
    return forget_phone(phone, None, day.now, quiet, is_done=is_done)


def everything(table: str | None = None) -> dict[str, dict[str, Any]]:
    """Every row, by table and key."""
    rows = {}
    for name in TABLES if table is None else (table,):
        for page in raw_rows.pages(name):
            rows |= {f"{name} {json.dumps(row, default=repr, sort_keys=True)}": dict(row) for row in page.rows}
    return rows


def told(day: Pipeline) -> str:
    """All that is kept of the day's election, as one text."""
    rows = (json.dumps(row, default=repr, ensure_ascii=False) for row in everything().values())
    its = re.compile(rf"\b{day.election.id}\b")
    documents = [row.model_dump_json() for row in (existing(day.election.id).filed, existing(day.election.id).election)]
    return "\n".join([*(row for row in rows if its.search(row)), *documents])


def numbers(day: Pipeline) -> tuple[Any, ...]:
    def counted(stored_report: StoredReport) -> Any:
        return (
            stored_report.report.station,
            stored_report.report.form,
            stored_report.report.round,
            dict(stored_report.counted),
        )

    incidents = [
        (incident.number, incident.state, incident.severity, incident.station, incident.category)
        for incident in incidents_of(day.election.id)
    ]
    summary = {name: value for name, value in day.summary().items() if name != "as_of"}
    return shards_of_cells(day.election), [counted(report) for report in day.reports()], sorted(incidents), summary


def comparable(rows: dict[str, dict[str, Any]]) -> list[str]:
    """Rows without the lines that tell of each run, and without what the stack's own schedules write."""
    kinds = ({"S": "forgot"}, {"S": "silence"})
    return sorted(key for key, row in rows.items() if row.get("action") not in kinds and row.get("id") not in kinds)


def restore(kept: dict[str, dict[str, Any]]) -> None:
    for table in TABLES:
        keys = {
            **raw_rows.TABLES,
            "elections": ("id", "part"),
            "work": ("scope", "id"),
            "accounts": ("scope", "id"),
            "providers": ("id",),
        }
        present = everything(table)
        raw_rows.delete_all(table, [{name: row[name] for name in keys[table]} for row in present.values()])
        raw_rows.put_all(table, [row for key, row in kept.items() if key.startswith(f"{table} ")])
    elections._recent.clear()
    elections._documents.clear()
