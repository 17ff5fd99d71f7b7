"""Walk over the coded part of a form.

What stands where, and the value that is being read.
"""

from typing import Final

from chalicelib.observation.reading.candidates import Candidate, CodedPart
from chalicelib.observation.reading.dates import is_year_word, month_named
from chalicelib.observation.reading.day_parts import PART
from chalicelib.observation.reading.free_text import name_length
from chalicelib.observation.reading.interpret import BREAK, DOUBT, JOIN, NOT_KNOWN
from chalicelib.observation.reading.model import UNKNOWN
from chalicelib.observation.reading.tokens import SPACES, Scan
from chalicelib.observation.reading.vocabulary import NO_WORD, FormNames, Word
from chalicelib.observation.sms.look_alikes import LIKE_DIGITS, code_letter

_BEFORE_TIME: Final = frozenset(("day_parts", "day_part_tails", "time_prepositions"))


class Walk:
    """Stands at the token `index`, with the `current` candidate.

    Its value is being read; None where there is none.

    `closed` is the candidate before, once something that is no value ended it. `answered` are the codes that a value
    was typed for; `styles` counts how codes are written.
    """

    current: Candidate | None = None
    closed: Candidate | None = None

    def __init__(self, scan: Scan, form: FormNames, first: int, limit: int) -> None:
        self.scan, self.tokens, self.words = scan, scan.tokens, scan.words
        self.form, self.limit, self.index = form, limit, first
        self.coded = CodedPart(first)
        self.answered: set[str] = set()
        self.styles: dict[tuple[bool, bool], int] = {}

    def take(self, typed: str, *, value: bool = True) -> None:
        """Add what was typed to the current value."""
        if self.current is None:
            return
        self.current.typed += self.tokens[self.index][0] + typed
        self.current.end = self.coded.end = self.index + 1
        if value:
            self.current.valued = True
            self.answered.add(self.current.code)

    def take_number(self, digits: str) -> None:
        """Add a number to the value.

        If something was passed over after the number before it, they are not one.
        """
        current = self.current if self.current is not None else self.closed
        if current is None:
            return
        if current.valued and current.end != self.index:
            current.typed += BREAK
        if self.current is not None:
            self.take(digits)
        else:
            current.typed += self.tokens[self.index][0] + digits

    def close(self) -> None:
        """End the value that is being read."""
        self.closed = self.current or self.closed
        self.current = None

    def pass_over(self, first: int, after: int) -> None:
        """Leave tokens to the comment."""
        self.coded.skipped.append((first, after))

    def asks(self, kind: str) -> bool:
        """Whether the current code's question is of a type."""
        values = self.current.values if self.current is not None else None
        return values is not None and values.question.type == kind

    def value_next(self) -> bool:
        """Whether a value, or what may stand before one, follows a code."""
        after = self.index + 1
        if self.form.numbered and len(self.tokens[self.index][2]) == 1 and self.glued_number_at(after):
            after += 1
        if after >= self.limit:
            return False
        _, number, _, mark = self.tokens[after]
        if number:
            return True
        if mark:
            return mark[0] not in "#@"
        word = self.words[after]
        if word.value is not None:
            return len(word.typed) > 1 or not (self.number_at(after + 1) or self.prose_at(after + 1))
        return bool(word.roles) and self._value_opens_at(after, word)

    def _value_opens_at(self, index: int, word: Word) -> bool:
        """Whether a word stands before a value.

        It is a word that may (`около 300`, `не 5`, `саат 7:30`).
        """
        if word.letter is None and "approximations" in word.roles:
            return True
        if word.letter is None and "negations" in word.roles:
            return self.number_at(index + 1)
        return self.time_opens_at(index)

    def time_opens_at(self, index: int) -> bool:
        """Whether a number follows words of a time.

        Words that stand before one (`саат кечки 8:05`).
        """
        while index < self.limit and not self.words[index].roles.isdisjoint(_BEFORE_TIME):
            index += 1
        return self.number_at(index)

    def name_next(self, code: str) -> bool:
        """Whether the name of an answer follows its code.

        A name of one to the code's question, or a month, at once.
        """
        values = self.form.questions.get(code)
        after = self.index + (2 if code[-1].isdigit() else 1)
        if values is None or after >= self.limit:
            return False
        if values.question.type == "date" and month_named(self.words[after].skeleton) is not None:
            return True
        return name_length(self.scan, values, after, self.limit) > 0

    def take_name(self) -> bool:
        """Take the name of an answer where one stands.

        Prose that goes on after it leaves the answer in doubt.
        """
        current = self.current
        if current is None or current.values is None:
            return False
        if current.values.question.type == "date" and self._take_date_word(current):
            return True
        length = name_length(self.scan, current.values, self.index, self.limit)
        if not length or (current.valued and current.values.question.type != "choices"):
            return False
        name = tuple(
            self.scan.digits(index) if self.tokens[index][1] else self.words[index].skeleton
            for index in range(self.index, self.index + length)
        )
        gap, meaning = self.tokens[self.index][0], current.values.names[name]
        self.index += length - 1
        doubtful = meaning is None or self._goes_on(self.index + 1)
        current.typed += gap + (DOUBT if doubtful else NOT_KNOWN if meaning is UNKNOWN else str(meaning))
        current.end = self.coded.end = self.index + 1
        current.valued = True
        self.answered.add(current.code)
        return True

    def _goes_on(self, index: int) -> bool:
        """Whether words after a name and a blank may change it."""
        if index >= self.limit or self.tokens[index][0].strip() or "\n" in self.tokens[index][0]:
            return False
        word = self.words[index]
        is_value = word.value is not None and word.letter not in self.form.questions
        return self.prose_at(index) or is_value or "list_joins" in word.roles

    def _take_date_word(self, current: Candidate) -> bool:
        shape = self.words[self.index].skeleton
        if month_named(shape) is not None:
            self.take(self.words[self.index].typed)
            return True
        if not current.valued or len(shape) == 1 or not is_year_word(shape):
            return False
        self.take("", value=False)
        return True

    def number_next(self) -> bool:
        """Whether a number follows the token that the walk stands at."""
        after = self.index + 1
        return after < self.limit and self.tokens[after][1] != ""

    def number_at(self, index: int) -> bool:
        """Whether a token is a number."""
        return index < self.limit and self.tokens[index][1] != ""

    def glued_number_at(self, index: int) -> bool:
        """Whether a token is a number with nothing before it."""
        return self.number_at(index) and self.tokens[index][0] == ""

    def role_at(self, index: int, role: str) -> bool:
        """Whether a token is a word of one of the catalogue's lists."""
        return index < self.limit and role in self.words[index].roles

    def prose_at(self, index: int) -> bool:
        """Whether an ordinary word follows on the line, greetings left out."""
        word = self.words[index] if index < self.limit else NO_WORD
        return word.prose and "courtesies" not in word.roles and "\n" not in self.tokens[index][0]

    # Letters that belong to the value before them.

    def attached(self, word: Word, current: Candidate) -> bool:
        """Whether a letter belongs to the value before it.

        It is taken then (`7ч30`, `3k`, `1 и 3`, a lone `O`, `n`).
        """
        if word.skeleton in ("A", "P") and current.valued and self.asks("time") and self._takes_m():
            current.typed += f"{PART}{word.skeleton.lower()}m{PART}"
            current.end = self.coded.end = self.index + 1
            return True
        if current.valued and self.asks("date") and is_year_word(word.skeleton) and not self.value_next():
            self.take("", value=False)
            return True
        typed = self._attached_as(word, current)
        if typed:
            self.take(typed, value=typed is not DOUBT)
        return typed is not None

    def _attached_as(self, word: Word, current: Candidate) -> str | None:
        """Return what a letter adds to the value before it.

        "" for nothing, None where it does not belong to it.
        """
        roles, number_next = word.roles, self.number_at(self.index + 1)
        timed = self.asks("time")
        if current.valued:
            if self.role_at(self.index + 1, "quantities") or ("thousand_letters" in roles and self._is_thousands(word)):
                return DOUBT
            if timed and "hour_marks" in roles and number_next:
                return word.typed
            if timed and "minute_marks" in roles and not self.value_next():
                return ""
            if number_next and "list_joins" in roles:
                return JOIN if self.asks("choices") else DOUBT
        elif timed and number_next and "time_prepositions" in roles:
            return ""
        return self._lone_letter_as(word, current)

    def _lone_letter_as(self, word: Word, current: Candidate) -> str | None:
        """Return yes or no of one letter, or a digit like it."""
        value_next = self.value_next()
        if self.prose_at(self.index + 1):
            return None
        after = self.index + 1
        apart = self.asks("yesno") and not current.valued and code_letter(word.typed) not in self.form.questions
        numbered = self.number_at(after) and not (apart and SPACES.search(self.tokens[after][0]))
        if word.value is not None and not numbered and not (current.valued and value_next):
            return word.typed
        if word.typed in LIKE_DIGITS and not value_next:
            return DOUBT if current.valued else word.typed
        return None

    def _is_thousands(self, word: Word) -> bool:
        """Whether a letter multiplies the number before it.

        As in `2k`, `2 т`: no value follows, nor another letter.
        """
        if self.current is None or not self.current.numbers or self.number_at(self.index + 1):
            return False
        if self.asks("time") and "minute_marks" in word.roles:
            return False
        return self.tokens[self.index][0] == "" or self._multiplies_apart(word)

    def _multiplies_apart(self, word: Word) -> bool:
        """Whether a letter apart may multiply.

        It is no code here, no preposition (`к обеду`), no `т.к.`.
        """
        if code_letter(word.typed) in self.form.questions and (word.typed.isupper() or self.value_next()):
            return False
        after = self.index + 1
        if after >= self.limit:
            return True
        if "round_prepositions" in word.roles and self.words[after].typed:
            return False
        return self.words[after].letter is None or self.tokens[after][0] != "."

    def _takes_m(self) -> bool:
        """Whether `m` alone follows, as in `7:30 p m`, and is taken."""
        after = self.index + 1
        if after >= self.limit or self.words[after].skeleton != "M" or self.number_at(after + 1):
            return False
        self.index = after
        return True

    def day_part_at(self, index: int) -> int | None:
        """Return the index of a part of the day, if any.

        Of a word that names it (`утра`, `in the evening`); None where none begins here.
        """
        while self.role_at(index, "day_part_openings"):
            index += 1
        return index if self.role_at(index, "day_parts") else None

    def take_day_part(self, index: int) -> None:
        """Take the part of the day that a token names, whole."""
        part = self.scan.vocabulary.lists.day_parts[self.words[index].skeleton]
        gap = self.tokens[self.index][0]
        self.index = index + 1 if self.role_at(index + 1, "day_part_tails") else index
        if self.current is not None:
            self.current.typed += f"{gap}{PART}{part}{PART}"
            self.current.end = self.coded.end = self.index + 1
