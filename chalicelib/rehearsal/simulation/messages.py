"""SMS as observers type them, canonical or with thumbs' defects.

Every defect is one that the reading has to repair or to name, so the meaning of each text is known (`Meaning`).
"""

import datetime as dt
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.elections.election import Election, Form, IncidentForm, Question
from chalicelib.observation.reading.canonical_text import canonical_answer
from chalicelib.observation.reading.model import CATEGORY, UNKNOWN, Value
from chalicelib.observation.reading.words import words
from chalicelib.rehearsal.simulation.noise import Noise

_CYRILLIC: Final = dict(zip("ABCEHKMPTX", "АВСЕНКМРТХ", strict=True))
_LIKE_DIGITS: Final = {"0": "OoОо", "1": "lIІ", "3": "Зз"}
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_INVISIBLE: Final = "\u200b\u200d\ufeff\u00ad"
_GLUES: Final = ("-", ":", "=", ". ", " ")
_SEPARATORS: Final = ("\n", ";", ", ", " . ", "\t", "  ")
_GREETINGS: Final = ("Здравствуйте! ", "Добрый день. ", "Салам! ", "Саламатсызбы, ", "Good morning\n", "Hello, ")
_SIGNATURES: Final = (" # рахмат", " # все спокойно", " #тынч", " thanks", " спасибо", " # A4 бумага кончилась в 7:30")
_APPENDED: Final = ("\nSent from my Redmi A2", "\nОтправлено с Redmi B1", "\nRedmi C3 телефонумдан жөнөтүлдү")
_PROSE_LINES: Final = ("\nмы в школе A2 B0730", "\nбайкоочулар ушул жерде C5", "\nwe are in room D2")
_UNITS: Final = (" чел", " киши", " people", " человек")
_MULTIPLIERS: Final = (" тыс", "к", " миң", " hundred", " жүз", "k", " сотен", " thousand")
_NOON: Final = 12
_GROUP: Final = 1_000
_SHORTEST_NAME: Final = 2
_NAME_DIGITS: Final = {"O": "0", "О": "0", "I": "1", "З": "3"}
_THOUSAND_SIGNS: Final = (" ", ",", ".", "'")
_MONTHS: Final = ["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]
_HOUR_SIGNS: Final = (":", ".", "-", " ", "ч", "h")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means.

    `rejected` are the codes that have to be named, sorted.
    """

    form: str
    station: str | None
    answers: Mapping[str, Value]
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """A text, its meaning, and the defects that were made in it."""

    text: str
    meaning: Meaning
    defects: frozenset[str]


def compose(
    election: Election,
    form: str,
    station: str | None,
    answers: Mapping[str, Value],
    noise: Noise,
    chance: random.Random,
    comment: str = "",
) -> Composed:
    """Compose a message that says a form's answers, or an incident.

    Answers by code, with defects as often as `noise` says.
    """
    if election.incidents is not None and form == election.incidents.code:
        return _Incident(election.incidents, noise, chance).compose(station, answers, comment)
    return _Report(election.form_by_code[form], noise, chance).compose(station, answers, comment)


def _may_be_glued(form: Form) -> bool:
    """Whether a report can be written without anything between its answers."""
    return all(len(one.code) == 1 and one.type not in ("text", "date") and not one.unknown for one in form.questions)


class _Composer:
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


class _Incident(_Composer):
    def __init__(self, form: IncidentForm, noise: Noise, chance: random.Random) -> None:
        super().__init__(noise, chance)
        self.form = form

    def compose(self, station: str | None, answers: Mapping[str, Value], comment: str) -> Composed:
        name, category = self.name(self.form), answers[CATEGORY]
        if name == name.lower() and len(name) < 3:
            name = name.upper()
        name = self.with_digit(name)
        number = f"{category:02}"
        if self.happens("glue"):
            number = self.chance.choice((f"№ {number}", f"кат {number}", f"- {number}", f": {number}"))
        text = self.framed(" ".join(part for part in (name, station, number, comment) if part))
        return Composed(text, Meaning(self.form.code, station, dict(answers)), frozenset(self.defects))


class _Report(_Composer):
    def __init__(self, form: Form, noise: Noise, chance: random.Random) -> None:
        super().__init__(noise, chance)
        self.form = form
        self.answers: dict[str, Value] = {}
        self.rejected: list[str] = []
        self.has_text = any(question.type == "text" for question in form.questions)

    def compose(self, station: str | None, answers: Mapping[str, Value], comment: str) -> Composed:
        answers = dict(answers)
        if self.happens("reordered") and len(answers) > 1:
            kept = self.chance.sample(list(answers), self.chance.randint(1, len(answers)))
            answers = {code: answers[code] for code in kept}
        together = _may_be_glued(self.form) and self.happens("no_spaces")
        parts = [part for code, value in answers.items() for part in self._answer(code, value, together=together)]
        if self.happens("unknown_code"):
            parts.append(self._unknown())
        name = self.name(self.form)
        head = [name if together else self.with_digit(name)]
        if station is not None:
            head += [station] * (2 if self.happens("station_twice") else 1)
        separators = [sign for sign in _SEPARATORS if not self.has_text or "." not in sign]
        between = "" if together else self.chance.choice(separators) if self.happens("separator") else " "
        if together:
            # A first code with its value apart would be taken for a part of the form's name (`OPA 1`).
            parts[0] = re.sub(r"(?<=^.)[ .]+", "", parts[0])
        text = self.framed(between.join(head + parts)) + (f" # {comment}" if comment else "")
        if not comment:
            text += self._trailer()
        meaning = Meaning(self.form.code, station, self.answers, tuple(sorted(self.rejected)))
        return Composed(text, meaning, frozenset(self.defects))

    def _trailer(self) -> str:
        """Choose what stands after the answers and says nothing."""
        for defect, trailers in (("signature", _SIGNATURES), ("appended", _APPENDED), ("prose_line", _PROSE_LINES)):
            if self.happens(defect):
                # Without a # it would be a part of the text before it.
                return self.chance.choice([one for one in trailers if "#" in one or not self.has_text] or [""])
        return ""

    def _answer(self, code: str, value: Value, *, together: bool) -> list[str]:
        question = self.form.by_code[code]
        if value is UNKNOWN or question.type == "text":
            self.answers[code] = value
            return [canonical_answer(self.form, code, value)]
        if (
            not together
            and not question.unknown
            and question.type in ("integer", "choice")
            and question.max
            and self.happens("out_of_range")
        ):
            self.rejected.append(code)
            return [f"{self._code(code)}-{int(question.max or 0) * 10 + self.chance.randrange(10)}"]
        written = self._written(question, value)
        if question.type == "integer" and isinstance(value, int) and value > 9 and self.happens("conflicting"):
            self.rejected.append(code)
            return [written, f"{self._code(code)}{value - 1}"]
        if question.type == "integer" and not together and isinstance(value, int):
            doubtful = self._doubtful(written, value)
            if doubtful is not None:
                self.rejected.append(code)
                return [doubtful]
            written += self.chance.choice(_UNITS) if self.happens("unit") else ""
        self.answers[code] = value
        return [written, self._written(question, value)] if self.happens("repeated") else [written]

    def _doubtful(self, written: str, value: int) -> str | None:
        """Write a number so that what follows makes it doubtful.

        What follows makes it another number, or might; None where nothing does.
        """
        if written[-1].isascii() and written[-1].isdigit() and self.happens("multiplied"):
            return written + self.chance.choice(_MULTIPLIERS)
        if value < _GROUP and self.happens("passed_over"):
            return f"{written}{self.chance.choice(_UNITS)} {self.chance.randint(100, 999)}"
        return None

    def _written(self, question: Question, value: Value) -> str:
        numbered = question.code[-1].isdigit()
        glue = self.chance.choice(_GLUES) if self.happens("glue") else "=" if numbered else ""
        return self._code(question.code) + glue + self._value(question, value)

    def _code(self, code: str) -> str:
        letters = code.rstrip("0123456789")
        digits = code[len(letters) :]
        if set(letters) <= set(_CYRILLIC) and self.happens("cyrillic_code"):
            letters = "".join(_CYRILLIC[letter] for letter in letters)
        return (letters.lower() if self.happens("lower_case") else letters) + digits

    def _unknown(self) -> str:
        code = next(letter for letter in "ZXW" if letter not in self.form.by_code)
        self.rejected.append(code)
        return f" {code}7"

    def _value(self, question: Question, value: Value) -> str:
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
