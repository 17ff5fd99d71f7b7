"""How observers write which station and round a report is of.

Well or not.
"""

import random
from typing import Final

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.sms.look_alikes import code_letter

_HOURS_BEFORE: Final = (
    "на {full}",
    "на {hour}",
    "в {hour}ч",
    "{hour} часов",
    "саат {hour}",
    "at {hour}",
    "{full}",
    "за {full}",
)
_HOURS_AFTER: Final = (
    "на {hour} часов",
    "на {full}",
    "в {hour}ч",
    "саат {full}",
    "at {hour} o'clock",
    "за {hour} часов",
)
_SUFFIXES: Final = ("а", "б", "a", "b", "-2", "-1", "/1", "/7")


def names_rounds(form: Form) -> bool:
    """Tell whether a form's rounds can be named by their hours alone."""
    hours = {moment.hour for moment in form.rounds}
    return bool(form.rounds) and len(hours) == len(form.rounds) and not any(moment.day for moment in form.rounds)


def round_before(round_name: str, chance: random.Random) -> str:
    """Write a round's hour as it stands before the answers."""
    return _written(round_name, chance.choice(_HOURS_BEFORE))


def round_after(round_name: str, chance: random.Random) -> str:
    """Write a round's hour as it stands after the answers."""
    return _written(round_name, chance.choice(_HOURS_AFTER))


def no_station(election: Election, form: Form, station: str, chance: random.Random) -> str | None:
    """Write a station so that it is none, by something glued.

    It is None where that is a station too.

    No letter that is a code of the form: a round's hour behind it would be its value.
    """
    suffixes = [suffix for suffix in _SUFFIXES if code_letter(suffix[0]) not in form.by_code]
    written = station + chance.choice(suffixes)
    return None if written in election.station_by_number else written


def _written(round_name: str, pattern: str) -> str:
    hour, _, minute = round_name.partition(":")
    return pattern.format(full=round_name, hour=str(int(hour)) if minute == "00" else round_name)
