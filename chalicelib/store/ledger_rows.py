"""The rows that the ledger is over, as DynamoDB holds them.

No attribute is read into a model: a row that this version cannot read is sealed like any other.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.observation.ledger.entries import OF_MESSAGE, OF_REPORT, Kind, Row
from chalicelib.store.ledger import Cursor
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportRow
from chalicelib.store.requests import AT_ONCE
from chalicelib.store.tables import store_faults

_MESSAGE_ATTRIBUTES = (*OF_MESSAGE, "joined_at")
_REPORT_ATTRIBUTES = ("station", "form", "version", *OF_REPORT)


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows of one answer; `following` is None after the last.

    `units`: what DynamoDB told that reading it cost.
    """

    rows: Sequence[Row]
    following: Cursor | None
    units: float


def message_pages(
    election_id: str, since: dt.datetime | None, cut: dt.datetime | None, cursor: Cursor | None = None
) -> Iterator[RowPage]:
    """Yield the messages of an election, and those of none.

    They are those put from `since` on and before `cut`, as far as they tell: a long SMS bears when its last part was
    stored, and when it was joined. Scans the table, at half the price of consistent reads. Raises StoreUnavailable.
    """
    of_it = (Message.election == election_id) | Message.election.does_not_exist()
    condition: Condition = ((Message.direction == "in") | (Message.direction == "out")) & of_it
    if since is not None:
        condition &= (Message.stored_at >= since) | (Message.joined_at >= since)
    if cut is not None:
        condition &= (Message.stored_at < cut) & (Message.joined_at.does_not_exist() | (Message.joined_at < cut))
    return _pages(Message, condition, _MESSAGE_ATTRIBUTES, cursor)


def report_pages(election_id: str, cursor: Cursor | None = None) -> Iterator[RowPage]:
    """Yield the reports of an election. Scans the table. Raises StoreUnavailable."""
    return _pages(ReportRow, ReportRow.station.startswith(f"{election_id}#"), _REPORT_ATTRIBUTES, cursor)


def message_rows(keys: Sequence[str]) -> list[Row]:
    """Return those of some messages that exist, as of now; raises StoreUnavailable."""
    rows: list[Row] = []
    connection = Message._get_connection()
    for begin in range(0, len(keys), AT_ONCE):
        waiting: Any = [{"key": key} for key in keys[begin : begin + AT_ONCE]]
        while waiting:
            with store_faults():
                answer: Any = connection.batch_get_item(
                    waiting, consistent_read=True, attributes_to_get=list(OF_MESSAGE)
                )
            rows += answer["Responses"].get(connection.table_name, ())
            left = answer.get("UnprocessedKeys", {}).get(connection.table_name, {}).get("Keys", ())
            waiting = [{"key": key["key"]["S"]} for key in left]
    return rows


def report_row(election_id: str, station: str, place: str) -> Row | None:
    """Return a report's row as of now; None if there is none.

    Raises StoreUnavailable.
    """
    with store_faults():
        answer: Any = ReportRow._get_connection().get_item(f"{election_id}#{station}", place, consistent_read=True)
    row: Row | None = answer.get("Item")
    return row


def cursor_after(kind: Kind, row: Row) -> Cursor:
    """Return the cursor from which reading goes on after a row."""
    names = ("key",) if kind == "message" else ("station", "form")
    return {name: dict(row[name]) for name in names}


def put_at(row: Row) -> dt.datetime:
    """Return when a message's row says that it was put."""
    return dt.datetime.fromisoformat(row.get("joined_at", row["stored_at"])["S"])


def _pages(
    model: type[Model], condition: Condition, attributes: Sequence[str], cursor: Cursor | None
) -> Iterator[RowPage]:
    connection = model._get_connection()
    while True:
        with store_faults():
            answer: Any = connection.scan(
                filter_condition=condition,
                attributes_to_get=list(attributes),
                return_consumed_capacity="TOTAL",
                exclusive_start_key=cursor,  # type: ignore[arg-type]
            )
        cursor = answer.get("LastEvaluatedKey")
        yield RowPage(answer["Items"], cursor, answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0))
        if cursor is None:
            return
