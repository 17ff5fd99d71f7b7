"""Long SMS in parts: which parts are one SMS, and its text.

The parts of one SMS share sender, recipient, reference and number of parts. References are of 8 or 16 bits and wrap, so
parts are of one SMS only where they also came near one another in time. What could belong to two is never joined.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

ONE_SMS_WITHIN = dt.timedelta(minutes=10)
"""The parts of one SMS are received within this time."""
WAITS = dt.timedelta(minutes=2)
"""How long after the last part that came the others are waited for."""
MOST_PER_PART = 2
"""An SMS of n parts has at most so many times n pieces, and as many repeats: a flood is not one SMS."""
MOST_KNOWN = 500
"""Parts of one sender, recipient, reference and total that are known at once: some 80 KB of their row."""
LONGEST_JOINED = 39_015
"""Characters of an SMS of 255 parts of 153: a provider's parts that hold more are no SMS, and outgrow a row."""
REMEMBERED = dt.timedelta(days=1)
GAP = "[…]"
"""Stands in a text where a part is missing."""

_UNREADABLE = "\ufffd"


class TooManyParts(ValueError):
    """More came in parts than their SMS has room for.

    A person has to look at this SMS.
    """


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part as it is known to be there.

    `at` when it counts as received, `stored_at` when it came here, both aware.
    """

    key: str
    number: int
    at: dt.datetime
    stored_at: dt.datetime
    digest: str

    def repeats(self, other: "StoredPart") -> bool:
        """Whether two parts say the same at the same place."""
        return (self.number, self.digest) == (other.number, other.digest)


@dataclass(frozen=True, slots=True)
class LongSms:
    """The parts that have come of one SMS of `total` parts.

    They come in the order in which they were noticed. `repeats`: keys of parts that came again, each with the key of
    the first. `read`: how many parts had come when it was last read.
    """

    total: int
    pieces: tuple[StoredPart, ...]
    repeats: tuple[tuple[str, str], ...] = ()
    read: int = 0

    @property
    def name(self) -> str:
        """The SMS's own name, whatever number of parts has come."""
        return f"joined#{hashlib.sha256(self.pieces[0].key.encode()).hexdigest()[:32]}"

    @property
    def read_as(self) -> str | None:
        """The key of the message that it was last read as.

        It is None before it was read.
        """
        return f"{self.name}#{self.read}" if self.read else None

    @property
    def is_mixed(self) -> bool:
        """Whether a place is taken twice, by different texts.

        Then parts of several SMS are among them.
        """
        return len({piece.number for piece in self.pieces}) < len(self.pieces)

    @property
    def is_complete(self) -> bool:
        """Whether every part is there."""
        return not self.is_mixed and len(self.pieces) == self.total

    @property
    def waits_until(self) -> dt.datetime:
        """When what is there is read without the rest."""
        return max(piece.stored_at for piece in self.pieces) + WAITS

    def is_due(self, now: dt.datetime) -> bool:
        """Tell whether it is to be read now.

        Nothing is missing, or nothing is waited for any more.
        """
        return self.read < len(self.pieces) and (self.is_complete or now >= self.waits_until)

    def has(self, key: str) -> bool:
        """Whether a part belongs to it."""
        return any(piece.key == key for piece in self.pieces) or any(again == key for again, _ in self.repeats)

    def is_read(self, key: str) -> bool:
        """Whether a part was there when it was last read."""
        return any(piece.key == key for piece in self.pieces[: self.read])

    def is_near(self, piece: StoredPart) -> bool:
        """Whether a part was received near enough to all that are there."""
        return all(abs(piece.at - other.at) <= ONE_SMS_WITHIN for other in self.pieces)

    def plus(self, piece: StoredPart) -> "LongSms":
        """Add one more part.

        A part that says the same as another is that part again. Raises TooManyParts.
        """
        first = next((other for other in self.pieces if piece.repeats(other)), None)
        if len(self.pieces if first is None else self.repeats) >= MOST_PER_PART * self.total:
            raise TooManyParts(f"an SMS of {self.total} parts has no room for so many")
        if first is not None:
            return replace(self, repeats=(*self.repeats, (piece.key, first.key)))
        return replace(self, pieces=(*self.pieces, piece))

    def come_again(self, other: "LongSms") -> tuple[tuple[str, str], ...] | None:
        """Match another one's parts with those that they repeat here.

        None unless all of them repeat one.
        """
        firsts = [next((here for here in self.pieces if piece.repeats(here)), None) for piece in other.pieces]
        if not all(first and self.is_near(piece) for piece, first in zip(other.pieces, firsts, strict=True)):
            return None
        return tuple((piece.key, first.key) for piece, first in zip(other.pieces, firsts, strict=True) if first)


