"""The one transaction by which a message counts.

It writes the message's outcome, reports, tallies, incidents and outgoing messages. It is guarded by the message's own
state, so that a message counts once however often it is processed.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.constants import STRING
from pynamodb.expressions.update import Action

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.tally import Cell, Counters
from chalicelib.observation.sms.states import MessageState
from chalicelib.store.changes import Assignment
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message
from chalicelib.store.reports import StoredReport, replacing
from chalicelib.store.tables import Contended, StoreUnavailable, TooMuchAtOnce
from chalicelib.store.tallies import adding, tally_row
from chalicelib.store.writes import Kind, Write, transact

Cells = Mapping[tuple[int, Cell], Counters]
"""What is added to the tallies, by shard and cell."""

MOST_WRITES = 100
"""DynamoDB's limit of a transaction."""


class AlreadyProcessed(Exception):
    """The message has its outcome: it was processed before, or concurrently."""


class ReportChanged(Exception):
    """Another message changed a report since it was read: read it again."""


class IncidentChanged(Exception):
    """Another write changed an incident or took the next number: read again."""


class OptOutChanged(Exception):
    """A phone's wish is not the one read, or not the required."""


class PartsChanged(Exception):
    """Another message changed a long SMS's parts: read again."""


class BudgetChanged(Exception):
    """Another message of the same phone changed its stations.

    They are the stations that the phone reports for, since they were read.
    """


class AssignmentsChanged(Exception):
    """Somebody assigned a phone, or loaded the election, since it was read."""


class ReleaseChanged(Exception):
    """Somebody released or withdrew the quick count since it was read."""


class AccountChanged(Exception):
    """Somebody changed an account since it was read."""


class WorkChanged(Exception):
    """Another operator changed a row of work since it was read."""


class AlreadyThere(Exception):
    """Rows that may exist only once exist already.

    For example an incident that was opened before, or a reply that was given before. `keys` are theirs.
    """

    def __init__(self, keys: frozenset[str]) -> None:
        super().__init__(f"{len(keys)} rows exist already")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Outcome:
    """A message's outcome and all that is written with it.

    `reports` carry the version that they are to replace; `cells` what is to be added. `writes` are further rows that
    are written with it.
    """

    message: Message
    changes: Sequence[Action]
    election: Election | None = None
    reports: tuple[StoredReport, ...] = ()
    cells: Cells = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    outgoing: tuple[Message, ...] = ()
    writes: tuple[Write, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """The texts that the message is given, by attribute."""
        assigned = [change for change in self.changes if isinstance(change, Assignment)]
        return {change.name: change.written for change in assigned if change.kind == STRING}


def commit(outcome: Outcome) -> None:
    """Write an outcome whole or not at all.

    Raises what `write` raises. After StoreUnavailable it may or may not be written: processing the message again
    finds out.
    """
    message = Write.update(
        "message", outcome.message.key, outcome.message, outcome.changes, Message.state == MessageState.RECEIVED
    )
    writes = [replacing(_required(outcome.election), report) for report in outcome.reports]
    writes += [Write.put("once", incident.id, incident, Incident.id.does_not_exist()) for incident in outcome.incidents]
    writes += [queued(outgoing) for outgoing in outcome.outgoing]
    tallies = adding_to_tallies(_required(outcome.election), outcome.cells) if outcome.cells else []
    write([*writes, message, *tallies, *outcome.writes])


def rewrite_report(election: Election, report: StoredReport, cells: Cells) -> None:
    """Write a report that counts otherwise, and the change of the tallies.

    Raises ReportChanged, Contended, StoreUnavailable.
    """
    write([replacing(election, report), *adding_to_tallies(election, cells)])


def relocate_incident(election: Election, incident: Incident, region: str, cells: Cells) -> None:
    """Move an incident and its counters to its station's present region.

    Does nothing where it has been moved already. Raises Contended, StoreUnavailable.
    """
    still_there = Incident.region == incident.region
    moved = Write.update("incident", incident.id, incident, [Incident.region.set(region)], still_there)
    with suppress(IncidentChanged):
        write([moved, *adding_to_tallies(election, cells)])


def write(writes: Iterable[Write]) -> None:
    """Write rows in one transaction, all or none.

    Raises TooMuchAtOnce, AlreadyProcessed, PartsChanged, ReportChanged, IncidentChanged, OptOutChanged, ReleaseChanged,
    BudgetChanged, AssignmentsChanged, WorkChanged, AlreadyThere, Contended, StoreUnavailable.
    """
    ordered = list(writes)
    if len(ordered) > MOST_WRITES:
        raise TooMuchAtOnce
    try:
        transact(ordered)
    except ClientError as error:
        raise _cause(error, ordered) from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


def queued(message: Message) -> Write:
    """Return the write of an outgoing message, which may exist only once."""
    return Write.put("once", message.key, message, Message.key.does_not_exist())


def adding_to_tallies(election: Election, cells: Cells) -> list[Write]:
    """Return the writes that add counters to the tallies."""
    return [
        Write.update("row", "#".join(cell), tally_row(election, shard, cell), adding(counters))
        for (shard, cell), counters in cells.items()
    ]


_MEANINGS: Final[Mapping[Kind, type[Exception]]] = {
    "message": AlreadyProcessed,
    "parts": PartsChanged,
    "report": ReportChanged,
    "incident": IncidentChanged,
    "wish": OptOutChanged,
    "release": ReleaseChanged,
    "budget": BudgetChanged,
    "full": TooMuchAtOnce,
    "assignments": AssignmentsChanged,
    "account": AccountChanged,
    "work": WorkChanged,
}
"""What it means that a row's condition did not hold; where several did not, the first of them."""


def _cause(error: ClientError, ordered: Sequence[Write]) -> Exception:
    answer: Any = error.response
    reasons: list[dict[str, str]] = answer.get("CancellationReasons", [])
    codes = [reason["Code"] for reason in reasons]
    failed = [refused for refused, code in zip(ordered, codes, strict=False) if code == "ConditionalCheckFailed"]
    kinds = {refused.kind for refused in failed}
    for kind, meaning in _MEANINGS.items():
        if kind in kinds:
            return meaning()
    if "once" in kinds:
        return AlreadyThere(frozenset(refused.key for refused in failed if refused.kind == "once"))
    if any(map(_is_too_large, reasons)):
        return TooMuchAtOnce()
    return Contended() if "TransactionConflict" in codes else StoreUnavailable(str(error))


def _is_too_large(reason: Mapping[str, str]) -> bool:
    """Whether a row would exceed DynamoDB's 400 KB.

    Such a write never succeeds.
    """
    return reason["Code"] == "ValidationError" and "size" in (reason.get("Message") or "")


def _required(election: Election | None) -> Election:
    if election is None:
        raise ValueError("only a message that leads to an election can change its reports and tallies")
    return election
