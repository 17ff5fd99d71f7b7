"""Characters that nobody sees and that act on what shows them.

Controls, formats and half surrogate pairs.
"""

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_JOINERS: Final = frozenset("\u200c\u200d")
"""Letters of some scripts and many emojis need them, and they turn nothing round."""


def is_unseen(character: str) -> bool:
    """Tell whether a character acts instead of being seen."""
    return unicodedata.category(character) in _UNSEEN


def without_controls(written: str) -> str:
    """Return a text without unseen characters, a blank for each control.

    It then neither turns the words round that it stands among nor commands what shows it.
    """
    if written.isprintable():
        return written
    return "".join(map(_as_shown, written))


def _as_shown(character: str) -> str:
    if character in _JOINERS or not is_unseen(character):
        return character
    return "" if unicodedata.category(character) in ("Cf", "Cs") else " "