def name_of(key: str) -> str:
    """Return the name of the long SMS of a message's key.

    Whatever had come of it when it was read.
    """
    return key.rpartition("#")[0]


def with_piece(known: Sequence[LongSms], piece: StoredPart, total: int) -> tuple[LongSms, ...]:
    """Put a part into one of the known SMS.

    Once, however often it comes. It belongs to the incomplete one near it. Where there is none it begins another, and
    so it does where there are several: it is not known then whose it is. Raises TooManyParts.
    """
    if any(sms.has(piece.key) for sms in known):
        return tuple(known)
    kept = [sms for sms in known if sms.read < len(sms.pieces) or piece.stored_at < sms.waits_until + REMEMBERED]
    near = [place for place, sms in enumerate(kept) if not sms.is_complete and sms.is_near(piece)]
    if sum(len(sms.pieces) + len(sms.repeats) for sms in kept) >= MOST_KNOWN:
        raise TooManyParts(f"{MOST_KNOWN} parts of one phone and reference are known already")
    if len(near) != 1:
        return (*kept, LongSms(total, (piece,)))
    kept[near[0]] = kept[near[0]].plus(piece)
    return tuple(kept)


def without_repetition(known: Sequence[LongSms], sms: LongSms) -> tuple[LongSms, ...]:
    """Leave out an SMS that only repeats another.

    It was never read, and its parts are all another's that came again.
    """
    for other in known:
        again = other.come_again(sms) if other.is_complete and not sms.read else None
        if again is not None and other is not sms:
            first = replace(other, repeats=(*other.repeats, *again, *sms.repeats))
            return tuple(first if long_sms is other else long_sms for long_sms in known if long_sms is not sms)
    return tuple(known)


@dataclass(frozen=True, slots=True)
class PartText:
    """A part's text, with halves of characters at its ends.

    If it begins or ends with half of a character that takes two, U+FFFD stands in the text, and `begins` or `ends` is
    that half.
    """

    number: int
    text: str
    begins: int = 0
    ends: int = 0

    @classmethod
    def of(cls, number: int, text: str) -> "PartText":
        """Make a part of a text that may hold lone halves."""
        begins = ord(text[0]) if text and "\udc00" <= text[0] <= "\udfff" else 0
        ends = ord(text[-1]) if text and "\ud800" <= text[-1] <= "\udbff" else 0
        joined = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
        return cls(number, joined, begins, ends)


def joined_text(total: int, parts: Iterable[PartText], *, mixed: bool = False) -> str:
    """Join the text of an SMS of `total` parts.

    It has GAP where one is missing; `mixed`: where no two belong together.
    """
    pieces: list[str] = []
    expected, ends = 1, 0
    for part in sorted(parts, key=lambda part: part.number):
        text = part.text
        if part.number != expected or (mixed and pieces):
            pieces.append(GAP)
        elif ends and part.begins:
            pieces[-1] = pieces[-1][:-1] + chr(0x10000 + ((ends - 0xD800) << 10) + part.begins - 0xDC00)
            text = text[1:]
        pieces.append(text)
        expected, ends = part.number + 1, part.ends
    return "".join(pieces) + (GAP if expected <= total else "")
