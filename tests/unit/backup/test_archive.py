"""A backup's file: read back as written, and told apart where it is cut, changed or of another kind."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.backup.archive import ArchiveInvalid, append, header_of, line_of, require_whole, rows_of

HEADER = {"baykoo_backup": 1, "election": "kg"}
VALUES = st.one_of(
    st.builds(lambda text: {"S": text}, st.text()),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda octets: {"B": octets}, st.binary(min_size=1)),
    st.builds(lambda true: {"BOOL": true}, st.booleans()),
    st.builds(lambda numbers: {"NS": numbers}, st.lists(st.integers().map(str), min_size=1, unique=True)),
)
ROWS = st.dictionaries(st.text(min_size=1), VALUES, min_size=1)


def written(path: Path, *members: list[dict[str, object]]) -> Path:
    with path.open("wb") as file:
        for lines in members:
            append(file, lines)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@given(st.lists(st.lists(ROWS, max_size=3), max_size=4))
def test_rows_come_back_as_they_were(folder: Path, pages: list[list[dict[str, object]]]) -> None:
    path = folder / "kg.backup"
    count = sum(map(len, pages))
    members = [[line_of("messages", row) for row in page] for page in pages]
    written(path, [HEADER], *members, [{"end": {"messages": count} if count else {}}])
    assert dict(require_whole(path)) == ({"messages": count} if count else {})
    assert header_of(path) == HEADER
    assert list(rows_of(path)) == [("messages", row) for page in pages for row in page]


ROW = [line_of("reports", {"station": {"S": "kg#1"}})]
BROKEN = {
    "no end": ([HEADER], ROW),
    "one row too few": ([HEADER], ROW, [{"end": {"reports": 2}}]),
    "something after its end": ([HEADER], [{"end": {}}], ROW),
    "no header": (ROW, [{"end": {"reports": 1}}]),
    "a newer format": ([HEADER | {"baykoo_backup": 2}], [{"end": {}}]),
    "empty": (),
}


@pytest.mark.parametrize("members", BROKEN.values(), ids=BROKEN)
def test_what_is_no_whole_backup_is_refused(tmp_path: Path, members: tuple[list[dict[str, object]], ...]) -> None:
    with pytest.raises(ArchiveInvalid, match=r"kg\.backup"):
        require_whole(written(tmp_path / "kg.backup", *members))


def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "kg.backup", [HEADER], ROW, [{"end": {"reports": 1}}])
    octets = path.read_bytes()
    for length in range(len(octets)):
        path.write_bytes(octets[:length])
        with pytest.raises(ArchiveInvalid):
            require_whole(path)


def test_another_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kg.backup"
    path.write_bytes(gzip.compress(json.dumps([1]).encode()))
    with pytest.raises(ArchiveInvalid):
        require_whole(path)
