"""Four times as much of anything costs four times as much, and no square of it: counted in executed instructions."""

import datetime as dt
import sys
from collections.abc import Callable

import pytest
from executed import instructions
from fake_dynamodb import FakeDynamoDB
from grown_election import grown
from hostile_day import NUMBER
from sample_election import forget_elections

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.report import Report, Source, station_answers
from chalicelib.observation.reports.tally import contribution
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services.access.operators import Operator
from chalicelib.services.board.board import compute_board
from chalicelib.services.calls.listing import list_calls
from chalicelib.services.elections import loading
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.outreach.gaps import gaps
from chalicelib.services.outreach.missing_list import list_email, list_sms
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.summary_email import summary_email
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.escalations import adding_to_digest
from chalicelib.store.incident_numbers import giving_number
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.outcome import write

NOON = dt.datetime(2017, 10, 15, 7, tzinfo=dt.UTC)
FEW, MANY = 1, 4
MOST = 4.6
"""A square would be 16, a cube 64; what sorts or begins costs a little more or less than four."""


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], LoadedElection]:
    """Loads an election of so many regions and stations in each, on a database of its own."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Baykoo")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")

    def loaded(regions: int, stations: int) -> LoadedElection:
        FakeDynamoDB().install(monkeypatch)
        forget_elections()
        loading.load(grown(regions, stations), REAL_TIME)
        loading.route(NUMBER, "grown")
        return existing("grown")

    return loaded


def require_linear(what: str, costs: dict[int, int]) -> None:
    ratio = costs[MANY] / costs[FEW]
    sys.stdout.write(f"\n{what}: {costs[FEW]:,} and {costs[MANY]:,} instructions, {ratio:.2f} times\n")
    assert costs[FEW] > 500, "nothing was done"
    assert ratio < MOST


def sms(text: str, phone: str, at: dt.datetime = NOON) -> Message:
    row = received_sms(f"generic#{abs(hash((text, phone, at)))}", at, stored_at=at, received_at=at, text_as_sent=text)
    row.sender = row.conversation = phone
    row.recipient, row.provider = NUMBER, "generic"
    row.save()
    return row


Load = Callable[[int, int], LoadedElection]


def test_an_sms_of_many_incidents(load: Load) -> None:
    costs = {}
    for times in (FEW, MANY):
        phone = load(1, 4).election.observers[0].phones[0]
        row = sms("\n".join(f"IN 3 place {line:02}" for line in range(10 * times)), phone)
        costs[times] = instructions(lambda row=row: process(row, NOON))  # type: ignore[misc]
    require_linear("an SMS of 10 and 40 incidents", costs)


def test_an_incident_at_a_station_that_has_many(load: Load) -> None:
    costs = {}
    for times in (FEW, MANY):
        _with_incidents(load, 50 * times)
        row = sms("IN 3 once more", grown(1, 4).observers[0].phones[0], NOON + dt.timedelta(hours=2))
        costs[times] = instructions(lambda row=row: process(row, NOON + dt.timedelta(hours=2)))  # type: ignore[misc]
    require_linear("an incident where there are 50 and 200", costs)


def _with_incidents(load: Load, count: int) -> LoadedElection:
    loaded = load(1, 4)
    process(sms("IN 3 first", loaded.election.observers[0].phones[0]), NOON)
    [template] = incidents_of("grown")
    for number in range(2, count + 1):
        copied = dict(template.attribute_values) | {"id": f"{template.station}#{number:010}", "number": number}
        incident = Incident(**copied)
        incident.save()
        giving_number(incident, number, template.opened_at).row.save()
    return loaded


def test_a_summary_of_many_regions() -> None:
    costs = {}
    for times in (FEW, MANY):
        election = grown(20 * times, 1)
        cells = {
            (region, "TU", name): {"received": 1, "complete": 1, "A#count": 1, "A#sum": 300}
            for region in election.regions
            for name in ("10:00", "12:00")
        }

        def act(election: Election = election, cells: dict = cells) -> None:
            hour = Hour(summarise(election, cells, NOON), None, {}, {}, {}, {})
            summary_email(election, election.coordinators[0], hour)

        costs[times] = instructions(act)
    require_linear("a summary of 20 and 80 regions", costs)


def test_a_missing_list_of_many_stations(load: Load) -> None:
    costs = {}
    for times in (FEW, MANY):
        election = load(4, 10 * times).election

        def act(election: Election = election) -> None:
            missing = gaps(election, election.regions, NOON)
            assert sum(map(len, missing.values())) == len(election.stations)
            list_email(election, election.coordinators[0], missing, NOON)
            list_sms(election, election.coordinators[0], missing, NOON)

        costs[times] = instructions(act)
    require_linear("a missing list of 40 and 160 stations", costs)


def test_a_report_of_many_observers() -> None:
    costs = {}
    election = grown(1, 200)
    answers: dict[str, Value] = {"A": True, "C": 9, "E": 900}
    for times in (FEW, MANY):
        report = Report("1000", "OP", "-")
        for place in range(15 * times):
            source = Source(NOON + dt.timedelta(seconds=place), f"generic#{place}")
            report = report.merge(f"{1000 + place}", answers | {"C": place % 9}, source)

        def act(report: Report = report) -> None:
            merged = report.merge("1000", answers | {"C": 3}, Source(NOON + dt.timedelta(hours=1), "generic#x"))
            contribution(election, merged)
            station_answers(election, merged)

        costs[times] = instructions(act)
    require_linear("a merge into a report of 15 and 60 observers", costs)


def test_the_call_list_and_what_is_kept_each_minute(load: Load) -> None:
    kept, listed = {}, {}
    everyone = Operator("Ann", "headquarters", "grown", ())
    for times in (FEW, MANY):
        loaded = load(4, 10 * times)
        kept[times] = instructions(lambda loaded=loaded: keep_up(loaded, NOON))  # type: ignore[misc]
        shown = list_calls(loaded, everyone, (), NOON)["calls"]
        assert len(shown) == 40 * times
        listed[times] = instructions(lambda loaded=loaded: list_calls(loaded, everyone, (), NOON))  # type: ignore[misc]
    require_linear("what is kept of 40 and 160 stations", kept)
    require_linear("a call list of 40 and 160 stations", listed)


def test_a_board_of_many_regions(load: Load) -> None:
    costs = {}
    for times in (FEW, MANY):
        loaded = load(20 * times, 1)
        for place in range(20):
            process(sms("IN 7 posters", loaded.election.observers[place].phones[0]), NOON)
        costs[times] = instructions(lambda loaded=loaded: compute_board(loaded, (), NOON))  # type: ignore[misc]
    require_linear("a board of 20 and 80 regions", costs)


def test_a_digest_of_many_incidents(load: Load) -> None:
    costs = {}
    for times in (FEW, MANY):
        loaded = _with_incidents(load, 10 * times)
        numbers = {int(incident.number) for incident in incidents_of("grown")}
        elections.forget("grown")
        write([adding_to_digest("grown", "Region 0", 0, numbers, NOON)])
        at = NOON + dt.timedelta(seconds=1)
        costs[times] = instructions(lambda loaded=loaded, at=at: escalate_election(loaded, at))  # type: ignore[misc]
    require_linear("a digest of 10 and 40 incidents", costs)
