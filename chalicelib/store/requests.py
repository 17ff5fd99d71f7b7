"""What DynamoDB is asked of rows, in its own words.

PynamoDB asks the same by way of a table's connection, at twice the price.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action, Update

from chalicelib.store.stored_row import StoredRow, client
from chalicelib.store.tables import CONDITION_FAILED, is_new, store_faults

Row = TypeVar("Row", bound=StoredRow)
Request = dict[str, Any]
"""The parameters of a client's call, or of one part of a transaction."""
Key = str | tuple[str, str]
"""A row's key: its partition, with what sorts in it where the table has such."""

AT_ONCE = 100
"""Rows of one BatchGetItem, which takes no more."""


def put(row: StoredRow, condition: Condition | None = None) -> Request:
    """Ask that a row be stored, in place of any other."""
    return _asked(row, {"Item": row.serialize()}, condition)


def update(row: StoredRow, actions: Sequence[Action], condition: Condition | None = None) -> Request:
    """Ask that a row be changed by actions."""
    return _asked(row, {"Key": row.written_key()}, condition, actions)


def by_key(row: StoredRow, condition: Condition | None = None) -> Request:
    """Ask that a row be deleted, or be checked."""
    return _asked(row, {"Key": row.written_key()}, condition)


def put_first(row: Row) -> Row | None:
    """Store a row once; return the row that has its key already.

    None if the row is stored now. DynamoDB returns the other row with its refusal, so that nothing is read for it.
    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            client().put_item(**put(row, is_new(type(row))), ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as refused:
            if refused.response["Error"]["Code"] != CONDITION_FAILED:
                raise
            answer: Any = refused.response
            return type(row).from_raw_data(answer["Item"])
    return None


def rows_of(model: type[Row], keys: Iterable[Key]) -> list[Row]:
    """Return the rows of some keys as of now, in no order.

    Only existing ones are returned. What DynamoDB leaves under load is asked for again. Raises StoreUnavailable.
    """
    names = model.key_names()
    places = [(key,) if isinstance(key, str) else key for key in dict.fromkeys(keys)]
    written = [{name: {"S": part} for name, part in zip(names, place, strict=True)} for place in places]
    rows: list[Row] = []
    with store_faults():
        for begin in range(0, len(written), AT_ONCE):
            table = model.Meta.table_name
            waiting: Any = {table: {"Keys": written[begin : begin + AT_ONCE], "ConsistentRead": True}}
            while waiting:
                answer = client().batch_get_item(RequestItems=waiting)
                rows += [model.from_raw_data(row) for row in answer["Responses"].get(table, ())]
                waiting = answer.get("UnprocessedKeys")
    return rows


def _asked(row: StoredRow, parameters: Request, condition: Condition | None, actions: Sequence[Action] = ()) -> Request:
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    parameters["TableName"] = row.Meta.table_name
    if condition is not None:
        parameters["ConditionExpression"] = condition.serialize(names, values)
    if actions:
        parameters["UpdateExpression"] = Update(*actions).serialize(names, values)
    if names:
        parameters["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    if values:
        parameters["ExpressionAttributeValues"] = values
    return parameters
