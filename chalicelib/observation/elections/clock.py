"""An election's clock: real time, or a rehearsal's.

A rehearsal's starts elsewhere and may run faster.
"""

import datetime as dt
import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?P<start>[^,]+)(?:,(?P<factor>[0-9]+(?:\.[0-9]+)?))?")


class ClockInvalid(ValueError):
    """A rehearsal's clock was not written as START[,FACTOR]."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Maps real instants to the election's.

    `start` is what it showed at the real instant `origin`. `factor` is election seconds per real second; 60 makes an
    hour pass in a minute. All instants are aware.
    """

    start: dt.datetime
    origin: dt.datetime
    factor: float = 1.0

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is not everybody's clock."""
        return self.factor != 1 or self.start != self.origin

    def at(self, real: dt.datetime) -> dt.datetime:
        """Convert a real instant to the election's time, in `start`'s zone."""
        return self.start + (real - self.origin) * self.factor

    def real(self, election_time: dt.datetime) -> dt.datetime:
        """Convert an election time to the real instant; inverse of `at`."""
        return self.origin + (election_time - self.start) / self.factor

    @classmethod
    def parse(cls, written: str, origin: dt.datetime) -> "Clock":
        """Read `2017-10-15T06:00:00+06:00,60`; raises ClockInvalid that says what to write."""
        match = _WRITTEN.fullmatch(written.strip())
        try:
            start = dt.datetime.fromisoformat(match["start"]) if match else None
        except ValueError:
            start = None
        if match is None or start is None or start.tzinfo is None:
            raise ClockInvalid(f"{written!r} is no clock: write START[,FACTOR], as 2017-10-15T06:00:00+06:00,60")
        factor = float(match["factor"] or 1)
        if factor <= 0:
            raise ClockInvalid(f"{written!r}: the factor must be above 0; 60 makes an hour pass in a minute")
        return cls(start=start, origin=origin, factor=factor)


REAL_TIME = Clock(start=dt.datetime(1970, 1, 1, tzinfo=dt.UTC), origin=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
"""The clock of an election that is not a rehearsal."""


def local_time(at: dt.datetime | None, zone: dt.tzinfo) -> str | None:
    """Write an instant to the second in a zone, with its offset."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")
