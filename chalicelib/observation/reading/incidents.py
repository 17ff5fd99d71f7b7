"""Critical incidents: a category, then free text (docs/grammar.md, "Incidents")."""

from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.reading.hours import hour_at
from chalicelib.observation.reading.model import CATEGORY, Reason, Repair, Value
from chalicelib.observation.reading.normalise import PHONE_DIGITS
from chalicelib.observation.reading.pattern import SIGNS
from chalicelib.observation.reading.stations import StationToken, whole_at
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import NO_WORD

_LONG_ALIAS: Final = 4
"""Letters that a name needs at least to stand without a category, unless it is in capitals."""
_CATEGORY_DIGITS: Final = 3
_GROUP: Final = 3
"""Digits of a thousands group."""


@dataclass(slots=True)
class Incident:
    """What an incident says: where its text begins, and more.

    `text` is where its text begins, `misfit`: the station's number fits none.
    """

    text: int
    stations: list[str] = field(default_factory=list)
    misfit: bool = False
    answers: dict[str, Value] = field(default_factory=dict)
    rejected: dict[str, Reason] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()


def read_incident(scan: Scan, head: int, limit: int, categories: frozenset[int], *, at_start: bool) -> Incident | None:
    """Read the incident that begins at a token, if any.

    It is None where the word is none: see docs/grammar.md for when a name counts.
    """
    incident = _station_and_category(scan, head, limit, categories)
    if not _is_meant(scan, head, limit, incident, at_start=at_start):
        return None
    while incident.text < limit and scan.names_observer(incident.text):
        incident.text += 1
    return incident


def _is_meant(scan: Scan, head: int, limit: int, incident: Incident, *, at_start: bool) -> bool:
    if CATEGORY in incident.answers:
        return at_start or not lower_preposition(scan, head)
    return at_start and (bool(incident.rejected) or _stands_without_category(scan, head, limit, incident))


def _station_and_category(scan: Scan, head: int, limit: int, categories: frozenset[int]) -> Incident:
    incident = Incident(head + 1)
    index = _skip_names(scan, head + 1, limit)
    place = _station_at(scan, index, limit, categories)
    if place is not None:
        if place.station is None and not scan.vocabulary.is_station(place.typed):
            incident.misfit = True
        else:
            incident.stations.append(place.station or place.typed)
        incident.text = place.after
        index = _skip_names(scan, place.after, limit)
        if index < limit and scan.digits(index) == place.typed:
            incident.text = index + 1
            index = _skip_names(scan, index + 1, limit)
    if index >= limit or not scan.tokens[index][1] or hour_at(scan, index, limit) is not None:
        return incident
    number = scan.digits(index)
    if len(number) >= PHONE_DIGITS:
        return incident
    incident.text = index + 1
    if len(number) > _CATEGORY_DIGITS or int(number) not in categories:
        incident.rejected[CATEGORY] = "out_of_range"
    elif _counts(scan, index, limit) or _rival(scan, index, limit, categories) or _signed(scan, index, limit):
        incident.rejected[CATEGORY] = "ambiguous"
    else:
        incident.answers[CATEGORY] = int(number)
    if not scan.tokens[index][1].isdigit():
        incident.repairs = (Repair(scan.written(index, index + 1), number, "look-alike digit"),)
    _station_after(scan, incident, limit)
    return incident


def _station_at(scan: Scan, index: int, limit: int, categories: frozenset[int]) -> StationToken | None:
    """Return the number where an incident's station stands, if any.

    A number that is no category is one if a category follows, whatever it fits.
    """
    if index >= limit or not scan.tokens[index][1] or hour_at(scan, index, limit) is not None:
        return None
    number = whole_at(scan, index, limit)
    if not number.has_suffix and scan.vocabulary.is_station(number.typed):
        return number
    if not number.has_suffix and (len(number.typed) >= PHONE_DIGITS or _is_category(number.typed, categories)):
        return None
    following = _skip_names(scan, number.after, limit)
    categorised = following < limit and _is_category(scan.digits(following), categories)
    return number if number.station is not None or categorised else None


def _is_category(number: str, categories: frozenset[int]) -> bool:
    return number.isdigit() and len(number) <= _CATEGORY_DIGITS and int(number) in categories


def _station_after(scan: Scan, incident: Incident, limit: int) -> None:
    """Take a real station right after the category."""
    index = incident.text
    while index < limit and "station_marks" in scan.words[index].roles:
        index += 1
    number = scan.digits(index) if index < limit else ""
    if number in scan.vocabulary.stations:
        if number not in incident.stations:
            incident.stations.append(number)
        incident.text = index + 1


def _skip_names(scan: Scan, index: int, limit: int) -> int:
    """Skip names of the incident form, and words that announce its parts.

    Parts are the station and the category.
    """
    while index < limit:
        word = scan.words[index]
        if scan.tokens[index][3].startswith("@"):
            index += 1
            continue
        named = word.form is not None and word.form.categories is not None
        if not named and word.roles.isdisjoint(("station_marks", "category_marks")):
            break
        index += 1
    return index


def _counts(scan: Scan, index: int, limit: int) -> bool:
    """Whether a number counts the noun after it, in its form.

    `ИН 3 человека` does.
    """
    typed = scan.digits(index)
    if index + 2 < limit and len(scan.tokens[index + 1][1]) == _GROUP and scan.tokens[index + 1][0] == " ":
        # `4 500 сом` is one number.
        return scan.words[index + 2].skeleton in scan.vocabulary.lists.counted["any"]
    noun = scan.words[index + 1] if index + 1 < limit else NO_WORD
    if len(typed) > 2 or (len(typed) == 2 and typed[0] == "0"):
        return False
    number = int(typed)
    nouns = scan.vocabulary.lists.counted
    return noun.skeleton in nouns["any"] or noun.skeleton in nouns[_grammatical_number(number)]


def _grammatical_number(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens != 1 and ones == 1:
        return "one"
    return "few" if tens != 1 and 2 <= ones <= 4 else "many"


def _rival(scan: Scan, index: int, limit: int, categories: frozenset[int]) -> bool:
    """Whether another category stands right beside a category."""
    after = index + 1
    if after < limit and "list_joins" in scan.words[after].roles:
        after += 1
    if after >= limit or not scan.tokens[after][1] or hour_at(scan, after, limit) is not None:
        return False
    number = scan.digits(after)
    if len(number) > _CATEGORY_DIGITS or int(number) not in categories or _counts(scan, after, limit):
        return False
    return int(number) != int(scan.digits(index))


def _signed(scan: Scan, index: int, limit: int) -> bool:
    """Whether a sign that changes a number is glued to it (`20%`)."""
    gap, _, _, mark = scan.tokens[index + 1] if index + 1 < limit else ("", "", "", "")
    return gap == "" and mark in SIGNS and mark != ""


def lower_preposition(scan: Scan, head: int) -> bool:
    """Whether an incident's name is an ordinary small word too (`in`)."""
    word = scan.words[head]
    return "small_words" in word.roles and word.typed.islower()


def _stands_without_category(scan: Scan, head: int, limit: int, incident: Incident) -> bool:
    name = scan.words[head].typed
    if (len(name) < _LONG_ALIAS and not name.isupper()) or (not incident.stations and incident.text >= limit):
        return False
    rest = [word.roles for word in scan.words[incident.text : limit] if word.typed]
    denied = any(not roles.isdisjoint(("refusals", "negations")) for roles in rest)
    return not denied or any(roles.isdisjoint(("absences", "calm", "courtesies")) for roles in rest)
