"""Transactions as AWS runs them: one that meets another on an item is cancelled. The emulator runs them in turn."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

TAKES_SECONDS = 0.02
"""How long a transaction is under way on AWS, at the least."""
_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


class Transactions:
    """Items that some transaction is at work on, and how often one met another."""

    def __init__(self) -> None:
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.conflicts = 0

    @classmethod
    def tapped(cls, monkeypatch: pytest.MonkeyPatch) -> "Transactions":
        made = cls()
        call = botocore.client.BaseClient._make_api_call

        def tapped_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if operation != "TransactWriteItems":
                if operation in _WRITES and made.is_busy(operation, parameters):
                    raise aws_error("TransactionConflictException", operation)
                return call(client, operation, parameters)
            with made.under_way(parameters["TransactItems"]):
                time.sleep(TAKES_SECONDS)
                return call(client, operation, parameters)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", tapped_call)
        return made

    def is_busy(self, operation: str, parameters: dict[str, Any]) -> bool:
        with self._lock:
            return self._busy[_item(parameters)] > 0

    @contextmanager
    def under_way(self, actions: list[dict[str, Any]]) -> Iterator[None]:
        """Hold a transaction's items; raises ClientError where another holds one of them."""
        items = [_item(next(iter(action.values()))) for action in actions]
        with self._lock:
            met = [self._busy[item] > 0 for item in items]
            if any(met):
                self.conflicts += 1
                reasons = [{"Code": "TransactionConflict" if value else "None"} for value in met]
                raise aws_error("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
            self._busy.update(items)
        try:
            yield
        finally:
            with self._lock:
                self._busy.subtract(items)


def _item(action: dict[str, Any]) -> str:
    """What tells an item from others, close enough: a put's whole key attributes stand in its item."""
    table = action["TableName"]
    found = action.get("Key") or {
        name: value for name, value in action["Item"].items() if name in _KEYS[table.rpartition("-")[2]]
    }
    return f"{table} {sorted((name, str(value)) for name, value in found.items())}"


_KEYS = {
    "messages": {"key"},
    "reports": {"station", "form"},
    "tallies": {"shard", "cell"},
    "incidents": {"election", "id"},
    "elections": {"id", "part"},
    "summaries": {"election", "id"},
    "operators": {"token"},
    "optouts": {"election", "phone"},
    "audit": {"election", "at"},
    "providers": {"id"},
    "work": {"scope", "id"},
    "contacts": {"station", "id"},
    "accounts": {"scope", "id"},
}


def aws_error(code: str, operation: str, **more: Any) -> ClientError:
    reasons = ", ".join(reason["Code"] for reason in more.get("CancellationReasons", []))
    response: Any = {"Error": {"Code": code, "Message": f"Transaction cancelled [{reasons}]"}, **more}
    return ClientError({**response, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)
