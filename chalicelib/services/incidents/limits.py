"""What earlier attempts to write a message's outcome have found out."""

from dataclasses import dataclass, field
from typing import Literal

WriteScope = Literal["full", "one_alert", "held"]
"""How much of a message is written. full: everything. one_alert: the gravest incident alerts now, the rest go to a
digest. held: nothing counts until a person decides."""


@dataclass(slots=True)
class Limits:
    """Rows that exist already, and how much can be written.

    Attempts have found it out. The numbers that they have reserved for incidents stand here too.
    """

    existing_keys: frozenset[str] = frozenset()
    numbers: list[int] = field(default_factory=list)
    scope: WriteScope = "full"
    counts_codes: bool = False
    """Whether a right code was refused: its phone's wrong codes have to be read."""

    @property
    def merge_alerts(self) -> bool:
        """Whether only one of a message's incidents alerts at once."""
        return self.scope == "one_alert"
