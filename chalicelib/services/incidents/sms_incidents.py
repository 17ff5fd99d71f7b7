"""Open the incidents that an SMS reports, and reopen those it repeats."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.observation.sms.states import Reason
from chalicelib.services.incidents.limits import Limits
from chalicelib.services.incidents.opening import OpeningPlan, open_incidents
from chalicelib.services.incidents.withdrawn_entries import saying_again
from chalicelib.store.elections import LoadedElection
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.writes import Write


@dataclass(frozen=True, slots=True)
class SmsIncidents:
    """The incidents of an SMS: those it opens, and what reopens others.

    `reported`: all that the SMS reports, in its order. `reminders` tell again of incidents that had ended with a
    withdrawn entry, and `reopening` makes them new.
    """

    reported: Sequence[Incident]
    opening: OpeningPlan
    reminders: Sequence[Message]
    reopening: Sequence[Write]

    @property
    def outgoing(self) -> tuple[Message, ...]:
        """The alerts that are to be sent at once."""
        return (*self.opening.alerts, *self.reminders)

    @property
    def writes(self) -> tuple[Write, ...]:
        """What is written with the message, beside incidents and alerts."""
        return (*self.opening.writes, *self.reopening)


def open_incidents_of(
    loaded: LoadedElection,
    message: Message,
    incidents: Sequence[Incident],
    spender: str,
    now: dt.datetime,
    limits: Limits,
    *,
    doubt: Reason | None,
) -> SmsIncidents:
    """Open the incidents that an SMS reports for the first time.

    One whose row exists already is reopened where it had ended with what opened it. `spender`: whose budget of
    incidents they use. `doubt`: why the SMS does not prove its sender, kept with each. Raises StoreUnavailable.
    """
    for incident in incidents:
        incident.doubt = doubt
    existing_keys = limits.existing_keys
    repeated = [incident for incident in incidents if incident.id in existing_keys]
    reminders, reopening = saying_again(loaded, repeated, message.recipient, now)
    opening = open_incidents(
        loaded,
        [incident for incident in incidents if incident.id not in existing_keys],
        spender,
        message.recipient,
        now,
        reserved=limits.numbers,
        merge_alerts=limits.merge_alerts,
    )
    return SmsIncidents(incidents, opening, reminders, reopening)
