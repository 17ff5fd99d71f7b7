"""An election of one station and one question, for tests."""

import datetime as dt

from chalicelib.observation.elections.election import Election


def one_station(name: str, **changes: object) -> Election:
    """Return the election under a name, with some fields otherwise."""
    fields = {
        "id": name,
        "name": {"en": "Election"},
        "date": dt.date(2017, 10, 15),
        "timezone": "Asia/Bishkek",
        "languages": ["en"],
        "station_pattern": r"\d{4}",
        "forms": [{"code": "OP", "questions": [{"code": "A", "type": "integer"}]}],
        "stations": [{"number": "1001", "region": "Osh"}],
        "observers": [],
        "coordinators": [],
    }
    return Election.model_validate(fields | changes)
