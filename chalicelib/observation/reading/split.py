"""Split the coded part of a form into candidates.

The third stage (docs/grammar.md, "Where answers are").
"""

from typing import Final

from chalicelib.observation.reading.candidates import CodedPart
from chalicelib.observation.reading.codes import Codes
from chalicelib.observation.reading.header import OPEN_ROUNDS
from chalicelib.observation.reading.interpret import DOUBT, JOIN
from chalicelib.observation.reading.normalise import PHONE_MARK
from chalicelib.observation.reading.rounds import round_name_at
from chalicelib.observation.reading.tokens import SPACES, Scan
from chalicelib.observation.reading.vocabulary import FormNames, Word
from chalicelib.observation.sms.look_alikes import RUSSIAN_ORDER, WORD_LETTERS

_NUMBER_WORDS: Final = frozenset(("day_parts", "day_part_tails", "quantities"))


def split(scan: Scan, form: FormNames, first: int, limit: int) -> CodedPart:
    """Return the candidates of a form.

    From its first code up to another form's name, a comment or the end.
    """
    return _Splitter(scan, form, first, limit).split()


def _joined(stretches: list[tuple[int, int]], end: int) -> list[tuple[int, int]]:
    """Stretches of tokens before a token, in their order, neighbours as one."""
    joined: list[tuple[int, int]] = []
    for begin, after in sorted(stretches):
        if begin >= end:
            break
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(after, joined[-1][1]))
        else:
            joined.append((begin, after))
    return joined


