"""Fitting a reply into two SMS, by priority.

Phrases compete for the room, and what is cut is counted as `+N`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import groupby
from typing import Final

from chalicelib.observation.sms.segments import count_segments

SEGMENTS: Final = 2
"""The most SMS that one reply or alert may take."""

SLOT: Final = "\x1a"
"""Stands in a phrase where its list belongs: U+001A SUBSTITUTE, which no text of ours or an observer's contains."""


MOST_PHRASES: Final = 40
"""More phrases than two SMS can hold: the rest need not be tried, however many forms an SMS names."""


class Priority(IntEnum):
    """Priorities of phrases, from what is dropped last to first.

    What the observer must do goes before what is nice to know.
    """

    RESEND = 0
    MISSING = 1
    QUESTION = 2
    FLAG = 3
    ACCEPTED = 4
    COURTESY = 5


@dataclass(frozen=True, slots=True)
class Item:
    """A word of a list, and a note.

    Neighbours of the same note share it: `B D (out of range)`.
    """

    word: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, with the slot for its list.

    `items` is empty where it has none.
    """

    priority: Priority
    sentence: str
    items: tuple[Item, ...] = ()

    def render(self, shown: int) -> str:
        """Write the sentence with the first items, and count the rest.

        `shown`: how many items are written.
        """
        groups = groupby(self.items[:shown], key=lambda item: item.note)
        words = [" ".join(item.word for item in items) + (f" ({note})" if note else "") for note, items in groups]
        hidden = len(self.items) - shown
        listed = " ".join(filter(None, (", ".join(words), f"+{hidden}" if hidden else "")))
        return self.sentence.replace(SLOT, listed)


@dataclass(frozen=True, slots=True)
class Section:
    """The phrases about one form, after its head.

    Form, station, round; "" for none.
    """

    head: str
    phrases: tuple[Phrase, ...]


_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A reply in the making: its phrases, how many items each shows."""

    mark: str
    sections: Sequence[Section]
    shown: Mapping[_Place, int] = field(default_factory=dict)

    def phrases(self) -> list[tuple[_Place, Phrase]]:
        """Every phrase with its place, the most important first."""
        every = [
            ((i, j), phrase) for i, section in enumerate(self.sections) for j, phrase in enumerate(section.phrases)
        ]
        return sorted(every, key=lambda placed: (placed[1].priority, placed[0]))

    def render(self) -> str:
        parts = [self.mark]
        for i, section in enumerate(self.sections):
            sentences = [p.render(self.shown[i, j]) for j, p in enumerate(section.phrases) if (i, j) in self.shown]
            if sentences:
                parts += [f"{section.head}."] * bool(section.head) + sentences
        left_out = len(self.sections) - len({i for i, _ in self.shown})
        return " ".join((*parts, f"+{left_out}") if left_out else parts)

    def fits(self) -> bool:
        return count_segments(self.render()).count <= SEGMENTS

    def hides_essentials(self) -> bool:
        essential = ((place, phrase) for place, phrase in self.phrases() if phrase.priority is Priority.RESEND)
        return any(self.shown.get(place, -1) < len(phrase.items) for place, phrase in essential)


def compose(mark: str, sections: Sequence[Section]) -> str:
    """Compose a reply within two SMS.

    It says everything where it fits, else by priority; notes go before a code to resend does.
    """
    annotated = _filled(_Draft(mark, sections))
    if annotated.hides_essentials():
        return _filled(_Draft(mark, [_without_notes(section) for section in sections])).render()
    return annotated.render()


def _filled(draft: _Draft) -> _Draft:
    """Fill a reply with as much as fits.

    A list grows item by item until the next would be too much.
    """
    complete = replace(draft, shown={place: len(phrase.items) for place, phrase in draft.phrases()})
    if complete.fits():
        return complete
    for place, phrase in draft.phrases()[:MOST_PHRASES]:
        for count in range(len(phrase.items) + 1):
            longer = replace(draft, shown={**draft.shown, place: count})
            if not longer.fits():
                break
            draft = longer
    return draft


def _without_notes(section: Section) -> Section:
    bare = (replace(phrase, items=tuple(Item(item.word) for item in phrase.items)) for phrase in section.phrases)
    return replace(section, phrases=tuple(bare))
