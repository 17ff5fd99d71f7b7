"""The one transaction by which a message counts: its outcome, reports, tallies, incidents and what is to be sent.

Guarded by the message's own state, so that a message counts once however often it is processed (invariant 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.observation.election import Election
from chalicelib.observation.tally import Cell, Counters
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import RECEIVED, Message
from chalicelib.store.reports import ReportRow, StoredReport, to_row
from chalicelib.store.tables import StoreUnavailable
from chalicelib.store.tallies import adding, tally_row

Cells = Mapping[tuple[int, Cell], Counters]
"""What is added to the tallies, by shard and cell."""

MOST_WRITES = 100
"""DynamoDB's limit of a transaction."""

Label = tuple[str, str]
"""What an item of the transaction is, in the order in which DynamoDB gives its reasons: kind and key."""


class AlreadyProcessed(Exception):
    """The message has its outcome: somebody processed it before, or at the same time."""


class ReportChanged(Exception):
    """Another message changed a report since it was read: read it again."""


class Contended(Exception):
    """DynamoDB found another transaction at work on the same rows: try again shortly."""


class TooMuchAtOnce(Exception):
    """An outcome has more rows than DynamoDB takes in one transaction; nothing was written."""


class AlreadyThere(Exception):
    """Rows that may exist only once exist: an incident that was opened before, a reply that was given before."""

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__(f"{len(keys)} rows exist already")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a message came to. `reports` carry the version that they are to replace; `cells` what is to be added."""

    message: Message
    changes: tuple[Action, ...]
    election: Election | None = None
    reports: tuple[StoredReport, ...] = ()
    cells: Cells = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    outgoing: tuple[Message, ...] = ()


def commit(outcome: Outcome) -> None:
    """Write an outcome whole or not at all.

    Raises TooMuchAtOnce, AlreadyProcessed, ReportChanged, AlreadyThere, Contended, or StoreUnavailable: then it may
    or may not be written, and processing the message again finds out.
    """
    labels: list[Label] = []
    try:
        with TransactWrite(connection=_connection()) as transaction:
            for report in outcome.reports:
                _put_report(transaction, labels, _required(outcome.election), report)
            _put_once(transaction, labels, outcome)
            transaction.update(outcome.message, list(outcome.changes), condition=Message.state == RECEIVED)
            labels.append(("message", outcome.message.key))
            if outcome.cells:
                _add_to_tallies(transaction, labels, _required(outcome.election), outcome.cells)
            if len(labels) > MOST_WRITES:
                raise TooMuchAtOnce
    except TransactWriteError as error:
        raise _cause(error, labels) from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


def rewrite_report(election: Election, report: StoredReport, cells: Cells) -> None:
    """Write a report that counts otherwise than before, and the change of the tallies.

    Raises ReportChanged, Contended, StoreUnavailable.
    """
    labels: list[Label] = []
    try:
        with TransactWrite(connection=_connection()) as transaction:
            _put_report(transaction, labels, election, report)
            _add_to_tallies(transaction, labels, election, cells)
    except TransactWriteError as error:
        raise _cause(error, labels) from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


def relocate_incident(election: Election, incident: Incident, region: str, cells: Cells) -> None:
    """Let an incident belong to another region, and its count with it; nothing if it was changed since it was read.

    Raises Contended, StoreUnavailable.
    """
    labels: list[Label] = [("once", incident.id)]
    try:
        with TransactWrite(connection=_connection()) as transaction:
            transaction.update(incident, [Incident.region.set(region)], condition=Incident.region == incident.region)
            _add_to_tallies(transaction, labels, election, cells)
    except TransactWriteError as error:
        cause = _cause(error, labels)
        if not isinstance(cause, AlreadyThere):
            raise cause from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


def _put_report(transaction: TransactWrite, labels: list[Label], election: Election, report: StoredReport) -> None:
    row = to_row(election, report)
    before = int(row.version)
    row.version = before + 1
    transaction.save(row, ReportRow.version == before if before else ReportRow.station.does_not_exist())
    labels.append(("report", row.form))


def _add_to_tallies(transaction: TransactWrite, labels: list[Label], election: Election, cells: Cells) -> None:
    for (shard, cell), counters in cells.items():
        transaction.update(tally_row(election, shard, cell), adding(counters))
        labels.append(("tally", "#".join(cell)))


def _put_once(transaction: TransactWrite, labels: list[Label], outcome: Outcome) -> None:
    rows: list[tuple[Model, UnicodeAttribute, str]] = [
        *((incident, Incident.id, incident.id) for incident in outcome.incidents),
        *((message, Message.key, message.key) for message in outcome.outgoing),
    ]
    for row, key_attribute, key in rows:
        transaction.save(row, key_attribute.does_not_exist())
        labels.append(("once", key))


def _cause(error: TransactWriteError, labels: list[Label]) -> Exception:
    failed = {
        label
        for label, reason in zip(labels, error.cancellation_reasons, strict=False)
        if reason is not None and reason.code == "ConditionalCheckFailed"
    }
    kinds = {kind for kind, _ in failed}
    if "message" in kinds:
        return AlreadyProcessed()
    if "report" in kinds:
        return ReportChanged()
    if "once" in kinds:
        return AlreadyThere(frozenset(key for kind, key in failed if kind == "once"))
    if any(reason is not None and reason.code == "TransactionConflict" for reason in error.cancellation_reasons):
        return Contended()
    return StoreUnavailable(str(error))


def _required(election: Election | None) -> Election:
    if election is None:
        raise ValueError("only a message that leads to an election can change its reports and tallies")
    return election


def _connection() -> Connection:
    return Message._get_connection().connection
