"""Read stations' numbers whole, with what is glued to them.

See docs/grammar.md, "Whose and where".
"""

from collections.abc import Container, Iterable
from typing import Final, NamedTuple

from chalicelib.observation.reading.hours import hour_at
from chalicelib.observation.reading.tokens import Scan
from chalicelib.observation.sms.look_alikes import code_letter

_JOINTS: Final = ("-", "/")


class StationToken(NamedTuple):
    """A number where a station stands.

    What was typed, the station that it names if any, and the index after it.
    """

    typed: str
    station: str | None
    after: int
    has_suffix: bool = False


def whole_at(scan: Scan, index: int, limit: int, codes: Container[str] = (), *, exact: bool = False) -> StationToken:
    """Read the number at a token, with what is glued to it.

    Glued to it may be a letter, or a dash or a slash and digits.

    A letter among `codes` that a value follows is a code. `exact`: its leading zeros have to be there.
    """
    stations = scan.vocabulary.station_numbers
    named = stations.exact if exact else stations.named
    number, after = scan.digits(index), index + 1
    if after < limit and (scan.tokens[after][0] == "" or scan.tokens[after][0] in _JOINTS):
        for typed, end in _longer(scan, number, after, limit):
            station = named(typed)
            if station is not None:
                return StationToken(typed, station, end, has_suffix=True)
        suffixed = _stranger(scan, number, after, limit, codes)
        if suffixed is not None:
            return suffixed
    return StationToken(number, named(number), after)


def _longer(scan: Scan, number: str, after: int, limit: int) -> Iterable[tuple[str, int]]:
    """Yield the number with what is glued to it, and its end.

    The longest comes first.
    """
    gap, digits, word, _ = scan.tokens[after]
    valued = after + 1 < limit and scan.tokens[after + 1][1] != "" and scan.tokens[after + 1][0] == ""
    if word and not valued:
        yield number + gap + word, after + 1
    elif digits and gap:
        following = scan.tokens[after + 1] if after + 1 < limit else ("", "", "", "")
        if following[0] == "" and len(following[2]) == 1:
            yield number + gap + scan.digits(after) + following[2], after + 2
        yield number + gap + scan.digits(after), after + 1


def _stranger(scan: Scan, number: str, after: int, limit: int, codes: Container[str]) -> StationToken | None:
    """Return a number that something glued to it spoils.

    It is no station then; None where the glued is something of its own.
    """
    gap, digits, word, _ = scan.tokens[after]
    if digits:
        other = scan.digits(after)
        is_apart_already = other == number or scan.vocabulary.station_numbers.exact(other) is not None
        apart = is_apart_already or hour_at(scan, after, limit) is not None or gap == ""
        return None if apart else StationToken(number + gap + other, None, after + 1, has_suffix=True)
    if gap or len(word) != 1 or (code_letter(word) in codes and _is_valued(scan, after, limit)):
        return None
    return StationToken(number + word, None, after + 1, has_suffix=True)


def _is_valued(scan: Scan, index: int, limit: int) -> bool:
    """Whether a letter is followed by a value, or by its announcement."""
    after = index + 1
    if after >= limit:
        return False
    word = scan.words[after]
    return bool(scan.tokens[after][1]) or word.value is not None or "approximations" in word.roles
