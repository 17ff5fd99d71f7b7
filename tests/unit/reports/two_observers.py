"""An election with one station and two observers, for tests of what reports add up to."""

import datetime as dt

from chalicelib.observation.elections.election import Election

ELECTION = Election.model_validate(
    {
        "id": "t",
        "name": {"en": "Test"},
        "date": dt.date(2030, 5, 5),
        "timezone": "Asia/Bishkek",
        "languages": ("en",),
        "forms": [
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
        ],
        "stations": [{"number": "1", "region": "North"}],
        "observers": [
            {"number": number, "name": "", "phones": (f"+99670000000{number}",), "language": "en", "station": "1"}
            for number in ("1", "2")
        ],
    }
)
MORNING = dt.datetime(2030, 5, 5, 3, 0, tzinfo=dt.UTC)
