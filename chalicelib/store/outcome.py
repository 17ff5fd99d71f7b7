"""The one transaction by which a message counts: its outcome, reports, tallies, incidents and what is to be sent.

Guarded by the message's own state, so that a message counts once however often it is processed.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from botocore.exceptions import BotoCoreError
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.tally import Cell, Counters
from chalicelib.observation.sms.states import MessageState
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.reports import StoredReport, as_read, to_row
from chalicelib.store.tables import Contended, StoreUnavailable
from chalicelib.store.tallies import adding, tally_row
from chalicelib.store.writes import Kind, Write, in_order

Cells = Mapping[tuple[int, Cell], Counters]
"""What is added to the tallies, by shard and cell."""

MOST_WRITES = 100
"""DynamoDB's limit of a transaction."""


class AlreadyProcessed(Exception):
    """The message has its outcome: somebody processed it before, or at the same time."""


class ReportChanged(Exception):
    """Another message changed a report since it was read: read it again."""


class IncidentChanged(Exception):
    """Somebody changed an incident, or took the next number, since they were read: read again."""


class OptOutChanged(Exception):
    """A phone's wish for SMS is not the one that was read, or that is needed."""


class PartsChanged(Exception):
    """Somebody changed what is known of a long SMS since it was read: read again."""


class BudgetChanged(Exception):
    """Another message of the same phone changed the stations that it reports for since they were read."""


class ReleaseChanged(Exception):
    """Somebody released or withdrew the quick count since it was read."""


class TooMuchAtOnce(Exception):
    """An outcome has more rows, or a larger one, than DynamoDB takes in one transaction; nothing was written."""


class AlreadyThere(Exception):
    """Rows that may exist only once exist: an incident that was opened before, a reply that was given before."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__(f"{len(keys)} rows exist already")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message came to. `reports` carry the version that they are to replace; `cells` what is to be added.

    `writes` are further rows that are written with it.
    """

    message: Message
    changes: Sequence[Action]
    election: Election | None = None
    reports: tuple[StoredReport, ...] = ()
    cells: Cells = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    outgoing: tuple[Message, ...] = ()
    writes: tuple[Write, ...] = ()


def commit(outcome: Outcome) -> None:
    """Write an outcome whole or not at all.

    Raises TooMuchAtOnce, AlreadyProcessed, ReportChanged, IncidentChanged, OtherWish, AlreadyThere, Contended, or
    StoreUnavailable: then it may or may not be written, and processing the message again finds out.
    """
    message = Write.update(
        "message", outcome.message.key, outcome.message, outcome.changes, Message.state == MessageState.RECEIVED
    )
    writes = [_put_report(_required(outcome.election), report) for report in outcome.reports]
    writes += [Write.put("once", one.id, one, Incident.id.does_not_exist()) for one in outcome.incidents]
    writes += [queued(one) for one in outcome.outgoing]
    tallies = adding_to_tallies(_required(outcome.election), outcome.cells) if outcome.cells else []
    write([*writes, message, *tallies, *outcome.writes])


def rewrite_report(election: Election, report: StoredReport, cells: Cells) -> None:
    """Write a report that counts otherwise than before, and the change of the tallies.

    Raises ReportChanged, Contended, StoreUnavailable.
    """
    write([_put_report(election, report), *adding_to_tallies(election, cells)])


def relocate_incident(election: Election, incident: Incident, region: str, cells: Cells) -> None:
    """Move an incident to the region that its station is in now, and what it counts with it.

    Does nothing where it has been moved already. Raises Contended, StoreUnavailable.
    """
    still_there = Incident.region == incident.region
    moved = Write.update("incident", incident.id, incident, [Incident.region.set(region)], still_there)
    with suppress(IncidentChanged):
        write([moved, *adding_to_tallies(election, cells)])


def write(writes: Iterable[Write]) -> None:
    """Write rows in one transaction, all or none.

    Raises AlreadyProcessed, PartsChanged, ReportChanged, IncidentChanged, OtherWish, ReleaseChanged, AlreadyThere,
    Contended, StoreUnavailable.
    """
    ordered = in_order(writes)
    if len(ordered) > MOST_WRITES:
        raise TooMuchAtOnce
    try:
        with TransactWrite(connection=_connection()) as transaction:
            for one in ordered:
                one.add_to(transaction)
    except TransactWriteError as error:
        raise _cause(error, ordered) from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


def queued(message: Message) -> Write:
    """An outgoing message, which may exist only once."""
    return Write.put("once", message.key, message, Message.key.does_not_exist())


def adding_to_tallies(election: Election, cells: Cells) -> list[Write]:
    """What adds counters to the tallies."""
    return [
        Write.update("row", "#".join(cell), tally_row(election, shard, cell), adding(counters))
        for (shard, cell), counters in cells.items()
    ]


def _put_report(election: Election, report: StoredReport) -> Write:
    row = to_row(election, report)
    row.version = report.version + 1
    return Write.put("report", row.form, row, as_read(report))


_MEANINGS: Final[Mapping[Kind, type[Exception]]] = {
    "message": AlreadyProcessed,
    "parts": PartsChanged,
    "report": ReportChanged,
    "incident": IncidentChanged,
    "wish": OptOutChanged,
    "release": ReleaseChanged,
    "budget": BudgetChanged,
}
"""What it means that a row's condition did not hold; where several did not, the first of them."""


def _cause(error: TransactWriteError, ordered: Sequence[Write]) -> Exception:
    reasons = error.cancellation_reasons
    codes = [reason.code if reason is not None else None for reason in reasons]
    failed = [one for one, code in zip(ordered, codes, strict=False) if code == "ConditionalCheckFailed"]
    kinds = {one.kind for one in failed}
    for kind, meaning in _MEANINGS.items():
        if kind in kinds:
            return meaning()
    if "once" in kinds:
        return AlreadyThere(frozenset(one.key for one in failed if one.kind == "once"))
    if any(reason is not None and _is_too_large(reason) for reason in reasons):
        return TooMuchAtOnce()
    return Contended() if "TransactionConflict" in codes else StoreUnavailable(str(error))


def _is_too_large(reason: CancellationReason) -> bool:
    """Whether a row would be larger than DynamoDB's 400 KB: such a write never succeeds."""
    return reason.code == "ValidationError" and "size" in (reason.message or "")


def _required(election: Election | None) -> Election:
    if election is None:
        raise ValueError("only a message that leads to an election can change its reports and tallies")
    return election


def _connection() -> Connection:
    return Message._get_connection().connection
