"""What an operator does about a message.

Each action is done once, on the version that was seen.
"""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.message_action_models import (
    AnswerBody,
    AssignBody,
    AssignedPhone,
    AssignPreview,
    AssignPreviewBody,
    DismissBody,
    DismissedMessages,
    EnteredMessage,
    EntryBody,
    IncidentBody,
    MovedMessage,
    QueuedAnswer,
    ReadBackAnswer,
    ReadBackBody,
    RetriedMessage,
    UndoneDecision,
)
from chalicelib.entrypoints.api.message_models import MessagePath
from chalicelib.entrypoints.api.models import ElectionPath, NoteBody
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.desk import assignment, decisions, entries
from chalicelib.services.desk.assignment import Owner
from chalicelib.services.desk.entries import Entry, IncidentDraft
from chalicelib.services.desk.undo import undo as undo_decision
from chalicelib.services.quick_count.visibility import withheld_answers

_PROBLEMS = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@operation(
    summary="Read an entry back: what would count, which checks would fail; nothing is written.",
    may=Permission.WORK_MESSAGES,
    path=ElectionPath,
    body=ReadBackBody,
    answer=ReadBackAnswer,
    problems=_PROBLEMS,
)
def read_back(request: Request[ElectionPath, None, ReadBackBody]) -> dict[str, Any]:
    """Read an entry back."""
    entry = Entry(request.body.says, request.body.observer, request.body.about)
    withheld = withheld_answers(request.loaded, request.operator)
    return entries.preview(request.loaded, request.operator, entry, now(), withheld)


@operation(
    summary="Enter what an observer said by phone.",
    may=Permission.WORK_MESSAGES,
    path=ElectionPath,
    body=EntryBody,
    answer=EnteredMessage,
    status=HTTPStatus.CREATED,
    once=True,
    problems=_PROBLEMS,
)
def enter_by_phone(request: Request[ElectionPath, None, EntryBody]) -> dict[str, Any]:
    """Enter what an observer said."""
    return entries.enter(request.loaded, request.action, Entry(request.body.says, request.body.observer))


@operation(
    summary="Enter what a message says.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=EntryBody,
    answer=EnteredMessage,
    status=HTTPStatus.CREATED,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def enter(request: Request[MessagePath, None, EntryBody]) -> dict[str, Any]:
    """Enter what a message says."""
    entry = Entry(request.body.says, request.body.observer, request.path.key)
    return entries.enter(request.loaded, request.action, entry, request.seen)


@operation(
    summary="Make an incident of a message.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=IncidentBody,
    answer=EnteredMessage,
    status=HTTPStatus.CREATED,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def incident(request: Request[MessagePath, None, IncidentBody]) -> dict[str, Any]:
    """Make an incident of a message."""
    body = request.body
    entry = Entry(IncidentDraft(body.category, body.station, body.comment), body.observer, request.path.key)
    return entries.enter(request.loaded, request.action, entry, request.seen)


@operation(
    summary="Dismiss a message: it says nothing that counts.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=DismissBody,
    answer=DismissedMessages,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def dismiss(request: Request[MessagePath, None, DismissBody]) -> dict[str, Any]:
    """Dismiss a message, or all that say the same."""
    return decisions.dismiss(
        request.loaded, request.action, request.path.key, request.seen, identical=request.body.identical
    )


@operation(
    summary="Answer a message by SMS.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=AnswerBody,
    answer=QueuedAnswer,
    status=HTTPStatus.CREATED,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def answer(request: Request[MessagePath, None, AnswerBody]) -> dict[str, Any]:
    """Answer a message by SMS."""
    return decisions.answer(request.loaded, request.action, request.path.key, request.seen, request.body.text)


@operation(
    summary="Ask somebody to call a message's sender.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=MovedMessage,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def call(request: Request[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Let a message wait for a call."""
    return decisions.move(request.loaded, request.action, request.path.key, request.seen, "call")


@operation(
    summary="Pass a message to headquarters.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=MovedMessage,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def pass_on(request: Request[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Let a message wait for headquarters."""
    return decisions.move(request.loaded, request.action, request.path.key, request.seen, "headquarters")


@operation(
    summary="Say whose a message's phone is, or whose this message is.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=AssignBody,
    answer=AssignedPhone,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def assign(request: Request[MessagePath, None, AssignBody]) -> dict[str, Any]:
    """Assign a message's phone, or the message."""
    body, key = request.body, request.path.key
    if body.only_this:
        return assignment.assign_this(request.loaded, request.action, key, request.seen, str(body.observer))
    owner = Owner("nobody")
    if body.observer is not None:
        owner = Owner("observer", body.observer)
    elif body.coordinator is not None:
        owner = Owner("coordinator", body.coordinator)
    return assignment.assign(request.loaded, request.action, key, request.seen, owner)


@operation(
    summary="Tell how many SMS of a message's phone would count if it were an observer's; nothing is written.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=AssignPreviewBody,
    answer=AssignPreview,
    problems=_PROBLEMS,
)
def assign_preview(request: Request[MessagePath, None, AssignPreviewBody]) -> dict[str, Any]:
    """Tell what assigning a phone would let count."""
    return assignment.preview(request.loaded, request.operator, request.path.key, request.body.observer)


@operation(
    summary="Take back whose a message's phone, or a message, was said to be.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=UndoneDecision,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def unassign(request: Request[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Take an assignment back."""
    return assignment.unassign(request.loaded, request.action, request.path.key, request.seen)


@operation(
    summary="Mute a message's phone: it is nobody's.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=AssignedPhone,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def spam(request: Request[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Mute a message's phone."""
    return assignment.assign(request.loaded, request.action, request.path.key, request.seen, Owner("nobody"))


@operation(
    summary="Have a message tried again that could not be processed, or release its phone after wrong codes.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=RetriedMessage,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def retry(request: Request[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Have a message tried again."""
    return decisions.retry(request.loaded, request.action, request.path.key, request.seen)


@operation(
    summary="Undo the last thing that was done about a message.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=UndoneDecision,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def undo(request: Request[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Undo what was done last."""
    return undo_decision(request.loaded, request.action, request.path.key, request.seen)
