"""Which region a person means who types its name on a phone: in any case, in Latin or Cyrillic, or its beginning."""

from collections.abc import Iterable
from typing import Final

_LATIN: Final = str.maketrans(
    dict(zip("АБВГДЕЗИЙКЛМНОПРСТУФХЫЭЁӨҮҢ", "ABVGDEZIYKLMNOPRSTUFHYEEOUN", strict=True))
    | {"Ж": "J", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SH", "Ю": "YU", "Я": "YA", "Ъ": "", "Ь": ""}
)


def region_named(written: str, regions: Iterable[str]) -> str | None:
    """The region of that name, or the only one that begins so; None where there is none, or more than one."""
    wanted = _sound(written)
    by_sound = {_sound(region): region for region in regions}
    if wanted in by_sound:
        return by_sound[wanted]
    begun = [region for sound, region in by_sound.items() if wanted and sound.startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def _sound(name: str) -> str:
    """A name's letters in Latin capitals, so that Ош and Osh are one."""
    letters = "".join(letter for letter in name.upper() if letter.isalnum())
    return letters.replace("ДЖ", "Ж").translate(_LATIN)
