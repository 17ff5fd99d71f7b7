"""What the approved pictures show: a day on which something has happened, in three languages' emails."""

import datetime as dt
from collections.abc import Callable

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services.email_templates import picture
from chalicelib.services.outreach.gaps import Gap
from chalicelib.services.outreach.missing_list import list_email
from chalicelib.services.summaries.summary_email import summary_email

NOON = dt.datetime.fromisoformat("2017-10-15T14:45:00+06:00")
FORMS = [
    {
        "code": "OP",
        "title": {"en": "Opening", "ru": "Открытие", "ky": "Ачылыш"},
        "due": {"from": "07:00", "by": "08:30"},
        "questions": [{"code": "A", "type": "integer"}],
    },
    {
        "code": "TU",
        "title": {"en": "Turnout", "ru": "Явка", "ky": "Катышуу"},
        "rounds": ["10:00", "12:00", "14:00", "16:00", "18:00", "20:00"],
        "grace": "30m",
        "questions": [{"code": "A", "type": "integer", "role": "voted"}],
        "checks": [
            {"rule": "A >= previous(A)", "message": {"en": "Turnout fell", "ru": "Явка упала", "ky": "Катышуу азайды"}}
        ],
    },
]
HEADER = {
    "id": "kg",
    "name": {"en": "Presidential election", "ru": "Выборы Президента", "ky": "Президенттик шайлоо"},
    "date": "2017-10-15",
    "timezone": "Asia/Bishkek",
    "languages": ["ky", "ru", "en"],
}
ELECTION = Election.model_validate(
    {
        **HEADER,
        "forms": FORMS,
        "stations": [
            {"number": f"{1000 + n}", "region": "Chuy", "name": f"School {n}", "district": "Alamudun"}
            for n in range(60)
        ],
        "observers": [
            {
                "number": f"{n}",
                "name": ("Айбек Осмонов", "Мария Ким", "Gulnara Sydykova")[n % 3],
                "phones": [f"+99670000{n:04}"],
                "language": "ky",
                "station": f"{1000 + n // 2}",
            }
            for n in range(120)
        ],
    }
)


def _cells(*turnout: tuple[str, int, int], opened: int, high: int, disagree: int) -> dict:
    cells = {
        ("Chuy", "TU", name): {"received": reports, "complete": reports, "A#count": reports, "A#sum": reports * mean}
        for name, reports, mean in turnout
    }
    cells["Chuy", "OP", "-"] = {"received": opened, "complete": opened - disagree, "conflict": disagree, "late": 3}
    cells["Chuy", "IN", "-"] = {"incident.high": high, "incident.medium": 2}
    cells["Chuy", "*", "-"] = {"message.received": 4 * opened, "message.accepted": 4 * opened - 5, "message.held": 5}
    return cells


BEFORE = summarise(
    ELECTION,
    _cells(("10:00", 55, 180), ("12:00", 38, 330), opened=58, high=1, disagree=1),
    NOON - dt.timedelta(hours=1),
)
NOW = summarise(
    ELECTION,
    _cells(("10:00", 56, 181), ("12:00", 55, 395), ("14:00", 41, 560), opened=59, high=2, disagree=3),
    NOON,
)
HOUR = Hour(
    NOW,
    BEFORE,
    {"Chuy": {"under_1h": 1, "under_3h": 1, "older": 1}},
    {"Chuy": {"TU": {"A >= previous(A)": 2}}},
    {"Chuy": 3},
    {"Chuy": 1},
)


def coordinator(language: str) -> Coordinator:
    return Coordinator(name="C", email="c@example.org", language=language, regions=("Chuy",), alerts=("email",))


def summary(language: str) -> str:
    return summary_email(ELECTION, coordinator(language), HOUR, "https://baykoo.example").html


def with_pictures(page: str) -> str:
    """A page as a mail program shows it: pictures that come with the email in their places."""
    for name, points in summary_email(ELECTION, coordinator("en"), HOUR).charts.items():
        page = page.replace(f"cid:{name}", picture(points))
    return page


def missing(language: str) -> str:
    def gap(place: int, hours: int, places: tuple, *, is_silent: bool, heard: dt.datetime | None = None) -> Gap:
        station = ELECTION.stations[place]
        observers = ELECTION.observers_by_station[station.number]
        return Gap(station, observers, places, dt.timedelta(hours=hours, minutes=5), heard, is_silent)

    gaps = [
        gap(7, 6, (("OP", "-"), ("TU", "14:00")), is_silent=True),
        gap(9, 2, (("TU", "12:00"), ("TU", "14:00")), is_silent=True, heard=NOON.replace(hour=10, minute=4)),
        gap(12, 6, (("OP", "-"),), is_silent=False),
        gap(31, 0, (("TU", "14:00"),), is_silent=False),
    ]
    return list_email(ELECTION, coordinator(language), {"Chuy": gaps}, NOON).html or ""


PAGES: dict[str, Callable[[], str]] = {
    "summary.ru": lambda: summary("ru"),
    "summary.ky": lambda: summary("ky"),
    "summary.en": lambda: summary("en"),
    "missing.ru": lambda: missing("ru"),
    "missing.ky": lambda: missing("ky"),
    "missing.en": lambda: missing("en"),
}
