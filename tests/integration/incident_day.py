"""What tests of incidents do on a day: report, wait, answer as a coordinator, and see who was told."""

import datetime as dt

from pipeline import Load, Pipeline

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.services.access.operators import Operator
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

MINUTE = dt.timedelta(minutes=1)
_phones = iter(range(1, 1000))


def coordinator(name: str, region: str, **fields: object) -> Coordinator:
    values: dict[str, object] = {
        "email": f"{name.lower()}@example.org",
        "phone": f"+99655{next(_phones):07}",
        "language": "en",
        "alerts": ("email", "sms"),
        "regions": (region,),
    }
    return Coordinator.model_validate({"name": name} | values | fields)


def person(day: Pipeline, name: str) -> Coordinator:
    return next(coordinator for coordinator in day.election.coordinators if coordinator.name == name)


def say(day: Pipeline, name: str, text: str) -> tuple[Message, str]:
    """A coordinator's SMS, processed, and what was answered."""
    phone = person(day, name).phone
    assert phone is not None
    message = day.say(phone, text)
    reply = day.reply(message)
    return message, (reply.text or "") if reply else ""


def told(day: Pipeline, kind: str = "alert") -> dict[str, list[str]]:
    """Who was told: the channels by which each coordinator was, sorted by key."""
    rows = sorted((row for row in day.outgoing() if row.key.startswith(f"{kind}#")), key=lambda row: row.key)
    found: dict[str, list[str]] = {}
    for row in rows:
        contact = next(
            coordinator
            for coordinator in day.election.coordinators
            if row.recipient in (coordinator.phone, coordinator.email)
        )
        found.setdefault(contact.name, []).append(row.channel)
    return found


def wait(day: Pipeline, minutes: float) -> int:
    """Let time pass, and escalate as sweep does."""
    day.now += minutes * MINUTE
    return len(escalate_election(day.current, day.now))


def incident(day: Pipeline, number: int) -> Incident:
    found = incident_of_number(day.election.id, number)
    assert found is not None
    return found


def report(day: Pipeline, station: int = 0, text: str = "IN 2 they stuff") -> Message:
    return day.say(day.observers(station)[0].phones[0], text)


def everyone(day: Pipeline) -> Operator:
    return Operator("HQ", "headquarters", day.election.id, ())


def day_of_two_regions(load: Load) -> Pipeline:
    """Two in Bishkek, one after the other, one in Chuy, and headquarters."""
    return load(
        coordinators=(
            coordinator("Asan", "Bishkek"),
            coordinator("Bermet", "Bishkek", level=2, language="ru"),
            coordinator("Cholpon", "Chuy", language="ky"),
            coordinator("HQ", "*", alerts=("email",), phone=None),
        )
    )
