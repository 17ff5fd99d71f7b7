"""Try again shortly where somebody else changes the same rows.

The tries are not at the same moment.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from chalicelib.store.tables import Contended, StoreUnavailable

ATTEMPTS = 12
BACKOFF_SECONDS = 0.02
LONGEST_BACKOFF_SECONDS = 1.0

Result = TypeVar("Result")


class StillContended(StoreUnavailable):
    """Others were at work on the same rows in every attempt."""


def until_uncontended(
    action: Callable[[], Result], *, what: str, also: tuple[type[Exception], ...] = (), attempts: int = ATTEMPTS
) -> Result:
    """Repeat an action while others are at work on its rows.

    `also`: what else means that, as ReportChanged. `what` names the rows for the error. Raises StillContended where all
    attempts were in vain, and whatever else the action raises.
    """
    contended: tuple[type[Exception], ...] = (Contended, *also)
    for attempt in range(attempts):
        try:
            return action()
        except contended:
            pause(attempt)
    raise StillContended(f"{what} was contended in {attempts} attempts: try again")


def pause(attempt: int) -> None:
    """Wait with full jitter, so that who collided parts.

    AWS, "Exponential Backoff and Jitter".
    """
    time.sleep(random.uniform(0, min(LONGEST_BACKOFF_SECONDS, BACKOFF_SECONDS * 2**attempt)))  # noqa: S311
