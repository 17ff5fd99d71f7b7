"""Who is at listed stations, and who has called there."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.services.access.leases import lease_of
from chalicelib.services.access.permissions import Permission
from chalicelib.services.views.reader import Reader
from chalicelib.store.calls import CallRow, calls_between
from chalicelib.store.elections import LoadedElection

_LAST: Final = ("at", "who", "outcome")


def with_people(
    loaded: LoadedElection, reader: Reader, region: str, described: Sequence[dict[str, Any]], now: dt.datetime
) -> list[dict[str, Any]]:
    """Return described stations with what their reader may know of people.

    `people`: observers by name, for who sees them. `call`: the last call and who has the station now, for who calls;
    one query of a page's rows. Raises StoreUnavailable.
    """
    rows: Mapping[str, CallRow] = {}
    if described and reader.operator.may(Permission.WORK_CALLS):
        ends = described[0]["station"], described[-1]["station"]
        rows = {row.station: row for row in calls_between(loaded.election.id, region, *ends)}
    return [
        station | _people(loaded, reader, station["station"]) | _call(reader, rows.get(station["station"]), now)
        for station in described
    ]


def _people(loaded: LoadedElection, reader: Reader, station: str) -> dict[str, Any]:
    seen = [
        {"number": observer.number, "name": observer.name}
        for observer in loaded.election.observers_by_station.get(station, ())
        if reader.toward(observer.number).sees_people
    ]
    return {"people": seen} if seen else {}


def _call(reader: Reader, row: CallRow | None, now: dt.datetime) -> dict[str, Any]:
    """Return a station's last call and lease, nothing where there is neither."""
    if row is None:
        return {}
    last = {name: row.last.get(name) for name in _LAST} if row.last else None
    lease = lease_of(reader.operator, row, now)
    return {"call": {"last": last, "lease": lease}} if last or lease else {}
