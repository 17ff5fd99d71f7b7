"""What others wrote, as a terminal may show it."""

import unicodedata


def printable(written: str) -> str:
    """Spell out control and format characters.

    So that text can neither move nor rename the terminal. A line break is spelled out too: no SMS may imitate a line of
    ours.
    """
    return "".join(_spelled(character) for character in written)


def _spelled(character: str) -> str:
    is_control = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return character.encode("unicode_escape").decode() if is_control else character
