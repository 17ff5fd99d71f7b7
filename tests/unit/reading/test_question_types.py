"""Texts, dates, answers that are not known, options by their labels, codes of two letters."""

import datetime as dt
import string
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.reading.canonical_text import canonical_text
from chalicelib.observation.reading.model import UNKNOWN, Value
from chalicelib.observation.reading.reading import read

QUESTIONS = (
    {"code": "A", "type": "yesno", "unknown": "неизв"},
    {"code": "B", "type": "time", "unknown": 9999},
    {"code": "E", "type": "integer", "min": 0, "max": 5000, "unknown": [9999, "неизв", "белгисиз"]},
    {"code": "D", "type": "date", "unknown": "неизв"},
    {
        "code": "F",
        "type": "choice",
        "options": {
            1: {"en": "Always", "ru": "Всегда", "ky": "Дайыма"},
            2: {"en": "Not once", "ru": "Ни разу", "ky": "Эч качан"},
            3: {"en": "Partly", "ru": "Частично", "ky": "Жарым-жартылай"},
            4: {"en": "Partly", "ru": "Иногда", "ky": "Кээде"},
        },
    },
    {"code": "G", "type": "choices", "options": {1: "ручки", 2: "кабины", 3: "урны"}},
    {"code": "S", "type": "text"},
    {"code": "N", "type": "text", "max_length": 20, "unknown": "неизв"},
    {"code": "AA", "type": "integer", "max": 900},
    {"code": "BA", "type": "yesno"},
    {"code": "K", "type": "decimal", "unknown": 9999, "max": 100},
)
ELECTION = Election.model_validate(
    {
        "id": "types",
        "name": {"en": "Types"},
        "date": dt.date(2017, 10, 15),
        "timezone": "Asia/Bishkek",
        "languages": ("ky", "ru", "en"),
        "station_pattern": r"\d{4}",
        "forms": [
            {"code": "VI", "aliases": ("ВИЗИТ",), "due": {"by": "20:00"}, "questions": QUESTIONS},
            {
                "code": "NU",
                "due": {"by": "20:00"},
                "questions": [
                    {"code": "A1", "type": "yesno"},
                    {"code": "A2", "type": "text"},
                    {"code": "AC", "type": "integer"},
                ],
            },
        ],
        "stations": [{"number": "1001", "region": "North"}],
        "observers": [
            {"number": "0001", "name": "", "phones": ("+996700000001",), "language": "ru", "station": "1001"}
        ],
    }
)
FORM = ELECTION.form_by_code["VI"]


def said(text: str) -> tuple[dict[str, Value], dict[str, str]]:
    (report,) = read(text, ELECTION).reports
    return dict(report.answers), dict(report.rejected)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("VI S 001234, 001235 A1 B0730", {"S": "001234, 001235", "A": True, "B": "07:30"}),
        ("VI S=001234,001235 A1", {"S": "001234,001235", "A": True}),
        ("VI S001234 A1", {"S": "001234", "A": True}),
        ("vi a1 s001234 b0730", {"A": True, "S": "001234", "B": "07:30"}),
        ("VI S: № 77-12; B0730", {"S": "№ 77-12", "B": "07:30"}),
        ("VI A 1 S 12345 B 0730 E 12", {"A": True, "S": "12345", "B": "07:30", "E": 12}),
        ("VI N Асанов Бек А. S 12345 A1", {"N": "Асанов Бек А.", "S": "12345", "A": True}),
        ("ВИЗИТ А1 S пломба АВ77 целая\nB0730", {"A": True, "S": "пломба АВ77 целая", "B": "07:30"}),
        ("VI S Urna 5, kabina 3\nE 45", {"S": "Urna 5, kabina 3", "E": 45}),
        ("VI S в 7:30 было 5 урн A1", {"S": "в 7:30 было 5 урн", "A": True}),
        ("VI S 12345 F Всегда A1", {"S": "12345 F Всегда", "A": True}),
        ("VI S 12345 F=Всегда A1", {"S": "12345", "F": 1, "A": True}),
        ("VI S 12345 @0001 A1", {"S": "12345", "A": True}),
        ("VI S 12345 # рахмат A1", {"S": "12345"}),
        ("VI S\nA1", {"A": True}),
        ("VI S 12345\n12346\nB0730", {"S": "12345\n12346", "B": "07:30"}),
        ("VI N неизв A1", {"N": UNKNOWN, "A": True}),
        ("VI A1 D15.10.2017 S 12345.", {"A": True, "D": "2017-10-15", "S": "12345."}),
        ("VI A1 S А123456 B0730", {"A": True, "S": "А123456", "B": "07:30"}),
    ],
)
def test_a_text_goes_to_the_next_code_that_is_written_as_one(text: str, answers: dict) -> None:
    assert said(text) == (answers, {})


