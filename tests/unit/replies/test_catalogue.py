"""The catalogue of texts: complete in every language, and an election's own texts before it."""

import re
from pathlib import Path

import pytest

import chalicelib
from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import (
    LANGUAGES,
    TextProblem,
    catalogue,
    check_texts,
    placeholders,
    text,
)

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "replies.md"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_placeholders(language: str) -> None:
    english = {key: placeholders(written) for key, written in catalogue()["en"].items()}
    assert {key: placeholders(written) for key, written in catalogue()[language].items()} == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_keeps_its_own_rules(language: str) -> None:
    assert check_texts({language: catalogue()[language]}) == ()


def test_english_stays_in_the_cheap_alphabet() -> None:
    assert {count_segments(written).encoding for written in catalogue()["en"].values()} == {"GSM-7"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_are_three_words_at_most(language: str) -> None:
    reasons = [written for key, written in catalogue()[language].items() if key.startswith("reason_")]
    assert reasons
    assert all(len(written.split()) <= 3 for written in reasons)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({}, []),
        ({"ru": {"reply_accepted": "Есть: {codes}."}}, []),
        ({"de": {"mark": "Beobachter:"}}, [("de", "", "'de' is no language")]),
        ({"ru": {"accepted": "Есть"}}, [("ru", "accepted", "is no text of the catalogue")]),
        ({"ru": {"reply_accepted": "Есть"}}, [("ru", "reply_accepted", "{codes} is missing")]),
        (
            {"ru": {"reply_accepted": "{code}"}},
            [("ru", "reply_accepted", "it has {codes}"), ("ru", "reply_accepted", "{codes} is missing")],
        ),
        ({"ru": {"reply_complete": "{name}, спасибо"}}, [("ru", "reply_complete", "it has none")]),
        ({"ru": {"reply_complete": "  "}}, [("ru", "reply_complete", "is empty")]),
        ({"ru": {"reply_accepted": "{codes} {"}}, [("ru", "reply_accepted", "a lone '{'")]),
        ({"ru": {"reply_accepted": "{codes} {codes.__class__}"}}, [("ru", "reply_accepted", "a lone '{'")]),
        ({"ru": {"reply_accepted": "{codes} {0}"}}, [("ru", "reply_accepted", "a lone '{'")]),
        ({"ru": {"mark": "Б:"}}, [("ru", "mark", "too short")]),
    ],
)
def test_names_what_is_wrong(texts: dict[str, dict[str, str]], expected: list[tuple[str, str, str]]) -> None:
    problems = check_texts(texts)
    assert [(problem.language, problem.key) for problem in problems] == [(value[0], value[1]) for value in expected]
    for problem, (_, _, words) in zip(problems, expected, strict=True):
        assert words in problem.message


def test_an_election_may_bring_a_language_of_its_own() -> None:
    assert check_texts({"uz": {"reply_complete": "Rahmat!"}}, ("uz", "ru")) == ()
    assert check_texts({"uz": {"x": "y"}}, ("uz",)) == (
        TextProblem("uz", "x", check_texts({"uz": {"x": "y"}}, ("uz",))[0].message),
    )


def test_own_text_before_the_catalogue_and_languages_in_order(election: Election) -> None:
    own = election.model_copy(
        update={"languages": ("uz", "ru"), "texts": {"uz": {"reply_complete": "Rahmat!"}, "ru": {"mark": "Байкоо:"}}}
    )
    assert text(own, "uz", "reply_complete") == "Rahmat!"
    assert text(own, "uz", "reply_accepted", codes="A") == "Принято: A."
    assert text(own, "ky", "reply_accepted", codes="A") == "Кабыл алынды: A."
    assert text(own, "tg", "reply_complete") == "Rahmat!"
    assert text(own, "uz", "mark") == "Байкоо:"


def test_english_is_the_last_resort(election: Election) -> None:
    foreign = election.model_copy(update={"languages": ("uz",)})
    assert text(foreign, "uz", "reply_accepted", codes="A") == "Received: A."


def test_a_value_is_never_read_as_a_placeholder(election: Election) -> None:
    assert text(election, "en", "reply_check", message="{codes} \\1") == "Please check: {codes} \\1"


def test_an_unknown_key_is_an_error(election: Election) -> None:
    with pytest.raises(KeyError, match="reply_nothing"):
        text(election, "en", "reply_nothing")


def test_the_documentation_names_every_text_and_its_placeholders() -> None:
    documented = re.findall(r"^\| `(\w+)` \|([^|]*)\|", DOCUMENTATION.read_text("utf-8"), re.MULTILINE)
    assert {key: frozenset(re.findall(r"`(\w+)`", names)) for key, names in documented} == {
        key: placeholders(written) for key, written in catalogue()["en"].items()
    }


def test_no_text_is_left_that_nothing_says() -> None:
    product = "\n".join(file.read_text("utf-8") for file in Path(chalicelib.__file__).parent.rglob("*.py"))
    words = set(re.findall(r"\w+", product))
    begun = tuple(set(re.findall(r"[\"']([a-z_]+_)\{", product)))
    assert [key for key in catalogue()["en"] if key not in words and not key.startswith(begun)] == []
