"""What an export may ask for."""

import pytest
from pydantic import ValidationError

from chalicelib.entrypoints.api.exports import MOST_STATIONS, ExportBody
from chalicelib.services.exports.table import ExportRequest


def test_an_export_of_stations_names_so_many() -> None:
    listed = [str(number) for number in range(MOST_STATIONS)]
    assert ExportBody(what="reports", stations=listed).stations == tuple(listed)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        ExportBody(what="reports", stations=[*listed, "one more"])  # type: ignore[arg-type]


def test_what_is_asked_for_is_what_is_made() -> None:
    body = ExportBody(what="messages", format="xlsx", regions=("Osh",), stations=("1001",), people=True, note="why")
    assert ExportRequest(**body.model_dump(exclude={"note"})) == ExportRequest(
        "messages", "xlsx", ("Osh",), (), ("1001",), "en", people=True
    )
