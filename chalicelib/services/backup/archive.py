"""A backup as a file: gzip of JSON lines.

A header, a row each, and at the end how many there are. Each page of rows is a gzip member of its own, so that a backup
that was broken off goes on where it stopped, and a file that is cut short is told from a whole one. It holds names and
phones: only its owner may read it.
"""

import base64
import gzip
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from chalicelib.store.raw_rows import Item

FORMAT = 1
PRIVATE = 0o600


class ArchiveInvalid(ValueError):
    """A file is no backup, or not a whole one."""


def append(file: BinaryIO, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write lines as one gzip member, and flush it to disk."""
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    file.write(gzip.compress(text.encode(), 6, mtime=0))
    file.flush()
    os.fsync(file.fileno())


def line_of(table: str, row: Item) -> dict[str, Any]:
    """Return a row as a line; bytes as Base64."""
    return {"table": table, "row": {name: _encoded(value) for name, value in row.items()}}


def header_of(path: Path) -> dict[str, Any]:
    """Return a backup's header. Raises ArchiveInvalid."""
    header = next(_lines(path), None)
    if header is None or "baykoo_backup" not in header:
        raise ArchiveInvalid(f"{path}, line 1: no backup of Baykoo's")
    if header["baykoo_backup"] > FORMAT:
        raise ArchiveInvalid(f"{path}: written by a newer version of Baykoo (format {header['baykoo_backup']})")
    return header


def require_whole(path: Path) -> Mapping[str, int]:
    """Count a backup's rows per table; raises ArchiveInvalid.

    It is invalid if it is cut short, or differs from its own count.
    """
    header_of(path)
    counted: Counter[str] = Counter()
    end: dict[str, Any] | None = None
    for number, line in enumerate(_lines(path), 1):
        if end is not None:
            raise ArchiveInvalid(f"{path}, line {number}: something follows its end")
        if "table" in line:
            counted[line["table"]] += 1
        elif "end" in line:
            end = line
    if end is None:
        raise ArchiveInvalid(f"{path}: cut short. Make the backup again; the same command goes on where it stopped")
    if end["end"] != dict(counted):
        raise ArchiveInvalid(f"{path}: says that it holds {end['end']}, and holds {dict(counted)}")
    return counted


def rows_of(path: Path) -> Iterator[tuple[str, Item]]:
    """Read a backup's rows, each with its table, one at a time."""
    for line in _lines(path):
        if "table" in line:
            yield line["table"], {name: _decoded(value) for name, value in line["row"].items()}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                try:
                    yield json.loads(text)
                except ValueError as invalid:
                    raise ArchiveInvalid(f"{path}, line {number}: {invalid}") from invalid
    except (EOFError, gzip.BadGzipFile) as cut:
        raise ArchiveInvalid(f"{path}: {cut}") from cut


def _encoded(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value


def _decoded(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"B": base64.b64decode(value["B"])} if "B" in value else value
