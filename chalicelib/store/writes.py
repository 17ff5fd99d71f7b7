"""Writes: rows of a transaction, each with its condition.

A row's own module describes the write; `outcome.py` says what it means that one was refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.store.requests import Request, by_key, put, update
from chalicelib.store.stored_row import StoredRow, client

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
    row: StoredRow
    condition: Condition | None = None
    actions: tuple[Action, ...] = ()

    @classmethod
    def put(cls, kind: Kind, key: str, row: StoredRow, condition: Condition | None = None) -> Self:
        """Put the row as it is, in place of any other."""
        return cls(kind, key, "put", row, condition)

    @classmethod
    def update(
        cls, kind: Kind, key: str, row: StoredRow, actions: Iterable[Action], condition: Condition | None = None
    ) -> Self:
        """Change the row by actions."""
        return cls(kind, key, "update", row, condition, tuple(actions))

    @classmethod
    def check(cls, kind: Kind, key: str, row: StoredRow, condition: Condition) -> Self:
        """Check a row without writing it.

        The transaction passes only if the row's condition holds.
        """
        return cls(kind, key, "check", row, condition)

    @classmethod
    def delete(cls, kind: Kind, key: str, row: StoredRow, condition: Condition | None = None) -> Self:
        """Delete the row."""
        return cls(kind, key, "delete", row, condition)

    def part(self) -> Request:
        """Return the part of a transaction that it is."""
        match self.operation:
            case "check":
                return {"ConditionCheck": by_key(self.row, self.condition)}
            case "delete":
                return {"Delete": by_key(self.row, self.condition)}
            case "put":
                return {"Put": put(self.row, self.condition)}
            case "update":
                return {"Update": update(self.row, self.actions, self.condition)}


def transact(writes: Sequence[Write]) -> None:
    """Ask DynamoDB for one transaction.

    It gives its reasons in the writes' order. Raises ClientError, BotoCoreError.
    """
    client().transact_write_items(TransactItems=[write.part() for write in writes])