@pytest.mark.parametrize("line", ["Отправлено с Redmi A2", "Sent from my iPhone 12", "мы в школе A2 B0730", "рахмат"])
def test_a_line_of_prose_is_no_part_of_a_text(line: str) -> None:
    (report,) = read(f"VI A1 S 12345\n{line}", ELECTION).reports
    assert (dict(report.answers), dict(report.rejected)) == ({"A": True, "S": "12345"}, {})
    assert report.comment == line


@pytest.mark.parametrize("text", ["VI S E1234 B0730", "VI S E1234"])
def test_what_may_be_a_text_or_an_answer_is_neither(text: str) -> None:
    answers, rejected = said(text)
    assert {"S", "E"}.isdisjoint(answers)
    assert rejected == {"S": "ambiguous", "E": "ambiguous"}


def test_a_text_that_is_too_long_is_asked_again() -> None:
    assert said(f"VI A1 N {'x' * 21}") == ({"A": True}, {"N": "out_of_range"})


def test_a_greeting_is_no_text() -> None:
    answers, _ = said("VI A1 S спасибо")
    assert "S" not in answers


@pytest.mark.parametrize(
    "written",
    [
        "15.10.2017",
        "15.10.17",
        "15/10/2017",
        "15/10",
        "15.10",
        "15-10-2017",
        "15 10 2017",
        "2017-10-15",
        "2017.10.15",
        "15102017",
        "20171015",
        "15 октября",
        "15 октября 2017 г.",
        "15 октября 2017 года",
        "15-октябрь",
        "15-октябрда",
        "2017-жылдын 15-октябры",
        "15 окт",
        "15 Oct",
        "15 oktyabr",
        "Oct 15, 2017",
        "October 15",
    ],
)
@pytest.mark.parametrize("around", ["VI A1 D {} E12", "VI D {}\nA1 E12", "vi e12 a1 d={}"])
def test_a_date_in_any_writing(written: str, around: str) -> None:
    assert said(around.format(written)) == ({"A": True, "D": "2017-10-15", "E": 12}, {})


def test_the_day_comes_first() -> None:
    assert said("VI D03/04/2017") == ({"D": "2017-04-03"}, {})


@pytest.mark.parametrize(
    "written", ["04/13/2017", "31.02", "17-10-15", "0.5", "15 мертв", "7:30", "15", "15 окт 16 окт", "1510", "10.2017"]
)
def test_what_is_no_date_for_certain_is_asked_again(written: str) -> None:
    answers, rejected = said(f"VI A1 D{written}")
    assert answers == {"A": True}
    assert set(rejected) == {"D"}


@pytest.mark.parametrize(
    ("written", "code"),
    [("E9999", "E"), ("E неизв", "E"), ("E=БЕЛГИСИЗ", "E"), ("E 9 999", "E"), ("A неизв", "A"), ("D неизв", "D"),
     ("B9999", "B"), ("K9999", "K"), ("K 9999", "K")],
)  # fmt: skip
def test_what_is_not_known(written: str, code: str) -> None:
    assert said(f"VI {written}") == ({code: UNKNOWN}, {})
    assert said(f"VI {written} AA5") == ({code: UNKNOWN, "AA": 5}, {})


def test_not_known_beside_an_answer_is_in_doubt() -> None:
    assert said("VI E неизв 45") == ({}, {"E": "ambiguous"})
    assert said("VI E неизв точно") == ({}, {"E": "ambiguous"})
    assert said("VI E45 E9999") == ({}, {"E": "conflicting"})


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("VI F Всегда A1", {"F": 1, "A": True}),
        ("VI F=always A1", {"F": 1, "A": True}),
        ("VI F эч качан", {"F": 2}),
        ("VI F Ни разу\nA1", {"F": 2, "A": True}),
        ("VI F not once, A1", {"F": 2, "A": True}),
        ("VI F жарым-жартылай", {"F": 3}),
        ("VI G ручки, урны A1", {"G": (1, 3), "A": True}),
        ("VI G1,3 A1", {"G": (1, 3), "A": True}),
    ],
)
def test_an_option_by_its_label(text: str, answers: dict) -> None:
    assert said(text) == (answers, {})


