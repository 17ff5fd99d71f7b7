"""Hourly budgets' spending: one small row per subject and hour, beside incidents.

Written on the rare paths alone (an incident, a reply to a stranger), with the transaction that it counts.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.operand import Path

from chalicelib.store.attributes import IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, at_version, store_faults
from chalicelib.store.writes import Write


class SpentRow(StoredRow):
    """Counters of a subject in an hour of the election's clock: `phone#+996…#2017-10-15T10`.

    Or, without any, that a stranger's phone had its one reply.
    """

    class Meta(TableMeta):
        table = "incidents"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)

    counters: Mapping[str, int]

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Read the row, each attribute that is no key as a counter."""
        row = super().from_raw_data(data)
        row.counters = {name: int(typed["N"]) for name, typed in data.items() if "N" in typed}
        return row


def spent(election_id: str, subject: str, at: dt.datetime) -> Mapping[str, int]:
    """Return a subject's spending in the hour of an instant, by counter.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return SpentRow.get(f"{election_id}#spent", _id(subject, at), consistent_read=True).counters
        except SpentRow.DoesNotExist:
            return {}


def spending(
    election_id: str, subject: str, at: dt.datetime, amounts: Mapping[str, int], most: Mapping[str, int]
) -> Write:
    """Return the write that adds to a subject's spending in an hour.

    `at` is an instant within the hour. It is refused where a counter would then be more than its `most`, as others
    spent meanwhile.
    """
    row = SpentRow(f"{election_id}#spent", _id(subject, at))
    fits = [
        Path([name]).does_not_exist() | (Path([name]) <= most[name] - amount)
        for name, amount in amounts.items()
        if name in most
    ]
    actions = [Path([name]).add(amount) for name, amount in amounts.items()]
    return Write.update("budget", row.id, row, actions, reduce(and_, fits) if fits else None)


class CoveredRow(StoredRow):
    """Stations that a phone reports for beside its own.

    `counted` are those that count, `held` those that wait for a person.
    """

    class Meta(TableMeta):
        table = "incidents"

    election = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    counted = Document(default=list)
    held = Document(default=list)
    version = IntAttribute()


@dataclass(frozen=True, slots=True)
class CoveredStations:
    """A phone's stations as stored, and the version to be replaced.

    The version is 0 where none are stored.
    """

    counted: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    version: int = 0


def answered_once(election_id: str, phone: str) -> Write:
    """Return the write that a phone's one reply is guarded by.

    It is refused where the phone was answered before; forgetting the phone removes its row.
    """
    row = SpentRow(f"{election_id}#answered", phone)
    return Write.put("once", f"answered#{phone}", row, SpentRow.id.does_not_exist())


def covered_by(election_id: str, phone: str) -> CoveredStations:
    """Return the stations that a phone reports for beside its own.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            return _covered(CoveredRow.get(f"{election_id}#covered", phone, consistent_read=True))
        except CoveredRow.DoesNotExist:
            return CoveredStations()


def phones_held(election_id: str) -> dict[str, CoveredStations]:
    """Return all stations of each phone that has some held.

    By phone; held stations wait for a person. Raises StoreUnavailable.
    """
    with store_faults():
        rows = {row.id: _covered(row) for row in CoveredRow.query(f"{election_id}#covered")}
    return {phone: stations for phone, stations in rows.items() if stations.held}


def covering(election_id: str, phone: str, stations: CoveredStations) -> Write:
    """Return the write that replaces a phone's stations.

    It is refused if another write changed them since they were read.
    """
    counted, held = sorted(stations.counted), sorted(stations.held)
    row = CoveredRow(f"{election_id}#covered", phone, counted=counted, held=held, version=stations.version + 1)
    return Write.put("budget", phone, row, at_version(CoveredRow, stations.version))


def _covered(row: CoveredRow) -> CoveredStations:
    return CoveredStations(frozenset(row.counted), frozenset(row.held), row.version)


def _id(subject: str, at: dt.datetime) -> str:
    return f"{subject}#{at.astimezone(dt.UTC):%Y-%m-%dT%H}"
