"""Errors of the API as RFC 9457 problem details."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools import Logger
from chalice.app import Response

from chalicelib.observation.incidents.lifecycle import StepRefused
from chalicelib.observation.quick_count.estimate import QuickCountError
from chalicelib.observation.reports.entry_fields import FieldsRefused
from chalicelib.services.access.accounts import AccountUnknown
from chalicelib.services.access.oidc import NoProvider
from chalicelib.services.access.operators import NotOwn, OperatorInvalid
from chalicelib.services.access.sessions import SessionRefused
from chalicelib.services.access.sign_in import TooManyAttempts
from chalicelib.services.actions.perform import KeyReused
from chalicelib.services.calls.refusals import (
    Leased,
    LeaseLost,
    NothingToDo,
    OutcomeInvalid,
    StationUnknown,
    UndoPassed,
)
from chalicelib.services.clients.bucket import BucketUnavailable
from chalicelib.services.clients.oidc_provider import ProviderUnreachable
from chalicelib.services.clients.provider_settings import SecretsUnavailable
from chalicelib.services.decisions.refusals import DecisionRefused, ReportUnknown
from chalicelib.services.desk.refusals import NoSuchMessage, NoSuchObserver, NotDone, TooManyAssigned
from chalicelib.services.exports.faults import ExportNotDone, ExportUnknown, PeopleWithheld
from chalicelib.services.imports.refusals import ImportRefused, ImportUnknown
from chalicelib.services.incidents.refusals import ChangeRefused, IncidentUnknown
from chalicelib.services.opt_outs.by_operator import WishRefused
from chalicelib.services.outreach.refusals import BatchRefused, SendRefused, SendUnknown
from chalicelib.services.people.changes import AccountExists
from chalicelib.services.quick_count.release import NothingReleased
from chalicelib.services.rehearsals.ringing import NobodySimulated
from chalicelib.services.versions import NoteMissing, NotInRegion, VersionPassed
from chalicelib.services.views.outgoing import NotSentAgain, OutgoingUnknown
from chalicelib.store.tables import StoreUnavailable

logger = Logger()

_MEANINGS: Final[Mapping[type[Exception], tuple[HTTPStatus, str]]] = {
    StoreUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "The store did not answer. Try again in a moment."),
    VersionPassed: (HTTPStatus.PRECONDITION_FAILED, "Read it again: {}."),
    NoteMissing: (HTTPStatus.BAD_REQUEST, 'Send {{"note": "…"}}: {}.'),
    StepRefused: (HTTPStatus.CONFLICT, "Not changed: {}."),
    NothingReleased: (HTTPStatus.CONFLICT, "Not changed: {}."),
    QuickCountError: (HTTPStatus.NOT_FOUND, "There is no quick count: {}."),
    AccountExists: (HTTPStatus.CONFLICT, "Not added: {}."),
    AccountUnknown: (HTTPStatus.NOT_FOUND, "Not changed: {}."),
    NotOwn: (HTTPStatus.FORBIDDEN, "Not allowed: {}."),
    OperatorInvalid: (HTTPStatus.BAD_REQUEST, "Not done: {}."),
    NoProvider: (HTTPStatus.NOT_FOUND, "Not here: {}."),
    ProviderUnreachable: (HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a moment, or sign in by a link: {}."),
    SecretsUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "The settings cannot be read. Try again in a moment."),
    SessionRefused: (HTTPStatus.UNAUTHORIZED, "Sign in: {}."),
    TooManyAttempts: (HTTPStatus.TOO_MANY_REQUESTS, "Wait: {}."),
    ExportNotDone: (HTTPStatus.CONFLICT, "Not yet: {}."),
    ExportUnknown: (HTTPStatus.NOT_FOUND, "Not shown: {}."),
    PeopleWithheld: (HTTPStatus.FORBIDDEN, "Not exported: {}."),
    BucketUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "The bucket did not answer. Try again in a moment."),
    ImportRefused: (HTTPStatus.BAD_REQUEST, "Not loaded: {}."),
    ImportUnknown: (HTTPStatus.NOT_FOUND, "Not shown: {}."),
    FieldsRefused: (HTTPStatus.BAD_REQUEST, "Not entered: {}."),
    BatchRefused: (HTTPStatus.BAD_REQUEST, "Not sent: {}."),
    SendRefused: (HTTPStatus.CONFLICT, "Not sent: {}."),
    SendUnknown: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    NoSuchMessage: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    NoSuchObserver: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    NotInRegion: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    NotDone: (HTTPStatus.CONFLICT, "Not done: {}."),
    TooManyAssigned: (HTTPStatus.CONFLICT, "Not assigned: {}."),
    ReportUnknown: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    DecisionRefused: (HTTPStatus.CONFLICT, "Not decided: {}."),
    KeyReused: (HTTPStatus.UNPROCESSABLE_ENTITY, "Not done: {}."),
    WishRefused: (HTTPStatus.CONFLICT, "Not changed: {}."),
    OutgoingUnknown: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    NotSentAgain: (HTTPStatus.CONFLICT, "Not sent: {}."),
    IncidentUnknown: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    ChangeRefused: (HTTPStatus.CONFLICT, "Not changed: {}."),
    Leased: (HTTPStatus.CONFLICT, "Not taken: {}."),
    LeaseLost: (HTTPStatus.CONFLICT, "Not done: {}."),
    NothingToDo: (HTTPStatus.NOT_FOUND, "Nothing to do: {}."),
    StationUnknown: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    NobodySimulated: (HTTPStatus.NOT_FOUND, "Not found: {}."),
    UndoPassed: (HTTPStatus.CONFLICT, "Not undone: {}."),
    OutcomeInvalid: (HTTPStatus.BAD_REQUEST, "Not logged: {}."),
}
"""What services' exceptions are to whoever asks: a status, and what to do in words."""


class Problem(Exception):
    """A request that cannot be answered.

    The status, what to do in words, and each place that is wrong: `at` is a JSON pointer, `what` the rule.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document with the version that a change must name."""

    document: dict[str, Any]
    version: str


def problem_of(error: Exception) -> Problem | None:
    """Return what an exception is to whoever asks.

    It is None for a fault of ours.
    """
    if isinstance(error, Problem):
        return error
    for kind, (status, detail) in _MEANINGS.items():
        if isinstance(error, kind):
            headers = {"Retry-After": _seconds_until(error)} if isinstance(error, TooManyAttempts) else {}
            return Problem(status, detail.format(error), _errors_of(error), headers)
    return None


def _errors_of(error: Exception) -> tuple[dict[str, str], ...]:
    """Return each place that is wrong, where an exception tells of places."""
    if isinstance(error, FieldsRefused):
        return tuple({"at": fault.at, "what": fault.what} for fault in error.faults)
    return ({"at": error.at, "what": str(error)},) if isinstance(error, OutcomeInvalid) else ()


def problem_response(problem: Problem) -> Response:
    """Answer an error as RFC 9457 section 3 has it."""
    status = problem.status
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": problem.detail,
    }
    if problem.errors:
        document["errors"] = list(problem.errors)
    headers: dict[str, Any] = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(document, ensure_ascii=False), status_code=status.value, headers=headers)


def _seconds_until(error: TooManyAttempts) -> str:
    return str(max(1, int((error.until - now()).total_seconds()) + 1))


def now() -> dt.datetime:
    """Return the real instant."""
    return dt.datetime.now(dt.UTC)
