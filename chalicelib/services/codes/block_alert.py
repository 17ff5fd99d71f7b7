"""Tell coordinators once that wrong codes have blocked a phone."""

import datetime as dt

from chalicelib.observation.coordinators.texts import answer
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.incidents.lifecycle import told_at_once
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services import outbox
from chalicelib.services.codes.proof import MOST_WRONG, Holders
from chalicelib.services.isolation import for_each
from chalicelib.store import keys
from chalicelib.store.messages import Message


def alerts_of_blocked(election: Election, message: Message, holders: Holders, now: dt.datetime) -> list[Message]:
    """Return the alerts of a phone that is blocked from now on.

    They go to the coordinators of its observer's region; of a coordinator's phone to headquarters. Its SMS is not
    quoted. Raises StoreUnavailable.
    """
    origin = outbox.Origin(election.id, message.key, now, "alert")
    who = _name(holders[0])

    def rows_to(coordinator: Coordinator) -> list[Message]:
        text = say(election, coordinator.language, "codes_wrong", who=who, count=str(MOST_WRONG))
        return outbox.to_coordinator(
            coordinator,
            keys.notice(message.key, coordinator.id),
            origin,
            sms=answer(election, coordinator.language, text) if "sms" in coordinator.alerts else None,
            email=outbox.Email(election.text(election.name, coordinator.language), text)
            if "email" in coordinator.alerts
            else None,
        )

    alerts = for_each(
        "alert of wrong codes", _alerted(election, holders), rows_to, name=lambda coordinator: coordinator.id
    )
    return [row for rows in alerts.results for row in rows]


def _alerted(election: Election, holders: Holders) -> list[Coordinator]:
    holder = holders[0]
    if isinstance(holder, Observer):
        region = election.region_of(holder.station)
        return [election.coordinators[place] for place in told_at_once(election, region, "high")]
    return list(
        filter(lambda coordinator: coordinator.is_headquarters and coordinator not in holders, election.coordinators)
    )


def _name(holder: Observer | Coordinator) -> str:
    return f"{holder.station} / {holder.number}" if isinstance(holder, Observer) else holder.name
