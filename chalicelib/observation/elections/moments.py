"""Moments and durations as an election file writes them.

Local times, on the election day or some days from it.
"""

import datetime as dt
import re
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

_MOMENT = re.compile(r"(?:D(?P<day>[+-]\d{1,3})?\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_DURATION = re.compile(r"(?:(?P<hours>\d+)h)?\s*(?:(?P<minutes>\d+)m)?")


class Moment(BaseModel):
    """A local time on the election day or some days from it.

    `10:00`, `D-14 10:00`, `D+1 02:00`.
    """

    model_config = ConfigDict(frozen=True)

    day: int
    hour: int = Field(ge=0, le=23)
    minute: int = Field(ge=0, le=59)

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a moment of the election file.

        ValueError names the expected form.
        """
        if isinstance(written, cls):
            return written
        match = _MOMENT.fullmatch(str(written).strip())
        if match is None or int(match["hour"]) > 23 or int(match["minute"]) > 59:
            raise ValueError(f"{written!r} is no time: write HH:MM, or with a day D-14 10:00 or D+1 02:00")
        return cls(day=int(match["day"] or 0), hour=int(match["hour"]), minute=int(match["minute"]))

    def __str__(self) -> str:
        clock = f"{self.hour:02}:{self.minute:02}"
        return f"D{self.day:+} {clock}" if self.day else clock

    def on(self, election_day: dt.date, zone: ZoneInfo) -> dt.datetime:
        """Return the aware instant that it means on an election day."""
        day = election_day + dt.timedelta(days=self.day)
        return dt.datetime(day.year, day.month, day.day, self.hour, self.minute, tzinfo=zone)


def _duration(written: object) -> object:
    if not isinstance(written, str):
        return written
    match = _DURATION.fullmatch(written.strip())
    if match is None or not written.strip():
        raise ValueError(f"{written!r} is no duration: write 30m, 1h or 1h30m")
    return dt.timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))


def _duration_text(duration: dt.timedelta) -> str:
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    return f"{hours}h{minutes}m"


MomentField = Annotated[Moment, BeforeValidator(Moment.parse), PlainSerializer(str)]
Duration = Annotated[dt.timedelta, BeforeValidator(_duration), PlainSerializer(_duration_text)]
