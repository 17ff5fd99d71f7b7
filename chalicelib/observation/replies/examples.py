"""Examples of reports, as an observer might begin them."""

from decimal import Decimal

from chalicelib.observation.elections.election import Form, Question
from chalicelib.observation.reading.canonical_text import canonical_answer
from chalicelib.observation.reading.model import Value


def example(form: Form, signature: str = "") -> str:
    """Begin a report on a form, as an observer might.

    `OP A1 B0730`, signed `OP @0002 A1 B0730`.
    """
    answers = (canonical_answer(form, question.code, _example_value(question)) for question in form.questions[:2])
    return " ".join(filter(None, (form.code, signature, *answers)))


def _example_value(question: Question) -> Value:
    value: Value
    match question.type:
        case "yesno":
            value = True
        case "time":
            value = "07:30"
        case "choice":
            value = min(question.options)
        case "choices":
            value = (min(question.options),)
        case "date":
            value = "15.10"
        case "text":
            value = "12345"
        case "integer" | "decimal":
            low = question.min or 0
            value = Decimal(f"{max(low, 12 if question.max is None else min(question.max, 12)):g}")
    return value
