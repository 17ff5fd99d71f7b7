"""Tell headquarters of a coordinator's SMS about a critical incident.

For sender numbers can be forged.
"""

import datetime as dt
from collections.abc import Callable

from chalicelib.observation.coordinators.texts import answer
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import Step
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services import outbox
from chalicelib.services.isolation import for_each
from chalicelib.store import keys
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

ENDING: frozenset[Step] = frozenset({"reject", "resolve"})

Telling = Callable[[str], str]
"""A sentence in a language."""


def is_told(incident: Incident, step: Step) -> bool:
    """Tell whether headquarters hear that a coordinator took this step by SMS."""
    return incident.severity == "critical" and step in ENDING


def notices(
    election: Election, message: Message, speakers: tuple[Coordinator, ...], what: Telling, now: dt.datetime
) -> list[Message]:
    """Return rows that tell headquarters, except the speaker.

    They tell what was done in the speaker's name.
    """
    speaker = speakers[0].name
    origin = outbox.Origin(election.id, message.key, now, "alert")

    def rows_to(coordinator: Coordinator) -> list[Message]:
        if not coordinator.is_headquarters or coordinator in speakers:
            return []
        language = coordinator.language
        text = say(election, language, "coordinator_did", who=speaker, what=what(language))
        return outbox.to_coordinator(
            coordinator,
            keys.notice(message.key, coordinator.id),
            origin,
            sms=answer(election, language, text) if "sms" in coordinator.alerts else None,
            email=outbox.Email(f"{election.text(election.name, language)}: {speaker}", text)
            if "email" in coordinator.alerts
            else None,
        )

    text = for_each("notice to headquarters", election.coordinators, rows_to, name=lambda coordinator: coordinator.id)
    return [row for rows in text.results for row in rows]
