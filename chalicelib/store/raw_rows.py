"""Rows as DynamoDB holds them, for copies of whole elections.

Attributes that this version does not know are copied too.
"""

import datetime as dt
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.store.tables import CONDITION_FAILED, StoreUnavailable

Item = Mapping[str, Mapping[str, Any]]
"""A row in DynamoDB's own JSON: attribute → type → value; a binary value is bytes."""
Position = dict[str, dict[str, str]]
"""Where a scan goes on: the keys of the last row that was read."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "reports": ("station", "form"),
    "tallies": ("shard", "cell"),
    "incidents": ("election", "id"),
    "summaries": ("election", "id"),
    "operators": ("token",),
    "optouts": ("election", "phone"),
    "audit": ("election", "at"),
    "contacts": ("station", "id"),
    "ledger": ("scope", "id"),
    "messages": ("key",),
}
"""The tables that hold an election's rows, beside its document, with the attributes of their keys."""

BATCH = 25
"""Rows per BatchWriteItem, which takes no more."""
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one answer, and where the next begins.

    `following` is None after the last.
    """

    rows: Sequence[Item]
    following: Position | None


def pages(table: str, position: Position | None = None) -> Iterator[Page]:
    """Read a table page by page, from a position on. Raises StoreUnavailable."""
    client = _client()
    while True:
        start = {"ExclusiveStartKey": position} if position else {}
        try:
            answer = client.scan(TableName=_name(table), ConsistentRead=True, **start)
        except (BotoCoreError, ClientError) as fault:
            raise StoreUnavailable(str(fault)) from fault
        position = answer.get("LastEvaluatedKey")
        yield Page(answer["Items"], position)
        if position is None:
            return


def put_all(table: str, rows: Sequence[Item]) -> None:
    """Write rows, over those with the same keys; raises StoreUnavailable."""
    _write_all(table, [{"PutRequest": {"Item": row}} for row in rows])


def _write_all(table: str, requests: Sequence[Mapping[str, Any]]) -> None:
    """Put or delete rows; repeat what DynamoDB leaves over."""
    name = _name(table)
    for begin in range(0, len(requests), BATCH):
        left: Mapping[str, Any] = {name: requests[begin : begin + BATCH]}
        for attempt in range(ATTEMPTS):
            try:
                left = _client().batch_write_item(RequestItems=left)["UnprocessedItems"]
            except (BotoCoreError, ClientError) as fault:
                raise StoreUnavailable(str(fault)) from fault
            if not left:
                break
            time.sleep(random.uniform(0, min(5.0, 0.05 * 2**attempt)))  # noqa: S311
        else:
            raise StoreUnavailable(f"{table}: DynamoDB left rows over in {ATTEMPTS} attempts")


def delete_all(table: str, keys: Sequence[Item]) -> None:
    """Delete rows by their keys; raises StoreUnavailable."""
    _write_all(table, [{"DeleteRequest": {"Key": key}} for key in keys])


def get(table: str, key: Item) -> Item | None:
    """Return a row as of now, or None; raises StoreUnavailable."""
    try:
        row: Item | None = _client().get_item(TableName=_name(table), Key=key, ConsistentRead=True).get("Item")
    except (BotoCoreError, ClientError) as fault:
        raise StoreUnavailable(str(fault)) from fault
    return row


def change(table: str, key: Item, before: Item, sets: Item, removes: Sequence[str]) -> bool:
    """Set and remove attributes of a row.

    False if one of them is no longer as it was `before`, and nothing was changed. Raises StoreUnavailable.
    """
    touched = list(dict.fromkeys([*sets, *removes]))
    names = {f"#{place}": name for place, name in enumerate(touched)}
    by_name = {name: place for place, name in names.items()}
    old = {f":old{by_name[name][1:]}": before[name] for name in touched if name in before}
    new = {f":new{by_name[name][1:]}": value for name, value in sets.items()}
    setting = ", ".join(f"{by_name[name]} = :new{by_name[name][1:]}" for name in sets)
    removing = ", ".join(by_name[name] for name in removes)
    parts = [f"SET {setting}" if sets else "", f"REMOVE {removing}" if removes else ""]
    unchanged = [
        f"{place} = :old{place[1:]}" if name in before else f"attribute_not_exists({place})"
        for place, name in names.items()
    ]
    try:
        _client().update_item(
            TableName=_name(table),
            Key=key,
            UpdateExpression=" ".join(part for part in parts if part),
            ConditionExpression=" AND ".join(unchanged),
            ExpressionAttributeNames=names,
            **({"ExpressionAttributeValues": old | new} if old or new else {}),
        )
    except ClientError as fault:
        if fault.response["Error"]["Code"] == CONDITION_FAILED:
            return False
        raise StoreUnavailable(str(fault)) from fault
    except BotoCoreError as fault:
        raise StoreUnavailable(str(fault)) from fault
    return True


def recoverable(tables: Sequence[str]) -> list[str]:
    """Return those of some tables whose past can be restored; raises StoreUnavailable."""
    try:
        described = {
            table: _client().describe_continuous_backups(TableName=_name(table))["ContinuousBackupsDescription"]
            for table in tables
        }
    except (BotoCoreError, ClientError) as fault:
        raise StoreUnavailable(str(fault)) from fault
    return [
        table
        for table, backups in described.items()
        if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
    ]


def existing_keys(table: str, keys: Sequence[Item]) -> set[str]:
    """Return those of a table's single keys that exist. Raises StoreUnavailable."""
    name, (attribute,) = _name(table), TABLES[table]
    existing: set[str] = set()
    for begin in range(0, len(keys), BATCH):
        requested: Mapping[str, Any] = {
            name: {
                "Keys": list(keys[begin : begin + BATCH]),
                "ConsistentRead": True,
                "ProjectionExpression": "#key",
                "ExpressionAttributeNames": {"#key": attribute},
            }
        }
        while requested:
            try:
                answer = _client().batch_get_item(RequestItems=requested)
            except (BotoCoreError, ClientError) as fault:
                raise StoreUnavailable(str(fault)) from fault
            existing |= {row[attribute]["S"] for row in answer["Responses"].get(name, ())}
            requested = answer["UnprocessedKeys"]
    return existing


def recover(at: dt.datetime, prefix: str) -> list[str]:
    """Copy every table as of an instant (point-in-time recovery).

    Returns the copies' names, which have another prefix. A copy that exists or is being made is left alone. DynamoDB
    takes minutes to hours. Raises StoreUnavailable.
    """
    made = []
    for table in ("elections", *TABLES):
        try:
            _client().restore_table_to_point_in_time(
                SourceTableName=_name(table), TargetTableName=prefix + table, RestoreDateTime=at
            )
        except ClientError as fault:
            if fault.response["Error"]["Code"] not in ("TableAlreadyExistsException", "TableInUseException"):
                raise StoreUnavailable(str(fault)) from fault
        except BotoCoreError as fault:
            raise StoreUnavailable(str(fault)) from fault
        made.append(prefix + table)
    return made


def not_active(names: Sequence[str]) -> list[str]:
    """Return those of some tables that are still being made. Raises StoreUnavailable."""
    try:
        states = {name: _client().describe_table(TableName=name)["Table"]["TableStatus"] for name in names}
    except (BotoCoreError, ClientError) as fault:
        raise StoreUnavailable(str(fault)) from fault
    return [name for name, state in states.items() if state != "ACTIVE"]


def _name(table: str) -> str:
    return os.environ["BAYKOO_TABLE_PREFIX"] + table


def _client() -> Any:
    return boto3.client("dynamodb")
