"""Chase: remind observers, then tell coordinators what is missing."""

import datetime as dt
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from aws_lambda_powertools import Logger

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.elections.schedule import hours_of
from chalicelib.observation.reading.reading import read
from chalicelib.observation.replies.reminder import reminder_sms
from chalicelib.observation.reports.reminders import Plan, Progress, Reminder, after, missing_observers, plan
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services import outbox
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.isolation import NO_DEADLINE, LoopResult, for_each, in_turn
from chalicelib.services.outreach.missing_list import queue_lists
from chalicelib.services.outreach.owed_reports import missing_reports, stations_with_gaps
from chalicelib.services.outreach.reachable_phones import reached
from chalicelib.store import elections, keys, message_queries, messages, progress, routes
from chalicelib.store.elections import LoadedElection
from chalicelib.store.outcome import ReportChanged
from chalicelib.store.reports import StoredReport, get_reports
from chalicelib.store.unsolicited import OptedOut, queue_while_unchanged

TASK = "chase"
WORKERS = 8
ATTEMPTS = 6
MOST_UNREAD = 500
"""With more SMS of observers unread, nobody is reminded; strangers' do not count."""
MOST_LOOKED_AT = 4_000
LOOKED_AT_ONCE = 100
FAR_AHEAD = dt.timedelta(days=1)
LOOKS_AHEAD = dt.timedelta(days=1)
"""How long before an election's hours chase looks at it first: what is overdue in their first minute is chased too."""

logger = Logger()


class TooManyUnread(Exception):
    """More SMS wait to be read than are looked at.

    Nobody can tell who has just reported.
    """


@dataclass(frozen=True, slots=True)
class ChaseResult:
    """How many messages were queued."""

    reminders: int = 0
    lists: int = 0

    def __add__(self, other: "ChaseResult") -> "ChaseResult":
        return ChaseResult(self.reminders + other.reminders, self.lists + other.lists)


def chase_due(now: dt.datetime, until: float = NO_DEADLINE) -> ChaseResult:
    """Chase in every election that is near or under way.

    Beginning none after `until` (time.monotonic). One that fails is done by the next run. Raises StoreUnavailable.
    """

    def chase_one(election_id: str) -> ChaseResult:
        loaded = elections.current(election_id)
        return chase(loaded, now) if loaded is not None and _is_watched(loaded, now) else ChaseResult()

    done = for_each("election to chase", in_turn(elections.list_elections(), now), chase_one, until=until)
    return sum(done.results, start=ChaseResult())


def chase(loaded: LoadedElection, now: dt.datetime) -> ChaseResult:
    """Do what is due in an election at a real instant.

    Twice, late, or two at once: nobody hears of it twice. The keys of the outbox's rows are made of what they are
    about, and how far this came is noted last: a run that dies, or whose list to somebody fails, is done again, and
    finds what it had queued. Raises StoreUnavailable.
    """
    election, at = loaded.election, loaded.clock.at(now)
    version, document = progress.read(election.id, TASK)
    if document is None:
        progress.advance(election.id, TASK, version, Progress(since=at).document(), now)
        return ChaseResult()
    before = Progress.from_document(document)
    planned = plan(election, before, at)
    unread: frozenset[str] = frozenset()
    if planned.reminders:
        try:
            unread = unread_stations(election, now)
        except TooManyUnread as many:
            logger.warning("nobody is reminded in this run", extra={"election": election.id, "reason": str(many)})
            planned = replace(planned, reminders=())
    if not planned:
        return ChaseResult()
    done, is_whole = _carry_out(loaded, planned, unread, now)
    if is_whole:
        progress.advance(election.id, TASK, version, after(before, planned, at).document(), now)
    return done


