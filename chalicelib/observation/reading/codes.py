"""Find codes in a form's coded part, and where values begin.

Texts behind a code too (docs/grammar.md, "Values").

`A12` is by far the commonest answer: it is taken at once, every other way of writing one is looked into.
"""

from typing import Final

from chalicelib.observation.reading.candidates import Candidate
from chalicelib.observation.reading.free_text import text_end
from chalicelib.observation.reading.interpret import DOUBT
from chalicelib.observation.reading.passages import Passages
from chalicelib.observation.reading.tokens import SPACES
from chalicelib.observation.reading.vocabulary import Word
from chalicelib.observation.sms.look_alikes import code_letter

_LIKE_DIGIT_CODES: Final = frozenset("BSGZD")


class Codes(Passages):
    """Takes codes; `styles` counts how they are written."""

    glued_strangers: frozenset[str] = frozenset()

    def _plain_answers(self) -> bool:
        """Take what is nothing but codes with numbers, from here on.

        False where none begins here.
        """
        tokens, words, plain, index = self.tokens, self.words, self.form.plain, self.index
        current = self.current
        while index + 1 < self.limit:
            word, (gap, number, _, _) = words[index], tokens[index + 1]
            code = word.letter
            if code not in plain or code is None or not word.plain_if_glued or not number.isdigit():
                break
            if not (word.plain or self._is_plain_glued(gap, current)):
                break
            after, end = index + 1, index + 2
            current = Candidate(code, word.typed, self.form.questions[code], index, end, gap + number, [after])
            current.valued = True
            if code in _LIKE_DIGIT_CODES and gap == tokens[index][0] == "" and tokens[index - 1][1]:
                current.between_digits = True
            style = word.style
            if not style[0]:
                current.repaired = True
            self.coded.candidates.append(current)
            self.styles[style] = self.styles.get(style, 0) + 1
            self.answered.add(code)
            index = end
        if index == self.index:
            return False
        self.current, self.closed = current, None
        self.index, self.coded.end = index - 1, index
        return True

    def _is_plain_glued(self, gap: str, before: Candidate | None) -> bool:
        """Whether a number is glued to a letter, in doubt.

        The letter may be more than a code; the value before it takes in none.
        """
        if SPACES.search(gap) is not None:
            return False
        return before is None or (before.valued and (before.values is None or not before.values.names))

    def _code_at(self, word: Word) -> str:
        """Return the code that begins with a letter.

        It includes the code's digits where the form's codes have digits.
        """
        letter = word.letter or code_letter(word.typed)
        if self.form.numbered and len(letter) == 1 and self.glued_number_at(self.index + 1):
            return letter + self.scan.digits(self.index + 1)
        return letter

    def _code(self, word: Word, code: str) -> None:
        is_text = code in self.form.texts and self._begins_text(word, code)
        candidate = Candidate(code, word.typed, self.form.questions.get(code), self.index, self.index + 1)
        if self.tokens[self.index][0] == "" and code in _LIKE_DIGIT_CODES and self.tokens[self.index - 1][1]:
            candidate.between_digits = self.glued_number_at(self.index + 1)
        candidate.repaired = not word.style[0]
        self.current, self.closed = candidate, None
        self.coded.candidates.append(candidate)
        self.styles[word.style] = self.styles.get(word.style, 0) + 1
        if len(code) > len(word.typed):
            self.index += 1
            candidate.end = self.index + 1
        self.coded.end = self.index + 1
        if is_text:
            self._free_text(candidate)

    def _is_prose_pair(self, word: Word, code: str) -> bool:
        """Whether two letters that are a code are a word here.

        The code is of some form.
        """
        if code not in self.form.questions:
            return True
        value = self.value_next() or self.name_next(code)
        return not word.style[1] and (not value or self.prose_at(self.index + 2))

    def _begins_text(self, word: Word, code: str) -> bool:
        """Whether a letter is the code of a text.

        In capitals or as most codes are written, and no greeting follows.
        """
        after = self.index + (2 if len(code) > len(word.typed) else 1)
        if after >= self.limit or "courtesies" in self.words[after].roles:
            return False
        return word.style[1] or self._usual_style() == word.style or "=" in self.tokens[after][0]

    def _usual_style(self) -> tuple[bool, bool] | None:
        return max(self.styles, key=lambda style: self.styles[style]) if self.styles else None

    def _free_text(self, candidate: Candidate) -> None:
        """Take a text to where it ends.

        One that may be missing, or begin with a code, leaves both in doubt.
        """
        first = self.index + 1
        others = [answered for answered in self.coded.candidates if not answered.is_text and answered is not candidate]
        apart = 2 * sum(SPACES.search(self.tokens[answered.at + 1][0]) is not None for answered in others) > len(others)
        usual = self._usual_style()
        end = text_end(self.scan, self.form, first, self.limit, usual, apart=apart)
        candidate.is_text = True
        self.current = None
        if end == first:
            self._empty_text(candidate, first)
            return
        canonical = self.scan.canonical
        after = self.scan.begin(end) if end < len(self.tokens) else len(canonical.text)
        candidate.typed = canonical.written(self.scan.end(first - 1), after)
        candidate.valued = True
        candidate.end = self.coded.end = end
        self.answered.add(candidate.code)
        self.index = end - 1

    def _empty_text(self, candidate: Candidate, first: int) -> None:
        """Leave a text out where the next line goes on.

        A code right behind it may be its beginning (`S A1234`).
        """
        if first >= self.limit or "\n" in self.tokens[first][0] or self.scan.names_observer(first):
            return
        candidate.is_text = False
        candidate.typed = DOUBT
        self.index = first
        code = self._code_at(self.words[first])
        self.coded.candidates.append(Candidate(code, code, self.form.questions.get(code), first, first + 1, DOUBT))
        self.coded.end = first + 1
