"""What an operator does about a message.

Each action is done once, on the version that was seen.
"""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.message_action_models import (
    AnswerBody,
    Answered,
    AssignBody,
    Assigned,
    AssignPreview,
    AssignPreviewBody,
    DismissBody,
    Dismissed,
    Entered,
    EntryBody,
    IncidentBody,
    Moved,
    ReadBackAnswer,
    ReadBackBody,
    Retried,
    Undone,
)
from chalicelib.entrypoints.api.message_models import MessagePath
from chalicelib.entrypoints.api.models import ElectionPath, NoteBody
from chalicelib.entrypoints.api.operation import Asked, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.desk import assigning, deciding, entering, undoing
from chalicelib.services.desk.assigning import Owner
from chalicelib.services.desk.entering import Entry, IncidentOf
from chalicelib.services.quick_count.release import withheld_answers

_PROBLEMS = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@operation(
    summary="Read an entry back: what would count, which checks would fail; nothing is written.",
    may=Permission.WORK_MESSAGES,
    path=ElectionPath,
    body=ReadBackBody,
    answer=ReadBackAnswer,
    problems=_PROBLEMS,
)
def read_back(asked: Asked[ElectionPath, None, ReadBackBody]) -> dict[str, Any]:
    """Read an entry back."""
    entry = Entry(asked.body.says, asked.body.observer, asked.body.about)
    withheld = withheld_answers(asked.loaded, asked.operator)
    return entering.preview(asked.loaded, asked.operator, entry, now(), withheld)


@operation(
    summary="Enter what an observer said by phone.",
    may=Permission.WORK_MESSAGES,
    path=ElectionPath,
    body=EntryBody,
    answer=Entered,
    status=HTTPStatus.CREATED,
    once=True,
    problems=_PROBLEMS,
)
def enter_by_phone(asked: Asked[ElectionPath, None, EntryBody]) -> dict[str, Any]:
    """Enter what an observer said."""
    return entering.enter(asked.loaded, asked.action, Entry(asked.body.says, asked.body.observer))


@operation(
    summary="Enter what a message says.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=EntryBody,
    answer=Entered,
    status=HTTPStatus.CREATED,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def enter(asked: Asked[MessagePath, None, EntryBody]) -> dict[str, Any]:
    """Enter what a message says."""
    entry = Entry(asked.body.says, asked.body.observer, asked.path.key)
    return entering.enter(asked.loaded, asked.action, entry, asked.seen)


@operation(
    summary="Make an incident of a message.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=IncidentBody,
    answer=Entered,
    status=HTTPStatus.CREATED,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def incident(asked: Asked[MessagePath, None, IncidentBody]) -> dict[str, Any]:
    """Make an incident of a message."""
    body = asked.body
    entry = Entry(IncidentOf(body.category, body.station, body.comment), body.observer, asked.path.key)
    return entering.enter(asked.loaded, asked.action, entry, asked.seen)


@operation(
    summary="Dismiss a message: it says nothing that counts.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=DismissBody,
    answer=Dismissed,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def dismiss(asked: Asked[MessagePath, None, DismissBody]) -> dict[str, Any]:
    """Dismiss a message, or all that say the same."""
    return deciding.dismiss(asked.loaded, asked.action, asked.path.key, asked.seen, identical=asked.body.identical)


@operation(
    summary="Answer a message by SMS.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=AnswerBody,
    answer=Answered,
    status=HTTPStatus.CREATED,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def answer(asked: Asked[MessagePath, None, AnswerBody]) -> dict[str, Any]:
    """Answer a message by SMS."""
    return deciding.answer(asked.loaded, asked.action, asked.path.key, asked.seen, asked.body.text)


@operation(
    summary="Ask somebody to call a message's sender.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=Moved,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def call(asked: Asked[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Let a message wait for a call."""
    return deciding.move(asked.loaded, asked.action, asked.path.key, asked.seen, "call")


@operation(
    summary="Pass a message to headquarters.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=Moved,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def pass_on(asked: Asked[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Let a message wait for headquarters."""
    return deciding.move(asked.loaded, asked.action, asked.path.key, asked.seen, "headquarters")


@operation(
    summary="Say whose a message's phone is, or whose this message is.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=AssignBody,
    answer=Assigned,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def assign(asked: Asked[MessagePath, None, AssignBody]) -> dict[str, Any]:
    """Assign a message's phone, or the message."""
    body, key = asked.body, asked.path.key
    if body.only_this:
        return assigning.assign_this(asked.loaded, asked.action, key, asked.seen, str(body.observer))
    owner = Owner("nobody")
    if body.observer is not None:
        owner = Owner("observer", body.observer)
    elif body.coordinator is not None:
        owner = Owner("coordinator", body.coordinator)
    return assigning.assign(asked.loaded, asked.action, key, asked.seen, owner)


@operation(
    summary="Tell how many SMS of a message's phone would count if it were an observer's; nothing is written.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=AssignPreviewBody,
    answer=AssignPreview,
    problems=_PROBLEMS,
)
def assign_preview(asked: Asked[MessagePath, None, AssignPreviewBody]) -> dict[str, Any]:
    """Tell what assigning a phone would let count."""
    return assigning.preview(asked.loaded, asked.operator, asked.path.key, asked.body.observer)


@operation(
    summary="Take back whose a message's phone, or a message, was said to be.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=Undone,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def unassign(asked: Asked[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Take an assignment back."""
    return assigning.unassign(asked.loaded, asked.action, asked.path.key, asked.seen)


@operation(
    summary="Mute a message's phone: it is nobody's.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=Assigned,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def spam(asked: Asked[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Mute a message's phone."""
    return assigning.assign(asked.loaded, asked.action, asked.path.key, asked.seen, Owner("nobody"))


@operation(
    summary="Have a message tried again that could not be processed, or release its phone after wrong codes.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=Retried,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def retry(asked: Asked[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Have a message tried again."""
    return deciding.retry(asked.loaded, asked.action, asked.path.key, asked.seen)


@operation(
    summary="Undo the last thing that was done about a message.",
    may=Permission.WORK_MESSAGES,
    path=MessagePath,
    body=NoteBody,
    answer=Undone,
    on_version=True,
    once=True,
    problems=_PROBLEMS,
)
def undo(asked: Asked[MessagePath, None, NoteBody]) -> dict[str, Any]:
    """Undo what was done last."""
    return undoing.undo(asked.loaded, asked.action, asked.path.key, asked.seen)
