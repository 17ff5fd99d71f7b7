"""Observers' cards: every example on them is read back as exactly its answers."""

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.cli.cards import cards as command
from chalicelib.cli.cards import page
from chalicelib.cli.files import load_election_file
from chalicelib.observation.checks import GivenAnswers, failed_checks
from chalicelib.observation.elections.election import Election
from chalicelib.observation.form_design.cards import cards
from chalicelib.observation.reading.reading import read

SAMPLE = Path(__file__).parents[3] / "infra" / "sample" / "election.yaml"


@pytest.fixture(scope="module")
def election():
    return load_election_file(SAMPLE)


@pytest.fixture
def with_questions(changed):
    def replace(*questions):
        listed = "\n".join(f'      - {{{question}, label: {{en: "x", ru: "x"}}}}' for question in questions)
        old = '      - {code: B, type: time, label: {en: "Opened at", ru: "Открытие в"}}'
        inspection = changed("election.yaml", old, f"{old}\n{listed}")
        assert inspection.problems == ()
        return inspection.election

    return replace


def assert_examples_read_back(election):
    for language in election.languages:
        for card in cards(election, language):
            (report,) = read(card.example.text, election).reports
            assert (report.form, report.station, report.rejected) == (card.code, None, {})
            assert (report.answers, report.comment) == (card.example.answers, card.example.comment)
            assert not report.flags


def test_every_example_is_read_as_exactly_its_answers(election):
    assert_examples_read_back(election)


def test_an_example_answers_every_question(election):
    for form, card in zip(election.forms, cards(election, "ru"), strict=False):
        assert list(card.example.answers) == [question.code for question in form.questions]
        assert [line.code for line in card.lines] == list(card.example.answers)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("code: C1, type: yesno", True),
        ("code: C1, type: yesno, critical_if: true", False),
        ("code: K, type: decimal, min: 0.5, max: 3.5", Decimal("3.5")),
        ("code: K, type: decimal, min: 0.2, max: 0.8", Decimal("0.8")),
        ("code: K, type: integer, min: 40", 40),
        ("code: K, type: integer, min: -5, max: 3", 3),
        ("code: K, type: choice, options: {1: a, 2: b}, critical_if: 1", 2),
        ("code: K, type: choices, options: {1: a, 2: b, 3: c}", (1, 3)),
        ("code: K, type: choices, options: {9: a, 10: b, 11: c}", (9, 11)),
        ("code: K, type: choices, options: {7: a, 8: b}, critical_if: 7", (8,)),
    ],
)
def test_an_example_of_every_kind_is_read_back(with_questions, question, value):
    election = with_questions(question)
    card = next(cards(election, "en"))
    assert list(card.example.answers.values())[2] == value
    assert_examples_read_back(election)


def test_the_example_keeps_the_rules_of_its_own_form(election):
    closing = next(card for card in cards(election, "ky") if card.code == "CL")
    assert closing.example.answers["C"] == 504
    assert failed_checks(election, "CL", GivenAnswers(closing.example.answers)) == ()
    wrong = {**closing.example.answers, "C": 505}
    assert len(failed_checks(election, "CL", GivenAnswers(wrong))) == 1


def test_times_are_local_and_name_another_day(changed):
    times = {card.code: (card.begins, card.due) for card in cards(changed().election, "en")}
    assert times == {
        "OP": ("07:00", ("08:30",)),
        "TU": (None, ("10:00", "12:00")),
        "CL": (None, ("16.10. 02:00",)),
        "IN": (None, ()),
    }


def test_a_page_has_a_card_a_form_in_its_language(election):
    html = page(election, "ru", list(cards(election, "ru")))
    assert html.count('<section class="card"') == 5
    for text in (
        "Урны пусты и опечатаны?",
        "число от 0 до 20",
        "1 да, 2 нет",
        "10:00, 12:00, 14:00",
        "Подкуп",
        "candidate-2",
    ):
        assert text in html
    assert '<html lang="ru">' in html


@pytest.mark.parametrize(
    ("language", "advice"),
    [("ky", "OP @____. Болбосо СМС"), ("ru", "OP @____. Иначе СМС"), ("en", "OP @____. Without it")],
)
def test_only_who_shares_a_phone_and_is_not_first_on_it_is_told_to_sign(election, language, advice):
    def printed(*phones):
        observers = [
            {"number": number, "name": "N", "phones": [phone], "language": language, "station": "1001"}
            for number, phone in zip(("0001", "0002"), phones, strict=True)
        ]
        changed = Election.model_validate(election.model_dump(by_alias=True) | {"observers": observers})
        return page(changed, language, list(cards(changed, language))), page(changed, "kk", list(cards(changed, "kk")))

    apart, _ = printed("+996700000001", "+996700000002")
    together, of_others = printed("+996700000001", "+996700000001")
    assert advice in together
    assert together.count("@____") == 5
    assert "@____" not in apart + of_others


def test_a_language_without_card_texts_gets_the_next_one(changed):
    inspection = changed("election.yaml", "[ru, en]", "[ru, en, kk]")
    election = inspection.election
    html = page(election, "kk", list(cards(election, "kk")))
    assert "Начните с OP" in html


def test_what_the_file_says_is_no_html(changed):
    election = changed("election.yaml", '"Opened on time?"', '"<script>alert(1)</script>"').election
    html = page(election, "en", list(cards(election, "en")))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_command_writes_a_file_a_language(tmp_path):
    result = CliRunner().invoke(command, [str(SAMPLE), "--output", str(tmp_path / "print")])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "print").iterdir()) == [
        "cards.en.html",
        "cards.ky.html",
        "cards.ru.html",
    ]


def test_the_command_writes_one_card(tmp_path):
    arguments = [str(SAMPLE), "--output", str(tmp_path), "--language", "ky", "--form", "TU"]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    (written,) = tmp_path.iterdir()
    assert written.name == "cards.ky.html"
    assert written.read_text("utf-8").count('<section class="card"') == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--language", "fr"], "'fr' is none of ky, ru, en"),
        (["--form", "XX"], "'XX' is none of OP, TU, VO, CL, IN"),
    ],
)
def test_an_unknown_language_or_form_is_named(tmp_path, arguments, message):
    result = CliRunner().invoke(command, [str(SAMPLE), "--output", str(tmp_path), *arguments])
    assert result.exit_code == 2
    assert message in result.output


def test_an_example_that_is_not_read_back_is_not_printed(folder, files):
    trap = files["election.yaml"].replace('en: "Not admitted"', r'en: "Not admitted\nOP A1 B0730"')
    (folder / "election.yaml").write_text(trap, "utf-8")
    result = CliRunner().invoke(command, [str(folder / "election.yaml"), "--output", str(folder), "--language", "en"])
    assert result.exit_code == 1
    assert "the example of form IN" in result.output
    assert not list(folder.glob("cards.*"))
