"""Files of tables, row by row.

CSV in gzip, and XLSX in constant memory.
"""

import csv
import gzip
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final, TextIO, cast

import xlsxwriter

from chalicelib.services.exports.table import Cell, Table

MOST_XLSX_ROWS: Final = 200_000
"""Rows of an XLSX file: it takes 15 s per 10^5 rows, CSV one."""
TOLD_EVERY = 5_000
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_FORMULA = re.compile(rf"[\t\r\n]|[{_UNSEEN}]*[=+\-@＝＋－＠]")
"""What a spreadsheet may begin a formula with, behind whatever it leaves out when it reads a cell."""
_LONGEST_CELL = 32_767
"""Characters of a cell of a spreadsheet; what is longer is cut there, and whole in CSV."""
Progress = Callable[[int], None]


class TooManyRows(Exception):
    """A table is too long for XLSX."""


def defused(cell: Cell) -> Cell:
    """Return a cell of which no spreadsheet makes a formula.

    OWASP, "CSV Injection".
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def write_csv(table: Table, to: BinaryIO, progress: Progress) -> int:
    """Write a table as gzipped CSV for spreadsheets; return its rows.

    Spreadsheets know UTF-8 by the mark at its beginning.
    """
    with (
        gzip.GzipFile(fileobj=to, mode="wb", compresslevel=5, mtime=0) as packed,
        io.TextIOWrapper(cast(BinaryIO, packed), encoding="utf-8", newline="") as text,
    ):
        text.write("\ufeff")
        return _write_rows(table, text, progress)


def _write_rows(table: Table, text: TextIO, progress: Progress) -> int:
    writer = csv.writer(text)
    writer.writerow(table.columns)
    count = 0
    for count, row in enumerate(table.rows, 1):
        writer.writerow([defused(cell) for cell in row])
        if count % TOLD_EVERY == 0:
            progress(count)
    return count


def write_xlsx(tables: Iterable[Table], to: BinaryIO, progress: Progress) -> int:
    """Write tables as the sheets of one XLSX file.

    Return the rows of all.

    Strings stay strings: no formula, no link. Raises TooManyRows.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": folder,
        }
        count = 0
        with xlsxwriter.Workbook(to, settings) as book:
            bold = book.add_format({"bold": True})
            for table in tables:
                sheet = book.add_worksheet(table.name[:31])
                sheet.freeze_panes(1, 0)
                sheet.write_row(0, 0, table.columns, bold)
                for place, row in _numbered(table, count):
                    _write_cells(sheet, place, row)
                    count += 1
                    if count % TOLD_EVERY == 0:
                        progress(count)
        return count


def _numbered(table: Table, before: int) -> Iterator[tuple[int, Iterable[Cell]]]:
    for place, row in enumerate(table.rows, 1):
        if before + place > MOST_XLSX_ROWS:
            raise TooManyRows(f"there are more than {MOST_XLSX_ROWS} rows: ask for CSV, or for fewer regions")
        yield place, row


def _write_cells(sheet: xlsxwriter.worksheet.Worksheet, place: int, row: Iterable[Cell]) -> None:
    for column, cell in enumerate(row):
        if cell is None:
            continue
        if isinstance(cell, bool):
            sheet.write_boolean(place, column, cell)
        elif isinstance(cell, str):
            sheet.write_string(place, column, cell[:_LONGEST_CELL])
        else:
            sheet.write_number(place, column, float(cell))
