"""Find the forms of a text: each name is tried.

See docs/grammar.md, "Where a form is".
"""

from typing import Final, NamedTuple

from chalicelib.observation.reading.candidates import CodedPart
from chalicelib.observation.reading.header import Header, read_header
from chalicelib.observation.reading.incidents import Incident, lower_preposition, read_incident
from chalicelib.observation.reading.settle import FormAnswers, settle
from chalicelib.observation.reading.split import split
from chalicelib.observation.reading.tokens import SPACES, Scan
from chalicelib.observation.reading.vocabulary import FormNames
from chalicelib.observation.sms.look_alikes import WORD_LETTERS

FORM_IN_COMMENT: Final = "form_in_comment"
INCIDENT_IN_COMMENT: Final = "incident_in_comment"

_BETWEEN: Final = frozenset(
    {
        "place_words",
        "station_marks",
        "round_prepositions",
        "time_prepositions",
        "hour_marks",
        "hour_words",
        "courtesies",
        "units",
    }
)
"""Words that stand between a form's name and its codes like the name of a place."""

_DATED: Final = frozenset(("months", "hour_words", "todays", "yesterdays", "day_parts"))
"""Words that make a name without answers prose (`Явка 18 сентября`)."""

_SMALL_L_DIGITS: Final = 3


class Answers(NamedTuple):
    """What stands after a form's name, stage by stage."""

    header: Header
    coded: CodedPart
    settled: FormAnswers


class FoundForm(NamedTuple):
    """A form found in a text.

    Its name is the token at `head`; it was read up to `limit`.

    Its words after the token before `end` are free.
    """

    form: FormNames
    head: int
    end: int
    limit: int
    content: Answers | Incident

    @property
    def answered(self) -> bool:
        """Whether anything is answered."""
        content = self.content
        return bool(content.answers if isinstance(content, Incident) else content.settled.answers)


class Forms(NamedTuple):
    """The forms of a text in order, free stretches, flags by token."""

    found: list[FoundForm]
    free: list[tuple[int, int]]
    flags: list[tuple[int, str]]


def find_forms(scan: Scan) -> Forms:
    """Find the forms of a text."""
    return _Finder(scan).find()


