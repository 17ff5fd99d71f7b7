"""The election itself: its name, day, place and languages.

It reads everything in the file but forms and rosters.
"""

import re
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Final

import phonenumbers

from chalicelib.observation.election_file.document import Document, Path, Plain
from chalicelib.observation.election_file.problems import suggestion
from chalicelib.observation.election_file.shape import shaped
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import Texts
from chalicelib.observation.texts.catalogue import LANGUAGES, check_texts

READ_ELSEWHERE: Final[Mapping[str, object]] = {"forms": (), "stations": (), "observers": (), "coordinators": ()}
"""Keys whose value in the file is not an Election's: forms have a reader of their own, rosters are file names."""

SECTIONS: Final = ("incidents", "quick_count", "escalation", "organisations", "accounts")
"""Keys with a reader of their own that an Election has a usual value for."""

RESERVED_IDS = frozenset({"elections", "numbers"})
"""Names under which the list of elections and the numbers' routes are kept."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DATE = re.compile(r"20\d\d-\d\d-\d\d")
_STATION_PART = r"(?:\\[dD]|\[[A-Za-z0-9/-]+\]|[A-Za-z0-9/-]|\((?:\?:)?|\)|\||(?:\{\d{1,2}(?:,\d{0,2})?\}|[?+*]))"
_STATION_PATTERN = re.compile(f"{_STATION_PART}+")
_REPEATED_GROUP = re.compile(r"\)[+*{]")
_STAND_INS: Mapping[str, object] = {
    "id": "-",
    "name": {"en": "-"},
    "date": "2000-01-01",
    "timezone": "UTC",
    "languages": LANGUAGES,
}


def read_header(document: Document) -> Election | None:
    """Read the election without its forms, incidents and rosters.

    It is None if not even that can be made out.
    """
    raw = document.content
    for key in ("stations", "observers", "forms"):
        if key not in raw:
            document.error((key,), "this key is missing; write it")
    plain = {key: value for key, value in raw.items() if key not in {*READ_ELSEWHERE, *SECTIONS}}
    election = shaped(Election, document, (), {**plain, **READ_ELSEWHERE}, _STAND_INS)
    if election is None:
        return None
    _check_identity(document, election)
    _check_languages(document, election)
    _check_place(document, election)
    check_languages_of(document, ("name",), election.name, election.languages)
    for fault in check_texts(election.texts, election.languages):
        path: Path = ("texts", fault.language, fault.key) if fault.key else ("texts", fault.language)
        document.error(path, fault.message.replace(": ", "; ", 1))
    return election


def check_languages_of(document: Document, path: Path, texts: Texts, languages: Sequence[str]) -> None:
    """Require that texts are in the election's languages only.

    A language that is missing is a warning.
    """
    for language, text in texts.items():
        if language not in languages:
            advice = suggestion(language, languages)
            document.error((*path, language), f"{language!r} is none of the election's languages; {advice}")
        elif not text.strip():
            document.error((*path, language), "the text is empty; write it, or delete the key")
    missing = [language for language in languages if not texts.get(language)]
    if missing:
        document.warning(path, f"no text in {', '.join(missing)}; another language's is shown instead")


def id_problem(election_id: str) -> str | None:
    """Return what is wrong with an election's id, and what to do.

    It is None if nothing is wrong.
    """
    if not _ID.fullmatch(election_id):
        return f"{election_id!r} is no id; use Latin letters, digits and dashes, such as kg-2017"
    if election_id in RESERVED_IDS:
        return f"{election_id!r} is taken by Baykoo itself; choose another id"
    return None


def _check_identity(document: Document, election: Election) -> None:
    problem = id_problem(election.id)
    if problem and election.id != "-":
        document.error(("id",), problem)
    written = document.content.get("date")
    if isinstance(written, str) and not _DATE.fullmatch(written) and election.date.year != 2000:
        document.error(("date",), f"{written!r} is no date of this century; write YYYY-MM-DD")


def _check_languages(document: Document, election: Election) -> None:
    if not election.languages:
        document.error(("languages",), "no language is named; write for instance [ky, ru, en]")
    for position, language in enumerate(election.languages):
        path = ("languages", position)
        if not _LANGUAGE.fullmatch(language):
            document.error(path, f"{language!r} is no language; write its ISO 639 code in small letters, such as ru")
        elif language in election.languages[:position]:
            document.error(path, f"{language!r} is named twice; delete one of the two")
        elif language not in LANGUAGES and language not in election.texts:
            advice = "put them under texts, or they are sent in another language"
            document.warning(path, f"Baykoo's own texts do not exist in {language!r}; {advice}")


def _check_place(document: Document, election: Election) -> None:
    if election.timezone not in zoneinfo.available_timezones():
        advice = suggestion(election.timezone, _near_zones(election.timezone))
        document.error(("timezone",), f"{election.timezone!r} is no time zone; {advice}")
    region = election.default_region
    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        document.error(("default_region",), f"{region!r} is no country; write its two letters (ISO 3166), such as KG")
    fault = station_pattern_fault(election.station_pattern)
    if fault:
        document.error(("station_pattern",), fault)


def _near_zones(written: str) -> set[str]:
    """Return time zones near the written one, or well-known ones.

    Near is the same part of the world: a list of six hundred is too long to read.
    """
    zones = zoneinfo.available_timezones()
    part = written.split("/", maxsplit=1)[0]
    return zones if any(zone.startswith(f"{part}/") for zone in zones) else {"Asia/Bishkek", "Europe/Kyiv", "UTC"}


def station_pattern_fault(pattern: str) -> str | None:
    r"""Return what is wrong with a pattern of station numbers.

    It is None if nothing is wrong.

    It becomes part of larger patterns, and is met by anything that anybody sends: only digits, letters, `/`, `-`, `\d`,
    `[…]`, `{n}`, `?`, `+`, `*` and `(…|…)` are possible, and no repeated group, whose matching time could explode.
    """
    if _REPEATED_GROUP.search(pattern) or not _STATION_PATTERN.fullmatch(pattern):
        return (
            rf"{pattern!r} is more than a station number needs; "
            r"use digits, letters, / and -, \d, [A-Z], {4}, ? and (…|…), without ^ and $, such as '\d{4}'"
        )
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError) as error:
        return rf"{pattern!r} is no pattern ({error}); write for instance '\d{{4}}' for four digits"
    if compiled.fullmatch(""):
        return rf"{pattern!r} takes no number at all for a number; write for instance '\d{{4}}' for four digits"
    return None


def file_name(document: Document, key: str) -> str | None:
    """Return the name of a roster's file, as the YAML gives it."""
    written: Plain = document.content.get(key)
    if isinstance(written, str):
        return written
    if key in document.content:
        document.error((key,), f"this must be a file's name; write {key}.csv")
    return None
