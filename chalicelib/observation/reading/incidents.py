"""Critical incidents: a category, then free text (GRAMMAR: "Incidents")."""

from dataclasses import dataclass, field

from chalicelib.observation.reading.hours import hour_at
from chalicelib.observation.reading.model import CATEGORY, Reason, Value
from chalicelib.observation.reading.normalise import PHONE_DIGITS
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.reading.vocabulary import FormNames

_LONG_ALIAS = 4
_CATEGORY_DIGITS = 3


@dataclass(slots=True)
class Incident:
    """What an incident says; `text` is the index of the first token of its text."""

    text: int
    station: str | None = None
    rivals: bool = False
    answers: dict[str, Value] = field(default_factory=dict)
    rejected: dict[str, Reason] = field(default_factory=dict)


def read_incident(scan: Scan, head: int, limit: int, form: FormNames, *, at_start: bool) -> Incident | None:
    """The incident that begins at a token, None where the word is none: see GRAMMAR for when a name counts."""
    assert form.categories is not None
    incident = _station_and_category(scan, head, limit, form.categories)
    if CATEGORY in incident.answers:
        return incident if at_start or not _lower_preposition(scan, head) else None
    if not at_start:
        return None
    if incident.rejected:
        return incident
    return incident if _stands_without_category(scan, head, limit, incident) else None


def _station_and_category(scan: Scan, head: int, limit: int, categories: frozenset[int]) -> Incident:
    incident = Incident(head + 1)
    index = _skip_names(scan, head + 1, limit)
    if index < limit and scan.tokens[index][1] and scan.vocabulary.is_station(scan.digits(index)):
        incident.station = scan.digits(index)
        incident.text = index + 1
        index = _skip_names(scan, index + 1, limit)
        if index < limit and scan.tokens[index][1] and scan.digits(index) == incident.station:
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
    elif _counts(scan, index, limit) or _rival(scan, index, limit, categories):
        incident.rejected[CATEGORY] = "ambiguous"
    else:
        incident.answers[CATEGORY] = int(number)
    _station_after(scan, incident, limit)
    return incident


def _station_after(scan: Scan, incident: Incident, limit: int) -> None:
    """A real station right after the category."""
    index = incident.text
    while index < limit and (word := scan.words[index]) is not None and "station_marks" in word.roles:
        index += 1
    if index < limit and scan.tokens[index][1] and scan.digits(index) in scan.vocabulary.stations:
        number = scan.digits(index)
        incident.rivals = incident.station is not None and incident.station != number
        incident.station = incident.station or number
        incident.text = index + 1


def _skip_names(scan: Scan, index: int, limit: int) -> int:
    while index < limit and (word := scan.words[index]) is not None:
        if not (word.form is not None and word.form.categories or {"station_marks", "category_marks"} & word.roles):
            break
        index += 1
    return index


def _counts(scan: Scan, index: int, limit: int) -> bool:
    """Whether a number counts the noun after it, in the form that the number demands (`ИН 3 человека`)."""
    typed = scan.digits(index)
    noun = scan.words[index + 1] if index + 1 < limit else None
    if noun is None or len(typed) > 2 or (len(typed) == 2 and typed[0] == "0"):
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
    if after < limit and (word := scan.words[after]) is not None and "list_joins" in word.roles:
        after += 1
    if after >= limit or not scan.tokens[after][1] or hour_at(scan, after, limit) is not None:
        return False
    number = scan.digits(after)
    if len(number) > _CATEGORY_DIGITS or int(number) not in categories or _counts(scan, after, limit):
        return False
    return int(number) != int(scan.digits(index))


def _lower_preposition(scan: Scan, head: int) -> bool:
    word = scan.words[head]
    return word is not None and "prepositions_like_incidents" in word.roles and word.typed.islower()


def _stands_without_category(scan: Scan, head: int, limit: int, incident: Incident) -> bool:
    word = scan.words[head]
    assert word is not None
    if len(word.typed) < _LONG_ALIAS and not word.typed.isupper():
        return False
    if incident.station is None and incident.text >= limit:
        return False
    rest = [found for found in scan.words[incident.text : limit] if found is not None]
    denied = bool(rest) and all({"absences", "calm", "courtesies"} & found.roles for found in rest)
    return not (denied and any("refusals" in found.roles or "negations" in found.roles for found in rest))
