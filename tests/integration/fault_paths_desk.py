"""What operators do about an SMS that waits, as paths of the sweep of faults."""

from typing import Any

from fault_requests import ELECTION, MESSAGE, OPENING, STRANGER, Request, did, etag
from fault_stage import Stage

from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.store.messages import Message


def waiting(stage: Stage) -> None:
    """An SMS that nobody could read, and one like it."""
    stage.say("waiting", "hm")
    stage.say("other", "hm", stage.phone(1))


def held(stage: Stage) -> None:
    """An SMS that no try has processed."""
    assert stage.webhook("waiting", OPENING).status == 200
    row = Message.get(stage.key("waiting"))
    assert row.hold(MessageState.HELD, stage.now, reason=Reason.NOT_PROCESSED, last_error="tested")


def of_a_stranger(stage: Stage) -> None:
    stage.say("waiting", OPENING, STRANGER)


def entered(stage: Stage) -> None:
    waiting(stage)
    did(stage, MESSAGE + "/enter", {"text": OPENING}, seen=etag(stage, MESSAGE))


def made_incident(stage: Stage) -> None:
    waiting(stage)
    did(stage, MESSAGE + "/incident", {"category": 3}, seen=etag(stage, MESSAGE))


def dismissed(stage: Stage) -> None:
    waiting(stage)
    did(stage, MESSAGE + "/dismiss", {}, seen=etag(stage, MESSAGE))


def assigned(stage: Stage) -> None:
    of_a_stranger(stage)
    did(stage, MESSAGE + "/assign", first_observer(stage), seen=etag(stage, MESSAGE))


def assigned_with_an_incident(stage: Stage) -> None:
    stage.say("waiting", OPENING + "\nIN 3 beaten", STRANGER)
    did(stage, MESSAGE + "/assign", first_observer(stage), seen=etag(stage, MESSAGE))


def first_observer(stage: Stage) -> dict[str, str]:
    return {"observer": stage.election.observers[0].number}


def about(step: str, body: Any, before: Any = waiting) -> Request:
    return Request(f"{MESSAGE}/{step}", body, before, MESSAGE, progress="read")


REQUESTS = {
    "enter": about("enter", {"text": OPENING + "\nIN 3 beaten"}),
    "enter by phone": Request(ELECTION + "/entries", lambda stage: {"text": OPENING, **first_observer(stage)}),
    "incident": about("incident", {"category": 3}),
    "dismiss": about("dismiss", {}),
    "dismiss all identical": about("dismiss", {"identical": True}),
    "answer": about("answer", {"text": "Yes."}),
    "call": about("call", {"note": "call"}),
    "pass": about("pass", {"note": "passed"}),
    "assign": about("assign", first_observer, of_a_stranger),
    "assign this": about("assign", lambda stage: first_observer(stage) | {"only_this": True}, of_a_stranger),
    "nobody's": about("assign", {"nobody": True}, of_a_stranger),
    "unassign": about("unassign", {}, assigned),
    "unassign what opened an incident": about("unassign", {"note": "mistaken"}, assigned_with_an_incident),
    "spam": about("spam", {}, of_a_stranger),
    "retry": about("retry", {}, held),
    "undo an entry": about("undo", {}, entered),
    "undo an incident's entry": about("undo", {}, made_incident),
    "undo a dismissal": about("undo", {}, dismissed),
}
