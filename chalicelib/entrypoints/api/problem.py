"""Errors of the API as RFC 9457 problem details."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools import Logger
from chalice.app import Response

from chalicelib.observation.reports.entry_fields import FieldsRefused
from chalicelib.services.access.refusals import TooManyAttempts
from chalicelib.services.calls.refusals import OutcomeInvalid

logger = Logger()

_MEANINGS: Final[Mapping[str, tuple[HTTPStatus, str]]] = {
    "store.tables:StoreUnavailable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The store did not answer. Try again in a moment.",
    ),
    "services.versions:VersionPassed": (HTTPStatus.PRECONDITION_FAILED, "Read it again: {}."),
    "services.versions:NoteMissing": (HTTPStatus.BAD_REQUEST, 'Send {{"note": "…"}}: {}.'),
    "observation.incidents.lifecycle:StepRefused": (HTTPStatus.CONFLICT, "Not changed: {}."),
    "services.quick_count.release:NothingReleased": (HTTPStatus.CONFLICT, "Not changed: {}."),
    "services.quick_count.release:NotConfirmed": (HTTPStatus.CONFLICT, "Not confirmed: {}."),
    "observation.quick_count.estimate:QuickCountError": (HTTPStatus.NOT_FOUND, "There is no quick count: {}."),
    "services.people.changes:AccountExists": (HTTPStatus.CONFLICT, "Not added: {}."),
    "services.access.accounts:AccountUnknown": (HTTPStatus.NOT_FOUND, "Not changed: {}."),
    "services.access.operators:NotOwn": (HTTPStatus.FORBIDDEN, "Not allowed: {}."),
    "services.access.operators:OperatorInvalid": (HTTPStatus.BAD_REQUEST, "Not done: {}."),
    "services.access.oidc:NoProvider": (HTTPStatus.NOT_FOUND, "Not here: {}."),
    "services.clients.oidc_provider:ProviderUnreachable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Try again in a moment, or sign in by a link: {}.",
    ),
    "services.clients.provider_settings:SecretsUnavailable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The settings cannot be read. Try again in a moment.",
    ),
    "services.access.sessions:SessionRefused": (HTTPStatus.UNAUTHORIZED, "Sign in: {}."),
    "services.access.refusals:TooManyAttempts": (HTTPStatus.TOO_MANY_REQUESTS, "Wait: {}."),
    "services.exports.faults:ExportNotDone": (HTTPStatus.CONFLICT, "Not yet: {}."),
    "services.exports.faults:ExportUnknown": (HTTPStatus.NOT_FOUND, "Not shown: {}."),
    "services.exports.faults:PeopleWithheld": (HTTPStatus.FORBIDDEN, "Not exported: {}."),
    "services.clients.bucket:BucketUnavailable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The bucket did not answer. Try again in a moment.",
    ),
    "services.imports.refusals:ImportRefused": (HTTPStatus.BAD_REQUEST, "Not loaded: {}."),
    "services.imports.refusals:ImportUnknown": (HTTPStatus.NOT_FOUND, "Not shown: {}."),
    "observation.reports.entry_fields:FieldsRefused": (HTTPStatus.BAD_REQUEST, "Not entered: {}."),
    "services.outreach.refusals:BatchRefused": (HTTPStatus.BAD_REQUEST, "Not sent: {}."),
    "services.outreach.refusals:SendRefused": (HTTPStatus.CONFLICT, "Not sent: {}."),
    "services.outreach.refusals:SendUnknown": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.desk.refusals:NoSuchMessage": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.desk.refusals:NoSuchObserver": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.versions:NotInRegion": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.desk.refusals:NotDone": (HTTPStatus.CONFLICT, "Not done: {}."),
    "services.desk.refusals:TooManyAssigned": (HTTPStatus.CONFLICT, "Not assigned: {}."),
    "services.decisions.refusals:ReportUnknown": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.decisions.refusals:DecisionRefused": (HTTPStatus.CONFLICT, "Not decided: {}."),
    "services.actions.perform:KeyReused": (HTTPStatus.UNPROCESSABLE_ENTITY, "Not done: {}."),
    "services.opt_outs.by_operator:WishRefused": (HTTPStatus.CONFLICT, "Not changed: {}."),
    "services.views.outgoing:OutgoingUnknown": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.views.outgoing:NotSentAgain": (HTTPStatus.CONFLICT, "Not sent: {}."),
    "services.incidents.refusals:IncidentUnknown": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.incidents.refusals:ChangeRefused": (HTTPStatus.CONFLICT, "Not changed: {}."),
    "services.calls.refusals:TaskLeased": (HTTPStatus.CONFLICT, "Not taken: {}."),
    "services.calls.refusals:LeaseLost": (HTTPStatus.CONFLICT, "Not done: {}."),
    "services.calls.refusals:NothingToDo": (HTTPStatus.NOT_FOUND, "Nothing to do: {}."),
    "services.calls.refusals:StationUnknown": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.rehearsals.ring:NobodySimulated": (HTTPStatus.NOT_FOUND, "Not found: {}."),
    "services.calls.refusals:UndoPassed": (HTTPStatus.CONFLICT, "Not undone: {}."),
    "services.calls.refusals:OutcomeInvalid": (HTTPStatus.BAD_REQUEST, "Not logged: {}."),
}
"""What services' exceptions are to whoever asks, by module and name: a status, and what to do in words.

By name, so that what answers every route loads no service that its route does not.
"""


class Problem(Exception):
    """A request that cannot be answered.

    It has the status, what to do in words, and each place that is wrong: `at` is a JSON pointer, `what` the rule.
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
class VersionedDocument:
    """A document with the version that a change must name."""

    document: dict[str, Any]
    version: str


def problem_of(error: Exception) -> Problem | None:
    """Return what an exception is to whoever asks.

    It is None for a fault of ours.
    """
    if isinstance(error, Problem):
        return error
    meaning = next(filter(None, map(_MEANINGS.get, map(_name_of, type(error).__mro__))), None)
    if meaning is None:
        return None
    status, detail = meaning
    headers = {"Retry-After": _seconds_until(error)} if isinstance(error, TooManyAttempts) else {}
    return Problem(status, detail.format(error), _errors_of(error), headers)


def _name_of(kind: type) -> str:
    return f"{kind.__module__.removeprefix('chalicelib.')}:{kind.__name__}"


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
