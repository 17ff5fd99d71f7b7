"""The election whose observers are answered."""

import datetime as dt

import pytest

from chalicelib.observation.elections.election import Category, Election, Form, IncidentForm, Station


def _form(code: str, title: str, questions: str, **more: object) -> Form:
    types = {"y": "yesno", "t": "time", "i": "integer", "c": "choice", "s": "choices", "d": "decimal"}
    return Form.model_validate(
        {
            "code": code,
            "title": {"en": title},
            "questions": [
                {"code": pair[0], "type": types[pair[1]], "max": 5000, "options": {1: "one", 2: "two"}}
                for pair in questions.split()
            ],
            **more,
        }
    )


@pytest.fixture(scope="session")
def election() -> Election:
    return Election(
        id="sample",
        name={"en": "Sample"},
        date=dt.date(2017, 10, 15),
        timezone="Asia/Bishkek",
        languages=("ky", "ru", "en"),
        station_pattern=r"\d{4}",
        forms=(
            _form("OP", "Opening", "Ay Bt Ci Dy Ei"),
            _form("TU", "Turnout", "Ai", rounds=("10:00", "12:00")),
            _form("CL", "Closing and count", "At By Ci Di Ei Fi Gi"),
        ),
        incidents=IncidentForm(
            code="IN",
            title={"en": "Critical incident"},
            categories={
                number: Category(name={"en": f"Kind {number}", "ky": f"Түрү {number}"}, severity="high")
                for number in (*range(1, 11), 20)
            },
        ),
        stations=(Station(number="1234", region="Osh", district="Kara-Suu", name="School 5"),),
        observers=(),
    )
