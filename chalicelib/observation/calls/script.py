"""What an operator asks an observer, and types while talking."""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.observation.elections.election import NO_ROUND, Election, Observer, Question
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.replies.examples import example
from chalicelib.observation.texts.catalogue import text


def script(election: Election, observer: Observer, owed: Sequence[Place]) -> list[str]:
    """Return the sentences to say, in the observer's language."""
    language = observer.language
    sentences = [
        text(election, language, "call_greeting", name=observer.name, title=election.text(election.name, language)),
        text(election, language, "call_safe", station=observer.station),
    ]
    if owed:
        named = ", ".join(titled(election, place, language) for place in owed)
        sentences += [
            text(election, language, "call_owed", reports=named),
            text(election, language, "call_ask"),
            text(election, language, "call_send", example=example(election.form_by_code[owed[0][0]])),
        ]
    return [*sentences, text(election, language, "call_thanks")]


def titled(election: Election, place: Place, language: str) -> str:
    """Name a form and round with its title: `TU 12:00 (Turnout)`."""
    form = election.form_by_code[place[0]]
    code = form.code if place[1] == NO_ROUND else f"{form.code} {place[1]}"
    title = election.text(form.title, language)
    return f"{code} ({title})" if title else code


def fields(election: Election, owed: Iterable[Place], language: str) -> list[dict[str, Any]]:
    """Return the fields of each owed report, in the form's order."""
    return [
        {
            "form": form.code,
            "round": None if name == NO_ROUND else name,
            "title": titled(election, (code, name), language),
            "questions": [_field(election, question, language) for question in form.questions],
        }
        for code, name in owed
        for form in (election.form_by_code[code],)
    ]


def _field(election: Election, question: Question, language: str) -> dict[str, Any]:
    return {
        "code": question.code,
        "label": election.text(question.label, language) or question.candidate or question.code,
        "type": question.type,
        "min": question.min,
        "max": question.max,
        "options": [
            {"value": value, "label": label if isinstance(label, str) else election.text(label, language)}
            for value, label in question.options.items()
        ],
        "unknown": list(question.unknown),
        "max_length": question.max_length if question.type == "text" else None,
    }
