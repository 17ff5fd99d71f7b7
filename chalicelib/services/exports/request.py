"""Ask for an export, see how far it is, fetch its files."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.clients.bucket import LINK_LASTS, link_to
from chalicelib.services.clients.jobs import DIES_AFTER, begin
from chalicelib.services.exports.faults import ExportNotDone, ExportUnknown, PeopleWithheld
from chalicelib.services.exports.table import ExportRequest
from chalicelib.store import jobs
from chalicelib.store.jobs import JobRow


def ask(election: Election, export_request: ExportRequest, action: Action) -> dict[str, Any]:
    """Store what somebody wants exported, and have it begun.

    Raises PeopleWithheld, and what `perform` raises.
    """
    operator = action.operator
    if export_request.people and not operator.may(Permission.EXPORT_PEOPLE):
        raise PeopleWithheld("names, phones and texts are exported by headquarters; ask for it without people")
    if export_request.what == "audit" and not operator.may(Permission.READ_AUDIT):
        raise PeopleWithheld("the audit trail is exported by headquarters of the whole coalition")
    row = jobs.new_job(
        election.id,
        "exports",
        operator.name,
        action.now,
        wanted=asdict(export_request),
        role=operator.role,
        regions=list(operator.regions),
        organisation=operator.organisation,
    )
    document = describe(row, action.now)
    change = Change(
        document, (jobs.putting(row),), "export asked for", f"export {row.id}", None, asdict(export_request)
    )
    answered = perform(action, lambda: change)
    begin(election.id, "exports", answered["id"])
    return answered


def list_exports(operator: Operator, now: dt.datetime) -> dict[str, Any]:
    """Return a person's exports of the last day, the newest first.

    Headquarters see everybody's.

    Raises StoreUnavailable.
    """
    rows = [row for row in jobs.jobs_of(operator.election, "exports") if _may_see(operator, row)]
    return {"election": operator.election, "exports": [describe(row, now) for row in rows]}


def show_export(operator: Operator, export_id: str, now: dt.datetime) -> dict[str, Any]:
    """Return an export; one that waits or has died is begun again.

    Raises ExportUnknown, StoreUnavailable.
    """
    row = _required(operator, export_id)
    if is_forgotten(row, now):
        begin(operator.election, "exports", export_id)
    return describe(row, now)


def link(operator: Operator, export_id: str, action: Action) -> dict[str, Any]:
    """Return links to an export's files, for a minute.

    Who fetched them is in the audit trail.

    Raises ExportUnknown, ExportNotDone, and what `perform` raises.
    """

    def attempt() -> Change:
        row = _required(operator, export_id)
        if row.state != "done":
            raise ExportNotDone(f"the export is {row.state}" + (f": {row.error}" if row.error else ""))
        files = [{"name": file["name"], "bytes": file["bytes"], "url": link_to(file["key"])} for file in row.files]
        document = {"files": files, "until": (action.now + LINK_LASTS).isoformat()}
        return Change(document, (), "export fetched", f"export {row.id}", None, row.wanted)

    return perform(action, attempt)


def describe(row: JobRow, now: dt.datetime) -> dict[str, Any]:
    """Describe an export; one whose function has died is told as waiting.

    Of its stations it tells how many.
    """
    return {
        "id": row.id,
        "state": "waiting" if is_forgotten(row, now) else row.state,
        "wanted": row.wanted | {"stations": len(row.wanted.get("stations") or ())},
        "who": row.who,
        "asked_at": row.asked_at.isoformat(),
        "rows": row.rows,
        "bytes": sum(file["bytes"] for file in row.files),
        "files": [file["name"] for file in row.files],
        "error": row.error,
        "until": (row.asked_at + jobs.KEPT_FOR).isoformat(),
    }


def is_forgotten(row: JobRow, now: dt.datetime) -> bool:
    """Tell whether an export's function never ran, or died."""
    return row.state in ("waiting", "running") and row.beat_at < now - DIES_AFTER


def _required(operator: Operator, export_id: str) -> JobRow:
    row = jobs.get_job(operator.election, "exports", export_id)
    if row is None or not _may_see(operator, row):
        raise ExportUnknown("there is no such export: it is deleted after a day")
    return row


def _may_see(operator: Operator, row: JobRow) -> bool:
    if operator.organisation not in (None, row.organisation):
        return False
    if operator.regions and not (row.regions and set(row.regions) <= set(operator.regions)):
        return False
    return (row.who, row.role) == (operator.name, operator.role) or operator.may(Permission.EXPORT_PEOPLE)
