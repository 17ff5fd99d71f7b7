"""What is kept of people: every such attribute of every table.

docs/privacy.md names each, and tests/unit/privacy/test_personal.py that none is missing here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Treatment(StrEnum):
    """What becomes of an attribute when its person is forgotten."""

    GOES = "goes"
    """The attribute is removed."""
    MARKED = "marked"
    """A mark stands in its place."""
    ROLE = "role"
    """Of who worked on it the role stays."""
    WITHIN = "within"
    """Within it people's words, names and phones go, and codes and numbers stay."""
    ROW = "row"
    """The row goes, since its key tells of somebody."""


PERSONAL: Final[Mapping[str, Mapping[str, Treatment]]] = {
    "messages": {
        "sender": Treatment.GOES,
        "recipient": Treatment.GOES,
        "conversation": Treatment.GOES,
        "text": Treatment.GOES,
        "raw": Treatment.GOES,
        "html": Treatment.GOES,
        "subject": Treatment.GOES,
        "receipt_detail": Treatment.GOES,
        "last_error": Treatment.GOES,
        "note": Treatment.GOES,
        "author": Treatment.ROLE,
        "reading": Treatment.WITHIN,
        "resolution": Treatment.WITHIN,
    },
    "reports": {"answers": Treatment.WITHIN, "decisions": Treatment.WITHIN},
    "incidents": {
        "id": Treatment.ROW,
        "text": Treatment.GOES,
        "observer": Treatment.MARKED,
        "assigned": Treatment.ROLE,
        "history": Treatment.WITHIN,
    },
    "elections": {"document": Treatment.WITHIN, "assignments": Treatment.WITHIN, "changes": Treatment.WITHIN},
    "summaries": {"document": Treatment.WITHIN, "change": Treatment.WITHIN, "proposal": Treatment.WITHIN},
    "operators": {"name": Treatment.ROW, "organisation": Treatment.ROW},
    "optouts": {"phone": Treatment.ROW},
    "audit": {
        "at": Treatment.MARKED,
        "who": Treatment.ROLE,
        "subject": Treatment.MARKED,
        "note": Treatment.GOES,
        "before": Treatment.WITHIN,
        "after": Treatment.WITHIN,
    },
    "providers": {"document": Treatment.WITHIN},
    "work": {
        "scope": Treatment.ROW,
        "id": Treatment.ROW,
        "answer": Treatment.ROW,
        "last": Treatment.GOES,
        "phones": Treatment.WITHIN,
        "promise": Treatment.GOES,
        "by_hand": Treatment.GOES,
        "holder": Treatment.ROLE,
        "who": Treatment.ROLE,
        "text": Treatment.MARKED,
        "texts": Treatment.WITHIN,
        "note": Treatment.GOES,
        "choice": Treatment.WITHIN,
        "wanted": Treatment.WITHIN,
        "organisation": Treatment.MARKED,
        "error": Treatment.GOES,
        "document": Treatment.WITHIN,
        "doubts": Treatment.WITHIN,
    },
    "contacts": {
        "who": Treatment.ROLE,
        "operator": Treatment.ROLE,
        "name": Treatment.GOES,
        "phone": Treatment.GOES,
        "note": Treatment.GOES,
        "before": Treatment.GOES,
    },
    "accounts": {
        "scope": Treatment.ROW,
        "name": Treatment.ROW,
        "address": Treatment.ROW,
        "organisation": Treatment.ROW,
        "invited_by": Treatment.ROLE,
        "device": Treatment.ROW,
    },
}
"""Attributes by table, with what becomes of each.

Keys of messages are not among them: a provider chose the id in one.
"""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "messages": ("key",),
    "reports": ("station", "form"),
    "incidents": ("election", "id"),
    "summaries": ("election", "id"),
    "operators": ("token",),
    "optouts": ("election", "phone"),
    "audit": ("election", "at"),
    "providers": ("id",),
    "work": ("scope", "id"),
    "contacts": ("station", "id"),
    "accounts": ("scope", "id"),
}
"""Keys of the tables whose rows are gone through; the elections' own are rewritten as whole documents."""
