"""A form and one of its rounds as people write them.

`TU`, `turnout 14:00`, `TU 14`.
"""

import re

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.sms.look_alikes import skeleton

_HOUR = re.compile(r"(?:\bD[+-]\d{1,3}\s+)?\d{1,2}(?:[.:\-]?\d{2})?$", re.IGNORECASE)


def form_named(election: Election, written: str) -> Form | None:
    """Return the form of a code or alias, as it looks."""
    shape = skeleton(written)
    return next((form for form in election.forms if shape in map(skeleton, (form.code, *form.aliases))), None)


def rounds_named(election: Election, written: str) -> list[Place]:
    """Return the rounds of a form, or the one at an hour.

    `TU`, or `TU 14:00` or `TU 14`; none where none is so called, or nobody owes the form.
    """
    form = form_named(election, written)
    if form is not None:
        return [(form.code, name) for name in form.round_names] if form.is_owed else []
    called, hour = split_hour(written)
    form = form_named(election, called)
    if form is None or not form.rounds:
        return []
    return [
        (form.code, name) for name in form.round_names if _bare(hour) in map(_bare, (name, name.removesuffix(":00")))
    ]


def split_hour(written: str) -> tuple[str, str]:
    """Split a form's name from the hour of a round after it.

    "" where there is no hour.
    """
    match = _HOUR.search(written)
    return (written[: match.start()].strip(), match[0]) if match else (written, "")


def _bare(hour: str) -> str:
    return re.sub(r"[\s.:\-]", "", hour).upper().lstrip("0")
