"""Change over how many rows an election's counts are spread, between elections."""

import datetime as dt

from chalicelib.services.elections import loading
from chalicelib.store import elections
from chalicelib.store.elections import is_under_way


class ShardsInUse(Exception):
    """The election is under way: shards can be changed before or after."""


def require_not_under_way(election_id: str, shards: int, now: dt.datetime) -> None:
    """Require that no worker counts by the shards as they are.

    Each trusts its copy of an election for some seconds. Nothing is required where they stay as they are. Raises
    ShardsInUse, StoreUnavailable.
    """
    loaded = elections.current(election_id, fresh=True)
    if loaded is not None and loaded.filed.tally_shards != shards and is_under_way(loaded, now):
        raise ShardsInUse(f"{election_id} is under way: its shards can be changed before or after it")


def change_shards(election_id: str, shards: int, now: dt.datetime) -> int:
    """Spread a stored election's counts over so many rows; return its version.

    The roster, the clock and what people have changed stay. Raises ElectionUnknown, ShardsInUse, RemovesReported where
    anything is counted already, ElectionChanged, StoreUnavailable.
    """
    loaded = elections.existing(election_id)
    if loaded.filed.tally_shards == shards:
        return loaded.version
    require_not_under_way(election_id, shards, now)
    return loading.load(loaded.filed, loaded.clock, shards=shards)
