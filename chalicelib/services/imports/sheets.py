"""A sheet of an XLSX file as a table's text.

Both are then read by the same rules.
"""

import csv
import io
import zipfile
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

LARGEST_UNPACKED: Final = 100_000_000
"""Bytes that an XLSX file may unpack to: it is a zip, and a small one may hold gigabytes."""


class SheetUnreadable(ValueError):
    """A file is no XLSX file that can be read here."""


def sheet_text(file: str, content: bytes) -> str:
    """Return the first sheet of an XLSX file as CSV; raises SheetUnreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_UNPACKED:
                raise SheetUnreadable(f"{file} unpacks to more than {LARGEST_UNPACKED} bytes")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        for row in book.worksheets[0].iter_rows(values_only=True):
            writer.writerow(["" if cell is None else _written(cell) for cell in row])
        book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as invalid:
        raise SheetUnreadable(f"{file} cannot be read as XLSX: save it again, or as CSV UTF-8") from invalid
    return text.getvalue()


def _written(cell: object) -> str:
    """Write a cell as a person sees it.

    It writes a whole number without its point.
    """
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
