"""SMS to many: tried out, begun, watched, stopped."""

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.models import ElectionPath, NoteBody
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import VersionedDocument, now
from chalicelib.entrypoints.api.request import version_number
from chalicelib.entrypoints.api.send_models import (
    BegunSend,
    PreviewBody,
    RecipientsBody,
    SendBody,
    SendPath,
    SendPreview,
    SendProgress,
    Sends,
    SendStep,
    SentTest,
    TestBody,
)
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.services.access.permissions import Permission
from chalicelib.services.isolation import for_each
from chalicelib.services.outreach import sends as sending
from chalicelib.services.outreach.broadcast import Choice, missing_place
from chalicelib.services.outreach.preview import try_on_oneself, try_out
from chalicelib.services.outreach.sends import SendRequest

AT_ONCE_SECONDS = 2.0
"""How long a send is pushed on by whoever begins it; the rest goes in the background."""


@operation(
    summary="Tell to how many an SMS would go, and what it would cost; nothing is sent.",
    may=Permission.SEND,
    path=ElectionPath,
    body=PreviewBody,
    answer=SendPreview,
    problems=(HTTPStatus.NOT_FOUND,),
)
def preview(request: Request[ElectionPath, None, PreviewBody]) -> dict[str, Any]:
    """Try a send out."""
    body = request.body
    return try_out(request.loaded, request.operator, _sending(request, body), body.price, now())


@operation(
    summary="Send the text to oneself, in each language that it would go out in.",
    may=Permission.SEND,
    path=ElectionPath,
    body=TestBody,
    answer=SentTest,
    status=HTTPStatus.ACCEPTED,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def test(request: Request[ElectionPath, None, TestBody]) -> dict[str, Any]:
    """Try a send on oneself."""
    return try_on_oneself(request.loaded, request.action, _sending(request, request.body))


@operation(
    summary="Begin to send an SMS to many.",
    may=Permission.SEND,
    path=ElectionPath,
    body=SendBody,
    answer=BegunSend,
    status=HTTPStatus.ACCEPTED,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def begin(request: Request[ElectionPath, None, SendBody]) -> dict[str, Any]:
    """Begin a send; its SMS are queued in the background."""
    body = request.body
    send_request = replace(_sending(request, body), expected=body.expected, at_night=body.at_night)
    begun = sending.begin(request.loaded, request.action, send_request)
    until = time.monotonic() + AT_ONCE_SECONDS
    for_each("send", [body.name], lambda name: sending.push_on(request.loaded.election.id, name, until, now))
    return begun


@operation(
    summary="List what was sent to many, the newest first.",
    may=Permission.SEND,
    path=ElectionPath,
    answer=Sends,
    conditional=True,
)
def sends(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """List sends."""
    return sending.list_sends(request.loaded, request.operator)


@operation(
    summary="Show how far a send is, and what became of its SMS.",
    may=Permission.SEND,
    path=SendPath,
    answer=SendProgress,
    conditional=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def send(request: Request[SendPath, None, None]) -> dict[str, Any]:
    """Show one send; its `version` is what If-Match names."""
    return sending.show(request.loaded, request.operator, request.path.name)


@operation(
    summary="Stop a send: what is not queued yet is not sent.",
    may=Permission.SEND,
    path=SendPath,
    body=NoteBody,
    answer=SendStep,
    on_version=True,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def stop(request: Request[SendPath, None, NoteBody]) -> VersionedDocument:
    """Stop a send."""
    return _tagged(sending.set_state(request.action, request.path.name, version_number(request.seen), "stopped"))


@operation(
    summary="Let a send that was stopped go on.",
    may=Permission.SEND,
    path=SendPath,
    body=NoteBody,
    answer=SendStep,
    on_version=True,
    once=True,
    problems=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def resume(request: Request[SendPath, None, NoteBody]) -> VersionedDocument:
    """Let a send go on."""
    return _tagged(sending.set_state(request.action, request.path.name, version_number(request.seen), "sending"))


def _tagged(document: dict[str, Any]) -> VersionedDocument:
    return VersionedDocument(document, str(document["version"]))


def _sending(request: Request[Any, Any, Any], body: PreviewBody | TestBody | SendBody) -> SendRequest:
    return SendRequest(body.name, BulkText(body.text, body.texts), _choice(request, body.to))


def _choice(request: Request[Any, Any, Any], to: RecipientsBody) -> Choice:
    at = request.loaded.clock.at(now())
    missing = missing_place(request.loaded.election, to.missing, at) if to.missing else None
    return Choice(to.regions, to.stations, to.language, missing, to.observers, to.organisation)
