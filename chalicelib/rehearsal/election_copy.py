"""A rehearsal's copy of an election, which reaches nobody real.

Same forms and roster. Replies and alerts of a rehearsal are sent in earnest. So that no observer is answered for an SMS
that was never typed, and no coordinator woken by an incident that never was, telephone numbers are replaced by numbers
set aside for fiction (555-0100 to 555-0199 of each North American area code, ATIS-0300115), and addresses by Amazon
SES's mailbox simulator, which accepts everything and keeps nothing.
"""

import zlib
from collections.abc import Iterator
from itertools import count

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.sms.codes import hashed
from chalicelib.store import routes

AREAS = tuple(f"{area}" for area in range(201, 990) if area % 100 != 11 and area // 10 % 10 != 9)
FICTITIOUS = 100 * len(AREAS)
"""How many numbers there are."""


def rehearsal_copy(source: Election, rehearsal_id: str, codes: float = 0) -> Election:
    """Copy an election, with every phone, address and code replaced.

    Who shared a phone shares one again. Who had a code has another, `simulated_code`; of the others so many percent.
    """
    numbers = fictitious_numbers(rehearsal_id)
    replaced = {phone: next(numbers) for phone in source.observers_by_phone}
    # Made anew: a model's copy would take over what the source has cached of its observers by phone.
    fields = {name: getattr(source, name) for name in Election.model_fields}
    fields["id"] = rehearsal_id
    fields["observers"] = [
        _with_code(
            observer.model_copy(update={"phones": tuple(replaced[phone] for phone in observer.phones)}),
            rehearsal_id,
            codes,
        )
        for observer in source.observers
    ]
    fields["coordinators"] = [
        _unreachable(coordinator, place, next(numbers)) for place, coordinator in enumerate(source.coordinators)
    ]
    return Election.model_validate(fields)


def simulated_code(rehearsal_id: str, observer: str) -> str:
    """Return the code of a rehearsal's observer who has one, by number."""
    return f"{100_000 + zlib.crc32(f'{rehearsal_id} {observer}'.encode()) % 900_000}"


def _with_code(observer: Observer, rehearsal_id: str, codes: float) -> Observer:
    """Give an observer a code of the rehearsal.

    Whether one gets it depends on the phone, so that both have one who share it.
    """
    is_chosen = zlib.crc32(f"{rehearsal_id} code {observer.phones[0]}".encode()) % 100 < codes
    if observer.code is None and not is_chosen:
        return observer
    return observer.model_copy(update={"code": hashed(simulated_code(rehearsal_id, observer.number), observer.number)})


def free_number(rehearsal_id: str) -> str:
    """Return a fictitious number that leads to no election yet.

    The rehearsal's observers text to it.
    """
    numbers = fictitious_numbers(f"{rehearsal_id} number")
    return next(number for number in numbers if routes.election_of_number(number, fresh=True) is None)


def strangers(election: Election) -> Iterator[str]:
    """Fictitious numbers that belong to no observer of a rehearsal."""
    numbers = fictitious_numbers(f"{election.id} strangers")
    return (number for number in numbers if number not in election.observers_by_phone)


def fictitious_numbers(start: str) -> Iterator[str]:
    """Return numbers set aside for fiction, in E.164.

    They begin at a place that depends on `start`; they repeat after FICTITIOUS.
    """
    for place in count(zlib.crc32(start.encode())):
        yield f"+1{AREAS[place // 100 % len(AREAS)]}55501{place % 100:02}"


def _unreachable(coordinator: Coordinator, place: int, phone: str) -> Coordinator:
    return coordinator.model_copy(
        update={
            "email": coordinator.email and f"success+coordinator-{place}@simulator.amazonses.com",
            "phone": coordinator.phone and phone,
            "code": None,
        }
    )
