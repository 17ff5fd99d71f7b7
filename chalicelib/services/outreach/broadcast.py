"""Bulk SMS to observers: chosen, counted, then queued.

They go at a rate, each under a key of its batch. A batch that was killed goes on where it was when it is sent again
under its name: whom it has reached has a row.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chalicelib.observation.coordinators.rounds import form_named
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.elections.schedule import Place, round_begun_at
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.observation.reports.reminders import missing_observers
from chalicelib.observation.sms.segments import Segments, count_segments
from chalicelib.services import outbox
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.outreach.owed_reports import missing_reports, stations_with_gaps
from chalicelib.services.outreach.reachable_phones import reached_each
from chalicelib.services.outreach.refusals import BatchRefused
from chalicelib.store import keys, message_queries, progress, routes
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.opt_outs import opted_out
from chalicelib.store.unsolicited import OptedOut, queue_unsolicited

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Choice:
    """To whom: observers who are all of what is named.

    What is empty or None limits nothing.
    """

    regions: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    language: str | None = None
    missing: Place | None = None
    observers: tuple[str, ...] = ()
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A text, its recipients, each phone once, and what sending it takes.

    `texts`: what each recipient gets, by number.
    `sent_before` are reached already; `unwilling` were chosen but have opted out, and are no recipients.
    """

    name: str
    wording: BulkText
    texts: Mapping[str, str]
    recipients: tuple[Observer, ...]
    sent_before: frozenset[str]
    unwilling: int = 0

    @property
    def each(self) -> Segments:
        """What one SMS takes, the longest."""
        lengths = [self.length_of(observer) for observer in self.remaining] or [count_segments(self.wording.text)]
        return max(lengths, key=lambda length: (length.count, length.units))

    @property
    def shortest(self) -> int:
        """Segments of the shortest SMS."""
        return min((self.length_of(observer).count for observer in self.remaining), default=self.each.count)

    @property
    def remaining(self) -> tuple[Observer, ...]:
        """Recipients who are not reached yet."""
        return tuple(observer for observer in self.recipients if observer.number not in self.sent_before)

    @property
    def segments(self) -> int:
        """SMS that are still to be paid for."""
        return sum(self.length_of(observer).count for observer in self.remaining)

    def length_of(self, observer: Observer) -> Segments:
        """Return what an observer's SMS takes."""
        return _length(self.texts[observer.number])


def missing_place(election: Election, written: str, at: dt.datetime) -> Place:
    """Return the form and round of `FORM` or `FORM:ROUND`.

    Without a round, the one last begun. Raises BatchRefused.
    """
    code, _, name = written.partition(":")
    form = form_named(election, code)
    if form is None:
        raise BatchRefused(f"there is no form {code!r}: use one of {', '.join(election.form_by_code)}")
    if not form.is_owed:
        raise BatchRefused(f"nobody owes form {form.code}: it is sent as often as there is something to tell")
    name = name.strip() or round_begun_at(election, form, at)
    if name not in form.round_names:
        raise BatchRefused(f"form {form.code} has no round {name!r}: use one of {', '.join(form.round_names)}")
    return form.code, name


def prepare(loaded: LoadedElection, name: str, wording: BulkText, choice: Choice) -> Batch:
    """Return the batch as it stands now; nothing is written.

    Raises BatchRefused, StoreUnavailable.
    """
    election = loaded.election
    if not NAME.fullmatch(name):
        raise BatchRefused(f"{name!r} is no name of a batch: use Latin letters, digits, dots and dashes")
    for problem in wording.problems(election, choice.missing):
        raise BatchRefused(problem)
    _check(election, choice)
    _, begun = progress.read(election.id, _task(name))
    if begun is not None and _as_begun(begun) != wording:
        raise BatchRefused(f"batch {name} was begun with another text: give this one another --name")
    chosen = _by_phone(reached_each(_chosen(election, choice)))
    unwilling = {row.phone for row in opted_out(election.id)}
    recipients = tuple(observer for observer in chosen if observer.phones[0] not in unwilling)
    keys = {_key(election, name, observer): observer.number for observer in recipients}
    queued_rows = message_queries.get_many(keys) if begun is not None and keys else []
    reached = frozenset(keys[row.key] for row in queued_rows)
    texts = {observer.number: wording.composed(election, observer, choice.missing) for observer in recipients}
    return Batch(name, wording, texts, recipients, reached, len(chosen) - len(recipients))


