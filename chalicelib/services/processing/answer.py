"""Answer an SMS within the budgets of its phone and of strangers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib.observation.reports.resolve import Interpretation
from chalicelib.services.incidents.limits import Limits
from chalicelib.services.opt_outs.record import OptOutChange
from chalicelib.services.replies.known_senders import FREE, ReplyBudget, phone_budget
from chalicelib.services.replies.reply import reply_to
from chalicelib.services.replies.strangers import one_reply
from chalicelib.services.reports.merge import MergedReport
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import Outcome
from chalicelib.store.reports import ReportKey
from chalicelib.store.writes import Write


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS, who sent it, and what it says of their opt-out."""

    loaded: LoadedElection
    message: Message
    phone: str
    opt_out: OptOutChange | None
    now: dt.datetime
    limits: Limits


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMS's reply, if any, and what it takes of budgets."""

    rows: tuple[Message, ...]
    writes: tuple[Write, ...]
    is_first_beyond: bool


def reply_of(
    sms: Sms, interpretation: Interpretation, merged: Mapping[ReportKey, MergedReport], *, is_free: bool
) -> Reply:
    """Return an observer's reply within the budget.

    The budget is that of its phone or of strangers. Raises StoreUnavailable.
    """
    election, message, existing_keys = sms.loaded.election, sms.message, sms.limits.existing_keys
    if message.is_entry or sms.phone in sms.loaded.nobodys:
        return Reply((), (), is_first_beyond=False)
    reply = reply_to(election, message, sms.phone, interpretation, merged, sms.now)
    if reply is None or reply.key in existing_keys:
        return Reply((), (), is_first_beyond=False)
    is_stranger = interpretation.observer is None and sms.phone not in election.coordinators_by_phone
    if is_stranger:
        counted = one_reply(election.id, sms.phone, sms.loaded.clock.at(sms.now), existing_keys)
        return (
            Reply((), (), is_first_beyond=False)
            if counted is None
            else Reply((reply,), tuple(counted), is_first_beyond=False)
        )
    budget = FREE if is_free else _budget(sms)
    rows = (reply,) if budget.is_answered else ()
    return Reply(rows, budget.writes, budget.is_first_beyond)


def _budget(sms: Sms) -> ReplyBudget:
    return phone_budget(sms.loaded.election.id, sms.phone, sms.loaded.clock.at(sms.now))


def answered_within_budget(sms: Sms, outcome: Outcome | None) -> Outcome | None:
    """Return a coordinator's outcome, unanswered if they are over budget.

    The first that is left out stands in the audit trail.
    """
    if outcome is None or all(row.key != keys.reply(sms.message.key) for row in outcome.outgoing):
        return outcome
    budget = _budget(sms)
    if budget.is_answered:
        return replace(outcome, writes=(*outcome.writes, *budget.writes))
    writes = (*outcome.writes, *budget.writes)
    if budget.is_first_beyond:
        writes += (recorded(sms.loaded.election.id, sms.now, "Baykoo", "not answered", sms.message.key),)
    left = tuple(row for row in outcome.outgoing if row.key != keys.reply(sms.message.key))
    return replace(outcome, outgoing=left, writes=writes)
