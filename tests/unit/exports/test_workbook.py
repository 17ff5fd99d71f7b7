"""An XLSX export is what ECMA-376 says: read by openpyxl, which did not write it, and part by part by lxml (E3)."""

import io
import itertools
import posixpath
import re
import zipfile
from decimal import Decimal
from typing import Any, Final

import pytest
from lxml import etree
from openpyxl import load_workbook

from chalicelib.services.exports import writers
from chalicelib.services.exports.table import Cell, Table
from chalicelib.services.exports.writers import write_xlsx

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
DOCUMENT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
ESCAPED = re.compile("_x([0-9A-F]{4})_")
"""How a character stands that XML has no place for (ECMA-376 part 1, 22.9.2.19)."""
TYPES_OF_CELLS = {"b", "e", "inlineStr", "n", "s", "str"}
MOST_UNITS = 32_767
"""UTF-16 units of a cell, in which spreadsheets count."""

HOSTILE = [
    *("=1+1", "+996700000001", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "\u200b=1", "＝1"),
    *("<f>1</f>", "]]>", "&amp;", "\"'<>&", "_x0041_", "_x000D_"),
    *("\x00\x01\x08\x0b\x1f", "\r\n", " spaces ", "\u202egnp", "\ufffe\uffff", "Өмүр, Ырыс 👍🏿", "e\u0301"),
]


def written(*rows: tuple[Cell, ...], name: str = "messages", more: tuple[Table, ...] = ()) -> bytes:
    to = io.BytesIO()
    write_xlsx([Table(name, ("key", "text"), iter(rows)), *more], to, lambda _: None)
    return to.getvalue()


def parts_of(book: bytes) -> dict[str, Any]:
    """Every part's tree, read without entities and network; a part that is not well-formed fails."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert parts.testzip() is None
        names = parts.namelist()
        assert len(names) == len({name.lower() for name in names}), "part names differ in more than case"
        return {name: etree.fromstring(parts.read(name), parser) for name in names}


def sheets_of(parts: dict[str, Any]) -> dict[str, Any]:
    relations = {element.get("Id"): element for element in parts["xl/_rels/workbook.xml.rels"]}
    sheets = parts["xl/workbook.xml"].find(f"{MAIN}sheets")
    return {
        element.get("name"): parts["xl/" + relations[element.get(f"{DOCUMENT}id")].get("Target")] for element in sheets
    }


@pytest.fixture(scope="module")
def book() -> bytes:
    rows = [(place, text) for place, text in enumerate(HOSTILE)]
    figures: list[tuple[Cell, ...]] = [(1, Decimal("0.5")), (True, None), (False, 3.25), ("", "text")]
    return written(*rows, *figures, more=(Table("codebook", ("code",), iter([("A",)])),))


def test_e3_another_reader_reads_what_was_written(book: bytes) -> None:
    sheet = load_workbook(io.BytesIO(book))["messages"]
    cells = [row[1] for row in sheet.iter_rows(min_row=2, max_row=len(HOSTILE) + 1)]
    assert {cell.data_type for cell in cells} == {"s"}
    seen = [ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(cell.value)) for cell in cells]
    assert [text.replace("\r\n", "\n") for text in seen] == [text.replace("\r\n", "\n") for text in HOSTILE]
    figures = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=len(HOSTILE) + 2)]
    assert figures == [[1, 0.5], [True, None], [False, 3.25], ["", "text"]]


def test_e3_every_part_is_well_formed_typed_and_related(book: bytes) -> None:
    parts = parts_of(book)
    types = parts["[Content_Types].xml"]
    by_ending = {element.get("Extension") for element in types.findall(f"{TYPES}Default")}
    by_name = {element.get("PartName") for element in types.findall(f"{TYPES}Override")}
    for name in parts.keys() - {"[Content_Types].xml"}:
        assert f"/{name}" in by_name or name.rpartition(".")[2] in by_ending, name
    assert by_name <= {f"/{name}" for name in parts}
    for name, tree in parts.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        ids = [element.get("Id") for element in tree.findall(f"{RELATIONS}Relationship")]
        assert len(ids) == len(set(ids))
        for element in tree.findall(f"{RELATIONS}Relationship"):
            assert element.get("TargetMode") != "External", "nothing leads out of the file"
            assert posixpath.normpath(posixpath.join(folder, element.get("Target"))).lstrip("/") in parts


def test_e3_sheets_have_names_and_cells_as_the_standard_has_them(book: bytes) -> None:
    parts = parts_of(book)
    sheets = sheets_of(parts)
    assert list(sheets) == ["messages", "codebook"]
    styles = len(parts["xl/styles.xml"].find(f"{MAIN}cellXfs"))
    for sheet in sheets.values():
        assert not list(sheet.iter(f"{MAIN}f", f"{MAIN}hyperlink")), "no formula and no link"
        rows = [int(row.get("r")) for row in sheet.iter(f"{MAIN}row")]
        assert all(element < other for element, other in itertools.pairwise(rows)), "rows ascend"
        for row in sheet.iter(f"{MAIN}row"):
            columns = [_place(cell, row) for cell in row]
            assert all(element < other for element, other in itertools.pairwise(columns)), "cells ascend"
            for cell in row:
                assert cell.get("t", "n") in TYPES_OF_CELLS
                assert int(cell.get("s", "0")) < styles


def _place(cell: Any, row: Any) -> int:
    found = CELL.fullmatch(cell.get("r"))
    assert found is not None
    assert found[2] == row.get("r")
    place = 0
    for letter in found[1]:
        place = 26 * place + ord(letter) - ord("A") + 1
    return place


@pytest.mark.parametrize("text", ["x" * 40_000, "👍" * 20_000, "x" + "👍" * 20_000])
def test_e3_a_text_longer_than_a_cell_is_cut_between_letters(text: str) -> None:
    sheet = load_workbook(io.BytesIO(written((1, text))))["messages"]
    kept = str(sheet["B2"].value)
    assert text.startswith(kept)
    assert MOST_UNITS - 1 <= len(kept.encode("utf-16-le")) // 2 <= MOST_UNITS


def test_too_many_rows_are_refused_before_the_file_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "MOST_XLSX_ROWS", 3)
    with pytest.raises(writers.TooManyRows):
        written(*((place, "x") for place in range(4)))
