"""Remind who promised on the phone, at the time they named.

It is done where an operator asked for it.

The SMS has the call's own key, so that it goes once; a run that dies is done again.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress

from chalicelib.observation.calls.priority import Need
from chalicelib.observation.replies.reminder import reminder_sms
from chalicelib.observation.reports.report import owing
from chalicelib.services import outbox
from chalicelib.services.isolation import for_each
from chalicelib.store import keys, routes
from chalicelib.store.calls import CallRow, forget_promise
from chalicelib.store.elections import LoadedElection
from chalicelib.store.reports import get_reports
from chalicelib.store.unsolicited import OptedOut, queue_while_unchanged


def remind_promised(
    loaded: LoadedElection, rows: Iterable[CallRow], needs: Mapping[str, Need], now: dt.datetime
) -> None:
    """Send due reminders to who owes a report and wants SMS.

    One that fails is tried by the next run. Raises StoreUnavailable.
    """
    at = loaded.clock.at(now)
    due = [row for row in rows if row.promise and dt.datetime.fromisoformat(row.promise["at"]) <= at]
    if due:
        number = routes.number_of(loaded.election.id)
        for_each(
            "promised report",
            due,
            lambda row: _remind(loaded, row, needs.get(row.station, Need()), number, now),
            name=lambda row: str(row.station),
        )


def _remind(loaded: LoadedElection, row: CallRow, need: Need, number: str | None, now: dt.datetime) -> None:
    election, promise = loaded.election, dict(row.promise or {})
    observer = election.observer_by_number.get(promise["observer"])
    for form, round_name in need.owed[:1]:
        key = (row.station, form, round_name)
        stored = get_reports(election, [key])[key]
        owes = observer is not None and observer in owing(election, stored.report)
        if observer is None or not owes or promise["phone"] not in observer.phones:
            continue
        text = reminder_sms(election, observer, form, round_name)
        about = f"{form}#{round_name}"
        origin = outbox.Origin(election.id, f"reminder#{about}", now)
        name = keys.promised(election.id, promise["contact"])
        sms = outbox.sms_row(name, promise["phone"], text, origin, sender=number)
        sms.region, sms.observer = election.region_of(row.station), observer.number
        with suppress(OptedOut):
            queue_while_unchanged(election, stored, sms)
    forget_promise(row)
