"""What rehearsals showed: which questions and observers need another hour."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election
from chalicelib.store import rehearsals
from chalicelib.store.elections import LoadedElection

MOST_COMPARED: Final = 5
"""Rehearsals of an election whose figures are shown, the newest first."""


def keep_training(source_id: str, rehearsal_id: str, figures: Mapping[str, Any], now: dt.datetime) -> None:
    """Keep a rehearsal's figures with its source and with its copy.

    Whoever looks at either election sees them. Raises StoreUnavailable.
    """
    for election_id in (source_id, rehearsal_id):
        rehearsals.keep_training(election_id, rehearsal_id, figures, now)


def show_training(loaded: LoadedElection, now: dt.datetime) -> dict[str, Any]:
    """Return the figures of an election's last rehearsals, the newest first.

    A worst observer's station stands beside the number. Raises StoreUnavailable.
    """
    election = loaded.election
    kept = rehearsals.trainings_of(election.id, MOST_COMPARED)
    return {
        "election": election.id,
        "as_of": local_time(loaded.clock.at(now), election.zone),
        "rehearsals": [figures | {"observers": _placed(election, figures)} for figures in kept],
    }


def _placed(election: Election, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    stations = {observer.number: observer.station for observer in election.observers}
    return [line | {"station": stations.get(line["observer"])} for line in figures["observers"]]
