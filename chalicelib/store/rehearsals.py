"""What a rehearsal leaves: figures for training, and simulated observers."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from chalicelib.store.stored_row import StoredRow
from chalicelib.store.summaries import SummaryRow
from chalicelib.store.tables import LargeDocument, TableMeta, store_faults

_TRAINING = "training#"
KEPT_FOR = dt.timedelta(days=60)


class SimulatedStationRow(StoredRow):
    """What a station's simulated observers say when they are called, by phone."""

    class Meta(TableMeta):
        table = "work"

    scope = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    phones = LargeDocument()
    expires = TTLAttribute()


def keep_training(election_id: str, rehearsal: str, document: Mapping[str, Any], now: dt.datetime) -> None:
    """Keep a rehearsal's figures with an election; raises StoreUnavailable."""
    with store_faults():
        SummaryRow(election_id, _TRAINING + rehearsal, document=dict(document), made_at=now).save()


def trainings_of(election_id: str, limit: int) -> list[dict[str, Any]]:
    """Return the figures of an election's rehearsals, the newest first.

    Raises StoreUnavailable.
    """
    begins = SummaryRow.id.startswith(_TRAINING)
    with store_faults():
        rows = SummaryRow.query(election_id, begins, scan_index_forward=False, limit=limit, consistent_read=True)
        return [row.document for row in rows]


def keep_simulated(election_id: str, phones_of_station: Mapping[str, Mapping[str, Any]], now: dt.datetime) -> None:
    """Keep what the phones of each station say; raises StoreUnavailable."""
    with store_faults(), SimulatedStationRow.batch_write() as batch:
        for row in _rows(election_id, phones_of_station, now):
            batch.save(row)


def simulated_at(election_id: str, station: str) -> dict[str, Any] | None:
    """Return what a station's phones say, None without a row.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            phones: dict[str, Any] = SimulatedStationRow.get(_scope(election_id), station, consistent_read=True).phones
        except SimulatedStationRow.DoesNotExist:
            return None
    return phones


def _rows(
    election_id: str, phones_of_station: Mapping[str, Mapping[str, Any]], now: dt.datetime
) -> Iterable[SimulatedStationRow]:
    for station, phones in phones_of_station.items():
        yield SimulatedStationRow(_scope(election_id), station, phones=dict(phones), expires=now + KEPT_FOR)


def _scope(election_id: str) -> str:
    return f"simulated#{election_id}"
