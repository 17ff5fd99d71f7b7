"""What a call can come to: nine outcomes, one a digit."""

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal, get_args

Outcome = Literal[
    "answered",
    "will_send",
    "no_answer",
    "unreachable",
    "wrong_number",
    "not_there",
    "not_open",
    "refuses",
    "other",
]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
"""In the order of the digits 1 to 9."""

Person = Literal["observer", "coordinator", "back_up"]

REACHED: Final = frozenset[Outcome]({"answered", "will_send", "not_there", "not_open", "refuses", "other"})
"""Somebody who is concerned has been spoken to."""

PhoneState = Literal["answers", "no_answer", "off", "wrong"]
PHONE_STATES: Final[Mapping[Outcome, PhoneState]] = {
    "no_answer": "no_answer",
    "unreachable": "off",
    "wrong_number": "wrong",
}
"""What an outcome tells of the phone that was called; any other that it answers."""

LONGEST_SNOOZE: Final = dt.timedelta(hours=12)
"""How far ahead a station may be put off."""


def phone_state(outcome: Outcome) -> PhoneState:
    """Return what a call's outcome tells of its phone."""
    return PHONE_STATES.get(outcome, "answers")
