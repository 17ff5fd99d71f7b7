"""Clean a row's attributes, and documents within them, of people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.services.privacy.personal import KEYS, PERSONAL, Treatment
from chalicelib.services.privacy.persons import MARK, Persons
from chalicelib.services.privacy.text_answers import TextAnswers
from chalicelib.store.raw_rows import Item
from chalicelib.store.tables import LargeDocument

WORDS: Final = frozenset(
    {"note", "text", "comment", "rejected", "repairs", "name", "names", "phone", "phones", "sent_as"}
)
"""Names, within a document, of what people wrote or are called by."""
WORKERS: Final = frozenset({"who", "holder", "invited_by", "assigned"})
_COMPRESSED = "z"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom to forget, and which rows are theirs.

    `own`: keys of their messages. `answers`: what becomes of texts that questions asked for.
    """

    persons: Persons
    own: frozenset[str] = frozenset()
    answers: TextAnswers = field(default_factory=TextAnswers)


@dataclass(frozen=True, slots=True)
class Change:
    """Attributes of a row that are set and removed, or its deletion.

    `moved_to`: the row under another key, where its key told of somebody.
    """

    sets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    removes: tuple[str, ...] = ()
    is_deleted: bool = False
    moved_to: Item | None = None

    def __bool__(self) -> bool:
        return bool(self.sets or self.removes or self.is_deleted)


def cleaned(document: Any, scope: Scope, *, is_whole: bool, is_quoting: bool = True) -> Any:
    """Return a document without those who are forgotten.

    `is_whole`: it is all about one of them. `is_quoting`: their SMS may be quoted in it.
    """
    return _Walker(scope, is_whole=is_whole, is_quoting=is_quoting).clean(document)


def whole(table: str, row: Item, scope: Scope, hows: Iterable[Treatment]) -> Change:
    """Apply what PERSONAL says of a table to a row.

    The row is all about somebody who is forgotten.
    """
    treatments = set(hows)
    declared = {name: how for name, how in PERSONAL[table].items() if name in row and how in treatments}
    removes = tuple(name for name, how in declared.items() if how is Treatment.GOES)
    sets: dict[str, Mapping[str, Any]] = {}
    for name, how in declared.items():
        before = row[name].get("S", "")
        if how is Treatment.ROLE:
            after = role(before)
        elif how is Treatment.MARKED:
            after = before if before.isdigit() else MARK  # an observer's number stays, a coordinator's name does not
        elif how is Treatment.WITHIN:
            after = _within(before, scope, is_whole=True)
        else:
            continue
        if after != before:
            sets[name] = {"S": after}
    return Change(sets, removes)


def named(table: str, row: Item, scope: Scope, *, is_quoting: bool = False) -> Change:
    """Mark names and phones in every text of a row.

    Quotations too where it `is_quoting`.
    """
    sets: dict[str, Mapping[str, Any]] = {}
    for name, value in row.items():
        if name in KEYS[table] or "S" not in value:
            continue
        after = _within(value["S"], scope, is_whole=False, is_quoting=is_quoting)
        if after != value["S"]:
            sets[name] = {"S": after}
    return Change(sets)


def _within(written: str, scope: Scope, *, is_whole: bool, is_quoting: bool = True) -> str:
    """Return a text or document without those who are forgotten."""
    document = _read(written)
    if document is None:
        return MARK if is_quoting and scope.persons.is_quoted_in(written) else scope.persons.without(written)
    cleaned = _Walker(scope, is_whole=is_whole, is_quoting=is_quoting).clean(document)
    return written if cleaned == document else str(LargeDocument().serialize(cleaned))


def _read(written: str) -> Any:
    """Read a document; None where a text is none."""
    if written[:1] not in ("{", "[", _COMPRESSED):
        return None
    try:
        return LargeDocument().deserialize(written)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Walker:
    scope: Scope
    is_whole: bool
    is_quoting: bool

    def clean(self, value: Any) -> Any:
        persons = self.scope.persons
        match value:
            case dict():
                kept = {name: item for name, item in value.items() if not persons.has_phone(name)}
                return {name: self._named(name, item) for name, item in kept.items()}
            case list():
                return [self.clean(item) for item in value]
            case str():
                return MARK if self.is_quoting and persons.is_quoted_in(value) else persons.without(value)
            case _:
                return value

    def _named(self, name: str, value: Any) -> Any:
        if self.is_whole and name in WORDS:
            return type(value)() if isinstance(value, str | list | dict) else None
        if self.scope.persons.everybody and name in WORKERS and isinstance(value, str):
            return role(value)
        if name == "answers":  # codes and numbers; texts among them have their tokens
            return value
        if name == "reports" and self.is_whole and isinstance(value, list):
            value = [self.scope.answers.in_reading(reading) for reading in value]
        return self.clean(value)


def role(who: str) -> str:
    """Return the role of "NAME (ROLE)".

    An observer keeps their number, and anybody else becomes a mark.
    """
    if who.endswith(")") and " (" in who:
        return who[who.rindex(" (") + 1 :]
    return who if who.startswith(("(", "observer ", "command line", "the carrier", "an unknown")) else MARK
