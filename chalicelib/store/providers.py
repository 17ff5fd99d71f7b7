"""Providers' last arrivals and reconciliation, shared by all workers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.store.attributes import InstantAttribute, IntAttribute
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import Document, TableMeta, at_version, saved_if, store_faults

_MEASURED = "silence"


class ProviderRow(StoredRow):
    """What is known of a provider.

    `heard#NAME`: `at` is when its webhook last brought an SMS, `document` has the lags of some. `reconciled#NAME`:
    `document` tells how far its list was compared, `version` grows with each change. `silence`: `document` is what was
    last measured of all, `at` when.
    """

    class Meta(TableMeta):
        table = "providers"

    id = UnicodeAttribute(hash_key=True)
    at = InstantAttribute()
    version = IntAttribute(null=True)
    document = Document(null=True)


def record_arrival(provider: str, at: dt.datetime, lags: Sequence[int] = ()) -> None:
    """Keep when a provider was last heard, the latest of all arrivals.

    `lags`: by how many seconds its time was behind the arrival of its last SMS. Raises StoreUnavailable.
    """
    row = ProviderRow(f"heard#{provider}", at=at, document={"lags": list(lags)})
    saved_if(row, ProviderRow.id.does_not_exist() | (ProviderRow.at < at))


def last_heard(provider: str) -> dt.datetime | None:
    """When a provider was last heard, None if never; raises StoreUnavailable."""
    arrival = heard_with_lags(provider)
    return arrival[0] if arrival else None


def heard_with_lags(provider: str) -> tuple[dt.datetime, list[int]] | None:
    """Return when a provider was last heard, and its lags then.

    None if never. Raises StoreUnavailable.
    """
    row = _get(f"heard#{provider}")
    return (row.at, [int(lag) for lag in (row.document or {}).get("lags", [])]) if row else None


def keep_silence(document: dict[str, Any], at: dt.datetime) -> None:
    """Keep what was measured of the providers' silence; raises StoreUnavailable."""
    saved_if(ProviderRow(_MEASURED, at=at, document=document), ProviderRow.id.does_not_exist() | (ProviderRow.at < at))


def silence() -> tuple[dt.datetime, dict[str, Any]] | None:
    """Return when the providers' silence was last measured, with the result.

    None if never. Raises StoreUnavailable.
    """
    row = _get(_MEASURED)
    return (row.at, row.document or {}) if row else None


def reconciled(provider: str) -> tuple[int, dict[str, Any]]:
    """Return how far a provider's list was compared, with its version.

    The version comes first; 0 and an empty document before the first time. Raises StoreUnavailable.
    """
    row = _get(f"reconciled#{provider}")
    return (row.version or 0, row.document or {}) if row else (0, {})


def keep_reconciled(provider: str, version: int, document: dict[str, Any], now: dt.datetime) -> bool:
    """Replace the reconciliation that was read at a version.

    False if another run replaced it meanwhile. Raises StoreUnavailable.
    """
    row = ProviderRow(f"reconciled#{provider}", at=now, version=version + 1, document=document)
    return saved_if(row, at_version(ProviderRow, version))


def _get(row_id: str) -> ProviderRow | None:
    with store_faults():
        try:
            return ProviderRow.get(row_id, consistent_read=True)
        except ProviderRow.DoesNotExist:
            return None
