"""Tell whose each form is, by the observers' numbers after @.

See docs/grammar.md, "Whose and where".
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final, NamedTuple

from chalicelib.observation.reading.forms import Forms, FoundForm
from chalicelib.observation.reading.tokens import Scan

THE_LEAD: Final = ""
"""Stands for the phone's lead, who needs no number, where it is in doubt whether another is meant."""


class Signature(NamedTuple):
    """The observers' numbers of a form.

    They are those that it names, or that one before it named: none is the lead, of several nobody is sure.

    `begin`: where what belongs to the form begins, which is its name, or numbers before that.
    """

    begin: int
    numbers: tuple[str, ...] = ()


def signatures(scan: Scan, forms: Forms) -> list[Signature]:
    """Whose each form is.

    A number before a form's name belongs to that form if nothing of the form before stands on its line; on one line
    with both it belongs to the form before, as every number in a coded part does, unless that has one in front. On a
    line of its own between two forms it may sign the form before too: that is in doubt then, if it names nobody.
    """
    if not forms.found or "@" not in scan.canonical.text:
        return [Signature(found.head) for found in forms.found]
    return _Signatures(scan, forms).read()


class _Signatures:
    def __init__(self, scan: Scan, forms: Forms) -> None:
        self.scan, self.forms = scan, forms
        self.marks = [index for index in range(len(scan.tokens)) if scan.names_observer(index)]
        self.texts = {mark for begin, end in forms.free for mark in self._between(begin, end)}

    def read(self) -> list[Signature]:
        read: list[Signature] = []
        held: tuple[str, ...] = ()
        heads = [found.head for found in self.forms.found]
        begin = 0
        if self.forms.free and self.forms.free[0][0] < heads[0]:
            begin, _ = self._begins(heads[0], 0)
        for found, following in zip(self.forms.found, [*heads[1:], len(self.scan.tokens)], strict=True):
            before = self._between(begin, found.head)
            after, line = self._ends(found, following, signed=bool(before))
            signers = self._numbers((*before, *self._outside_texts(found.head, after)))
            if not signers:
                doubtful = self._numbers(self._outside_texts(after, line))
                signers = (THE_LEAD, *doubtful) if doubtful else ()
            held = signers or held
            read.append(Signature(begin, held))
            begin = after
        return read

    def _ends(self, found: FoundForm, following: int, *, signed: bool) -> tuple[int, int]:
        """Return where the next form's part and name's line begin.

        Both may be on one line.
        """
        if following == len(self.scan.tokens):
            return following, following
        body = found.end
        while self.scan.names_observer(body - 1):
            body -= 1
        begin, line = self._begins(following, body)
        if line > body or self.scan.starts_line(body):
            return begin, line
        return (body, body) if signed else (following, following)

    def _begins(self, head: int, body: int) -> tuple[int, int]:
        """Return where a form's line and numbers alone begin.

        The line of its name, no earlier than `body`, and the lines of numbers alone before it.
        """
        line = head
        while line > body and not self.scan.starts_line(line):
            line -= 1
        begin = index = line
        while index > body and self.scan.names_observer(index - 1):
            index -= 1
            begin = index if self.scan.starts_line(index) else begin
        return begin, line

    def _between(self, begin: int, end: int) -> list[int]:
        return self.marks[bisect_left(self.marks, begin) : bisect_left(self.marks, end)]

    def _outside_texts(self, begin: int, end: int) -> list[int]:
        return [mark for mark in self._between(begin, end) if mark not in self.texts]

    def _numbers(self, marks: Iterable[int]) -> tuple[str, ...]:
        """Return the numbers of some marks, each once."""
        return tuple(dict.fromkeys(self.scan.tokens[mark][3][1:].strip() for mark in marks))
