"""New rosters through the API: checked, compared, loaded on the version seen, or nothing."""

import base64
import io
import itertools
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from aws_faults import Killed, Wire, killed
from openpyxl import Workbook
from pipeline import Pipeline

from chalicelib.entrypoints.api.imports import LARGEST
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.clients import bucket
from chalicelib.services.imports import check as checking
from chalicelib.services.imports import job, sheets
from chalicelib.services.imports.check import UploadedFile
from chalicelib.services.imports.refusals import ImportRefused
from chalicelib.services.versions import VersionPassed
from infra.stack import Stack

KEYS = itertools.count()
HEADER = "observer,name,phone,language,station\n"


@pytest.fixture(autouse=True)
def _of_this_stack(services: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    name = f"{services.name}-test-imports"
    services.client("s3").create_bucket(Bucket=name)
    monkeypatch.setenv("BAYKOO_BUCKET", name)
    bucket._s3.cache_clear()
    monkeypatch.setattr(checking, "begin", lambda election_id, kind, job_id: None)
    yield
    bucket._s3.cache_clear()


def table(pipeline: Pipeline, **changed: str) -> str:
    """The observers as they are, the first with some fields changed."""
    first, *others = pipeline.election.observers
    fields = {
        "observer": first.number,
        "name": first.name,
        "phone": ";".join(first.phones),
        "language": first.language,
        "station": first.station,
    } | changed
    lines = [",".join(fields.values())]
    lines += [f"{o.number},{o.name},{';'.join(o.phones)},{o.language},{o.station}" for o in others]
    return HEADER + "\n".join(lines) + "\n"


def checked(pipeline: Pipeline, content: str, file: str = "observers.csv") -> dict[str, Any]:
    loaded = pipeline.current
    return checking.check(loaded, {"observers": UploadedFile(file, content)}, loaded.version)


def asked(pipeline: Pipeline, content: str, seen: int | None = None) -> dict[str, Any]:
    loaded = pipeline.current
    action = Action(Operator("Eve", "administrator", loaded.election.id, ()), pipeline.now, f"k{next(KEYS)}", "d")
    version = loaded.version if seen is None else seen
    return checking.ask(loaded, {"observers": UploadedFile("observers.csv", content)}, version, action)


def run(pipeline: Pipeline, job_id: str) -> dict[str, Any]:
    assert job.run(pipeline.election.id, job_id, lambda: pipeline.now)
    operator = Operator("Eve", "administrator", pipeline.election.id, ())
    return checking.show_import(operator, job_id, pipeline.now)


def test_every_problem_is_named_by_file_line_and_column(pipeline: Pipeline) -> None:
    found = checked(pipeline, table(pipeline, phone="nonsense", station="9999"))
    places = {(problem["file"], problem["line"], problem["field"]) for problem in found["problems"]}
    assert {("observers.csv", 2, "phone"), ("observers.csv", 2, "station")} <= places
    assert found["changes"] == []


def test_e6_an_import_with_errors_changes_nothing(pipeline: Pipeline) -> None:
    before = pipeline.current
    with pytest.raises(ImportRefused):
        asked(pipeline, table(pipeline, phone="nonsense"))
    assert pipeline.current.version == before.version


def test_what_changes_is_told(pipeline: Pipeline) -> None:
    other = pipeline.election.stations[-1].number
    found = checked(pipeline, table(pipeline, name="Nobody", station=other))
    (change,) = [change for change in found["changes"] if change["kind"] == "moved"]
    assert change["what"] == pipeline.election.observers[0].number
    assert {field["field"]: field["after"] for field in change["fields"]} == {"name": "Nobody", "station": other}


def test_the_same_rosters_change_nothing(pipeline: Pipeline) -> None:
    found = checked(pipeline, table(pipeline))
    assert (found["problems"], found["counts"], found["is_cut"]) == ([], {}, False)


def test_so_many_changes_are_told_one_by_one(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_TOLD", 3)
    found = checked(pipeline, HEADER + table(pipeline).splitlines()[1] + "\n")
    assert (len(found["changes"]), found["is_cut"]) == (3, True)
    assert found["counts"]["observers"]["removed"] == len(pipeline.election.observers) - 1


def test_a_sheet_is_read_as_a_table_is(pipeline: Pipeline) -> None:
    book = Workbook()
    for line in table(pipeline, name="Aibek").splitlines():
        book.active.append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    found = checked(pipeline, base64.b64encode(content.getvalue()).decode(), "observers.xlsx")
    assert found["counts"] == {"observers": {"changed": 1}}, found


@pytest.mark.parametrize("content", ["", "no base64", base64.b64encode(b"no zip").decode()])
def test_a_sheet_that_is_none_is_a_problem(pipeline: Pipeline, content: str) -> None:
    assert checked(pipeline, content, "observers.xlsx")["problems"]


def test_a_small_file_that_unpacks_to_a_large_one_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.LARGEST_UNPACKED + 1))
    with pytest.raises(sheets.SheetUnreadable):
        sheets.sheet_text("observers.xlsx", content.getvalue())


def test_what_is_handed_in_has_a_size() -> None:
    assert LARGEST < 6_000_000 * 3 / 4


def test_it_is_loaded_and_whoever_writes_is_known_at_once(pipeline: Pipeline) -> None:
    serial = pipeline.election.id.removeprefix("e")
    phone = f"+99655588{int(serial):04}"
    export = asked(pipeline, table(pipeline, phone=phone))
    before = pipeline.current.version
    done = run(pipeline, export["id"])
    assert (done["state"], done["version"]) == ("done", before + 1), done
    message = pipeline.say(phone, "OP A1")
    assert message.observer == pipeline.election.observers[0].number
    assert pipeline.differences() == ()


def test_a_version_that_was_passed_is_not_loaded(pipeline: Pipeline) -> None:
    seen = pipeline.current.version
    first, second = asked(pipeline, table(pipeline, name="A")), asked(pipeline, table(pipeline, name="B"))
    assert run(pipeline, first["id"])["state"] == "done"
    failed = run(pipeline, second["id"])
    assert (failed["state"], "check the files again" in failed["error"]) == ("failed", True)
    with pytest.raises(VersionPassed):
        asked(pipeline, table(pipeline, name="C"), seen)


def test_a_function_that_is_killed_is_begun_again(pipeline: Pipeline, wire: Wire) -> None:
    job_id = asked(pipeline, table(pipeline, name="A"))["id"]
    wire.cut_all = lambda operation, place, when: killed() if operation == "GetObject" else None
    with pytest.raises(Killed):
        job.run(pipeline.election.id, job_id, lambda: pipeline.now)
    wire.mend()
    later = pipeline.now + checking.DIES_AFTER * 2
    assert job.run(pipeline.election.id, job_id, lambda: later)
    assert pipeline.current.filed.observers[0].name == "A"
