"""What an operator asks for who has passed stations on."""

import pytest
from pydantic import ValidationError

from chalicelib.entrypoints.api.calls import MOST_PASSED, NextBody


def test_so_many_stations_are_passed_on() -> None:
    stations = tuple(str(number) for number in range(MOST_PASSED))
    assert NextBody(passed=stations).passed == stations
    with pytest.raises(ValidationError):
        NextBody(passed=(*stations, "one more"))