class _Finder:
    """Tries each name from the first token to the last.

    `free_from` is where free text has begun, None outside it.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.size = len(scan.tokens)
        self.heads: list[tuple[int, FormNames]] = []
        self.hashes: list[int] = []
        if "#" in scan.canonical.text:
            self.hashes = [index for index, token in enumerate(scan.tokens) if token[3] == "#"]
        self.free_from: int | None = None
        self.found: list[FoundForm] = []
        self.free: list[tuple[int, int]] = []
        self.flags: list[tuple[int, str]] = []

    def find(self) -> Forms:
        for index in [index for index, word in enumerate(self.scan.words) if word.named]:
            word = self.scan.words[index]
            form = word.form
            if form is None and word.near is not None and self.scan.opens_line(index):
                form = word.near
            if form is not None and self._may_begin(index, form):
                self.heads.append((index, form))
        if not self.hashes:
            for position, (head, form) in enumerate(self.heads, 1):
                self._name(head, form, self.heads[position][0] if position < len(self.heads) else self.size)
        else:
            self._find_between_hashes()
        self._end_free(self.size)
        return Forms(self._extended(), self.free, self.flags)

    def _find_between_hashes(self) -> None:
        """Try each name up to the `#` that begins a comment."""
        heads = {head for head, _ in self.heads}
        hashes = iter([*(index for index in self.hashes if not self._leads(index, heads)), self.size])
        next_hash = next(hashes)
        for position, (head, form) in enumerate(self.heads):
            while next_hash < head:
                self.free_from = next_hash if self.free_from is None else self.free_from
                next_hash = next(hashes)
            following = self.heads[position + 1][0] if position + 1 < len(self.heads) else self.size
            while next_hash < following and self._separates(head, form, next_hash, following):
                next_hash = next(hashes)
            self._name(head, form, min(following, next_hash))
        if self.free_from is None and next_hash < self.size:
            self.free_from = next_hash

    def _name(self, head: int, form: FormNames, limit: int) -> None:
        """Try the name at a token."""
        found = self._try(head, form, limit)
        if self.free_from is not None and not (found and found.answered and self.scan.opens_line(head)):
            self._flag_free(head, form, found)
        elif found is not None:
            self._end_free(head)
            self.found.append(found)
            if isinstance(found.content, Incident):
                self.free_from = found.end
        elif form.categories is not None and not lower_preposition(self.scan, head):
            self.flags.append((head, INCIDENT_IN_COMMENT))

    def _leads(self, index: int, heads: set[int]) -> bool:
        """Whether `#` starts a line with a form's name right after it."""
        return index + 1 in heads and self.scan.is_leading_hash(index)

    def _separates(self, head: int, form: FormNames, index: int, following: int) -> bool:
        """Whether `#` only separates.

        A code follows at once, with a value that it can take, or FORM's station.
        """
        after = index + 1
        if self.free_from is not None or form.categories is not None or after >= following:
            return False
        if head == index - 1 and self.scan.vocabulary.is_station(self.scan.digits(after)):
            return True
        if self.scan.tokens[after][0] or self.scan.words[after].letter is None:
            return False
        end = next((hash_ for hash_ in self.hashes if hash_ > index), self.size)
        coded = split(self.scan, form, after, min(end, following))
        answered = settle(self.scan, Header(after), coded).answers
        return bool(coded.candidates) and coded.candidates[0].at == after and coded.candidates[0].code in answered

    def _flag_free(self, head: int, form: FormNames, found: FoundForm | None) -> None:
        """Flag a name in unread free text where it may be meant."""
        if form.categories is not None:
            if not lower_preposition(self.scan, head):
                self.flags.append((head, INCIDENT_IN_COMMENT))
        elif found is not None and found.answered:
            self.flags.append((head, FORM_IN_COMMENT))

    def _end_free(self, end: int) -> None:
        if self.free_from is not None:
            self.free.append((self.free_from, end))
        self.free_from = None

    def _extended(self) -> list[FoundForm]:
        """Return the forms, each up to the next that counts."""
        kept = self.found
        if not self.free and len(kept) == 1 and kept[0].limit == self.size:
            return kept
        extended: list[FoundForm] = []
        begins = iter([*(begin for begin, _ in self.free), self.size])
        free = next(begins)
        for position, found in enumerate(kept):
            following = kept[position + 1].head if position + 1 < len(kept) else self.size
            while free <= found.head:
                free = next(begins)
            limit = min(following, free)
            if isinstance(found.content, Incident) or found.limit == limit:
                extended.append(found)
            else:
                extended.append(self._try(found.head, found.form, limit) or found)
        return extended

    # Whether a name is where one may be.

    def _may_begin(self, index: int, form: FormNames) -> bool:
        """Whether a name stands at the start, after a separator or station."""
        gap = self.scan.tokens[index][0]
        last = self.heads[-1] if self.heads else None
        if last is not None:
            beside = last[0] == index - 1 and last[1].code == form.code
            if beside or self._small_l(index, last[1]):
                return False
        if gap == "" and index > 0 and not self.scan.is_leading_hash(index - 1):
            _, number, _, _ = self.scan.tokens[index - 1]
            if not number or self.scan.digits(index - 1) not in self.scan.vocabulary.stations:
                return False
            if index > 1 and self.scan.tokens[index - 1][0] == "" and self.scan.tokens[index - 2][2]:
                return False
        return True

    def _small_l(self, index: int, form: FormNames) -> bool:
        """Whether `Cl` glued to digits is code C with a 1.

        There are one to three digits; the tokens are changed to that then.
        """
        scan = self.scan
        gap, _, word, _ = scan.tokens[index]
        if len(word) != len("Cl") or word[1] != "l" or index + 1 >= self.size:
            return False
        glue, number, _, _ = scan.tokens[index + 1]
        code = scan.vocabulary[word[0]]
        if glue or not 1 <= len(number) <= _SMALL_L_DIGITS or code.letter not in form.questions:
            return False
        scan.tokens[index], scan.words[index] = (gap, "", word[0], ""), code
        scan.tokens[index + 1] = ("", word[1] + number, "", "")
        return True

    # What stands after a name, and whether it makes the name a form.

    def _try(self, head: int, form: FormNames, limit: int) -> FoundForm | None:
        if form.categories is not None:
            starts = self.scan.opens_line(head)
            incident = read_incident(self.scan, head, self.size, form.categories, at_start=starts)
            return FoundForm(form, head, incident.text, self.size, incident) if incident is not None else None
        header = read_header(self.scan, head, limit, form)
        coded = split(self.scan, form, header.first, limit)
        answers = Answers(header, coded, settle(self.scan, header, coded))
        return FoundForm(form, head, coded.end, limit, answers) if self._counts(head, limit, answers) else None

    def _counts(self, head: int, limit: int, answers: Answers) -> bool:
        header, coded, settled = answers.header, answers.coded, answers.settled
        misspelt = self.scan.words[head].form is None
        if not settled.answers and (not settled.rejected or misspelt):
            return not misspelt and not settled.rejected and self._is_alone(head, limit, answers)
        if header.names_from is not None:
            return not misspelt and self._counts_after_names(head, answers)
        if settled.answers or header.stations:
            return True
        return not header.misfit and self._names_codes(coded)

    def _names_codes(self, coded: CodedPart) -> bool:
        """Whether codes are named, if only to be rejected.

        `turnout a bit low` and `Закрытие в 20:00` are prose.
        """
        for candidate in coded.candidates:
            apart = self.scan.tokens[candidate.at + 1][0].isspace() if candidate.at + 1 < self.size else True
            if candidate.letter.isupper() or (candidate.valued and not (apart and candidate.letter in WORD_LETTERS)):
                return True
        return bool(coded.strangers)

    def _counts_after_names(self, head: int, answers: Answers) -> bool:
        """Whether answers behind names are beyond doubt.

        Two of them are, or one glued to its code that no prose follows.

        One alone counts where the form opens its line and what stands between looks like names (`ЯВКА Асанова А320`).
        """
        if lower_preposition(self.scan, head):
            return False
        answered = [candidate for candidate in answers.coded.candidates if candidate.code in answers.settled.answers]
        if len({candidate.code for candidate in answered}) != 1:
            return len(answered) > 1
        between = [word for word in self.scan.words[head + 1 : answers.header.first] if word.typed]
        named = all(word.typed[0].isupper() or not word.roles.isdisjoint(_BETWEEN) for word in between)
        named = named or not self.scan.vocabulary.stations.isdisjoint(answers.header.stations)
        glued = SPACES.search(self.scan.tokens[answered[0].at + 1][0]) is None or answered[0].letter.isupper()
        return named and glued and not answered[0].prose_after and self.scan.opens_line(head)

    def _is_alone(self, head: int, limit: int, answers: Answers) -> bool:
        """Whether the name stands alone on its line: an empty report.

        Greetings, a station and bare numbers may stand there too.
        """
        if answers.header.names_from is not None or answers.coded.ended or not self.scan.opens_line(head):
            return False
        between = self.scan.words[head + 1 : answers.header.first]
        if any(not _DATED.isdisjoint(word.roles) for word in between):
            return False
        is_question = any(token[3] == "?" for token in self.scan.tokens[head + 1 : limit])
        ends = limit == self.size or self.scan.starts_line(limit) or self.scan.tokens[limit][3] == "#"
        return not is_question and ends
