"""The third stage: the coded part of a form as candidates (GRAMMAR: "Where answers are")."""

from collections import Counter
from typing import Final

from chalicelib.observation.reading.candidates import Candidate, Coded
from chalicelib.observation.reading.hours import hour_at
from chalicelib.observation.reading.interpret import DOUBT, JOIN
from chalicelib.observation.reading.letters import DIGITS, LIKE_DIGITS, RUSSIAN_ORDER, WORD_LETTERS, code_letter
from chalicelib.observation.reading.normalise import PHONE_DIGITS, PHONE_MARK
from chalicelib.observation.reading.tokens import SPACES, Scan
from chalicelib.observation.reading.vocabulary import NO_WORD, FormNames, Word

_LIKE_DIGIT_CODES: Final = frozenset("BSGZD")


def split(scan: Scan, form: FormNames, first: int, limit: int) -> Coded:
    """The candidates from a form's first code up to another form's name, a comment or the end."""
    return _Splitter(scan, form, first, limit).split()


class _Splitter:
    """Walks over the tokens; `current` is the candidate whose value is being read, None where there is none."""

    def __init__(self, scan: Scan, form: FormNames, first: int, limit: int) -> None:
        self.scan, self.tokens, self.words = scan, scan.tokens, scan.words
        self.form, self.limit, self.index = form, limit, first
        self.current: Candidate | None = None
        self.coded = Coded(first)
        self.answered: set[str] = set()
        self.styles: Counter[tuple[bool, bool]] = Counter()
        self.prose_from: int | None = None
        self.glued_strangers: set[str] = set()

    def split(self) -> Coded:
        while self.index < self.limit:
            _, number, word, _ = self.tokens[self.index]
            if word:
                self._word(self.words[self.index])
            elif number:
                self._number()
            else:
                self._mark()
            self.index += 1
        if len(self.glued_strangers) > 1:
            self.coded.russian_order = True
        return self.coded

    # What a token is, in the order in which tokens are likely.

    def _word(self, word: Word) -> None:
        if self.prose_from is not None:
            self._word_after_prose(word)
        elif word.letter is None:
            if not (self._answer(word) or self._listed(word)):
                self._prose(word)
        elif word.plain and not self.form.numbered and word.letter in self.form.questions and self._number_next():
            self._code(word, word.letter)
        else:
            self._letter(word, word.letter)

    def _number(self) -> None:
        current = self.current
        if current is None:
            return
        digits = self.tokens[self.index][1]
        if not digits.isdigit():
            digits = digits.translate(DIGITS)
            self.coded.repaired = True
        if len(digits) >= PHONE_DIGITS and current.valued:
            self.current = None
            return
        current.numbers.append(self.index)
        self._take(digits)

    def _mark(self) -> None:
        mark = self.tokens[self.index][3]
        if mark[0] == "@":
            if len(mark) > 1:
                self.coded.observer = mark[1:].strip()
                self.coded.end = self.index + 1
        elif mark[0] == PHONE_MARK:
            if self.current is not None and not self.current.valued:
                self._take(DOUBT)
            self.current = None
        else:
            self._take(DOUBT)

    # Words of two letters or more.

    def _answer(self, word: Word) -> bool:
        """Take yes or no, unless it is the beginning of prose (`B1 нет нарушений`)."""
        if word.value is None or self.current is None:
            return False
        if "refusals" in word.roles and self.current.valued and self._prose_at(self.index + 1):
            return False
        self._take(word.typed)
        return True

    def _listed(self, word: Word) -> bool:
        """Take a word of the catalogue that the coded part goes on after."""
        roles = word.roles
        if not roles:
            return False
        if "station_marks" in roles:
            return self._marked_station()
        opening = self.current is not None and not self.current.valued
        timed = self._is("time")
        if opening and timed and "time_prepositions" in roles and self._number_at(self.index + 1):
            return True
        if "units" in roles or ("minute_marks" in roles and timed and not opening):
            return True
        return ("round_prepositions" in roles and self._round()) or self._in_value(roles, opening=opening, timed=timed)

    def _in_value(self, roles: frozenset[str], *, opening: bool, timed: bool) -> bool:
        """Take a word that joins a list, or that leaves its value in doubt; `opening`: it stands before the value."""
        if self.current is None:
            return False
        number_next = self._number_at(self.index + 1)
        if "list_joins" in roles and not opening and number_next and self._is("choices"):
            self._take(JOIN)
            return True
        doubtful = (
            ("approximations" in roles and (opening or number_next))
            or ("half_day_words" in roles and timed)
            or (not opening and not roles.isdisjoint(("corrections", "quantities")))
            or (number_next and not roles.isdisjoint(("shares", "negations", "apologies", "alternatives")))
            or (not opening and "alternatives" in roles and self._value_next())
        )
        if doubtful:
            self._take(DOUBT, value=False)
        return doubtful

    def _marked_station(self) -> bool:
        after = self.index + 1
        while after < self.limit and "station_marks" in self.words[after].roles:
            after += 1
        if not self._number_at(after):
            return False
        number = self.scan.digits(after)
        if number in self.scan.vocabulary.stations:
            self.coded.station = number
        self._leave(after)
        return True

    def _round(self) -> bool:
        hour = hour_at(self.scan, self.index + 1, self.limit)
        if hour is None:
            return False
        if hour.name in self.form.rounds:
            self.coded.round = hour.name
        self._leave(hour.after - 1)
        return True

    def _leave(self, last: int) -> None:
        """Go on after a token that ends the value before it."""
        self.index = last
        self.coded.end = last + 1
        self.current = None

    def _prose(self, word: Word) -> None:
        current, gap = self.current, self.tokens[self.index][0]
        courteous = "courtesies" in word.roles
        if current is not None:
            if not current.valued:
                current.wrong = not courteous and current.code not in self.answered
            elif gap == "" and word.resembles_digit:
                current.typed += DOUBT
            current.prose_after = bool(gap) and not courteous and "calm" not in word.roles
        self.current = None
        self.coded.ended = True
        if self.prose_from is None:
            self.prose_from = self.index

    # Single letters.

    def _letter(self, word: Word, letter: str) -> None:
        if self.current is not None and self._attached(word, self.current):
            return
        code = self._code_at(word)
        next_value = self._value_next()
        if self._stranger_in_digits(code, letter):
            return
        if letter in RUSSIAN_ORDER and next_value:
            self.coded.russian_order = True
        if word.lone_word and self._is_word(word, code, next_value=next_value):
            return
        if code not in self.form.questions and not next_value:
            if len(code) > 1:
                self.coded.strangers.add(code)
            self.current = None
        elif not next_value and self._prose_at(self.index + 1):
            if code in self.form.questions and code not in self.answered:
                self._code(word, code)
                self.coded.candidates[-1].wrong = True
            self.current = None
        else:
            self._code(word, code)

    def _code_at(self, word: Word) -> str:
        """The code that begins with a letter: its digits too where the form's codes have digits."""
        letter = code_letter(word.typed)
        if self.form.numbered and self._glued_number_at(self.index + 1):
            return letter + self.scan.digits(self.index + 1)
        return letter

    def _code(self, word: Word, code: str) -> None:
        candidate = Candidate(code, word.typed, self.form.questions.get(code), self.index, self.index + 1)
        if self.tokens[self.index][0] == "" and code in _LIKE_DIGIT_CODES and self.tokens[self.index - 1][1]:
            candidate.between_digits = self._glued_number_at(self.index + 1)
        self.current = candidate
        self.coded.candidates.append(candidate)
        self.coded.repaired = self.coded.repaired or not word.style[0]
        self.styles[word.style] += 1
        if len(code) > 1:
            self.index += 1
            candidate.end = self.index + 1
        self.coded.end = self.index + 1

    def _attached(self, word: Word, current: Candidate) -> bool:
        """Whether a letter belongs to the value before it (`7ч30`, `3k`, `1 и 3`, a lone `O`, `n`), and is taken."""
        typed = self._attached_as(word, current)
        if typed:
            self._take(typed, value=typed is not DOUBT)
        return typed is not None

    def _attached_as(self, word: Word, current: Candidate) -> str | None:
        """What a letter adds to the value before it: "" for nothing, None where it does not belong to it."""
        roles, number_next = word.roles, self._number_at(self.index + 1)
        timed = self._is("time")
        if current.valued:
            if self._role_at(self.index + 1, "quantities") or ("thousand_letters" in roles and self._is_thousands()):
                return DOUBT
            if timed and "hour_marks" in roles and number_next:
                return word.typed
            if timed and "minute_marks" in roles and not self._value_next():
                return ""
            if number_next and "list_joins" in roles:
                return JOIN if self._is("choices") else DOUBT
        elif timed and number_next and "time_prepositions" in roles:
            return ""
        return self._lone_letter_as(word, current)

    def _lone_letter_as(self, word: Word, current: Candidate) -> str | None:
        """A yes or no of one letter, or a lone letter like a digit."""
        value_next = self._value_next()
        if self._prose_at(self.index + 1):
            return None
        if word.value is not None and not self._number_at(self.index + 1) and not (current.valued and value_next):
            return word.typed
        if word.typed in LIKE_DIGITS and not value_next:
            return DOUBT if current.valued else word.typed
        return None

    def _is_thousands(self) -> bool:
        return self.tokens[self.index][0] == "" and not self._number_at(self.index + 1)

    def _stranger_in_digits(self, code: str, letter: str) -> bool:
        """Whether a letter that is no code is glued into digits: the answer and the letter are both named."""
        index = self.index
        if code in self.form.questions or self.tokens[index][0] or index == 0 or not self.tokens[index - 1][1]:
            return False
        if not self._glued_number_at(index + 1):
            return False
        self.coded.strangers.add(letter)
        if letter in RUSSIAN_ORDER:
            self.glued_strangers.add(letter)
        self._take(DOUBT)
        self.index += 1
        self.coded.end = self.index + 1
        return True

    def _is_word(self, word: Word, code: str, *, next_value: bool) -> bool:
        """Whether а в и к о с у я stands for a word; its number is passed over then."""
        after = self.index + 1
        if next_value and not SPACES.search(self.tokens[after][0]):
            return False
        known = code in self.form.questions
        if not known and "round_prepositions" in word.roles and self._round():
            return True
        numbers = after
        while self._number_at(numbers) and (numbers == after or "\n" not in self.tokens[numbers][0]):
            numbers += 1
        prose = self._prose_at(numbers)
        if known and not (prose and (numbers > after or not next_value)):
            return False
        if known and next_value:
            self.coded.read_as_words.append(code)
        self._leave(max(numbers, after) - 1)
        self.coded.end = self.index + 1
        return True

    # After prose: only codes glued to a value and written as most are, or codes that open a line.

    def _word_after_prose(self, word: Word) -> None:
        if word.letter is None:
            if self.current is not None and not (self._answer(word) or self._listed(word)):
                self._prose(word)
            return
        self.current = None
        code = self._code_at(word)
        if code not in self.form.questions or not self._value_next():
            return
        after = self.index + 1
        apart = SPACES.search(self.tokens[after][0]) is not None
        if "\n" in self.tokens[self.index][0]:
            if not (apart and word.typed.lower() in WORD_LETTERS and self._prose_at(after + 1)):
                self._resume()
                self.prose_from = None
                self._code(word, code)
        elif not apart and 2 * self.styles[word.style] > self.styles.total():
            self._resume()
            self.prose_from = self.index
            self._code(word, code)

    def _resume(self) -> None:
        if self.prose_from is not None:
            begin = max(self.prose_from, self.coded.end)
            if begin < self.index:
                self.coded.skipped.append((begin, self.index))

    # What stands where.

    def _take(self, typed: str, *, value: bool = True) -> None:
        """Add what was typed to the current value."""
        if self.current is None:
            return
        self.current.typed += self.tokens[self.index][0] + typed
        self.current.end = self.coded.end = self.index + 1
        if value:
            self.current.valued = True
            self.answered.add(self.current.code)

    def _value_next(self) -> bool:
        """Whether a value, or what may stand before one, follows a code."""
        after = self.index + 1
        if self.form.numbered and self._glued_number_at(after):
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
            return len(word.typed) > 1 or not (self._number_at(after + 1) or self._prose_at(after + 1))
        if word.letter is None and not word.roles.isdisjoint(("approximations", "negations")):
            return "approximations" in word.roles or self._number_at(after + 1)
        return "time_prepositions" in word.roles and self._number_at(after + 1)

    def _number_next(self) -> bool:
        after = self.index + 1
        return after < self.limit and self.tokens[after][1] != ""

    def _number_at(self, index: int) -> bool:
        return index < self.limit and self.tokens[index][1] != ""

    def _glued_number_at(self, index: int) -> bool:
        return self._number_at(index) and self.tokens[index][0] == ""

    def _role_at(self, index: int, role: str) -> bool:
        return index < self.limit and role in self.words[index].roles

    def _prose_at(self, index: int) -> bool:
        """Whether an ordinary word follows on the same line, greetings and thanks left out."""
        word = self.words[index] if index < self.limit else NO_WORD
        return word.prose and "courtesies" not in word.roles and "\n" not in self.tokens[index][0]

    def _is(self, kind: str) -> bool:
        """Whether the current code's question is of a type."""
        values = self.current.values if self.current is not None else None
        return values is not None and values.question.type == kind
