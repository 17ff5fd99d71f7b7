"""Tallies: sharded counters by region, form and round."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.tally import Cell, Counters, Number, add
from chalicelib.store.changes import Addition
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import TableMeta, store_faults


class TallyRow(StoredRow):
    """One shard's counters of a cell.

    Counters are attributes of their own, since DynamoDB adds only to those.
    """

    class Meta(TableMeta):
        table = "tallies"

    shard = UnicodeAttribute(hash_key=True)
    cell = UnicodeAttribute(range_key=True)

    counters: Counters

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Read the row, each attribute that is no key as a counter."""
        row = super().from_raw_data(data)
        row.counters = {name: _number(typed["N"]) for name, typed in data.items() if "N" in typed}
        return row


def tally_row(election: Election, shard: int, cell: Cell) -> TallyRow:
    """Return the row of a cell's shard, to be updated."""
    return TallyRow(f"{election.id}#{shard}", "#".join(cell))


def adding(counters: Counters) -> list[Action]:
    """Update actions that add counters to a row."""
    return [Addition(name, amount) for name, amount in counters.items()]


def read_cells(election: Election, region: str | None = None, *, consistent: bool = True) -> dict[Cell, Counters]:
    """Return every cell's counters, summed over the shards.

    Of one region where it is given. One query per shard; at half the cost where what was counted in the last second may
    be missing. Raises StoreUnavailable.
    """
    parts: dict[Cell, list[Counters]] = {}
    condition = TallyRow.cell.startswith(f"{region}#") if region is not None else None
    with store_faults():
        for shard in range(election.tally_shards):
            for row in TallyRow.query(f"{election.id}#{shard}", condition, consistent_read=consistent):
                region_name, form, round_name = row.cell.split("#")
                parts.setdefault((region_name, form, round_name), []).append(row.counters)
    return {cell: add(counters) for cell, counters in parts.items()}


def shards_of_cells(election: Election) -> Mapping[tuple[int, Cell], Counters]:
    """Every shard's counters by shard and cell, for audits."""
    counters: dict[tuple[int, Cell], Counters] = {}
    with store_faults():
        for shard in range(election.tally_shards):
            for row in TallyRow.query(f"{election.id}#{shard}", consistent_read=True):
                region, form, round_name = row.cell.split("#")
                counters[shard, (region, form, round_name)] = row.counters
    return counters


def _number(written: str) -> Number:
    number = Decimal(written)
    return int(number) if number == number.to_integral_value() else number
