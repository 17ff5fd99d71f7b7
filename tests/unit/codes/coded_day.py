"""A day in memory whose observers and coordinators have codes."""

from day_in_memory import DayInMemory

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.sms.codes import hashed
from chalicelib.services.desk import decisions
from chalicelib.store.desk import tag_of
from chalicelib.store.messages import Message

CODE, OTHER = "482193", "771204"


def coordinator(name: str, region: str, phone: str) -> Coordinator:
    return Coordinator(
        name=name, email=f"{name}@example.org", phone=phone, language="en", regions=(region,), alerts=("email", "sms")
    )


def with_codes(day: DayInMemory, codes: dict[int, str], **coordinators: str) -> DayInMemory:
    """Give observers, by place in the roster, and coordinators, by name, their codes."""
    observers = [
        observer.model_copy(update={"code": hashed(codes[place], observer.number) if place in codes else None})
        for place, observer in enumerate(day.election.observers)
    ]
    people = [
        coordinator.model_copy(
            update={
                "code": hashed(coordinators[coordinator.name], coordinator.name)
                if coordinator.name in coordinators
                else None
            }
        )
        for coordinator in day.election.coordinators
    ]
    day.load(observers=observers, coordinators=people)
    return day


def say(day: DayInMemory, name: str, text: str) -> tuple[Message, str]:
    """A coordinator's SMS, processed, and what was answered."""
    phone = next(str(coordinator.phone) for coordinator in day.election.coordinators if coordinator.name == name)
    message = day.say(phone, text)
    return message, day.reply(message) or ""


def read_again(day: DayInMemory, sms: Message) -> None:
    """What an operator does who has called."""
    decisions.retry(day.current, day.action(), sms.key, tag_of(day.stored(sms.key)))
