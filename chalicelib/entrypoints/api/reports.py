"""Reports, their doubts, and what people decide about them."""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import require_region
from chalicelib.entrypoints.api.models import ElectionPath, NoteBody, cursor_of, place_of
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument, now
from chalicelib.entrypoints.api.report_models import (
    ChoiceBody,
    ConfirmationBody,
    Correction,
    CorrectionBody,
    Decision,
    Doubts,
    DoubtsQuery,
    ExplanationBody,
    ObserverBody,
    ReportPath,
    Reports,
    ReportsQuery,
    RevocationBody,
    WithdrawalBody,
)
from chalicelib.entrypoints.api.request import version_number
from chalicelib.observation.reports.entry_fields import LONGEST_TYPED
from chalicelib.services.access.permissions import Permission
from chalicelib.services.actions.perform import Action
from chalicelib.services.decisions import answers, correction
from chalicelib.services.decisions.checks import explain as explain_check
from chalicelib.services.decisions.decision import Target
from chalicelib.services.views.doubts import list_doubts
from chalicelib.services.views.reader import reader_of
from chalicelib.services.views.report_list import ReportFilter, list_reports

DECIDING: Any = {
    "may": Permission.WORK_REPORTS,
    "path": ReportPath,
    "answer": Decision,
    "on_version": True,
    "once": True,
    "problems": (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
}


@operation(
    summary="List reports with what counts of each.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=ReportsQuery,
    answer=Reports,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def reports(request: Request[ElectionPath, ReportsQuery, None]) -> dict[str, Any]:
    """List a page of reports."""
    query, loaded = request.query, request.loaded
    criteria = ReportFilter(_regions(request, query.region), query.form, query.round, query.state)
    reader = reader_of(loaded, request.operator)
    page = list_reports(loaded, reader, criteria, now(), _after(query.cursor, (str, str)), query.limit)
    return page | {"next": cursor_of(page["next"])}


@operation(
    summary="List what should not be trusted yet: contradictions, failed checks, half counts.",
    may=Permission.READ_PEOPLE,
    path=ElectionPath,
    query=DoubtsQuery,
    answer=Doubts,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def doubts(request: Request[ElectionPath, DoubtsQuery, None]) -> dict[str, Any]:
    """List a page of doubts."""
    query, loaded = request.query, request.loaded
    after = _after(query.cursor, (bool, int, str, str, str, str, str))
    reader, regions = reader_of(loaded, request.operator), _regions(request, query.region)
    page = list_doubts(loaded, reader, regions, (query.kind, query.form), now(), after, query.limit)
    return page | {"next": cursor_of(page["next"])}


@operation(summary="Choose whose answers to a report count, or that none does.", body=ChoiceBody, **DECIDING)
def choose(request: Request[ReportPath, None, ChoiceBody]) -> VersionedDocument:
    """Choose between observers' answers."""
    return _tagged(answers.choose(_target(request), request.body.observer, request.body.codes))


@operation(summary="Leave one observer's answers to a report out.", body=ObserverBody, **DECIDING)
def leave_out(request: Request[ReportPath, None, ObserverBody]) -> VersionedDocument:
    """Leave an observer out."""
    return _tagged(answers.leave_out(_target(request, observer=request.body.observer), request.body.observer))


@operation(summary="Say that a check that a report fails was looked into.", body=ExplanationBody, **DECIDING)
def explain(request: Request[ReportPath, None, ExplanationBody]) -> VersionedDocument:
    """Accept answers as they are."""
    return _tagged(explain_check(_target(request), request.body.rule, counts=request.body.counts))


@operation(
    summary="Note that an observer has confirmed answers that were read back.", body=ConfirmationBody, **DECIDING
)
def confirm(request: Request[ReportPath, None, ConfirmationBody]) -> VersionedDocument:
    """Confirm answers."""
    return _tagged(
        answers.confirm(_target(request, observer=request.body.observer), request.body.observer, request.body.codes)
    )


@operation(
    summary="Correct one observer's answers: enter what they say.",
    body=CorrectionBody,
    **DECIDING | {"answer": Correction},
)
def correct(request: Request[ReportPath, None, CorrectionBody]) -> VersionedDocument:
    """Correct answers."""
    body = request.body
    return _tagged(
        correction.correct(
            _target(request, observer=body.observer), body.observer, _typed(body), is_confirmed=body.is_confirmed
        )
    )


@operation(
    summary="Read a correction back: what would count, and which checks would fail.",
    may=Permission.WORK_REPORTS,
    path=ReportPath,
    body=CorrectionBody,
    answer=Correction,
    on_version=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def preview_correction(request: Request[ReportPath, None, CorrectionBody]) -> dict[str, Any]:
    """Read a correction back; nothing is written."""
    action = Action.at_the_command_line(request.operator, now())
    return correction.preview_correction(
        _target(request, action, request.body.observer), request.body.observer, _typed(request.body)
    )


@operation(
    summary="Withdraw an entry from a report: the answers before it count again.", body=WithdrawalBody, **DECIDING
)
def withdraw(request: Request[ReportPath, None, WithdrawalBody]) -> VersionedDocument:
    """Withdraw an entry."""
    return _tagged(answers.withdraw(_target(request), request.body.message))


@operation(summary="Undo what was decided last about a report.", body=NoteBody, **DECIDING)
def undo(request: Request[ReportPath, None, NoteBody]) -> VersionedDocument:
    """Undo the last decision, by another that restores what was before."""
    return _tagged(answers.undo(_target(request)))


@operation(summary="Take back a decision about a report that is not the last.", body=RevocationBody, **DECIDING)
def revoke(request: Request[ReportPath, None, RevocationBody]) -> VersionedDocument:
    """Take back a decision."""
    named = request.body.model_dump(exclude={"note"}, exclude_none=True)
    criteria = {
        "choice": ("codes",),
        "left_out": ("observer",),
        "explanation": ("rule",),
        "confirmation": ("observer", "codes"),
        "withdrawal": ("message",),
    }[request.body.of]
    missing = [name for name in criteria if not named.get(name)]
    if missing:
        errors = [{"at": f"/{name}", "what": "it is missing"} for name in missing]
        raise Problem(HTTPStatus.BAD_REQUEST, f"Name the {request.body.of}: {', '.join(missing)}.", errors)
    return _tagged(answers.revoke(_target(request), of=request.body.of, **{name: named[name] for name in criteria}))


def _target(
    request: Request[ReportPath, None, Any], action: Action | None = None, observer: str | None = None
) -> Target:
    path = request.path
    key = (path.station, path.form, path.round)
    return Target(request.loaded, action or request.action, key, version_number(request.seen), observer)


def _tagged(document: dict[str, Any]) -> VersionedDocument:
    return VersionedDocument(document, str(document["version"]))


def _typed(body: CorrectionBody) -> dict[str, str]:
    long = [code for code, typed in body.answers.items() if len(typed) > LONGEST_TYPED]
    if long:
        errors = [{"at": f"/answers/{code}", "what": f"it is longer than {LONGEST_TYPED} characters"} for code in long]
        raise Problem(HTTPStatus.BAD_REQUEST, f"The answer to {long[0]} is too long.", errors)
    return body.answers


def _regions(request: Request[ElectionPath, Any, None], region: str | None) -> tuple[str, ...]:
    if region is not None:
        require_region(request.operator, request.loaded, region)
        return (region,)
    return tuple(filter(request.operator.sees, request.loaded.election.regions))


def _after(cursor: str | None, kinds: tuple[type, ...]) -> Any:
    """Return the place that a cursor names.

    Problem where it names none of this list's.
    """
    place = place_of(cursor)
    if place is None:
        return None
    if not isinstance(place, list) or [type(part) for part in place] != list(kinds):
        raise Problem(HTTPStatus.BAD_REQUEST, "The cursor is none of this list's; begin without one.")
    return tuple(place)
