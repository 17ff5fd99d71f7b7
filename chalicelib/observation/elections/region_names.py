"""Match the name of a region as people type it.

They type it in any case, in Latin or Cyrillic, or its beginning alone.
"""

import re
from collections.abc import Iterable
from typing import Final

_LATIN: Final = str.maketrans(
    dict(zip("АБВГДЕЗИЙКЛМНОПРСТУФХЫЭЁӨҮҢ", "ABVGDEZIIKLMNOPRSTUFHIEEOUN", strict=True))
    | {"Ж": "J", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SH", "Ю": "YU", "Я": "YA", "Ъ": "", "Ь": "", "Y": "I"}
)
_CITY: Final = frozenset(("CITY", "ГОРОД", "ГОР", "Г", "ШААРЫ", "ШААР", "Ш"))
_OTHER: Final = frozenset(("REGION", "OBLAST", "ОБЛАСТЬ", "ОБЛАСТИ", "ОБЛ", "ОБЛУСУ", "ОБЛУС", "РЕГИОН", "АЙМАГЫ"))
_WORD = re.compile(r"[^\W_]+")
_RUSSIAN_ENDING = re.compile(r"СК(?:АЯ|ОЙ|УЮ|ИЙ|ОМ)$")
_SHORTEST_WHOLE: Final = 4
"""Letters of a region's name that may go on, as names do in Kyrgyz and Russian: `Нарында`, `Баткене`."""


def region_named(written: str, regions: Iterable[str]) -> str | None:
    """Return the region of a name, or the only one beginning so.

    It is None if there is none, or more than one. Words like "region" mean nothing; "city" does where a city and its
    region bear one name.
    """
    written_sound, is_city = _sound(written)
    by_sound = {_sound(region): region for region in regions}
    if not written_sound:
        return None
    for sound in ((written_sound, is_city), (written_sound, not is_city)):
        if sound in by_sound:
            return by_sound[sound]
    begun = [region for (sound, _), region in by_sound.items() if sound.startswith(written_sound)]
    longer = [
        region
        for (sound, _), region in by_sound.items()
        if len(sound) >= _SHORTEST_WHOLE and written_sound.startswith(sound)
    ]
    found_so = begun or longer
    return found_so[0] if len(found_so) == 1 else None


def _sound(name: str) -> tuple[str, bool]:
    """Spell a name as it sounds, in Latin capitals.

    Ош and Osh become one, and Ысык-Көл is Issyk-Kul. Also tells whether it is a city's.
    """
    words = _WORD.findall(name.upper())
    named = [word for word in words if word not in _CITY | _OTHER]
    letters = "".join(_RUSSIAN_ENDING.sub("", word) for word in named)
    latin = letters.replace("ДЖ", "Ж").translate(_LATIN).replace("O", "U")
    return re.sub(r"(.)\1+", r"\1", latin), bool(_CITY.intersection(words))
