"""The stages of a reading, each by itself, and what a reading says beside its answers."""

from decimal import Decimal

import pytest

from chalicelib.observation.elections.election import Category, Election, Form, IncidentForm, Question, Station
from chalicelib.observation.reading.interpret import interpret
from chalicelib.observation.reading.model import Repair
from chalicelib.observation.reading.normalise import canonical
from chalicelib.observation.reading.reading import read
from chalicelib.observation.reading.tokens import scan
from chalicelib.observation.reading.vocabulary import vocabulary
from chalicelib.observation.sms.look_alikes import code_letter, skeleton

INTEGER = Question(code="E", type="integer", min=0, max=5000)
DECIMAL = Question(code="P", type="decimal", min=0, max=100)
WIDE = Question(code="W", type="choices", options={1: "a", 2: "b", 10: "c", 12: "d"})


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("ＯＰ１", "OP1"),
        ("A—1", "A-1"),
        ("A\u00a01", "A 1"),
        ("O\u200bP", "OP"),
        ("٣٢٠", "320"),
        ("5½", "5~"),
        ("5²", "5~"),
        ("и\u0306", "й"),
        ("A_1", "A-1"),
        ("№5", "№5"),
        ("#5 # five", "№5 # five"),
        ("1️⃣", "1"),
        ("A\x00\x071", "A1"),
        ("A\r\n1", "A\n\n1"),
        ("’«»", '\'""'),
    ],
)
def test_canonical_form(typed: str, read_as: str) -> None:
    assert canonical(typed).text == read_as


@pytest.mark.parametrize("typed", ["plain A1", "e\u0301é\u200b\u200b№ ½ ﷺ x", "a\u0301\u0301", "…"])
def test_canonical_form_maps_back(typed: str) -> None:
    folded = canonical(typed)
    assert folded.written(0, len(folded.text)) == typed
    pieces = [folded.written(at, at + 1) for at in range(len(folded.text))]
    assert set("".join(pieces)) <= set(typed)


def test_skeletons_are_what_the_eye_sees() -> None:
    assert skeleton("катышуу") == skeleton("KATЫШYY")
    assert skeleton("Өткөн үчүн") == skeleton("Откон учун")
    assert [code_letter(letter) for letter in "аВеЗж"] == ["A", "B", "E", "З", "Ж"]


def test_tokens_cover_the_text(election: Election) -> None:
    text = "Салам, OP 1003 A1 даB730 C1О # рахмат 5"
    found = scan(canonical(text), vocabulary(election))
    assert "".join("".join(token) for token in found.tokens) == text
    assert [number for _, number, _, _ in found.tokens if number] == ["1003", "1", "730", "1О", "5"]


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [
        (INTEGER, " 1 234", (1234, None)),
        (INTEGER, "0012", (12, None)),
        (INTEGER, "=-5", (None, "ambiguous")),
        (INTEGER, "-5", (5, None)),
        (INTEGER, "12 34", (None, "ambiguous")),
        (INTEGER, "1.23", (None, "wrong_type")),
        (INTEGER, "0.123", (None, "wrong_type")),
        (INTEGER, "9" * 9000, (None, "out_of_range")),
        (INTEGER, "", (None, "wrong_type")),
        (DECIMAL, "12,5", (Decimal("12.5"), None)),
        (DECIMAL, "12.5", (Decimal("12.5"), None)),
        (DECIMAL, "1,234.5", (None, "wrong_type")),
        (DECIMAL, "100.1", (None, "out_of_range")),
        (WIDE, "1,12", ((1, 12), None)),
        (WIDE, "12", ((12,), None)),
        (WIDE, "11", (None, "out_of_range")),
    ],
)
def test_values_by_type(question: Question, typed: str, answer: object) -> None:
    assert interpret(question, typed, 2017) == answer


