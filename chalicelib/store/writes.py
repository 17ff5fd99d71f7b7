"""Writes: rows of a transaction, each with its condition.

A row's own module describes the write; `outcome.py` writes the transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

Changes = list[Action]
"""What a row's verbs change of it."""

Operation = Literal["check", "delete", "put", "update"]

Kind = Literal[
    "message",
    "parts",
    "report",
    "incident",
    "wish",
    "once",
    "release",
    "budget",
    "full",
    "assignments",
    "account",
    "work",
    "row",
]
"""What a row's condition guards: a message's outcome, what is known of a long SMS's parts, a phone's wish, the version
of a report, an incident or the quick count's release, a phone's stations, whose phones are, an account's version, a row
of work that an operator has read, a row that may exist only once; `row` has none."""


@dataclass(frozen=True, slots=True)
class Write:
    """A row to be written, with its operation and condition.

    `kind` and `key` identify the fault where the condition does not hold.
    """

    kind: Kind
    key: str
    operation: Operation
    row: Model
    condition: Condition | None = None
    actions: tuple[Action, ...] = ()

    @classmethod
    def put(cls, kind: Kind, key: str, row: Model, condition: Condition | None = None) -> Self:
        """Put the row as it is, in place of any other."""
        return cls(kind, key, "put", row, condition)

    @classmethod
    def update(
        cls, kind: Kind, key: str, row: Model, actions: Iterable[Action], condition: Condition | None = None
    ) -> Self:
        """Change the row by actions."""
        return cls(kind, key, "update", row, condition, tuple(actions))

    @classmethod
    def check(cls, kind: Kind, key: str, row: Model, condition: Condition) -> Self:
        """Check a row of two keys without writing it.

        The transaction passes only if the row's condition holds.
        """
        return cls(kind, key, "check", row, condition)

    @classmethod
    def delete(cls, kind: Kind, key: str, row: Model, condition: Condition | None = None) -> Self:
        """Delete the row."""
        return cls(kind, key, "delete", row, condition)

    def add_to(self, transaction: TransactWrite) -> None:
        """Make it a part of a transaction."""
        match self.operation:
            case "check":
                hash_key, range_key = self.row._get_keys().values()  # type: ignore[no-untyped-call]
                transaction.condition_check(type(self.row), hash_key, range_key, self.condition)
            case "delete":
                transaction.delete(self.row, self.condition)
            case "put":
                transaction.save(self.row, self.condition)
            case "update":
                transaction.update(self.row, list(self.actions), self.condition)


def in_order(writes: Iterable[Write]) -> list[Write]:
    """Return writes in PynamoDB 6's order of sending: by operation.

    DynamoDB gives its reasons in the same order.
    """
    order: tuple[Operation, ...] = ("check", "delete", "put", "update")
    return sorted(writes, key=lambda write: order.index(write.operation))
