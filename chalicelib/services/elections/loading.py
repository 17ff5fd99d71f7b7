"""Load, copy and route elections; nothing that has reports is removed."""

import time

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import USUAL_SHARDS, Election
from chalicelib.observation.incidents.urgent_pattern import incident_pattern
from chalicelib.observation.reports.tally import difference
from chalicelib.observation.sms.phones import international
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.elections.removals import ReceivedRows, Removal, removals
from chalicelib.services.opt_outs.forgotten_phones import restore_opt_outs
from chalicelib.services.reports.recount import recount
from chalicelib.services.reports.tally_changes import incident_cell
from chalicelib.store import elections, outcome, routes
from chalicelib.store.election_removal import remove_older_documents, retired_at
from chalicelib.store.elections import existing
from chalicelib.store.incidents import Incident, incidents_of
from chalicelib.store.reports import all_reports
from chalicelib.store.tallies import read_cells


class ElectionRetired(Exception):
    """The election is retired: loading its file again sets it to work."""


class RemovesReported(Exception):
    """A new version leaves out what has reports; nothing was changed."""

    def __init__(self, removals: tuple[Removal, ...]) -> None:
        super().__init__("\n".join(str(removal) for removal in removals))
        self.removals = removals


def load(election: Election, clock: Clock, *, shards: int | None = None) -> int:
    """Store an election, or its next version; return the version.

    What the file's changes mean for reports and incidents that are in already is counted anew; a message stays counted
    where it was when it came. `shards` go before those of its file, and a file without any
    keeps those that are stored. Raises RemovesReported, ElectionChanged, StoreUnavailable.
    """
    before = elections.current(election.id, fresh=True)
    if shards is None and before is not None and election.tally_shards == USUAL_SHARDS:
        shards = before.filed.tally_shards
    if shards is not None:
        election = election.model_copy(update={"tally_shards": shards})
    if before is None:
        return elections.save(election, clock)
    reported = _reported(before.election)
    refused = tuple(removals(before.election, election, reported))
    if refused:
        raise RemovesReported(refused)
    version = elections.save(election, clock)
    _count_anew(election, reported)
    return version


def finish_load(election: Election) -> None:
    """Count anew what an election means that is stored already.

    For a load that died after it had stored it. Raises StoreUnavailable.
    """
    _count_anew(election, _reported(election))


def _count_anew(election: Election, reported: ReceivedRows) -> None:
    restore_opt_outs(election)
    remove_older_documents(election.id)
    for number in routes.numbers_of(election.id):
        routes.route(number, election.id, incident_pattern(election), election.default_region)
    if reported.messages:
        time.sleep(elections.TRUSTED_SECONDS)  # until then, messages may be counted by the version before
        for report in all_reports(election, election.station_by_number):
            recount(election, report)
        for incident in list(incidents_of(election.id)):
            _relocate(election, incident)


def _reported(election: Election) -> ReceivedRows:
    reports = tuple(report.report for report in all_reports(election, election.station_by_number))
    cells = read_cells(election).values()
    messages = sum(int(counters.get(f"message.{name}", 0)) for counters in cells for name in ("received", "entered"))
    return ReceivedRows(reports, tuple(incidents_of(election.id)), messages)


def copy_election(source_id: str, target_id: str, clock: Clock) -> Election:
    """Copy an election's forms and roster under another id.

    With none of its reports. Raises ElectionUnknown, RemovesReported, StoreUnavailable.
    """
    copied = existing(source_id).filed.model_copy(update={"id": target_id})
    load(copied, clock)
    return copied


def route(number: str, election_id: str) -> str:
    """Let a number lead to one election; return it as matched.

    Raises ElectionRetired, ElectionUnknown, StoreUnavailable.
    """
    election = existing(election_id).election
    if retired_at(election_id) is not None:
        raise ElectionRetired(f"{election_id} is retired: ./baykoo election load FILE sets it to work again")
    matched = international(number, election.default_region)
    routes.route(matched, election_id, incident_pattern(election), election.default_region)
    return matched


def _relocate(election: Election, incident: Incident) -> None:
    """Count an incident in the region of its station now.

    Raises StoreUnavailable.
    """
    region = election.region_of(incident.station)
    if region == incident.region:
        return
    counted = {f"incident.{incident.severity}": 1}
    cells = {incident_cell(election, incident.station, incident.region): difference({}, counted)}
    cells[incident_cell(election, incident.station, region)] = counted
    until_uncontended(
        lambda: outcome.relocate_incident(election, incident, region, cells), what=f"incident {incident.id}"
    )
