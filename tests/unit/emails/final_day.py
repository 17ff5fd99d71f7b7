"""A day of which the final report is printed: two regions, every type of question, incidents and what was done."""

import datetime as dt
from dataclasses import replace

from sample_day import FORMS, HEADER

from chalicelib.observation.elections.election import Election
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services.summaries.final_report import Day
from chalicelib.store.incidents import Incident

EVENING = dt.datetime.fromisoformat("2017-10-15T23:30:00+06:00")
TITLE = {"en": "Closing", "ru": "Закрытие", "ky": "Жабылыш"}
ELECTION = Election.model_validate(
    {
        **HEADER,
        "forms": [
            *FORMS,
            {
                "code": "CL",
                "title": TITLE,
                "due": {"by": "22:00"},
                "questions": [
                    {
                        "code": "A",
                        "type": "yesno",
                        "label": {"en": "Sealed?", "ru": "Опечатан?", "ky": "Пломбаланганбы?"},
                    },
                    {"code": "B", "type": "time", "label": {"en": "Closed at"}},
                    {"code": "C", "type": "choice", "options": {1: "always", 2: {"en": "never", "ru": "никогда"}}},
                    {"code": "D", "type": "choices", "options": {1: "media", 2: "police"}},
                    {"code": "E", "type": "decimal"},
                ],
            },
        ],
        "incidents": {
            "code": "IN",
            "categories": {2: {"name": {"en": "Ballot <stuffing>", "ru": "Вброс", "ky": "Салуу"}, "severity": "high"}},
        },
        "stations": [{"number": f"{1000 + n}", "region": "Chuy" if n < 40 else "Osh"} for n in range(60)],
        "observers": [],
    }
)
CELLS = {
    ("Chuy", "TU", "10:00"): {"received": 30, "complete": 30, "A#count": 30, "A#sum": 5600},
    ("Osh", "TU", "10:00"): {"received": 10, "complete": 9, "conflict": 1, "A#count": 9, "A#sum": 1400},
    ("Chuy", "CL", "-"): {
        "received": 20,
        "complete": 20,
        "A=true": 19,
        "A=false": 1,
        "B#count": 20,
        "C=1": 15,
        "C=2": 5,
        "D=1": 20,
        "D=2": 4,
        "E#count": 2,
        "E#sum": 3,
    },
    ("Osh", "CL", "-"): {"received": 5, "partial": 5, "A=true": 1, "A=false": 4},
    ("Chuy", "IN", "-"): {"incident.high": 2},
}
PHONE = "+996 700 00 00 14"


def _step(time: str, step: str, state: str, who: str, note: str = "") -> dict[str, str]:
    entry = {"at": f"2017-10-15T{time}:00+06:00", "step": step, "state": state, "who": who}
    return entry | ({"note": note} if note else {})


def _incident(number: int, state: str, category: int | None, *history: dict[str, str]) -> Incident:
    return Incident(
        "kg",
        f"1007#{number}",
        number=number,
        state=state,
        severity="high",
        category=category,
        region="Chuy",
        station="1007",
        observer="14",
        message="generic#1",
        text=f"Gulnara Sydykova {PHONE} saw it",
        opened_at=dt.datetime.fromisoformat(f"2017-10-15T1{number}:00:00+06:00"),
        history=[_step(f"1{number}:00", "open", "new", "observer 14"), *history],
    )


INCIDENTS = [
    _incident(2, "new", None),
    _incident(
        1,
        "resolved",
        2,
        _step("11:05", "escalate", "new", "Baykoo"),
        _step("11:20", "acknowledge", "acknowledged", "Aida Osmonova"),
        _step("11:40", "verify", "verified", "Bakyt (headquarters)", f"called {PHONE}, true"),
        _step("12:00", "reopen", "acknowledged", "Aida Osmonova", "again"),
        _step("13:00", "resolve", "resolved", "Aida Osmonova", "seals <replaced>"),
    ),
]


def a_day(*, incidents: int = 1) -> Day:
    """The day, with its incidents so many times over."""
    summary = summarise(ELECTION, CELLS, EVENING)
    hours = [replace(summary, as_of=EVENING - dt.timedelta(hours=hours)) for hours in range(12, 0, -1)]
    hour = Hour(summary, None, {}, {"Chuy": {"TU": {"A >= previous(A)": 2}}}, {"Osh": 1}, {})
    return Day(hour, hours, INCIDENTS * incidents, {"Osh": ["1050", "1051"]}, is_count_withheld=True)