class _Splitter(Codes):
    """Says what each token is."""

    def split(self) -> CodedPart:
        while self.index < self.limit:
            _, number, typed, _ = self.tokens[self.index]
            if typed:
                word = self.words[self.index]
                if not (word.plain_if_glued and self.prose_from is None and self._plain_answers()):
                    self._word(word)
            elif number:
                self._number()
            else:
                self._mark()
            self.index += 1
        if len(self.glued_strangers) > 1:
            self.coded.russian_order = True
        if self.coded.skipped:
            self.coded.skipped = _joined(self.coded.skipped, self.coded.end)
        return self.coded

    # What a token is, in the order in which tokens are likely.

    def _word(self, word: Word) -> None:
        if self.prose_from is not None:
            self._word_after_prose(word)
        elif word.letter is None or (len(word.letter) > 1 and self._is_prose_pair(word, word.letter)):
            if not (self.take_name() or self._answer(word) or self._listed(word)):
                self._prose(word)
        else:
            self._letter(word, word.letter)

    def _mark(self) -> None:
        gap, _, _, mark = self.tokens[self.index]
        if mark[0] == "@":
            if len(mark) > 1 and self.prose_from is None:
                if "\n" in gap and self.current is not None and self.current.valued:
                    self.close()
                self.coded.end = self.index + 1
            elif len(mark) == 1:
                self._begin_prose()
                self._leave_line()
        elif mark == "#":
            self.close()
        elif mark[0] == PHONE_MARK:
            if self.current is not None and not self.current.valued:
                self.take(DOUBT)
            self.close()
            if self.prose_from is None:
                self.pass_over(self.index, self.index + 1)
        else:
            self.take(DOUBT)

    # Words of two letters or more.

    def _answer(self, word: Word) -> bool:
        """Take yes or no, unless it begins prose.

        `B1 нет нарушений` has prose.
        """
        if word.value is None or self.current is None:
            return False
        if "refusals" in word.roles and self.current.valued and self.prose_at(self.index + 1):
            return False
        self.take(word.typed)
        return True

    def _listed(self, word: Word) -> bool:
        """Take a listed word that the coded part passes.

        It is one of the catalogue, after which the coded part goes on.
        """
        roles = word.roles
        if not roles:
            return False
        if "station_marks" in roles:
            return self._marked_station()
        opening = self.current is not None and not self.current.valued
        timed = self.asks("time")
        if opening and timed and "time_prepositions" in roles and self.time_opens_at(self.index):
            return True
        if timed and self._day_part():
            return True
        is_unit = "units" in roles and "\n" not in self.tokens[self.index][0]
        if is_unit or ("minute_marks" in roles and timed and not opening):
            self.pass_over(self.index, self.index + 1)
            return True
        return (self._opens_round(roles) and self._round()) or self._in_value(roles, opening=opening)

    def _in_value(self, roles: frozenset[str], *, opening: bool) -> bool:
        """Take a word that joins a list or makes doubt.

        Its value is in doubt then; `opening`: it stands before the value.
        """
        if self.current is None:
            return False
        number_next = self.number_at(self.index + 1)
        if "list_joins" in roles and not opening and number_next and self.asks("choices"):
            self.take(JOIN)
            return True
        doubtful = (
            ("approximations" in roles and (opening or number_next))
            or (not opening and not roles.isdisjoint(("corrections", "quantities")))
            or (number_next and not roles.isdisjoint(("shares", "negations", "apologies", "alternatives")))
            or (not opening and "alternatives" in roles and self.value_next())
        )
        if doubtful:
            self.take(DOUBT, value=False)
        return doubtful

    # Single letters.

    def _letter(self, word: Word, letter: str) -> None:
        code = self._code_at(word)
        begins_text = code in self.form.texts and self._begins_text(word, code)
        if self.current is not None and not begins_text and (self.take_name() or self.attached(word, self.current)):
            return
        next_value = begins_text or self.value_next() or self.name_next(code)
        if self._stranger_in_digits(code, letter) or self._glued_to_number(code, next_value=next_value):
            return
        if letter in RUSSIAN_ORDER and next_value:
            self.coded.russian_order = True
        if word.lone_word and not begins_text and self._is_word(word, code, next_value=next_value):
            return
        if code not in self.form.questions and not next_value:
            if len(code) > 1:
                self.coded.strangers.add(code)
            else:
                self.pass_over(self.index, self.index + 1)
            if self.current is not None and not self.current.valued and word.value is not None:
                self.current.wrong = self.current.code not in self.answered
            self.current = None
        elif not next_value and self.prose_at(self.index + 1):
            if code in self.form.questions and code not in self.answered:
                self._code(word, code)
                self.coded.candidates[-1].wrong = True
            self.current = None
        else:
            self._code(word, code)

    def _stranger_in_digits(self, code: str, letter: str) -> bool:
        """Whether a letter that is no code is in digits.

        It is glued into them: the answer and the letter are both named.
        """
        index = self.index
        if code in self.form.questions or self.tokens[index][0] or index == 0 or not self.tokens[index - 1][1]:
            return False
        if not self.glued_number_at(index + 1):
            return False
        self.coded.strangers.add(letter)
        if letter in RUSSIAN_ORDER:
            self.glued_strangers |= {letter}
        self.take(DOUBT)
        self.index += 1
        self.coded.end = self.index + 1
        return True

    def _glued_to_number(self, code: str, *, next_value: bool) -> bool:
        """Whether a letter is glued to a number's end.

        It is one that begins no answer (`A145u`): the answer is in doubt.
        """
        current = self.current
        if current is None or next_value or self.tokens[self.index][0] or not current.numbers:
            return False
        if self.asks("time") and not self.words[self.index].roles.isdisjoint(("hour_marks", "minute_marks")):
            return False
        if current.numbers[-1] != self.index - 1 or (code in self.form.questions and self.prose_at(self.index + 1)):
            return False
        self.take(DOUBT)
        return True

    def _is_word(self, word: Word, code: str, *, next_value: bool) -> bool:
        """Whether a letter that may be a word is one.

        а в и к о с у я; its number is passed over then.
        """
        after = self.index + 1
        if next_value and not SPACES.search(self.tokens[after][0]):
            return False
        known = code in self.form.questions
        if not OPEN_ROUNDS.isdisjoint(word.roles):
            name = round_name_at(self.scan, self.index, self.limit) if self.form.moments or not known else None
            if name is not None and (not known or self.role_at(name.after - 1, "hour_words")) and self._round():
                return True
        numbers = after
        while self.number_at(numbers) and (numbers == after or "\n" not in self.tokens[numbers][0]):
            numbers += 1
        prose = self.prose_at(self._after_number_words(numbers)) and not self._names_round(numbers)
        if known and not (prose and (numbers > after or not next_value)):
            return False
        if known and next_value:
            self.coded.read_as_words.append(code)
        self.pass_over(self.index, max(numbers, after))
        self._leave(max(numbers, after) - 1)
        return True

    def _names_round(self, index: int) -> bool:
        """Whether a round of the form is named here.

        From a token on, and no prose goes on after it.
        """
        if not self.form.moments or not self._opens_round(self.words[index].roles):
            return False
        name = round_name_at(self.scan, index, self.limit)
        return name is not None and name.hour is not None and not self.prose_at(name.after)

    def _after_number_words(self, index: int) -> int:
        """Return the index after words of a number.

        They belong to the one before them (`7:30 утра`, `2 тыс`).
        """
        while index < self.limit and not _NUMBER_WORDS.isdisjoint(self.words[index].roles):
            index += 1
        return index

    # After prose: only codes glued to a value and written as most are, or codes that open a line.

    def _word_after_prose(self, word: Word) -> None:
        if word.letter is None:
            if self.current is not None:
                if not (self._answer(word) or self._listed(word)):
                    self._prose(word)
            elif word.prose:
                self._leave_free_text()
            return
        self.current = None
        code = self._code_at(word)
        if code not in self.form.questions or not self.value_next():
            return
        after = self.index + 1
        apart = SPACES.search(self.tokens[after][0]) is not None
        if "\n" in self.tokens[self.index][0]:
            if not (apart and word.typed.lower() in WORD_LETTERS and self.prose_at(after + 1)):
                self._resume()
                self.prose_from = None
                self._code(word, code)
        elif not apart and 2 * self.styles.get(word.style, 0) > len(self.coded.candidates):
            self._resume()
            self.prose_from = self.index
            self._code(word, code)

    def _resume(self) -> None:
        if self.prose_from is not None:
            begin = max(self.prose_from, self.coded.end)
            if begin < self.index:
                self.coded.skipped.append((begin, self.index))
