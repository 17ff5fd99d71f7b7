"""Instants as documents have them: to the second, in the election's zone, with the offset of that day."""

import datetime as dt
from zoneinfo import ZoneInfo

from chalicelib.observation.elections.clock import local_time

BERLIN = ZoneInfo("Europe/Berlin")


def test_an_instant_is_written_with_the_offset_of_its_day() -> None:
    assert local_time(dt.datetime(2026, 7, 1, 6, 0, 0, 999999, dt.UTC), BERLIN) == "2026-07-01T08:00:00+02:00"
    assert local_time(dt.datetime(2026, 1, 1, 6, 0, tzinfo=dt.UTC), BERLIN) == "2026-01-01T07:00:00+01:00"
    assert local_time(dt.datetime(2026, 1, 1, 6, 0, tzinfo=dt.UTC), dt.UTC) == "2026-01-01T06:00:00+00:00"


def test_no_instant_is_none() -> None:
    assert local_time(None, BERLIN) is None
