"""The code that proves who sends an SMS: `*4821`.

It is taken out before the SMS is read. An election keeps a hash of it alone (docs/decisions/0021-codes.md).
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection
from typing import Final

from chalicelib.observation.sms.states import Reason

SHORTEST: Final = 4
LONGEST: Final = 8
MASK: Final = "****"
"""What stands for a code wherever its SMS is shown. To the reader of SMS it says nothing."""

CODE_REASONS: Final = frozenset((Reason.CODE_MISSING, Reason.CODE_WRONG, Reason.CODE_BLOCKED))
"""Why an SMS proves nothing: of whoever has no code, none of them."""

_INVISIBLE: Final = "\u00ad\u200b-\u200f\u2060\ufeff"
_STARS: Final = "*＊﹡∗✱⁎٭"
_TYPED = re.compile(
    rf"(?:\A[\s{_INVISIBLE}]*[{_STARS}][\s{_INVISIBLE}]*|(?<![^\s{_INVISIBLE}])[{_STARS}][{_INVISIBLE}]*)"
    r"(?P<code>\d{3,9})(?!\d)(?:#(?!\S))?"
)
"""A star and its digits as a word of their own; at the beginning of the SMS there may be blanks between."""

_SEPARATOR: Final = "$"


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes that a text carries, in ASCII digits, each once."""
    typed = (match["code"] for match in _TYPED.finditer(text))
    return tuple(dict.fromkeys("".join(str(unicodedata.digit(digit)) for digit in code) for code in typed))


def without_code(text: str) -> str:
    """Return a text as it is read: its codes are blanks."""
    return _TYPED.sub(" ", text).lstrip() if _TYPED.search(text) else text


def with_code_masked(text: str) -> str:
    """Return a text as it is shown."""
    return _TYPED.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    following = match.string[match.end() : match.end() + 1]
    return MASK if not following or following.isspace() else f"{MASK} "


def hashed(code: str, salt: str) -> str:
    """Return what an election keeps of a code.

    `salt` is its own for each person and election, so that equal codes do not look equal.
    """
    shortened = hashlib.sha256(salt.encode()).hexdigest()[:16]
    return f"{shortened}{_SEPARATOR}{_digest(shortened, code)}"


def is_code(kept: str, sent: str) -> bool:
    """Whether a code is the one that was hashed."""
    salt, _, digest = kept.partition(_SEPARATOR)
    return hmac.compare_digest(digest, _digest(salt, sent))


def doubt_of(kept: Collection[str], text: str) -> Reason | None:
    """Tell why a text proves nothing to those who have codes.

    `kept`: the hashes of all who may have sent it; None where there are none, or it carries one of their codes alone.
    """
    if not kept:
        return None
    sent = codes_in(text)
    if not sent:
        return Reason.CODE_MISSING
    is_right = len(sent) == 1 and any(is_code(code_hash, sent[0]) for code_hash in kept)
    return None if is_right else Reason.CODE_WRONG


def _digest(salt: str, code: str) -> str:
    return hashlib.sha256(f"{salt}{_SEPARATOR}{code}".encode()).hexdigest()[:32]
