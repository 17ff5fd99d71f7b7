"""Answers that are texts become tokens, and what was equal stays equal."""

import json
from typing import Any

from chalicelib.services.privacy.text_answers import TextAnswers

QUESTIONS = {"ZA": frozenset({"S"})}


def report(**texts: str) -> dict[str, str]:
    """A report's documents: each observer's text by a message of the same name."""
    answers: dict[str, Any] = {
        observer: {
            "first": "t",
            "from": [["t", observer]],
            "a": {"S": [text, 0], "N": [7, 0]},
            "h": {"S": [["old", 0]]},
        }
        for observer, text in texts.items()
    }
    decisions = {
        "chosen": [["S", ["a", f"a={json.dumps(texts['a'], ensure_ascii=False)}", 0]]],
        "by": [["Ann", "t", ""]],
    }
    return {"answers": json.dumps(answers), "decisions": json.dumps(decisions, ensure_ascii=False)}


def replaced(answers: TextAnswers, written: dict[str, str], *own: str, everybody: bool = False) -> dict[str, Any]:
    documents = answers.in_report("ZA", written, own, everybody=everybody)
    return {name: json.loads(text) for name, text in documents.items()}


def test_a_person_s_texts_become_tokens_where_they_stand() -> None:
    answers = TextAnswers(QUESTIONS, b"key")
    documents = replaced(answers, report(a="пломба 12", b="цела"), "a")
    token = documents["answers"]["a"]["a"]["S"][0]
    assert token != "пломба 12"
    assert documents["answers"]["a"]["h"]["S"][0][0] != "old"
    assert documents["answers"]["a"]["a"]["N"] == [7, 0]
    assert documents["answers"]["b"]["a"]["S"][0] == "цела"
    assert documents["decisions"]["chosen"][0][1][1] == f'a="{token}"'
    reading = answers.in_reading({"form": "ZA", "answers": {"S": "пломба 12", "N": 7}})
    assert reading["answers"] == {"S": token, "N": 7}


def test_what_several_wrote_alike_stays_alike() -> None:
    answers = TextAnswers(QUESTIONS, b"key")
    documents = replaced(answers, report(a="нет", b="нет"), "a")
    assert {documents["answers"][value]["a"]["S"][0] for value in "ab"} == {"нет"}
    assert answers.in_reading({"form": "ZA", "answers": {"S": "нет"}})["answers"] == {"S": "нет"}
    row = replaced(TextAnswers(QUESTIONS, b"key"), report(a="нет", b="нет"), everybody=True)
    [token] = {row["answers"][value]["a"]["S"][0] for value in "ab"}
    assert token != "нет"


def test_doing_it_again_changes_nothing() -> None:
    answers = TextAnswers(QUESTIONS, b"key")
    once = answers.in_report("ZA", report(a="пломба", b="цела"), ("a",), everybody=False)
    assert answers.in_report("ZA", once, ("a",), everybody=False) == once
