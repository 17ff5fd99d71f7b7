"""How names and values are typed, with the defects of thumbs."""

import datetime as dt
import random
from typing import Final

from chalicelib.observation.elections.election import Form, IncidentForm, Question
from chalicelib.observation.reading.model import Value
from chalicelib.observation.reading.words import words
from chalicelib.rehearsal.simulation.noise import Noise

_LIKE_DIGITS: Final = {"0": "OoОо", "1": "lIІ", "3": "Зз"}
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_INVISIBLE: Final = "\u200b\u200d\ufeff\u00ad"
_GREETINGS: Final = ("Здравствуйте! ", "Добрый день. ", "Салам! ", "Саламатсызбы, ", "Good morning\n", "Hello, ")
_NOON: Final = 12
_SHORTEST_NAME: Final = 2
_NAME_DIGITS: Final = {"O": "0", "О": "0", "I": "1", "З": "3"}
_THOUSAND_SIGNS: Final = (" ", ",", ".", "'")
_MONTHS: Final = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
_HOUR_SIGNS: Final = (":", ".", "-", " ", "ч", "h")


class Composer:
    """What reports and incidents have in common.

    Chances, and which defects they led to.
    """

    def __init__(self, noise: Noise, chance: random.Random) -> None:
        self.noise = noise
        self.chance = chance
        self.defects: set[str] = set()

    def happens(self, defect: str) -> bool:
        """Whether a defect is made this time."""
        likely: float = getattr(self.noise, defect)
        made = likely > 0 and self.chance.random() < likely
        if made:
            self.defects.add(defect)
        return made

    def name(self, form: Form | IncidentForm) -> str:
        """Choose the form's code or an alias, in any case."""
        written = self.chance.choice(form.aliases) if form.aliases and self.happens("alias") else form.code
        if self.happens("lower_case"):
            written = self.chance.choice((written.lower(), written.capitalize()))
        return written

    def with_digit(self, name: str) -> str:
        """Write a name with a digit for a letter.

        If it stays one: `0P`, `V0`, `1N`.
        """
        places = [at for at, letter in enumerate(name.upper()) if letter in _NAME_DIGITS]
        if not places or len(name) < _SHORTEST_NAME or not self.happens("digit_name"):
            return name
        at = self.chance.choice(places)
        return name[:at] + _NAME_DIGITS[name[at].upper()] + name[at + 1 :]

    def framed(self, text: str) -> str:
        """Put a greeting before a text, and an invisible character in."""
        if self.happens("greeting"):
            text = self.chance.choice(_GREETINGS) + text
        if self.happens("invisible"):
            at = self.chance.randrange(len(text))
            text = text[:at] + self.chance.choice(_INVISIBLE) + text[at:]
        return text


class ValueComposer(Composer):
    """Writes values, each as one of its type may be typed."""

    def value(self, question: Question, value: Value) -> str:
        """Write an answer as it may be typed."""
        if isinstance(value, bool):
            return self._yes_or_no(value=value)
        if isinstance(value, tuple):
            apart = max(question.options) > 9 or self.happens("list_sign")
            return ",".join(map(str, value)) if apart else "".join(map(str, value))
        if isinstance(value, str):
            return self._hour(value) if question.type == "time" else self._date(dt.date.fromisoformat(value))
        written = str(value)
        if isinstance(value, int) and question.type == "integer" and value > 999 and self.happens("thousands"):
            return f"{value:,}".replace(",", self.chance.choice(_THOUSAND_SIGNS))
        return self._digits(written)

    def _yes_or_no(self, *, value: bool) -> str:
        if not self.happens("word"):
            return "1" if value else "2"
        written = self.chance.choice([word for word, answer in words().answers if answer is value])
        return self.chance.choice((written, written.capitalize()))

    def _hour(self, value: str) -> str:
        hour, minute = value.split(":")
        if self.happens("day_part"):
            part = "am" if int(hour) < _NOON else "pm"
            return f"{int(hour) % _NOON or _NOON}:{minute}{part}"
        if self.happens("hour_sign"):
            return f"{int(hour)}{self.chance.choice(_HOUR_SIGNS)}{minute}"
        return self._digits(hour + minute)

    def _date(self, date: dt.date) -> str:
        if not self.happens("hour_sign"):
            return date.isoformat()
        worded = f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
        return self.chance.choice((worded, f"{date:%d.%m.%Y}", f"{date:%d/%m/%Y}"))

    def _digits(self, written: str) -> str:
        if self.happens("full_width"):
            return written.translate(_FULL_WIDTH)
        places = [at for at, digit in enumerate(written) if at and digit in _LIKE_DIGITS]
        if places and self.happens("like_digit"):
            at = self.chance.choice(places)
            return written[:at] + self.chance.choice(_LIKE_DIGITS[written[at]]) + written[at + 1 :]
        return written
