"""SMS as observers type them, canonical or with thumbs' defects.

Every defect is one that the reading has to repair or to name, so the meaning of each text is known (`Meaning`).
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.elections.election import Election, Form, IncidentForm, Question
from chalicelib.observation.reading.canonical_text import canonical_answer
from chalicelib.observation.reading.model import CATEGORY, STATION, UNKNOWN, Value
from chalicelib.rehearsal.simulation.composer import Composer, ValueComposer
from chalicelib.rehearsal.simulation.noise import Noise
from chalicelib.rehearsal.simulation.places import names_rounds, no_station, round_after, round_before

_CYRILLIC: Final = dict(zip("ABCEHKMPTX", "АВСЕНКМРТХ", strict=True))
_GLUES: Final = ("-", ":", "=", ". ", " ")
_SEPARATORS: Final = ("\n", ";", ", ", " . ", "\t", "  ")
_SIGNATURES: Final = (" # рахмат", " # все спокойно", " #тынч", " thanks", " спасибо", " # A4 бумага кончилась в 7:30")
_APPENDED: Final = ("\nSent from my Redmi A2", "\nОтправлено с Redmi B1", "\nRedmi C3 телефонумдан жөнөтүлдү")
_PROSE_LINES: Final = ("\nмы в школе A2 B0730", "\nбайкоочулар ушул жерде C5", "\nwe are in room D2")
_UNITS: Final = (" чел", " киши", " people", " человек")
_MULTIPLIERS: Final = (" тыс", "к", " миң", " hundred", " жүз", "k", " сотен", " thousand")
_GROUP: Final = 1_000
AFTER_ANSWERS: Final = 0.4
"""How often a round is named after the answers and not before them."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message is to say.

    Answers by code, an incident's category as `category`. `round`: the one that it may name.
    """

    form: str
    station: str | None
    answers: Mapping[str, Value]
    comment: str = ""
    round: str | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means.

    `rejected` are the codes that have to be named, sorted; `station` among them: nothing of it counts. `round`: the one
    that it names, if any.
    """

    form: str
    station: str | None
    answers: Mapping[str, Value]
    rejected: tuple[str, ...] = ()
    round: str | None = None


@dataclass(frozen=True, slots=True)
class ComposedText:
    """A text, its meaning, and the defects that were made in it."""

    text: str
    meaning: Meaning
    defects: frozenset[str]


def compose(election: Election, content: Content, noise: Noise, chance: random.Random) -> ComposedText:
    """Compose a message that says a form's answers, or an incident.

    It has defects as often as `noise` says.
    """
    if election.incidents is not None and content.form == election.incidents.code:
        return _Incident(election.incidents, noise, chance).compose(content)
    return _Report(election, content.form, noise, chance).compose(content)


def _may_be_glued(form: Form) -> bool:
    """Whether a report can be written without anything between its answers."""
    return all(
        len(question.code) == 1 and question.type not in ("text", "date") and not question.unknown
        for question in form.questions
    )


class _Incident(Composer):
    def __init__(self, form: IncidentForm, noise: Noise, chance: random.Random) -> None:
        super().__init__(noise, chance)
        self.form = form

    def compose(self, content: Content) -> ComposedText:
        name, category = self.name(self.form), content.answers[CATEGORY]
        if name == name.lower() and len(name) < 3:
            name = name.upper()
        name = self.with_digit(name)
        number = f"{category:02}"
        if self.happens("glue"):
            number = self.chance.choice((f"№ {number}", f"кат {number}", f"- {number}", f": {number}"))
        text = self.framed(" ".join(part for part in (name, content.station, number, content.comment) if part))
        return ComposedText(
            text, Meaning(self.form.code, content.station, dict(content.answers)), frozenset(self.defects)
        )


class _Report(ValueComposer):
    def __init__(self, election: Election, form: str, noise: Noise, chance: random.Random) -> None:
        super().__init__(noise, chance)
        self.election, self.form = election, election.form_by_code[form]
        self.answers: dict[str, Value] = {}
        self.rejected: list[str] = []
        self.has_text = any(question.type == "text" for question in self.form.questions)

    def compose(self, content: Content) -> ComposedText:
        answers, station, comment = dict(content.answers), content.station, content.comment
        if self.happens("reordered") and len(answers) > 1:
            kept = self.chance.sample(list(answers), self.chance.randint(1, len(answers)))
            answers = {code: answers[code] for code in kept}
        together = _may_be_glued(self.form) and self.happens("no_spaces")
        parts = [part for code, value in answers.items() for part in self._answer(code, value, together=together)]
        if self.happens("unknown_code"):
            parts.append(self._unknown())
        name = self.name(self.form)
        head = [name if together else self.with_digit(name)]
        is_hashed = not (together or comment or self.rejected or self.has_text) and self.happens("hash_sign")
        named = None
        if not (together or is_hashed):
            station, written = self._station(station)
            named = self._round(content.round, head, written, parts)
        else:
            head += [station] if station is not None else []
        between = "" if together else "#" if is_hashed else self._separator()
        if together:
            # A first code with its value apart would be taken for a part of the form's name (`OPA 1`).
            parts[0] = re.sub(r"(?<=^.)[ .]+", "", parts[0])
        text = self.framed(between.join(head + parts)) + (f" # {comment}" if comment else "")
        if not comment and not is_hashed:
            text += self._trailer()
        meaning = Meaning(self.form.code, station, self.answers, tuple(sorted(self.rejected)), named)
        return ComposedText(text, meaning, frozenset(self.defects))

    def _station(self, station: str | None) -> tuple[str | None, list[str]]:
        """Return the station that is meant, and how it is written.

        One that is none is meant by nobody.
        """
        if station is None:
            return None, []
        wrong = no_station(self.election, self.form, station, self.chance) if self.happens("suffix") else None
        if wrong is not None:
            self.rejected.append(STATION)
            return None, [wrong]
        return station, [station] * (2 if self.happens("station_twice") else 1)

    def _round(self, round_name: str | None, head: list[str], station: list[str], parts: list[str]) -> str | None:
        """Write station and round; return the round if it is named."""
        head += station
        if round_name is None or not names_rounds(self.form) or self.has_text or not self.happens("round_hour"):
            return None
        if self.chance.random() < AFTER_ANSWERS:
            parts.append(round_after(round_name, self.chance))
        else:
            head.append(round_before(round_name, self.chance))
        return round_name

    def _separator(self) -> str:
        separators = [sign for sign in _SEPARATORS if not self.has_text or "." not in sign]
        return self.chance.choice(separators) if self.happens("separator") else " "

    def _trailer(self) -> str:
        """Choose what stands after the answers and says nothing."""
        for defect, trailers in (("signature", _SIGNATURES), ("appended", _APPENDED), ("prose_line", _PROSE_LINES)):
            if self.happens(defect):
                # Without a # it would be a part of the text before it.
                return self.chance.choice(
                    [trailer for trailer in trailers if "#" in trailer or not self.has_text] or [""]
                )
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
        return self._code(question.code) + glue + self.value(question, value)

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
