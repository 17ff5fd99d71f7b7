"""On which of their phones observers are reached.

First the one that an SMS came from last.

It costs reads for those alone who have several phones, and only where something is sent: nothing is kept for it.
"""

import datetime as dt
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from chalicelib.observation.elections.election import Observer
from chalicelib.observation.sms.phones import written_forms
from chalicelib.store import keys
from chalicelib.store.message_queries import newest_with

MOST_HEARD: Final = 25
"""Messages with a phone among which its last SMS is looked for."""
WORKERS: Final = 8


def heard_at(phone: str) -> dt.datetime | None:
    """Return when the last SMS of a phone came, a real instant.

    However its gateway writes the number. None: not among the newest messages with it. Raises StoreUnavailable.
    """
    exchanged = (row for written in written_forms(phone) for row in newest_with(written, MOST_HEARD))
    return max((at for key, at in exchanged if keys.is_from_phone(key)), default=None)


def reached(observer: Observer) -> Observer:
    """Return an observer with the phone first that was heard last.

    If none was heard, their order is the roster's. Raises StoreUnavailable.
    """
    if len(observer.phones) < 2:
        return observer
    heard = {phone: at for phone in observer.phones if (at := heard_at(phone)) is not None}
    if not heard:
        return observer
    last = max(heard, key=lambda phone: heard[phone])
    others = (phone for phone in observer.phones if phone != last)
    return observer.model_copy(update={"phones": (last, *others)})


def reached_each(observers: Iterable[Observer]) -> tuple[Observer, ...]:
    """Return observers, each as `reached` has them, in their order; raises StoreUnavailable."""
    people = {observer.number: observer for observer in observers}
    several = [observer for observer in people.values() if len(observer.phones) > 1]
    if several:
        with ThreadPoolExecutor(WORKERS) as workers:
            people |= {observer.number: observer for observer in workers.map(reached, several)}
    return tuple(people.values())
