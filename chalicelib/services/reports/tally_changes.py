"""What a message adds to the tallies: outcome, reports, incidents."""

from collections.abc import Iterable, Mapping

from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.reports.entries import tally_round
from chalicelib.observation.reports.resolve import Interpretation
from chalicelib.observation.reports.tally import (
    ANY_FORM,
    NATION_ONLY,
    Cell,
    Counters,
    add,
    difference,
    message_counters,
    shard_of,
)
from chalicelib.services.reports.merge import MergedReport
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.reports import StoredReport

Shard = int
ShardCell = tuple[Shard, Cell]


def message_cell(election: Election, station: str, form: str | None, round_name: str) -> ShardCell:
    """Return where a message's outcome is counted.

    With its first report, so that an accepted report changes one tally row.
    """
    region = election.region_of(station)
    if form is None or form not in election.form_by_code:
        return shard_of(election, station), (region, ANY_FORM, NO_ROUND)
    return shard_of(election, station), (region, form, tally_round(election.form_by_code[form], round_name))


def cell_of_message(election: Election, interpretation: Interpretation, sender: str) -> ShardCell:
    """Where a message that was read is counted.

    An unknown sender's has no station: it counts in the nation alone, in the shard of its phone.
    """
    if interpretation.observer is None:
        return shard_of(election, sender), (NATION_ONLY, ANY_FORM, NO_ROUND)
    if not interpretation.reports:
        return message_cell(election, interpretation.observer.station, None, NO_ROUND)
    first = interpretation.reports[0]
    return message_cell(election, first.station, first.reading.form, first.round)


def incident_cell(election: Election, station: str, region: str) -> ShardCell:
    """Where an incident is counted."""
    return shard_of(election, station), (region, ANY_FORM, NO_ROUND)


def cell_name(cell: ShardCell) -> str:
    """Name a cell as a message keeps it.

    It says where it was counted, whatever becomes of the roster.
    """
    shard, place = cell
    return "#".join((str(shard), *place))


def cell_named(name: str) -> ShardCell:
    """Return the cell of a name."""
    shard, region, form, round_name = name.split("#")
    return int(shard), (region, form, round_name)


def cell_of_report(election: Election, stored: StoredReport) -> ShardCell:
    """Return where a report is counted."""
    report = stored.report
    round_name = tally_round(election.form_by_code[report.form], report.round)
    return shard_of(election, report.station), (stored.region, report.form, round_name)


def changes_of_report(election: Election, merged: MergedReport) -> list[tuple[ShardCell, Counters]]:
    """Return what a report's change moves.

    A station that has changed its region since moves with all that it counted.
    """
    shard, before, after = (*cell_of_report(election, merged.before), cell_of_report(election, merged.after)[1])
    if before == after:
        return [((shard, after), difference(merged.after.counted, merged.before.counted))]
    return [((shard, before), difference({}, merged.before.counted)), ((shard, after), merged.after.counted)]


def changes_of_message(
    election: Election,
    interpretation: Interpretation,
    merged: Iterable[MergedReport],
    incidents: Iterable[Incident],
    *,
    counted_in: ShardCell,
    is_entry: bool,
) -> Mapping[ShardCell, Counters]:
    """Everything that a message adds, by shard and cell.

    `counted_in`: where its own outcome is counted.
    """
    counted = message_counters(interpretation.state, is_entry=is_entry)
    changes: list[tuple[ShardCell, Counters]] = [(counted_in, counted)]
    for report in merged:
        changes += changes_of_report(election, report)
    return total([*changes, *changes_of_incidents(election, incidents)])


def changes_of_incidents(election: Election, incidents: Iterable[Incident]) -> list[tuple[ShardCell, Counters]]:
    """Return what incidents count, each where its station is."""
    return [
        (incident_cell(election, incident.station, incident.region), {f"incident.{incident.severity}": 1})
        for incident in incidents
    ]


def uncounting(message: Message) -> Mapping[ShardCell, Counters]:
    """Return what takes a message's outcome out again.

    Nothing where it was not counted.
    """
    if not message.counted_in:
        return {}
    return {cell_named(message.counted_in): difference({}, counters_of(message))}


def counters_of(message: Message) -> Counters:
    """Count what a message's outcome adds to its cell."""
    return message_counters(message.state, is_entry=message.is_entry)


def total(changes: Iterable[tuple[ShardCell, Counters]]) -> dict[ShardCell, Counters]:
    """Sum changes by shard and cell, without zeros."""
    by_cell: dict[ShardCell, list[Counters]] = {}
    for cell, counters in changes:
        by_cell.setdefault(cell, []).append(counters)
    summed = {cell: difference(add(counters), {}) for cell, counters in by_cell.items()}
    return {cell: counters for cell, counters in summed.items() if counters}