@pytest.mark.parametrize(
    "text", ["VI F Partly", "VI F Всегда кроме утра", "VI F Всегда 2", "VI F Иног", "VI F Всегда нет"]
)
def test_a_label_that_is_not_certain_is_asked_again(text: str) -> None:
    answers, rejected = said(text)
    assert (answers, set(rejected)) == ({}, {"F"})


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("VI AA12 BA1 A2", {"AA": 12, "BA": True, "A": False}),
        ("VI1001AA12BA1A2", {"AA": 12, "BA": True, "A": False}),
        ("vi aa12 ba да a нет", {"AA": 12, "BA": True, "A": False}),
        ("VI АА 12 ВА=1", {"AA": 12, "BA": True}),
        ("NU A1=1 AC12 A2=пломба 5", {"A1": True, "AC": 12, "A2": "пломба 5"}),
        ("NU A2: 5511 A1=2 AC=3", {"A1": False, "AC": 3, "A2": "5511"}),
    ],
)
def test_codes_of_two_letters(text: str, answers: dict) -> None:
    assert said(text) == (answers, {})


def test_two_letters_in_prose_are_words() -> None:
    (report,) = read("VI A1 E12 ba tez bolot", ELECTION).reports
    assert dict(report.answers) == {"A": True, "E": 12}
    assert report.comment == "ba tez bolot"


LETTERS = string.ascii_letters + string.digits + "абвгджзкмнопрстуү №.,-/"
TEXTS = st.text(string.ascii_letters + string.digits + "абвгджзкмнопрстуү №.,-/", min_size=1, max_size=20).map(
    str.strip
)
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)).map(dt.date.isoformat)


def values(question: Question) -> st.SearchStrategy[Value]:
    known: dict[str, st.SearchStrategy[Value]] = {
        "yesno": st.booleans(),
        "time": st.times().map(lambda time: f"{time:%H:%M}"),
        "integer": st.integers(0, int(question.max or 9)),
        "decimal": st.decimals(0, 100, places=1).map(Decimal),
        "date": DATES,
        "choice": st.sampled_from(sorted(question.options) or [1]),
        "choices": st.sets(st.sampled_from(sorted(question.options) or [1]), min_size=1).map(sorted).map(tuple),
        "text": TEXTS.filter(bool),
    }
    return known[question.type] | st.just(UNKNOWN) if question.unknown else known[question.type]


def answers_of(form: Form) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries({}, optional={question.code: values(question) for question in form.questions}).filter(
        bool
    )


def _is_plain(text: str) -> bool:
    """Whether nothing in a text is written as a code, or as a form's name."""
    reports = read(f"VI S={text}", ELECTION).reports
    return len(reports) == 1 and dict(reports[0].answers) == {"S": text}


@given(answers=answers_of(FORM))
def test_canonical_text_of_every_type_reads_back(answers: dict[str, Value]) -> None:
    texts = [value for code, value in answers.items() if code in "SN" and isinstance(value, str)]
    assume(all(_is_plain(text) for text in texts))
    assume(not any(value[-1] in ".-/" or value[-1].isupper() for value in texts))
    assert said(canonical_text(FORM, "1001", answers)) == (answers, {})


@given(date=st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)), sign=st.sampled_from(".-/ "))
def test_no_writing_of_a_date_makes_another(date: dt.date, sign: str) -> None:
    written = [date.isoformat(), f"{date:%d{sign}%m{sign}%Y}", f"{date:%d%m%Y}", f"{date:%Y%m%d}"]
    assert {tuple(said(f"VI A1 D{value}")[0].items()) for value in written} == {(("A", True), ("D", date.isoformat()))}


@given(text=TEXTS.filter(bool), number=st.integers(0, 5000))
def test_a_text_never_changes_another_answer(text: str, number: int) -> None:
    found = read(f"VI E{number} S={text}", ELECTION).reports
    assume(len(found) == 1)
    assert found[0].answers.get("E", number) == number
