"""Carriers' health, shared by all workers: circuit, back-off and SMS per second."""

import datetime as dt
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.store.attributes import IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, store_faults, updated_if

COUNTER_KEPT = dt.timedelta(hours=1)


class CarrierRow(StoredRow):
    """A carrier's health, or its count of SMS in one second.

    `carrier#NAME`: its failures in a row, how often it was put to rest since it last took an SMS (`trips`), until when
    it rests (`rest_until`) and until when it asked to be left alone (`wait_until`), in seconds since 1970.

    `carrier#NAME#SECOND`: how many SMS it was handed in that second (`used`); expires.
    """

    class Meta(TableMeta):
        table = "providers"

    id = UnicodeAttribute(hash_key=True)
    failures = IntAttribute(default=0)
    trips = IntAttribute(default=0)
    rest_until = NumberAttribute(null=True)
    wait_until = NumberAttribute(null=True)
    used = IntAttribute(null=True)
    expires = TTLAttribute(null=True)


@dataclass(frozen=True, slots=True)
class CarrierHealth:
    """How a carrier stands: see CarrierRow."""

    failures: int = 0
    trips: int = 0
    rest_until: float = 0.0
    wait_until: float = 0.0


def standing(name: str) -> CarrierHealth:
    """How a carrier stands; raises StoreUnavailable."""
    with store_faults():
        try:
            return _standing(CarrierRow.get(_id(name)))
        except CarrierRow.DoesNotExist:
            return CarrierHealth()


def count_failure(name: str) -> CarrierHealth:
    """One more failure in a row; raises StoreUnavailable."""
    row = CarrierRow(_id(name))
    with store_faults():
        row.update(actions=[CarrierRow.failures.add(1)])
    return _standing(row)


def open_circuit(name: str, until: float, trips: int) -> bool:
    """Let a carrier rest, unless another worker did so first.

    `trips`: how often it had rested before. False if another worker let it rest. Raises StoreUnavailable.
    """
    actions = [CarrierRow.rest_until.set(until), CarrierRow.trips.set(trips + 1)]
    return updated_if(CarrierRow(_id(name)), actions, _tripped(trips))


def take_probe(name: str, rest_until: float, until: float) -> bool:
    """Claim the one attempt at a carrier whose rest is over.

    The other workers then wait `until` that time. False if another worker has claimed it. Raises StoreUnavailable.
    """
    return updated_if(CarrierRow(_id(name)), [CarrierRow.rest_until.set(until)], CarrierRow.rest_until == rest_until)


def back_off_until(name: str, until: float) -> None:
    """Leave a carrier alone until then, at least. Raises StoreUnavailable."""
    sooner = CarrierRow.wait_until.does_not_exist() | (CarrierRow.wait_until < until)
    updated_if(CarrierRow(_id(name)), [CarrierRow.wait_until.set(until)], sooner)


def close_circuit(name: str, trips: int) -> None:
    """Let all workers use a carrier that has taken an SMS.

    Changes nothing if the circuit was opened again since. Raises StoreUnavailable.
    """
    counters = (CarrierRow.failures, CarrierRow.trips, CarrierRow.rest_until)
    updated_if(CarrierRow(_id(name)), [counter.remove() for counter in counters], _tripped(trips))


def acquire_slot(name: str, second: int, most: int) -> bool:
    """Take one of a second's `most` places.

    False if they are taken. Raises StoreUnavailable.
    """
    row = CarrierRow(f"{_id(name)}#{second}")
    expires = dt.datetime.fromtimestamp(second, dt.UTC) + COUNTER_KEPT
    actions = [CarrierRow.used.add(1), CarrierRow.expires.set(expires)]
    return updated_if(row, actions, CarrierRow.used.does_not_exist() | (CarrierRow.used < most))


def _tripped(trips: int) -> Condition:
    """Return the condition that a circuit was opened so often."""
    often: Condition = CarrierRow.trips == trips
    return often if trips else CarrierRow.trips.does_not_exist() | (CarrierRow.trips == 0)


def _id(name: str) -> str:
    return f"carrier#{name}"


def _standing(row: CarrierRow) -> CarrierHealth:
    return CarrierHealth(row.failures or 0, row.trips or 0, row.rest_until or 0.0, row.wait_until or 0.0)