@pytest.fixture(scope="module")
def numbered() -> Election:
    questions = (
        Question(code="A1", type="yesno"),
        Question(code="A2", type="integer", max=900),
        Question(code="A12", type="decimal", max=100),
    )
    incidents = IncidentForm(code="IN", aliases=("INCIDENT",), categories={1: Category(name={}, severity="high")})
    return Election.model_validate(
        {
            "id": "numbered", "name": {"en": "Numbered"}, "date": "2030-01-01", "timezone": "UTC", "languages": ["en"],
            "station_pattern": r"[1-9]\d{2}", "forms": (Form(code="LONG", questions=questions),), "observers": (),
            "incidents": incidents, "stations": (Station(number="101", region="R"), Station(number="202", region="R")),
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answers", "rejected"),
    [
        ("LONG 101 A1=1 A2=300 A12=5.5", {"A1": True, "A2": 300, "A12": Decimal("5.5")}, {}),
        ("LONG 101 А1 да А2: 300", {"A1": True, "A2": 300}, {}),
        ("LONG 101 A1:yes A2-15", {"A1": True, "A2": 15}, {}),
        ("LONG 101 A2300 A1=1", {"A1": True}, {"A2300": "unknown_code"}),
        ("LONG A1=1 A2=5 202", {"A1": True, "A2": 5}, {}),
    ],
)
def test_codes_that_end_in_digits(text: str, answers: object, rejected: object, numbered: Election) -> None:
    (report,) = read(text, numbered).reports
    assert (report.answers, report.rejected) == (answers, rejected)
    assert report.station == ("202" if text.endswith("202") else "101")


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("OP 1003 A1 # Рахмат,  всё  ОК!", "Рахмат,  всё  ОК!"),
        ("Салам! OP 1003 A1", "Салам!"),
        ("Hello OP 1003 A1 thanks", "Hello thanks"),
        ("OP 1003 A1 C12 всё ﬁne ½", "всё ﬁne ½"),
        ("OP 1003 A1 хорошо B0730", "хорошо"),
        ("OP Школа 11 1003 A1 C12", "Школа 11 1003"),
        ("IN 1003 07 агитация у входа, 3О листовок", "агитация у входа, 3О листовок"),
        ("Нарушение: не пускают", "не пускают"),
        ("OP 1003 A1", None),
        ("ИН 7", None),
    ],
)
def test_comments_stay_as_they_were_written(text: str, comment: str | None, election: Election) -> None:
    assert read(text, election).reports[0].comment == comment


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("VO 1003 D1О", [Repair("1О", "10", "look-alike digit")]),
        ("TU 1003 А320", [Repair("А", "A", "look-alike code")]),
        ("Откытие 1003 A1", [Repair("Откытие", "OP", "misspelt name")]),
        ("ИН l0 протокол", [Repair("l0", "10", "look-alike digit")]),
        ("OP 1003 A1", []),
    ],
)
def test_repairs_are_recorded(text: str, repairs: list[Repair], election: Election) -> None:
    assert list(read(text, election).reports[0].repairs) == repairs


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("OP 9999 A1", ("station_unknown",)),
        ("OP 12 A1", ("station_unknown",)),
        ("OP 1003 A1 # ИН 03 драка", ("incident_in_comment",)),
        ("OP 1003 A1 # потом TU A320", ("form_in_comment",)),
        ("OP 1003 A1 есть нарушение", ("incident_in_comment",)),
        ("IN 07 агитация OP 1003 A1", ("form_in_comment",)),
        ("OP 1003 A1 # all is in order", ()),
    ],
)
def test_flags(text: str, flags: tuple[str, ...], election: Election) -> None:
    assert read(text, election).reports[0].flags == flags


def test_observer_is_named_anywhere_in_the_coded_part(election: Election) -> None:
    texts = ("OP @0004 1003 A1 C12", "OP 1003 @0004 A1 C12", "OP 1003 A1 @0004 C12", "OP 1003 A1 C12 @0004")
    for text in texts:
        (report,) = read(text, election).reports
        assert (report.observer, dict(report.answers)) == ("0004", {"A": True, "C": 12}), text
