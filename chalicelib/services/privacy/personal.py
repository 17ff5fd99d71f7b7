"""What is kept of people: every such attribute of every table.

docs/privacy.md names each, and tests/unit/privacy/test_personal.py that none is missing here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class How(StrEnum):
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


PERSONAL: Final[Mapping[str, Mapping[str, How]]] = {
    "messages": {
        "sender": How.GOES,
        "recipient": How.GOES,
        "conversation": How.GOES,
        "text": How.GOES,
        "raw": How.GOES,
        "html": How.GOES,
        "subject": How.GOES,
        "receipt_detail": How.GOES,
        "last_error": How.GOES,
        "note": How.GOES,
        "author": How.ROLE,
        "reading": How.WITHIN,
        "resolution": How.WITHIN,
    },
    "reports": {"answers": How.WITHIN, "decisions": How.WITHIN},
    "incidents": {
        "id": How.ROW,
        "text": How.GOES,
        "observer": How.MARKED,
        "assigned": How.ROLE,
        "history": How.WITHIN,
    },
    "elections": {"document": How.WITHIN, "assignments": How.WITHIN, "changes": How.WITHIN},
    "summaries": {"document": How.WITHIN, "change": How.WITHIN},
    "operators": {"name": How.ROW, "organisation": How.ROW},
    "optouts": {"phone": How.ROW},
    "audit": {
        "at": How.MARKED,
        "who": How.ROLE,
        "subject": How.MARKED,
        "note": How.GOES,
        "before": How.WITHIN,
        "after": How.WITHIN,
    },
    "providers": {"document": How.WITHIN},
    "work": {
        "scope": How.ROW,
        "id": How.ROW,
        "answer": How.ROW,
        "last": How.GOES,
        "phones": How.WITHIN,
        "promise": How.GOES,
        "holder": How.ROLE,
        "who": How.ROLE,
        "text": How.MARKED,
        "texts": How.WITHIN,
        "note": How.GOES,
        "choice": How.WITHIN,
        "wanted": How.WITHIN,
        "organisation": How.MARKED,
        "error": How.GOES,
        "document": How.WITHIN,
        "doubts": How.WITHIN,
    },
    "contacts": {
        "who": How.ROLE,
        "operator": How.ROLE,
        "name": How.GOES,
        "phone": How.GOES,
        "note": How.GOES,
        "before": How.GOES,
    },
    "accounts": {
        "scope": How.ROW,
        "name": How.ROW,
        "address": How.ROW,
        "organisation": How.ROW,
        "invited_by": How.ROLE,
        "device": How.ROW,
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