def keys_of(election: Election, name: str, choice: Choice) -> dict[str, str]:
    """Return the keys that a batch's SMS may have, with observers."""
    return {
        _key(election, name, observer): observer.number
        for observer in _by_phone(reached_each(_chosen(election, choice)))
    }


def send(
    loaded: LoadedElection,
    batch: Batch,
    per_second: float,
    now: Callable[[], dt.datetime],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Observer]:
    """Queue a batch's SMS, so many per second.

    Yields whose is queued. Stopped anywhere, it can be sent again. Who has opted out since it was prepared is passed
    over. Raises BatchRefused where the name was taken meanwhile, StoreUnavailable.
    """
    election = loaded.election
    _begin(election, batch, now())
    sender = routes.number_of(election.id)
    started = now()
    for place, observer in enumerate(batch.remaining):
        ahead = place / per_second - (now() - started).total_seconds()
        if ahead > 0:
            sleep(ahead)
        origin = outbox.Origin(election.id, _task(batch.name), now())
        key = _key(election, batch.name, observer)
        if _queue(outbox.sms_row(key, observer.phones[0], batch.texts[observer.number], origin, sender=sender)):
            yield observer


def _queue(message: Message) -> bool:
    """Have an SMS queued, now or before.

    False if its phone has opted out.
    """
    try:
        until_uncontended(lambda: queue_unsolicited(message), what=message.key)
    except OptedOut:
        return False
    return True


def _begin(election: Election, batch: Batch, now: dt.datetime) -> None:
    """Take the batch's name for its text.

    Two who send it at once send the same.
    """
    version, begun = progress.read(election.id, _task(batch.name))
    if begun is None:
        wording = {"text": batch.wording.text, "texts": dict(batch.wording.by_language)}
        progress.advance(election.id, _task(batch.name), version, wording, now)
        _, begun = progress.read(election.id, _task(batch.name))
    if begun is None or _as_begun(begun) != batch.wording:
        raise BatchRefused(f"batch {batch.name} was begun with another text: give this one another --name")


def _as_begun(begun: Mapping[str, Any]) -> BulkText:
    return BulkText(begun["text"], begun.get("texts", {}))


@lru_cache(maxsize=4096)
def _length(text: str) -> Segments:
    """Count a text's segments, of equal texts once."""
    return count_segments(text)


def _check(election: Election, choice: Choice) -> None:
    _require("region", choice.regions, election.regions)
    _require("station", choice.stations, election.station_by_number)
    _require("observer", choice.observers, election.observer_by_number)
    _require("organisation", [choice.organisation] if choice.organisation else [], election.organisations)
    _require(
        "language", [choice.language] if choice.language else [], {observer.language for observer in election.observers}
    )


def _require(what: str, named: Collection[str], existing: Collection[str]) -> None:
    unknown = sorted(set(named) - set(existing))
    if unknown:
        some = ", ".join(sorted(existing)[:20])
        raise BatchRefused(f"there is no {what} {', '.join(unknown)}: this election has {some}")


def _chosen(election: Election, choice: Choice) -> Sequence[Observer]:
    owing = _owing(election, choice.missing) if choice.missing else None
    return [
        observer
        for observer in election.observers
        if observer.phones
        and (not choice.regions or election.region_of(observer.station) in choice.regions)
        and (not choice.stations or observer.station in choice.stations)
        and (not choice.observers or observer.number in choice.observers)
        and choice.language in (None, observer.language)
        and choice.organisation in (None, observer.organisation)
        and (owing is None or observer.number in owing)
    ]


def _owing(election: Election, place: Place) -> frozenset[str]:
    stations = stations_with_gaps(election, *place)
    owed = missing_reports(election, stations, *place)
    return frozenset(observer.number for stored in owed for observer in missing_observers(election, stored.report))


def _by_phone(observers: Sequence[Observer]) -> list[Observer]:
    """One observer a phone: two who share one get one SMS."""
    by_phone: dict[str, Observer] = {}
    for observer in observers:
        by_phone.setdefault(observer.phones[0], observer)
    return list(by_phone.values())


def _task(name: str) -> str:
    return f"bulk#{name}"


def _key(election: Election, name: str, observer: Observer) -> str:
    """Name an SMS by the first holder of the phone.

    The phone gets it once, whoever of two it is chosen for.
    """
    holder = election.observers_by_phone[observer.phones[0]][0]
    return keys.bulk(election.id, name, holder.number)
