"""A message at the desk.

Found, at the version that was seen, and read once it is entered.
"""

import datetime as dt
from collections.abc import Iterable

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.desk.refusals import NoSuchMessage, NotDone
from chalicelib.services.isolation import for_each
from chalicelib.services.processing.process import process
from chalicelib.services.versions import VersionPassed
from chalicelib.store import keys, routes
from chalicelib.store.desk import Decision, How, tag_of
from chalicelib.store.message_queries import get, get_many
from chalicelib.store.messages import Message
from chalicelib.store.outcome import AlreadyProcessed, AssignmentsChanged

OTHERS_AT_WORK = (AlreadyProcessed, AssignmentsChanged)
"""What else means that others were at work on the rows of an action here."""


def message_of(operator: Operator, key: str) -> Message:
    """Return a message that the operator sees; raises NoSuchMessage, StoreUnavailable."""
    row = get(key)
    if row is None or keys.is_sign_in(key) or not is_of(operator, row) or not sees(operator, row):
        raise NoSuchMessage("there is no such message in this election, or not in your regions")
    return row


def is_of(operator: Operator, row: Message) -> bool:
    """Whether a message is of the operator's election.

    The recipient tells of a message that was never read, or is being read anew.
    """
    if row.election is not None or row.state not in (MessageState.HELD, MessageState.RECEIVED):
        return row.election == operator.election
    route = routes.route_to(row.recipient or "")
    return route is not None and route.election == operator.election


def sees(operator: Operator, row: Message) -> bool:
    """Whether an operator sees a message, by region and organisation."""
    return operator.sees_message(row.region, row.reporter)


def message_at(operator: Operator, key: str, seen: str, *, to_undo: bool = False) -> Message:
    """Return an incoming message that is as the operator has seen it.

    An entry that does not wait can only be undone. Raises VersionPassed, which tells who did what since, NoSuchMessage,
    NotDone, NotOwn, StoreUnavailable.
    """
    row = message_of(operator, key)
    operator.require_own(row.reporter)
    if row.direction != "in":
        raise NotDone("it is a message of ours: only what came in is worked on")
    if row.is_entry and row.attention is None and not to_undo:
        raise NotDone("it was entered by a person: undo it, or enter it anew")
    if tag_of(row) != ".".join(seen.split(".")[:2]):  # what follows tells of what was shown beside
        raise VersionPassed(f"it is {_standing(row)} now, you have seen {seen}")
    return row


def decision(action: Action, how: How, by: str | None = None) -> Decision:
    """Return an operator's decision."""
    return Decision(how, action.who, action.now, action.why, by)


def read_now(message_keys: Iterable[str], now: dt.datetime) -> None:
    """Read messages here and now, the oldest first.

    One that fails waits for the stream or for sweep, and is logged.
    """
    rows = sorted(get_many(message_keys), key=lambda row: (row.received_at or row.stored_at, row.key))
    for_each("message of the desk", rows, lambda row: process(row, now), name=lambda row: str(row.key))


def _standing(row: Message) -> str:
    resolution = row.resolution
    if not resolution:
        return tag_of(row)
    return f"{tag_of(row)} ({resolution['how']} by {resolution['who']} at {resolution['at']})"
