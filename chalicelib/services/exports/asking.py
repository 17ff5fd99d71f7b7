"""Ask for an export, see how far it is, fetch its files."""

import datetime as dt
import json
import os
import secrets
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.clients.aws import client
from chalicelib.services.clients.bucket import LINK_LASTS, link_to
from chalicelib.services.exports.faults import ExportNotDone, ExportUnknown, PeopleWithheld
from chalicelib.services.exports.table import DIES_AFTER, Wanted
from chalicelib.store import exports
from chalicelib.store.exports import ExportRow

_PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})

logger = Logger()


def ask(election: Election, wanted: Wanted, action: Action) -> dict[str, Any]:
    """Store what somebody wants exported, and have it begun.

    Raises PeopleWithheld, and what `perform` raises.
    """
    operator = action.operator
    if wanted.people and not operator.may(Permission.EXPORT_PEOPLE):
        raise PeopleWithheld("names, phones and texts are exported by headquarters; ask for it without people")
    row = ExportRow(
        exports.scope_of(election.id),
        f"{action.now:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}",
        state="waiting",
        wanted=asdict(wanted),
        who=operator.name,
        role=operator.role,
        regions=list(operator.regions),
        asked_at=action.now,
        beat_at=action.now,
        expires=action.now + exports.KEPT_FOR,
    )
    document = described(row, action.now)
    change = Change(document, (exports.putting(row),), "export asked for", f"export {row.id}", None, asdict(wanted))
    answered = perform(action, lambda: change)
    begin(election.id, answered["id"])
    return answered


def begin(election_id: str, export_id: str) -> None:
    """Call the function that makes an export, without waiting for it.

    Where that fails the export waits, and showing it calls again.
    """
    payload = json.dumps({"election": election_id, "export": export_id})
    try:
        lambdas = client("lambda", _PATIENCE)
        lambdas.invoke(FunctionName=os.environ["BAYKOO_EXPORT"], InvocationType="Event", Payload=payload.encode())
    except (BotoCoreError, ClientError):
        logger.exception("an export was not begun")


def list_exports(operator: Operator, now: dt.datetime) -> dict[str, Any]:
    """Return a person's exports of the last day, the newest first; headquarters see everybody's.

    Raises StoreUnavailable.
    """
    rows = [row for row in exports.exports_of(operator.election) if _sees(operator, row)]
    return {"election": operator.election, "exports": [described(row, now) for row in rows]}


def show_export(operator: Operator, export_id: str, now: dt.datetime) -> dict[str, Any]:
    """Return an export; one that waits or has died is begun again.

    Raises ExportUnknown, StoreUnavailable.
    """
    row = _required(operator, export_id)
    if _is_forgotten(row, now):
        begin(operator.election, export_id)
    return described(row, now)


def link(operator: Operator, export_id: str, action: Action) -> dict[str, Any]:
    """Return links to an export's files, for a minute; who fetched them is in the audit trail.

    Raises ExportUnknown, ExportNotDone, and what `perform` raises.
    """

    def attempt() -> Change:
        row = _required(operator, export_id)
        if row.state != "done":
            raise ExportNotDone(f"the export is {row.state}" + (f": {row.error}" if row.error else ""))
        files = [{"name": one["name"], "bytes": one["bytes"], "url": link_to(one["key"])} for one in row.files]
        document = {"files": files, "until": (action.now + LINK_LASTS).isoformat()}
        return Change(document, (), "export fetched", f"export {row.id}", None, row.wanted)

    return perform(action, attempt)


def described(row: ExportRow, now: dt.datetime) -> dict[str, Any]:
    """Describe an export; one whose function has died is told as waiting."""
    return {
        "id": row.id,
        "state": "waiting" if _is_forgotten(row, now) else row.state,
        "wanted": row.wanted,
        "who": row.who,
        "asked_at": row.asked_at.isoformat(),
        "rows": row.rows,
        "bytes": sum(one["bytes"] for one in row.files),
        "files": [one["name"] for one in row.files],
        "error": row.error,
        "until": (row.asked_at + exports.KEPT_FOR).isoformat(),
    }


def _is_forgotten(row: ExportRow, now: dt.datetime) -> bool:
    """Tell whether an export waits for a function that was never called, or has died."""
    return row.state in ("waiting", "running") and row.beat_at < now - DIES_AFTER


def _required(operator: Operator, export_id: str) -> ExportRow:
    row = exports.get_export(operator.election, export_id)
    if row is None or not _sees(operator, row):
        raise ExportUnknown("there is no such export: it is deleted after a day")
    return row


def _sees(operator: Operator, row: ExportRow) -> bool:
    return row.who == operator.name or operator.may(Permission.EXPORT_PEOPLE)
