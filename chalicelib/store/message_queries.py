"""Reads of the messages' table: by key, and by its indexes."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store import keys as row_keys
from chalicelib.store.messages import Message
from chalicelib.store.queues import QUEUE_SHARDS, SCHEMA, Queue, QueuedRow
from chalicelib.store.receipts import ReceiptRow
from chalicelib.store.requests import rows_of
from chalicelib.store.tables import StoreUnavailable, store_faults
from chalicelib.store.writes import Write, transact


def get(key: str) -> Message | None:
    """Return a message by key, as of now; raises StoreUnavailable.

    It is None where no row can have such a key: DynamoDB takes neither an empty nor a longer one.
    """
    if not 0 < len(key.encode("utf-8", "surrogatepass")) <= row_keys.LONGEST_KEY:
        return None
    with store_faults():
        try:
            return Message.get(key, consistent_read=True)
        except Message.DoesNotExist:
            return None


def get_many(keys: Iterable[str]) -> list[Message]:
    """Return those of the messages that exist and can be read.

    They come in no order. Raises StoreUnavailable.
    """
    return [row for row in read_rows(keys)[0] if isinstance(row, Message)]


def read_rows(keys: Iterable[str]) -> tuple[list[Message | ReceiptRow], dict[str, str]]:
    """Return queued rows that exist, and why others cannot be read.

    The rows are in no order, the others' faults by key. Raises StoreUnavailable.
    """
    rows: list[Message | ReceiptRow] = []
    unreadable: dict[str, str] = {}
    distinct = dict.fromkeys(keys)
    for model in (Message, ReceiptRow):
        of_model = [key for key in distinct if _model_of(key) is model]
        try:
            rows += rows_of(model, of_model)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001 - whatever deserialising one of them raises
            for key in of_model:
                try:
                    rows += rows_of(model, [key])
                except StoreUnavailable:
                    raise
                except Exception as fault:  # noqa: BLE001
                    unreadable[key] = f"{type(fault).__name__}: {fault}"
    newer = {row.key: _newer_schema(row) for row in rows if (row.schema or SCHEMA) > SCHEMA}
    return [row for row in rows if row.key not in newer], unreadable | newer


def row_of(image: Mapping[str, Any]) -> Message | ReceiptRow:
    """Return the row of a stream record's image."""
    return _model_of(image["key"]["S"]).from_raw_data(dict(image))


def _model_of(key: str) -> type[Message | ReceiptRow]:
    return ReceiptRow if row_keys.is_receipt(key) else Message


def _newer_schema(row: QueuedRow) -> str:
    return f"it is stored by schema {row.schema}, and this version of Baykoo reads {SCHEMA}"


def hold_unreadable(key: str, why: str, now: dt.datetime) -> None:
    """Take a row that this version cannot read out of its queue.

    It then waits for a person. It is neither read nor put anew, so that whatever it holds stays in it. Raises
    StoreUnavailable.
    """
    waits = Message.awaiting_person(key, now, reason=Reason.UNREADABLE_ROW, last_error=why[:500])
    with store_faults():
        transact([Write.update("row", key, Message(key), waits, Message.key.exists())])


def unfinished(queue: Queue, due_before: dt.datetime | None, limit: int) -> Iterator[str]:
    """Yield keys of a queue's unfinished rows, or of those due.

    There are at most `limit` per shard, the longest due first. Raises StoreUnavailable.
    """
    due = Message.due_at <= due_before if due_before is not None else None
    for shard in range(QUEUE_SHARDS[queue]):
        with store_faults():
            rows = Message.unfinished_index.query(f"{queue}#{shard}", due, limit=limit, attributes_to_get=["key"])
            yield from [row.key for row in rows]


def longest_due(queues: Iterable[Queue], due_before: dt.datetime | None, most: int) -> tuple[list[str], bool]:
    """Return keys of queues' unfinished rows, those due first first.

    At most `most`, however they are spread over the shards, and whether there are more. Raises StoreUnavailable.
    """
    due = Message.due_at <= due_before if due_before is not None else None
    shards = [f"{queue}#{shard}" for queue in queues for shard in range(QUEUE_SHARDS[queue])]
    found: list[tuple[dt.datetime, str]] = []
    for shard in shards:
        with store_faults():
            rows = Message.unfinished_index.query(shard, due, limit=most + 1, attributes_to_get=["key", "due_at"])
            found += [(row.due_at, row.key) for row in rows]
    return [key for _, key in sorted(found)[:most]], len(found) > most


def needing_attention(partition: str) -> Iterator[str]:
    """Yield keys of the SMS in a partition of the attention index.

    The oldest comes first. Raises StoreUnavailable.
    """
    with store_faults():
        for row in Message.attention_index.query(partition, attributes_to_get=["key"]):
            yield row.key


def conversation_between(phone: str, since: dt.datetime, until: dt.datetime, limit: int) -> list[str]:
    """Return keys of a phone's messages between two instants, newest first.

    Raises StoreUnavailable.
    """
    with store_faults():
        rows = Message.conversation_index.query(
            phone, Message.stored_at.between(since, until), scan_index_forward=False, limit=limit
        )
        return [row.key for row in rows]


def newest_with(phone: str, limit: int) -> list[tuple[str, dt.datetime]]:
    """Return keys of a phone's newest messages, with their storing.

    They came or went, and each has the instant when it was stored.

    Raises StoreUnavailable.
    """
    with store_faults():
        rows = Message.conversation_index.query(phone, scan_index_forward=False, limit=limit)
        return [(row.key, row.stored_at) for row in rows]


def messages_of(election_id: str) -> Iterator[Message]:
    """Yield every message of an election.

    Reads the whole table: for audits and exports, never for a request. Raises StoreUnavailable.
    """
    with store_faults():
        yield from Message.scan(Message.election == election_id, consistent_read=True)


def received_messages() -> Iterator[Message]:
    """Yield every message that has no outcome yet.

    Reads the whole table: for audits. Raises StoreUnavailable.
    """
    with store_faults():
        yield from Message.scan(Message.state == MessageState.RECEIVED, consistent_read=True)


def waiting_in(partition: str, limit: int) -> list[dt.datetime]:
    """Return since when SMS wait in a partition of the attention index.

    There are at most `limit` of them, the oldest first. Raises StoreUnavailable.
    """
    with store_faults():
        rows = Message.attention_index.query(partition, limit=limit, attributes_to_get=["stored_at"])
        return [row.stored_at for row in rows]
