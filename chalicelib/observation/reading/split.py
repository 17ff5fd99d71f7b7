"""The third stage: the coded part of a form as candidates, each a code with what stands after it.

GRAMMAR: "Where answers are".
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.reading.hours import hour_at
from chalicelib.observation.reading.interpret import DOUBT, JOIN
from chalicelib.observation.reading.letters import RESEMBLING, RUSSIAN_ORDER, code_letter
from chalicelib.observation.reading.normalise import PHONE_DIGITS, PHONE_MARK
from chalicelib.observation.reading.tokens import SPACES, Scan
from chalicelib.observation.reading.vocabulary import FormNames, Word

_LIKE_DIGIT_CODES: Final = frozenset("BSGZD")


@dataclass(slots=True)
class Candidate:
    """A code and what was typed after it, `typed` in the canonical form that `interpret` reads."""

    code: str
    letter: str
    at: int
    end: int
    typed: str = ""
    number: bool = False
    """Whether a number or a value word has been taken."""
    wrong: bool = False
    """A word that is no value stands where the value should."""
    between_digits: bool = False
    prose_after: bool = False
    bare: list[int] = field(default_factory=list)
    """Number tokens taken."""


@dataclass(slots=True)
class Coded:
    """A coded part: its candidates, the index after its last token, and what else was named in it."""

    candidates: list[Candidate]
    end: int
    observer: str | None = None
    station: str | None = None
    round: str | None = None
    unknown: set[str] = field(default_factory=set)
    words_for: list[str] = field(default_factory=list)
    """Codes that were read as words; ambiguous where nothing else answers them."""
    russian: bool = False
    ended: bool = False
    """Whether prose ended it."""


class Splitter:
    """Walks over the tokens from the first code on; `split` gives what was found."""

    def __init__(self, scan: Scan, form: FormNames, first: int, limit: int) -> None:
        self.scan = scan
        self.form = form
        self.limit = limit
        self.index = first
        self.current: Candidate | None = None
        self.coded = Coded([], first)
        self.styles: Counter[tuple[bool, bool]] = Counter()
        self.loose = False
        self.glued_strangers: set[str] = set()

    def split(self) -> Coded:
        """The candidates of the coded part."""
        while self.index < self.limit:
            _, number, word, _ = self.scan.tokens[self.index]
            if self.loose:
                self._after_prose()
            elif number:
                self._number()
            elif word:
                self._word()
            else:
                self._mark()
            self.index += 1
        if len(self.glued_strangers) > 1:
            self.coded.russian = True
        return self.coded

    def _take(self, typed: str, *, value: bool = True) -> None:
        if self.current is not None:
            self.current.typed += self.scan.tokens[self.index][0] + typed
            self.current.end = self.index + 1
            self.current.number = self.current.number or value
        self.coded.end = self.index + 1

    def _number(self) -> None:
        digits = self.scan.digits(self.index)
        if self.current is None:
            return
        if len(digits) >= PHONE_DIGITS and self.current.number:
            self.current = None
            return
        self.current.bare.append(self.index)
        self._take(digits)

    def _mark(self) -> None:
        mark = self.scan.tokens[self.index][3]
        if mark[0] == "@":
            if len(mark) > 1:
                self.coded.observer = mark[1:].strip()
                self.coded.end = self.index + 1
        elif mark[0] == PHONE_MARK:
            if self.current is not None and not self.current.number:
                self._take(DOUBT)
            self.current = None
        elif self.current is not None:
            self._take(DOUBT)

    def _word(self) -> None:
        word = self.scan.words[self.index]
        assert word is not None
        if word.letter is not None:
            self._letter(word)
        elif not (self._value(word) or self._listed(word)):
            self._prose(word)

    def _value(self, word: Word) -> bool:
        if word.value is None:
            return False
        refused = "refusals" in word.roles and (self.current is None or self.current.number)
        if refused and self._prose_at(self.index + 1):
            return False
        if self.current is None:
            return False
        self._take(word.typed)
        return True

    def _listed(self, word: Word) -> bool:
        """Words that the coded part goes on after."""
        roles, current = word.roles, self.current
        if "station_marks" in roles and self._marked_station():
            return True
        if "round_prepositions" in roles and self._round():
            return True
        if "units" in roles:
            if current is not None and current.number:
                current.prose_after = current.prose_after or bool(current.typed.count(" ") > 1)
            return True
        if current is None:
            return False
        timed = self._is_timed(current)
        if "time_prepositions" in roles and timed and not current.number and self._number_at(self.index + 1):
            return True
        if "minute_marks" in roles and timed and current.number:
            return True
        doubtful = (
            "approximations" in roles
            or ("half_day_words" in roles and timed)
            or ("corrections" in roles and current.number)
            or (("shares" in roles or "negations" in roles) and self._number_at(self.index + 1))
        )
        if doubtful:
            self._take(DOUBT, value=False)
        elif "list_joins" in roles and self._is_list(current) and self._number_at(self.index + 1):
            self._take(JOIN)
        return doubtful or ("list_joins" in roles and self.coded.end == self.index + 1)

    def _marked_station(self) -> bool:
        after = self.index + 1
        while after < self.limit and (word := self.scan.words[after]) and "station_marks" in word.roles:
            after += 1
        if not self._number_at(after):
            return False
        number = self.scan.digits(after)
        if number in self.scan.vocabulary.stations:
            self.coded.station = number
        self.index = after
        self.coded.end = after + 1
        self.current = None
        return True

    def _round(self) -> bool:
        hour = hour_at(self.scan, self.index + 1, self.limit)
        if hour is None:
            return False
        if hour.name in self.form.rounds:
            self.coded.round = hour.name
        self.index = hour.after - 1
        self.coded.end = hour.after
        self.current = None
        return True

    def _prose(self, word: Word) -> None:
        gap = self.scan.tokens[self.index][0]
        current = self.current
        if current is not None:
            if not current.number:
                current.wrong = True
            elif gap == "" and word.resembles_digit:
                current.typed += DOUBT
            if gap and not {"courtesies", "calm"} & word.roles:
                current.prose_after = True
        self.current = None
        self.loose = True
        self.coded.ended = True

    def _letter(self, word: Word) -> None:
        letter = word.letter
        assert letter is not None
        gap = self.scan.tokens[self.index][0]
        current = self.current
        next_value = self._answers_next(self.index)
        if current is not None and self._belongs_to_value(word, gap, next_value):
            return
        code = self._code_at(self.index)
        if self._stranger_in_digits(code, letter, gap):
            return
        if letter in RUSSIAN_ORDER and next_value:
            self.coded.russian = True
        if word.lone_word and self._is_word(word, code, next_value):
            return
        if code not in self.form.questions and not next_value:
            self.current = None
            return
        if not next_value and self._prose_at(self.index + 1):
            self._code_before_prose(word, code)
            return
        self._begin(code, word)

    def _code_at(self, index: int) -> str:
        word = self.scan.words[index]
        assert word is not None
        letter = code_letter(word.typed)
        if self.form.numbered and self._number_at(index + 1) and self.scan.tokens[index + 1][0] == "":
            return letter + self.scan.digits(index + 1)
        return letter

    def _begin(self, code: str, word: Word) -> None:
        tokens = self.scan.tokens
        between = (
            tokens[self.index][0] == ""
            and code in _LIKE_DIGIT_CODES
            and self.index > 0
            and bool(tokens[self.index - 1][1])
            and self._number_at(self.index + 1)
            and tokens[self.index + 1][0] == ""
        )
        self.current = Candidate(code, word.typed, self.index, self.index + 1, between_digits=between)
        self.coded.candidates.append(self.current)
        self.styles[self._style(word)] += 1
        if len(code) > 1:
            self.index += 1
            self.current.end = self.index + 1
        self.coded.end = self.index + 1

    def _belongs_to_value(self, word: Word, gap: str, next_value: bool) -> bool:
        """Whether a single letter belongs to the value before it: yes or no, an hour's mark, `3k`, a lone `O`."""
        current = self.current
        assert current is not None
        timed = self._is_timed(current)
        if timed and current.number and "hour_marks" in word.roles and self._number_at(self.index + 1):
            self._take(word.typed)
            return True
        if timed and current.number and "minute_marks" in word.roles and not next_value:
            return True
        if timed and not current.number and "time_prepositions" in word.roles and self._number_at(self.index + 1):
            return True
        if "thousand_letters" in word.roles and current.number and gap == "" and not self._number_at(self.index + 1):
            self._take(DOUBT)
            return True
        if "list_joins" in word.roles and current.number and self._number_at(self.index + 1):
            self._take(JOIN if self._is_list(current) else DOUBT)
            return True
        if word.value is not None and not self._number_at(self.index + 1):
            if gap_and_prose(self, self.index + 1):
                return False
            if not next_value or not current.number:
                self._take(word.typed)
                return True
        if word.typed in "OoОоlIіІЗз" and not next_value and not self._prose_at(self.index + 1):
            self._take("O")
            current.wrong = current.wrong or not current.bare
            return True
        return False

    def _stranger_in_digits(self, code: str, letter: str, gap: str) -> bool:
        """A letter that is no code, glued into a number's digits: the answer and the letter are both named."""
        tokens, index = self.scan.tokens, self.index
        if code in self.form.questions or gap or index == 0 or not tokens[index - 1][1]:
            return False
        if not (self._number_at(index + 1) and tokens[index + 1][0] == ""):
            return False
        self.coded.unknown.add(letter)
        if letter in RUSSIAN_ORDER:
            self.glued_strangers.add(letter)
        if self.current is not None:
            self._take(DOUBT)
        self.index += 1
        self.coded.end = self.index + 1
        return True

    def _is_word(self, word: Word, code: str, next_value: bool) -> bool:
        """Whether а в и к о с у я apart from its number is a word (GRAMMAR: "Where answers are")."""
        after = self.index + 1
        if after < self.limit and next_value and not SPACES.search(self.scan.tokens[after][0]):
            return False
        known = code in self.form.questions
        if "round_prepositions" in word.roles and not known and self._round():
            return True
        numbers = after
        while self._number_at(numbers) and (numbers == after or "\n" not in self.scan.tokens[numbers][0]):
            numbers += 1
        if not next_value:
            if known and not self._prose_at(after):
                return False
            self.current = None
            return True
        if known and not (numbers > after and self._prose_at(numbers)):
            return False
        if known:
            self.coded.words_for.append(code)
        self.current = None
        self.index = max(numbers, after) - 1
        return True

    def _code_before_prose(self, word: Word, code: str) -> None:
        answered = any(found.code == code and found.number for found in self.coded.candidates)
        if code in self.form.questions and not answered:
            self._begin(code, word)
            assert self.current is not None
            self.current.wrong = True
        self.current = None

    def _after_prose(self) -> None:
        word = self.scan.words[self.index]
        if word is None or word.letter is None:
            self._loose_value()
            return
        code = self._code_at(self.index)
        self.current = None
        if code not in self.form.questions or not self._answers_next(self.index):
            return
        tokens, after = self.scan.tokens, self.index + 1
        apart = SPACES.search(tokens[after][0]) is not None
        if "\n" in tokens[self.index][0]:
            if not (apart and word.typed.lower() in "авикосуя" and self._prose_at(after + 1)):
                self.loose = False
                self._begin(code, word)
        elif not apart and 2 * self.styles[self._style(word)] > self.styles.total():
            self._begin(code, word)

    def _loose_value(self) -> None:
        """After prose a value ends with its first word."""
        _, number, _, mark = self.scan.tokens[self.index]
        word = self.scan.words[self.index]
        if self.current is None:
            return
        if number:
            self._number()
        elif mark:
            self._mark()
        elif word is not None and not (self._value(word) or self._listed(word)):
            self._prose(word)

    def _answers_next(self, index: int) -> bool:
        """Whether a value, or what stands before one, follows a code."""
        after = index + 1
        if self.form.numbered and self._number_at(after) and self.scan.tokens[after][0] == "":
            after += 1
        if after >= self.limit:
            return False
        _, number, word, mark = self.scan.tokens[after]
        if number:
            return True
        if mark:
            return mark[0] not in "#@"
        found = self.scan.words[after]
        assert word
        assert found is not None
        if found.value is not None:
            return len(found.typed) > 1 or not (self._number_at(after + 1) or gap_and_prose(self, after + 1))
        if {"approximations", "negations"} & found.roles and found.letter is None:
            return True
        return bool({"time_prepositions"} & found.roles) and self._number_at(after + 1)

    def _number_at(self, index: int) -> bool:
        return index < self.limit and bool(self.scan.tokens[index][1])

    def _prose_at(self, index: int) -> bool:
        """Whether an ordinary word stands at an index, greetings and thanks left out."""
        if index >= self.limit:
            return False
        word = self.scan.words[index]
        return (
            word is not None
            and word.prose
            and "courtesies" not in word.roles
            and "\n" not in self.scan.tokens[index][0]
        )

    def _is_timed(self, candidate: Candidate) -> bool:
        question = self.form.questions.get(candidate.code)
        return question is not None and question.type == "time"

    def _is_list(self, candidate: Candidate) -> bool:
        question = self.form.questions.get(candidate.code)
        return question is not None and question.type == "choices"

    @staticmethod
    def _style(word: Word) -> tuple[bool, bool]:
        return word.typed.isascii(), word.typed.isupper()


def gap_and_prose(splitter: Splitter, index: int) -> bool:
    """Whether prose follows after a space."""
    return splitter._prose_at(index) and bool(splitter.scan.tokens[index][0])
