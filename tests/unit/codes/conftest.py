"""Fixtures of tests of codes."""

import pytest
from coded_day import CODE, OTHER, coordinator, with_codes
from day_in_memory import DayInMemory, small_election


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DayInMemory:
    people = (coordinator("Asan", "Bishkek", "+996555000701"), coordinator("HQ", "*", "+996555000702"))
    begun = DayInMemory.begun(small_election("codes", coordinators=people), monkeypatch)
    return with_codes(begun, {0: CODE, 2: OTHER}, Asan=CODE)
