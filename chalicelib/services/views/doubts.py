"""What should not be trusted yet: doubts, the count's first."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.doubts import is_count
from chalicelib.services.access.leases import lease_of
from chalicelib.services.access.operators import Operator
from chalicelib.services.views.reader import Reader
from chalicelib.store.doubts import DoubtRow, doubts_of_region
from chalicelib.store.elections import LoadedElection
from chalicelib.store.leases import LeaseRow, leases_of, task_name

Rank = tuple[bool, int, str, str, str, str, str]
"""How a doubt is sorted: of no count, votes downwards, then where and what it is."""


def list_doubts(
    loaded: LoadedElection,
    reader: Reader,
    regions: Sequence[str],
    criteria: tuple[str | None, str | None],
    now: dt.datetime,
    after: Rank | None,
    limit: int,
) -> dict[str, Any]:
    """Return a page of doubts, with the rank that continues it.

    `criteria`: of a kind and a form.

    Of a count form first, then those that concern most votes. As of the last minute. Raises StoreUnavailable.
    """
    election, (kind, form) = loaded.election, criteria
    leases = {region: leases_of(election.id, region) for region in regions}
    doubts = sorted(
        (
            (_rank(election, described), described)
            for region in regions
            for row in doubts_of_region(election.id, region)
            if sees_doubts_at(reader.operator, row.place[0])
            for described in _describe(election, reader, row, leases.get(region, {}), now)
            if kind in (None, described["kind"]) and form in (None, described["form"])
        ),
        key=lambda ranked: ranked[0],
    )
    following = [doubt for doubt in doubts if after is None or doubt[0] > after]
    return {
        "election": election.id,
        "as_of": local_time(loaded.clock.at(now), election.zone),
        "count": len(doubts),
        "doubts": [described for _, described in following[:limit]],
        "next": following[limit - 1][0] if len(following) > limit else None,
    }


def sees_doubts_at(operator: Operator, station: str) -> bool:
    """Whether an operator sees what is in doubt at a station.

    It tells what all of its observers said.
    """
    sight = operator.sight
    return sight is None or (
        sight.sees_station(station) and (sight.sees.reports == "all" or sight.owns_all_of(station))
    )


def _rank(election: Election, described: dict[str, Any]) -> Rank:
    is_other = not is_count(election.form_by_code[described["form"]])
    names = (described["station"], described["form"], described["round"], described["kind"], described["about"] or "")
    return (is_other, -described["votes"], *names)


def _describe(
    election: Election, reader: Reader, row: DoubtRow, leases: Mapping[str, LeaseRow], now: dt.datetime
) -> Iterator[dict[str, Any]]:
    station_number, form, round_name = row.place
    station = election.station_by_number.get(station_number)
    if station is None or form not in election.form_by_code:
        return
    observers = election.observers_by_station.get(station_number, ())
    lease = leases.get(task_name("doubt", f"{station_number}#{form}#{round_name}"))
    for doubt in row.doubts:
        yield {
            "station": station.number,
            "name": station.name,
            "region": station.region,
            "form": form,
            "round": round_name,
            **doubt,
            "is_in_sample": election.quick_count is not None,
            "lease": lease_of(reader.operator, lease, now),
            "since": local_time(row.since, election.zone),
            "observers": [
                {"number": observer.number, "name": observer.name, "phones": list(observer.phones)}
                if reader.sees_people
                else {"number": observer.number}
                for observer in observers
            ],
        }
