"""A small election with every type of question, rounds, a form an observer, and incidents."""

import pytest

from chalicelib.observation.elections.election import Election

FORMS = [
    {
        "code": "OP",
        "due": {"from": "07:00", "by": "08:30"},
        "questions": [
            {"code": "A", "type": "yesno", "label": {"en": "Opened on time?"}},
            {"code": "B", "type": "time"},
            {"code": "D", "type": "yesno", "critical_if": False},
            {"code": "E", "type": "integer", "min": 0, "max": 5000, "role": "registered"},
        ],
    },
    {
        "code": "TU",
        "rounds": ["D-14 10:00", "10:00", "12:00", "20:00"],
        "grace": "30m",
        "questions": [{"code": "A", "type": "integer", "min": 0, "max": 5000, "role": "voted", "tolerance": "5%"}],
    },
    {
        "code": "VO",
        "expect": "observer",
        "due": {"by": "15:00"},
        "questions": [
            {"code": "C", "type": "choice", "options": {1: "always", 2: "never"}, "critical_if": 2},
            {"code": "F", "type": "choices", "options": {1: "media", 2: "parties", 10: "police"}},
            {"code": "G", "type": "decimal", "min": 0.5, "max": 2},
            {"code": "H", "type": "integer"},
        ],
    },
    {
        "code": "CL",
        "due": {"from": "20:00", "by": "D+1 02:00"},
        "questions": [
            {"code": "C", "type": "integer", "role": "ballots"},
            {"code": "D", "type": "integer", "role": "invalid"},
            {"code": "E", "type": "integer", "role": "votes", "candidate": "candidate-1"},
            {"code": "F", "type": "integer", "role": "votes", "candidate": "candidate-2"},
            {"code": "G", "type": "integer", "role": "votes", "candidate": "candidate-3"},
        ],
    },
]

COORDINATORS = [
    {"name": "C", "email": "c@example.org", "phone": "+996555900000", "regions": ["Osh"]},
    {"name": "H", "email": "h@example.org", "phone": None, "regions": ["*"]},
]
COORDINATORS = [coordinator | {"language": "ru", "alerts": ["email", "sms"]} for coordinator in COORDINATORS]


@pytest.fixture(scope="session")
def an_election():
    """Makes the election; keyword arguments replace its fields."""

    def make(**changed) -> Election:
        stations = [f"{number}" for number in range(1001, 1041)]
        fields = {
            "id": "kg",
            "name": {"en": "Presidential election"},
            "date": "2017-10-15",
            "timezone": "Asia/Bishkek",
            "languages": ["ky", "ru", "en"],
            "station_pattern": r"\d{4}",
            "forms": FORMS,
            "incidents": {
                "code": "IN",
                "title": {"en": "Critical incident"},
                "categories": {number: {"name": {}, "severity": "high"} for number in (1, 20)},
            },
            "stations": [
                {"number": number, "region": "Chuy" if place % 2 else "Osh", "registered": 300 + 40 * place}
                for place, number in enumerate(stations)
            ],
            "observers": [
                {
                    "number": f"{number}{which}",
                    "name": "N",
                    "phones": [f"+9965{number}0{which}"] if place else ["+996500000000"],
                    "language": "ky",
                    "station": number,
                }
                for place, number in enumerate(stations)
                for which in (1, 2)
            ],
            "coordinators": COORDINATORS,
        }
        return Election.model_validate(fields | changed)

    return make


@pytest.fixture(scope="session")
def election(an_election) -> Election:
    return an_election()
