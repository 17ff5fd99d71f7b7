"""Two regions, a form due once, rounds, a form an observer, and every type of question."""

import pytest

from chalicelib.observation.elections.election import Election

FORMS = [
    {
        "code": "OP",
        "title": {"en": "Opening", "ru": "Открытие", "ky": "Ачылыш"},
        "due": {"from": "07:00", "by": "08:30"},
        "questions": [
            {"code": "A", "type": "yesno", "label": {"en": "Opened on time?", "ru": "Открылся вовремя?"}},
            {"code": "B", "type": "time"},
            {"code": "C", "type": "choice", "options": {1: "always", 2: {"en": "never", "ru": "никогда"}}},
            {"code": "F", "type": "choices", "options": {1: "media", 2: "police", 10: "others"}},
            {"code": "E", "type": "integer", "role": "registered"},
            {"code": "G", "type": "decimal"},
        ],
    },
    {
        "code": "TU",
        "title": {"en": "Turnout", "ru": "Явка", "ky": "Катышуу"},
        "rounds": ["10:00", "14:00", "D+1 02:00"],
        "grace": "30m",
        "questions": [{"code": "A", "type": "integer", "role": "voted"}],
    },
    {
        "code": "LT",
        "expect": "observer",
        "rounds": ["D-14 10:00", "D-1 10:00"],
        "questions": [{"code": "A", "type": "integer", "role": "voted"}],
    },
]

STATIONS = [("1001", "Chuy"), ("1002", "Chuy"), ("1003", "Chuy"), ("2001", "Osh city")]
OBSERVERS = [("1", "1001"), ("2", "1001"), ("3", "1002"), ("4", "2001"), ("5", "2001")]


@pytest.fixture(scope="session")
def an_election():
    """Makes the election; keyword arguments replace its fields."""

    def make(**changed) -> Election:
        fields = {
            "id": "kg",
            "name": {"en": "Presidential election", "ru": "Выборы Президента", "ky": "Президенттик шайлоо"},
            "date": "2017-10-15",
            "timezone": "Asia/Bishkek",
            "languages": ["ky", "ru", "en"],
            "forms": FORMS,
            "stations": [{"number": number, "region": region} for number, region in STATIONS],
            "observers": [
                {"number": number, "name": "N", "phones": ["+996"], "language": "ky", "station": station}
                for number, station in OBSERVERS
            ],
        }
        return Election.model_validate(fields | changed)

    return make


@pytest.fixture(scope="session")
def election(an_election) -> Election:
    return an_election()
