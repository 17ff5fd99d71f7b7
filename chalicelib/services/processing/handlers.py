"""Try an SMS's handlers in turn; the first that fits decides.

An opt-out goes before a command, a command before a report: whoever wants no SMS is heard, and whoever coordinates is
obeyed, whatever else the text could mean.
"""

import datetime as dt
from collections.abc import Callable
from typing import Final

from chalicelib.observation.sms.phones import international
from chalicelib.services.coordinators.commands import outcome_of_command
from chalicelib.services.coordinators.incident_reports import outcome_of_coordinators_report
from chalicelib.services.incidents.limits import Limits
from chalicelib.services.opt_outs.record import opt_out_of, outcome_of_opt_out
from chalicelib.services.processing.answer import Sms, answered_within_budget
from chalicelib.services.processing.observer_report import outcome_of_report
from chalicelib.store import elections
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message
from chalicelib.store.outcome import Outcome


def outcome_of(loaded: LoadedElection, message: Message, now: dt.datetime, limits: Limits) -> Outcome:
    """Return an SMS's outcome.

    Rows that exist already are not made again. Raises StoreUnavailable, TooMuchAtOnce.
    """
    phone = international(message.sender or "", loaded.election.default_region)
    if message.is_entry:
        return outcome_of_report(Sms(loaded, message, phone, None, now, limits))
    loaded = _known_sender(loaded, phone)
    sms = Sms(loaded, message, phone, opt_out_of(loaded, message, phone, now), now, limits)
    return next(outcome for handler in _HANDLERS if (outcome := handler(sms)) is not None)


def _known_sender(loaded: LoadedElection, phone: str) -> LoadedElection:
    """Return the election with a roster fresh enough to know the sender.

    It is asked for afresh before a sender is called unknown: the roster may have changed just now.
    """
    if phone in loaded.election.observers_by_phone or phone in loaded.election.coordinators_by_phone:
        return loaded
    return elections.current(loaded.election.id, fresh=True) or loaded


def _opt_out(sms: Sms) -> Outcome | None:
    """Handle an SMS that says nothing but STOP or START."""
    if sms.opt_out is None or not sms.opt_out.is_all:
        return None
    return outcome_of_opt_out(sms.loaded, sms.message, sms.phone, sms.opt_out, sms.now)


def _command(sms: Sms) -> Outcome | None:
    """Handle a coordinator's command."""
    outcome = outcome_of_command(sms.loaded, sms.message, sms.phone, sms.now, sms.limits)
    return answered_within_budget(sms, outcome)


def _coordinators_report(sms: Sms) -> Outcome | None:
    """Handle an incident that a coordinator reports."""
    if sms.limits.scope == "held":
        return None
    outcome = outcome_of_coordinators_report(sms.loaded, sms.message, sms.phone, sms.now, sms.limits)
    return answered_within_budget(sms, outcome)


_HANDLERS: Final[tuple[Callable[[Sms], Outcome | None], ...]] = (
    _opt_out,
    _command,
    _coordinators_report,
    outcome_of_report,
)
