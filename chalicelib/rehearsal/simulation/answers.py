"""Answers drawn at random, well-formed."""

import datetime as dt
import random
from decimal import Decimal
from typing import Final

from chalicelib.observation.elections.election import Form, Question
from chalicelib.observation.reading.model import UNKNOWN, Value

UNKNOWN_SHARE: Final = 0.05

TEXTS: Final = ("001234, 001235", "Асанов Бек", "пломба 77-12", "Osmonova A. K.", "5511 / 5512", "мөөр ПС 4411")


def random_answers(form: Form, chance: random.Random) -> dict[str, Value]:
    """Draw well-formed answers to every question of a form.

    They come in its order, without regard to what is likely.
    """
    return {question.code: _random_value(question, chance) for question in form.questions}


def _random_value(question: Question, chance: random.Random) -> Value:
    if question.unknown and chance.random() < UNKNOWN_SHARE:
        return UNKNOWN
    least, most = int(question.min or 0), int(999 if question.max is None else question.max)
    options = sorted(question.options)
    value: Value
    match question.type:
        case "yesno":
            value = chance.random() < 0.8
        case "time":
            value = f"{chance.randrange(24):02}:{chance.randrange(60):02}"
        case "choice":
            value = chance.choice(options)
        case "choices":
            value = tuple(sorted(chance.sample(options, chance.randint(1, len(options)))))
        case "decimal":
            value = Decimal(chance.randint(least * 10, most * 10)) / 10
        case "date":
            value = (dt.date(2017, 1, 1) + dt.timedelta(days=chance.randrange(365))).isoformat()
        case "text":
            value = chance.choice(TEXTS)[: question.max_length].strip()
        case _:
            value = chance.randint(least, most)
    return value
