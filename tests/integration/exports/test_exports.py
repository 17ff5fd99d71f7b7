"""Exports: files that read back as what the API says, whole or not at all, formulas defused."""

import csv
import gzip
import io
import itertools
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_client import Api
from aws_faults import Killed, Wire, answered, killed
from openpyxl import load_workbook
from pipeline import Pipeline

from chalicelib.services.access.operators import Operator, add_operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.clients import bucket
from chalicelib.services.exports import job, request, writers
from chalicelib.services.exports.faults import ExportUnknown
from chalicelib.services.exports.table import ExportRequest, Table
from chalicelib.services.exports.writers import TooManyRows, write_csv, write_xlsx
from infra.stack import Stack

KEYS = itertools.count()


@pytest.fixture(autouse=True)
def _of_this_stack(services: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bucket's client is made for this stack; the function is called by the test itself."""
    name = f"{services.name}-test-exports"
    services.client("s3").create_bucket(Bucket=name)
    monkeypatch.setenv("BAYKOO_BUCKET", name)
    bucket._s3.cache_clear()
    monkeypatch.setattr(request, "begin", lambda election_id, kind, job_id: None)
    yield
    bucket._s3.cache_clear()


def asked(
    pipeline: Pipeline, export_request: ExportRequest, role: Any = "headquarters", regions: tuple[str, ...] = ()
) -> str:
    operator = Operator("Ann", role, pipeline.election.id, regions)
    action = Action(operator, pipeline.now, f"key-{next(KEYS)}", "d")
    return str(request.ask(pipeline.election, export_request, action)["id"])


def shown(pipeline: Pipeline, export_id: str) -> dict[str, Any]:
    return request.show_export(Operator("Ann", "headquarters", pipeline.election.id, ()), export_id, pipeline.now)


def made(pipeline: Pipeline, services: Stack, export_request: ExportRequest, **who: Any) -> dict[str, bytes]:
    export_id = asked(pipeline, export_request, **who)
    assert job.run(pipeline.election.id, export_id, lambda: pipeline.now)
    export = shown(pipeline, export_id)
    assert export["state"] == "done", export["error"]
    objects = services.client("s3")
    base = f"exports/{pipeline.election.id}#exports/{export_id}/"
    return {
        name.rpartition("-")[2]: objects.get_object(Bucket=bucket._bucket(), Key=base + name)["Body"].read()
        for name in export["files"]
    }


def rows_of(packed: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8-sig"))))


def report(pipeline: Pipeline, place: int, text: str) -> None:
    observer = pipeline.election.observers[place]
    pipeline.say(observer.phones[0], text)


def test_e1_a_report_is_a_row_per_observer_in_the_form_s_order(pipeline: Pipeline, services: Stack) -> None:
    report(pipeline, 0, "OP A1 B0715 C9 D1 E900")
    files = made(pipeline, services, ExportRequest("reports", "csv", people=True))
    form = pipeline.election.forms[0]
    (row,) = rows_of(files["OP.csv.gz"])
    observer = pipeline.election.observers[0]
    assert (row["station"], row["observer"], row["form"]) == (observer.station, observer.number, "OP")
    assert row["observer_phones"] == "'" + observer.phones[0]
    codes = [name for name in row if name in form.by_code]
    assert codes == [question.code for question in form.questions]
    assert row["A_by"] == "sms"
    assert row["messages"]
    assert row["first_at_local"].endswith("+06:00")
    assert {"codebook.csv.gz", "about.csv.gz"} <= set(files)
    codebook = rows_of(files["codebook.csv.gz"])
    assert [row["code"] for row in codebook if row["form"] == "OP"] == codes


def test_the_same_export_as_sheets(pipeline: Pipeline, services: Stack) -> None:
    report(pipeline, 0, "OP A1 B0715 C9 D1 E900")
    files = made(pipeline, services, ExportRequest("reports", "xlsx"))
    book = load_workbook(io.BytesIO(next(iter(files.values()))), read_only=True)
    assert book.sheetnames == [*(form.code for form in pipeline.election.forms), "codebook", "about"]
    header, row = list(book["OP"].iter_rows(values_only=True))
    assert row[header.index("station")] == pipeline.election.observers[0].station
    assert "observer_phones" not in header


def test_only_regions_that_are_seen_and_asked_for(pipeline: Pipeline, services: Stack) -> None:
    for place, observer in enumerate(pipeline.election.observers[:40]):
        if place % 2 == 0:
            pipeline.say(observer.phones[0], "OP A1 B0715")
    every = rows_of(made(pipeline, services, ExportRequest("reports", "csv"))["OP.csv.gz"])
    chuy = rows_of(made(pipeline, services, ExportRequest("reports", "csv", regions=("Chuy",)))["OP.csv.gz"])
    scoped = rows_of(
        made(pipeline, services, ExportRequest("reports", "csv"), role="operator", regions=("Chuy",))["OP.csv.gz"]
    )
    assert {row["region"] for row in every} == {"Bishkek", "Chuy"}
    assert chuy == scoped == [row for row in every if row["region"] == "Chuy"]


def test_e1_a_file_has_the_rows_of_a_list_of_stations_alone(pipeline: Pipeline, services: Stack) -> None:
    observers = pipeline.election.observers[:12]
    for observer in observers:
        pipeline.say(observer.phones[0], "OP A1 B0715")
        pipeline.say(observer.phones[0], "IN 3 box is broken")
    listed = tuple(sorted({observer.station for observer in observers})[1:4])
    for what, table in (("reports", "OP"), ("incidents", "incidents"), ("roster", "stations")):
        rows = rows_of(made(pipeline, services, ExportRequest(what, "csv", stations=listed))[f"{table}.csv.gz"])  # type: ignore[arg-type]
        assert {row["station"] for row in rows} == set(listed), what
    own = {observer.number for observer in observers if observer.station in listed}
    messages = rows_of(made(pipeline, services, ExportRequest("messages", "csv", stations=listed))["messages.csv.gz"])
    assert {row["observer"] for row in messages} == own
    about = rows_of(made(pipeline, services, ExportRequest("reports", "csv", stations=listed))["about.csv.gz"])
    assert next(row["value"] for row in about if row["what"] == "stations") == ", ".join(listed)


def test_stations_that_are_none_are_refused(pipeline: Pipeline) -> None:
    api = Api(add_operator("Ann", "headquarters", pipeline.election.id, (), pipeline.now))

    def refused(body: dict[str, Any]) -> str:
        route, own = "/v1/elections/{election_id}/exports", pipeline.election.id
        answer = api.post(route, body, key=f"k{next(KEYS)}", election_id=own)
        assert answer.status == 400, answer
        return str(answer.json()["detail"])

    assert "no station 9999" in refused({"what": "reports", "stations": ["9999"]})
    own = pipeline.election.stations[0].number
    assert "of no stations" in refused({"what": "audit", "stations": [own]})


def test_people_are_for_headquarters(pipeline: Pipeline) -> None:
    with pytest.raises(request.PeopleWithheld):
        asked(pipeline, ExportRequest("messages", "csv", people=True), role="operator")


def test_who_shares_a_name_or_has_fewer_regions_sees_no_other_s_export(pipeline: Pipeline) -> None:
    national = asked(pipeline, ExportRequest("messages", "csv", people=True))
    regional = asked(pipeline, ExportRequest("messages", "csv", people=True), regions=("Chuy",))

    def seen(name: str, role: Any, *regions: str) -> set[str]:
        operator = Operator(name, role, pipeline.election.id, regions)
        listed = {export["id"] for export in request.list_exports(operator, pipeline.now)["exports"]}
        for export_id in {national, regional} - listed:
            with pytest.raises(ExportUnknown):
                request.link(operator, export_id, Action(operator, pipeline.now, f"key-{next(KEYS)}", "d"))
        return listed

    assert seen("Ann", "operator") == set()
    assert seen("Ann", "headquarters", "Chuy") == {regional}
    assert seen("Bob", "headquarters", "Bishkek") == set()
    assert seen("Bob", "headquarters") == {national, regional}


def test_m4_e3_a_hostile_text_is_a_text_and_no_formula(pipeline: Pipeline, services: Stack) -> None:
    hostile = "=HYPERLINK(1)<img onerror>\u202egnp"
    report(pipeline, 0, hostile)
    (row,) = rows_of(made(pipeline, services, ExportRequest("messages", "csv", people=True))["messages.csv.gz"])[:1]
    assert row["text"] == "'" + hostile
    sheets = made(pipeline, services, ExportRequest("messages", "xlsx", people=True))
    book = load_workbook(io.BytesIO(next(iter(sheets.values()))))
    texts = [cell for line in book["messages"].iter_rows() for cell in line if cell.value == hostile]
    assert [cell.data_type for cell in texts] == ["s"]
    with zipfile.ZipFile(io.BytesIO(next(iter(sheets.values())))) as parts:
        written = [parts.read(name) for name in parts.namelist() if "worksheets" in name]
    assert written
    assert not [sheet for sheet in written if b"<f" in sheet.replace(b"<formatting", b"")], "a formula is an element f"


@pytest.mark.parametrize("what", ["incidents", "messages", "audit", "roster"])
def test_every_kind_can_be_made(pipeline: Pipeline, services: Stack, what: Any) -> None:
    report(pipeline, 0, "IN 3 box is broken")
    files = made(pipeline, services, ExportRequest(what, "csv", people=True))
    table = {"roster": "observers"}.get(what, what)
    assert rows_of(files[f"{table}.csv.gz"])


def test_e5_a_function_that_is_killed_leaves_no_short_file_and_is_begun_again(
    pipeline: Pipeline, services: Stack, wire: Wire
) -> None:
    report(pipeline, 0, "OP A1 B0715")
    export_id = asked(pipeline, ExportRequest("reports", "csv"))
    wire.listen()
    wire.cut_all = lambda operation, place, when: killed() if operation == "UploadPart" and place > 4 else None
    with pytest.raises(Killed):
        job.run(pipeline.election.id, export_id, lambda: pipeline.now)
    wire.mend()
    assert shown(pipeline, export_id)["state"] == "running"
    assert not job.run(pipeline.election.id, export_id, lambda: pipeline.now)
    later = pipeline.now + job.DIES_AFTER * 2
    operator = Operator("Ann", "headquarters", pipeline.election.id, ())
    assert request.show_export(operator, export_id, later)["state"] == "waiting"
    assert job.run(pipeline.election.id, export_id, lambda: later)
    assert shown(pipeline, export_id)["state"] == "done"


def test_a_fault_ends_it_as_failed_with_its_words(pipeline: Pipeline, wire: Wire) -> None:
    export_id = asked(pipeline, ExportRequest("reports", "csv"))
    wire.cut_all = lambda operation, place, when: (
        answered("AccessDenied", 403)() if operation == "CreateMultipartUpload" else None
    )
    assert job.run(pipeline.election.id, export_id, lambda: pipeline.now)
    wire.mend()
    export = shown(pipeline, export_id)
    assert (export["state"], "AccessDenied" in export["error"], export["files"]) == ("failed", True, [])


def test_a_link_is_given_once_it_is_done_and_noted(pipeline: Pipeline, services: Stack) -> None:
    export_id = asked(pipeline, ExportRequest("roster", "csv"))
    operator = Operator("Ann", "headquarters", pipeline.election.id, ())
    with pytest.raises(request.ExportNotDone):
        request.link(operator, export_id, Action(operator, pipeline.now, "link-1", "d"))
    job.run(pipeline.election.id, export_id, lambda: pipeline.now)
    links = request.link(operator, export_id, Action(operator, pipeline.now, "link-2", "d"))
    assert all("Expires" in file["url"] or "X-Amz-Expires=60" in file["url"] for file in links["files"])


def many(count: int) -> Table:
    rows = ((place, "Bishkek", f"text {place}", None, True, *range(15)) for place in range(count))
    return Table("many", tuple(f"c{place}" for place in range(20)), rows)


def test_rows_are_written_in_constant_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        with Path("/dev/null").open("wb") as nowhere:
            write_csv(many(count), nowhere, lambda rows: None)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(20_000) < 1.5 * peak(2_000) + 200_000


def test_a_sheet_has_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert writers.MOST_XLSX_ROWS == 200_000
    monkeypatch.setattr(writers, "MOST_XLSX_ROWS", 2_000)
    assert write_xlsx([many(2_000)], io.BytesIO(), lambda rows: None) == 2_000
    with pytest.raises(TooManyRows, match="more than 2000 rows"):
        write_xlsx([many(2_001)], io.BytesIO(), lambda rows: None)