def unread_stations(election: Election, now: dt.datetime) -> frozenset[str]:
    """Return stations whose SMS are stored and not yet read.

    The sender's own, and whichever the text names. What no try has read waits for a person, and counts too. Raises
    TooManyUnread, StoreUnavailable.
    """
    # All of a shard, for what comes is not spread evenly: an SMS behind others must not be passed over.
    waiting = list(islice(message_queries.unfinished("in", now + FAR_AHEAD, MOST_LOOKED_AT), MOST_LOOKED_AT))
    unread = len(waiting)
    waiting += islice(message_queries.unfinished("held", None, MOST_LOOKED_AT), MOST_LOOKED_AT)
    of_observers: list[frozenset[str]] = []
    for begin in range(0, len(waiting), LOOKED_AT_ONCE):
        rows = message_queries.get_many(waiting[begin : begin + LOOKED_AT_ONCE])
        done = for_each("unread SMS", rows, lambda row: _stations_of(election, row), name=lambda row: str(row.key))
        of_observers += filter(None, done.results)
        if len(of_observers) >= MOST_UNREAD:
            break
    if len(of_observers) >= MOST_UNREAD or unread >= MOST_LOOKED_AT:
        raise TooManyUnread(f"{len(of_observers)} SMS of observers or more wait to be read, {unread} of anybody")
    return frozenset().union(*of_observers)


def _stations_of(election: Election, message: messages.Message) -> frozenset[str]:
    """Return the stations that an SMS may tell of.

    It is None where no observer sent it, or it has been read.
    """
    if message.direction != "in" or (message.state == MessageState.HELD and message.reason != Reason.NOT_PROCESSED):
        return frozenset()
    senders = election.observers_by_phone.get(international(message.sender or "", election.default_region), ())
    if not senders:
        return frozenset()
    named = (report.station for report in read(message.text or "", election).reports)
    return frozenset(observer.station for observer in senders) | {station for station in named if station is not None}


def _is_watched(loaded: LoadedElection, now: dt.datetime) -> bool:
    hours = hours_of(loaded.election)
    return hours is not None and hours[0] - LOOKS_AHEAD <= loaded.clock.at(now) <= hours[1]


def _carry_out(
    loaded: LoadedElection, planned: Plan, unread: Collection[str], now: dt.datetime
) -> tuple[ChaseResult, bool]:
    """Return what was queued, and whether it is all that was planned."""
    election = loaded.election
    number = routes.number_of(election.id)
    reminded = sum(_remind(election, reminder, unread, number, now) for reminder in planned.reminders)
    lists: LoopResult[int] = queue_lists(loaded, planned.lists, now) if planned.lists else LoopResult()
    return ChaseResult(reminded, sum(lists.results)), lists.is_whole


def _remind(
    election: Election, reminder: Reminder, unread: Collection[str], number: str | None, now: dt.datetime
) -> int:
    """Remind of a round at every station that owes it.

    Those of which an SMS is `unread` are left out.
    """
    stations = stations_with_gaps(election, reminder.form, reminder.round)
    owing = missing_reports(election, stations, reminder.form, reminder.round)

    with ThreadPoolExecutor(WORKERS) as workers:
        counts = workers.map(
            lambda stored: _remind_observers(election, reminder, stored, number, now),
            [stored for stored in owing if stored.report.station not in unread],
        )
        return sum(counts)


def _remind_observers(
    election: Election, reminder: Reminder, stored: StoredReport, number: str | None, now: dt.datetime
) -> int:
    """Remind a station's observers who owe the report and want SMS.

    Their wish is read at the instant of queueing; each is reminded on the phone that was heard last.
    """
    key = (stored.report.station, stored.report.form, stored.report.round)
    reminded: set[str] = set()

    def remind() -> None:
        current = get_reports(election, [key])[key]
        for observer in missing_observers(election, current.report, reached):
            with suppress(OptedOut):
                if queue_while_unchanged(election, current, _row(election, reminder, observer, number, now)):
                    reminded.add(observer.number)

    until_uncontended(remind, also=(ReportChanged,), what=f"report {' '.join(key)}", attempts=ATTEMPTS)
    return len(reminded)


def _row(
    election: Election, reminder: Reminder, observer: Observer, number: str | None, now: dt.datetime
) -> messages.Message:
    about = f"{reminder.form}#{reminder.round}"
    key = keys.reminder(election.id, reminder.form, reminder.round, observer.number, reminder.number)
    text = reminder_sms(election, observer, reminder.form, reminder.round)
    return outbox.sms_row(
        key, observer.phones[0], text, outbox.Origin(election.id, f"reminder#{about}", now), sender=number
    )
