"""One row of a transaction, as those who know the row describe it to those who write the transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

Operation = Literal["check", "delete", "put", "update"]

Kind = Literal["message", "parts", "report", "incident", "wish", "once", "release", "budget", "row"]
"""What a row's condition guards: a message's outcome, what is known of a long SMS's parts, a phone's wish, the version
of a report, an incident or the quick count's release, a phone's stations, a row that may exist only once; `row` has
none."""


@dataclass(frozen=True, slots=True)
class Write:
    """A row to be written; `kind` and `key` tell what is wrong where its condition does not hold."""

    kind: Kind
    key: str
    operation: Operation
    row: Model
    condition: Condition | None = None
    actions: tuple[Action, ...] = ()

    @classmethod
    def put(cls, kind: Kind, key: str, row: Model, condition: Condition | None = None) -> Self:
        """The row as it is, in place of whatever there was."""
        return cls(kind, key, "put", row, condition)

    @classmethod
    def update(
        cls, kind: Kind, key: str, row: Model, actions: Iterable[Action], condition: Condition | None = None
    ) -> Self:
        """Changes of a row."""
        return cls(kind, key, "update", row, condition, tuple(actions))

    @classmethod
    def check(cls, kind: Kind, key: str, row: Model, condition: Condition) -> Self:
        """A row of two keys that is not written, but must be so."""
        return cls(kind, key, "check", row, condition)

    @classmethod
    def delete(cls, kind: Kind, key: str, row: Model, condition: Condition | None = None) -> Self:
        """The end of a row."""
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
    """Writes in the order in which PynamoDB 6 sends them and DynamoDB gives its reasons: by operation."""
    order: tuple[Operation, ...] = ("check", "delete", "put", "update")
    return sorted(writes, key=lambda one: order.index(one.operation))
