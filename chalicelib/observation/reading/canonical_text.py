"""Write a report as text that is read without any repair."""

from collections.abc import Mapping

from chalicelib.observation.elections.election import Form, IncidentForm, Question
from chalicelib.observation.reading.model import CATEGORY, UNKNOWN, Value


def canonical_text(
    form: Form | IncidentForm, station: str | None, answers: Mapping[str, Value], comment: str = ""
) -> str:
    """Write the canonical form of a report or incident.

    `OP 1234 A1 B0730 # comment`; of an incident `IN 1234 07 comment`.
    """
    if isinstance(form, IncidentForm):
        parts = [form.code, station or "", f"{answers[CATEGORY]:02}", comment]
    else:
        codes = [canonical_answer(form, code, value) for code, value in answers.items()]
        parts = [form.code, station or "", *codes, f"# {comment}" if comment else ""]
    return " ".join(part for part in parts if part)


def canonical_answer(form: Form, code: str, value: Value) -> str:
    """Write a code and its value.

    A sign stands between where the form's codes have digits, or the value is words.
    """
    question = form.by_code[code]
    written = canonical_value(question, value)
    numbered = any(code[-1].isdigit() for code in form.by_code)
    apart = numbered or question.type == "text" or not written[:1].isdigit()
    return f"{code}={written}" if apart else code + written


def canonical_value(question: Question, value: Value) -> str:
    """Write a value as the canonical form does.

    Yes 1, no 2, `0730`, options one after the other.
    """
    if value is UNKNOWN:
        return question.unknown[0]
    if isinstance(value, bool):
        return "1" if value else "2"
    if isinstance(value, tuple):
        return ("," if max(question.options, default=0) > 9 else "").join(map(str, value))
    return str(value).replace(":", "") if question.type == "time" else str(value)
