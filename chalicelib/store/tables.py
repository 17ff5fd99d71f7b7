"""Settings of every table's model: its name in the stack, and time-outs.

Also the attributes, errors and conditional writes that the models share.
"""

import base64
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import JSONAttribute
from pynamodb.exceptions import PutError, PynamoDBException, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

CONDITION_FAILED = "ConditionalCheckFailedException"


class StoreUnavailable(Exception):
    """DynamoDB failed, or its answer was lost: the outcome is unknown."""


class Contended(Exception):
    """Another transaction is at work on the same rows: try again shortly."""


class TooMuchAtOnce(Exception):
    """An outcome has too many rows, or one too large, for DynamoDB.

    The limits are those of one transaction; nothing was written.
    """


class _SettledLate(type):
    """A metaclass that reads a table's name and patience at each use.

    A process may choose its stack after imports.
    """

    table: str

    @property
    def table_name(cls) -> str:
        return os.environ.get("BAYKOO_TABLE_PREFIX", "baykoo-") + cls.table

    @property
    def read_timeout_seconds(cls) -> float:
        return float(os.environ.get("BAYKOO_READ_TIMEOUT", "3"))


class TableMeta(metaclass=_SettledLate):
    """Settings of every model, `table` its table's name without the stack's prefix.

    A webhook's provider waits for a few seconds at most, so no call may hang longer; who waits at a terminal has more
    time (`chalicelib/cli/target.py`).
    """

    connect_timeout_seconds = 1
    max_retry_attempts = 2
    max_pool_connections = 16


LARGE = 50_000
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COMPRESSED = "z"


class Document(JSONAttribute):
    r"""JSON without blanks and escapes.

    A write unit is 1 KB, and `\u0436` would take three times the room of `ж`.
    """

    def serialize(self, value: Any) -> str | None:
        """Write the JSON text; None where there is nothing."""
        return None if value is None else _compact(value)


class LargeDocument(Document):
    """JSON that may be large: compressed where it would fill a row.

    It is large with hundreds of regions, for example.
    """

    def serialize(self, value: Any) -> str | None:
        """Write the JSON text, compressed from LARGE characters on.

        A compressed text is known by its first character.
        """
        written = super().serialize(value)
        if written is None or len(written) < LARGE:
            return written
        return _COMPRESSED + base64.b85encode(zlib.compress(written.encode(), 9)).decode()

    def deserialize(self, value: str) -> Any:
        """Read the document, compressed or not."""
        if value.startswith(_COMPRESSED):
            value = zlib.decompress(base64.b85decode(value[1:])).decode()
        return super().deserialize(value)  # type: ignore[no-untyped-call]


def stored_bytes(document: Any) -> int:
    """Return how many bytes a large document takes in its row."""
    return len((LargeDocument().serialize(document) or "").encode())


@contextmanager
def store_faults() -> Iterator[None]:
    """Turn whatever DynamoDB's client raises into StoreUnavailable."""
    try:
        yield
    except (PynamoDBException, BotoCoreError, ClientError) as fault:
        raise StoreUnavailable(str(fault)) from fault


def refused_by_condition(error: PynamoDBException) -> bool:
    """Whether a write was refused because its condition did not hold.

    Not by `cause_response_code`, which fails where there was no answer at all, as after a time-out.
    """
    return isinstance(error.cause, ClientError) and error.cause.response["Error"]["Code"] == CONDITION_FAILED


def saved_if(row: Model, condition: Condition) -> bool:
    """Store a row if a condition holds; False if it does not.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            row.save(condition)
        except PutError as error:
            if refused_by_condition(error):
                return False
            raise
    return True


def updated_if(row: Model, actions: Sequence[Action], condition: Condition) -> bool:
    """Change a row if a condition holds; False if it does not.

    Raises StoreUnavailable.
    """
    with store_faults():
        try:
            row.update(actions=list(actions), condition=condition)
        except UpdateError as error:
            if refused_by_condition(error):
                return False
            raise
    return True


def put_new(row: Model) -> bool:
    """Store a row once; False if its key exists already.

    Raises StoreUnavailable.
    """
    return saved_if(row, is_new(type(row)))


@cache
def is_new(model: type[Model]) -> Condition:
    """Return the condition that there is no row of a key yet."""
    condition: Condition = getattr(model, str(model._hash_keyname)).does_not_exist()
    return condition


def at_version(model: Any, version: int) -> Condition:
    """Return the condition that a model's row is at a version.

    Version 0: that there is no row.
    """
    unchanged: Condition = model.version == version if version else model.version.does_not_exist()
    return unchanged


def spread(key: str, shards: int) -> int:
    """Return a key's stable shard, the same in every process."""
    return zlib.crc32(key.encode()) % shards
