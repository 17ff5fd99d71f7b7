"""The audit trail: who did what, to what, why; what was before."""

from typing import Any, Final

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.store.elections import LoadedElection
from chalicelib.store.operators import AuditRow, actions_before

MOST_SCANNED: Final = 1_000
"""Lines that one page looks at, of whomever; it may be short, and `next` continues."""
READ_AT_ONCE: Final = 200


def list_actions(
    loaded: LoadedElection,
    operator: Operator,
    who: str | None,
    before: str | None,
    limit: int,
    about: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the trail, newest first, and where it continues.

    Who may not read everybody's sees their own lines. `who`: of one person alone; `about`: whose subject and
    action have these words. Raises StoreUnavailable.
    """
    author = who if operator.may(Permission.READ_AUDIT) else operator.signature
    shown: list[dict[str, Any]] = []
    scanned = 0
    while scanned < MOST_SCANNED:
        rows = actions_before(loaded.election.id, before, READ_AT_ONCE)
        for row in rows:
            before = row.at
            is_author = author is None or author in (row.who, row.who.rpartition(" (")[0])
            if is_author and _is_about(row, about):
                shown.append(describe(loaded.election, row))
            if len(shown) == limit:
                return shown, before
        scanned += len(rows)
        if len(rows) < READ_AT_ONCE:
            return shown, None
    return shown, before


def _is_about(row: AuditRow, about: str | None) -> bool:
    """Tell whether a line has words in its subject or action.

    Whole words: station 104 is not 1043.
    """
    words = f"{row.subject} {row.action}".casefold().split()
    return about is None or all(word in words for word in about.casefold().split())


def describe(election: Election, row: AuditRow) -> dict[str, Any]:
    """Return a line as people see it, in UTC and local time."""
    return {
        "at": row.instant.isoformat(timespec="milliseconds"),
        "local": local_time(row.instant, election.zone),
        "who": row.who,
        "action": row.action,
        "subject": row.subject,
        "before": row.before,
        "after": row.after,
        "why": row.note,
    }
