"""An election with one station and two observers, for tests of what reports add up to."""

import datetime as dt
from collections.abc import Mapping, Sequence

from chalicelib.observation.elections.election import Election

MORNING = dt.datetime(2030, 5, 5, 3, 0, tzinfo=dt.UTC)


def two_observers(*forms: Mapping[str, object], **changes: object) -> Election:
    """Return the election with these forms, and with some fields otherwise."""
    fields = {
        "id": "t",
        "name": {"en": "Test"},
        "date": dt.date(2030, 5, 5),
        "timezone": "Asia/Bishkek",
        "languages": ("en",),
        "forms": forms,
        "stations": [{"number": "1", "region": "North"}],
        "observers": observers("1", "2", station="1"),
    }
    return Election.model_validate(fields | changes)


def observers(*numbers: str, station: str, phone: str | None = None) -> Sequence[Mapping[str, object]]:
    """Return observers of a station, each with a phone of their own, or all with one."""
    return [
        {"number": number, "name": "", "phones": (phone or f"+99670000000{number}",), "language": "en"}
        | {"station": station}
        for number in numbers
    ]


ELECTION = two_observers(
    *(
        {
            "code": code,
            "expect": expect,
            "due": {"by": "10:00"},
            "grace": "30m",
            "questions": [
                {"code": "A", "type": "yesno"},
                {"code": "B", "type": "integer", "tolerance": "5%"},
                {"code": "C", "type": "choices", "options": {1: "one", 2: "two"}},
            ],
        }
        for code, expect in (("OP", "station"), ("EA", "observer"))
    )
)
