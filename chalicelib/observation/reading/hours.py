"""Hours written among the tokens, with a separator: `14:00`, `14-00`, `14ч00`."""

from dataclasses import dataclass
from typing import Final

from chalicelib.observation.reading.tokens import Scan

_DATE_SEPARATORS: Final = frozenset("./-")
_SEPARATORS: Final = frozenset(":.-")


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour as a round is named, and where its tokens end."""

    name: str
    after: int


def hour_at(scan: Scan, index: int, limit: int) -> Hour | None:
    """Return the hour that begins at a token, if any."""
    if index >= limit or not scan.tokens[index][1]:
        return None
    after = index + 1
    if after < limit and "hour_marks" in scan.words[after].roles:
        after += 1
        separated = scan.tokens[after - 1][0] == ""
    else:
        separated = after < limit and scan.tokens[after][0] in _SEPARATORS
    if after >= limit or not separated or not scan.tokens[after][1]:
        return None
    hours, minutes = scan.digits(index), scan.digits(after)
    if len(hours) > 2 or len(minutes) != 2 or int(hours) > 24 or int(minutes) > 59:
        return None
    return Hour(f"{int(hours):02}:{minutes}", after + 1)


def date_at(scan: Scan, index: int, limit: int) -> int | None:
    """Return the index after a date, None without one.

    The date begins at a token (`15.10.2017`).
    """
    if index + 2 >= limit or not all(scan.tokens[at][1] for at in range(index, index + 3)):
        return None
    separated = all(scan.tokens[at][0] in _DATE_SEPARATORS for at in (index + 1, index + 2))
    lengths = [len(scan.tokens[at][1]) for at in range(index, index + 3)]
    return index + 3 if separated and max(lengths[:2]) <= 2 and lengths[2] in (2, 4) else None
