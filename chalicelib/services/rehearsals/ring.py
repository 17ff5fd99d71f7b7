"""Ring a rehearsal's simulated observer, who answers as a person would."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.services.access.operators import Operator
from chalicelib.store.calls import call_of
from chalicelib.store.elections import LoadedElection
from chalicelib.store.rehearsals import simulated_at


class NobodySimulated(Exception):
    """No simulated observer has this phone."""


def can_ring(loaded: LoadedElection, station: str) -> bool:
    """Whether a station's observers are simulated, and answer.

    Nothing is read where the clock is everybody's. Raises StoreUnavailable.
    """
    return loaded.clock.is_rehearsal and simulated_at(loaded.election.id, station) is not None


def ring(loaded: LoadedElection, operator: Operator, station: str, phone: str) -> dict[str, Any]:
    """Return what a simulated observer says on the phone.

    `outcome`: the call desk's outcome that fits. `reports`: answers as they are typed, by form and round, where the
    outcome is answered. Each further call of a station is the next of the phone's outcomes, the last one stays. Raises
    NobodySimulated, StoreUnavailable.
    """
    region = loaded.election.region_of(station)
    phones = simulated_at(loaded.election.id, station) if operator.sees(region) else None
    if phones is None or phone not in phones:
        raise NobodySimulated("nobody is simulated here: rehearse with --answer-calls, and ring an observer's phone")
    spoken = phones[phone]
    tries = call_of(loaded.election.id, region, station).tries or 0
    outcome = spoken["outcomes"][min(tries, len(spoken["outcomes"]) - 1)]
    return {
        "station": station,
        "observer": spoken["observer"],
        "outcome": outcome,
        "reports": list(_spoken(spoken["reports"])) if outcome == "answered" else [],
    }


def _spoken(reports: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for report in reports:
        yield {"form": report["form"], "round": report["round"], "answers": dict(report["answers"])}
