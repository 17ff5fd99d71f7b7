"""The sample election grown to any size."""

from hostile_day import small_election
from sample_election import changed

from chalicelib.observation.elections.election import Election


def grown(regions: int, stations: int) -> Election:
    """An election of so many regions, and of so many stations in each."""
    small = small_election()
    names = [f"Region {place}" for place in range(regions)]
    places = [(f"{1000 + number}", names[number // stations]) for number in range(regions * stations)]
    station, observer = small.stations[0], small.observers[0]
    head = next(coordinator for coordinator in small.coordinators if "*" in coordinator.regions)
    return changed(
        small,
        id="grown",
        stations=[station.model_copy(update={"number": number, "region": region}) for number, region in places],
        observers=[
            observer.model_copy(update={"number": number, "station": number, "phones": (f"+99670000{number}",)})
            for number, _ in places
        ],
        coordinators=[head],
    )
