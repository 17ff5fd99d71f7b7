"""Where a station is, and how many voters are on its list.

Degrees are decimal.
"""

import re
from typing import Final

from chalicelib.observation.election_file.row import Row

COLUMNS: Final = ("latitude", "longitude")
_LIMITS: Final = {"latitude": 90.0, "longitude": 180.0}
_DEGREES: Final = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,12})?", re.ASCII)
_DIGITS: Final = 6
"""Digits after the point that are kept: a tenth of a metre."""


def read_place(row: Row) -> tuple[float, float] | None:
    """Return a station's latitude and longitude in degrees.

    It is None where neither is given or one is wrong.
    """
    given = [column for column in COLUMNS if row[column]]
    if not given:
        return None
    if len(given) == 1:
        other = next(column for column in COLUMNS if column not in given)
        row.error(other, f"the station has a {given[0]} and no {other}; give both, or leave both empty")
        return None
    latitude, longitude = (_degrees(row, column) for column in COLUMNS)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _degrees(row: Row, column: str) -> float | None:
    written, limit = row[column], _LIMITS[column]
    if not _DEGREES.fullmatch(written):
        row.error(column, f"{written!r} is no {column}; write decimal degrees, such as 42.8746")
        return None
    degrees = float(written.replace(",", "."))
    if abs(degrees) > limit:
        swapped = "; are the two columns swapped?" if column == "latitude" else ""
        row.error(column, f"{written} is no {column}: it lies between -{limit:.0f} and {limit:.0f}{swapped}")
        return None
    return round(degrees, _DIGITS)


def read_registered(row: Row) -> int | None:
    """Return how many voters are on a station's list."""
    written = row["registered"].replace(" ", "").replace("\xa0", "")
    if not written:
        return None
    if not re.fullmatch(r"\d{1,9}", written, re.ASCII):
        row.error("registered", f"{row['registered']!r} is no number of voters; write digits, or leave the cell empty")
        return None
    return int(written)
