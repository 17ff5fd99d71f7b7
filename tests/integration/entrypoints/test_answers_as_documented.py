"""What the call desk, the board, tasks and records answer is what their models in the API's document say."""

from collections.abc import Callable
from typing import Any

import pytest
from call_room import Room
from pipeline import Load
from pydantic import BaseModel

from chalicelib.entrypoints.api import board as board_api
from chalicelib.entrypoints.api import call_answers, incidents, quick_count, records, tasks
from chalicelib.services.access.operators import Operator
from chalicelib.services.board.board import show_board
from chalicelib.services.calls import card, contacts, figures, lease, listing
from chalicelib.services.incidents.steps import list_incidents, show_incident
from chalicelib.services.quick_count.visibility import show_quick_count
from chalicelib.services.summaries.hourly import queue_summaries
from chalicelib.services.summaries.sent_summaries import list_summaries, show_summary
from chalicelib.services.tasks.next_task import peek, take_next
from chalicelib.services.views.audit_trail import list_actions
from chalicelib.services.views.outgoing import list_outgoing


def _in_page(name: str, page: tuple[list[Any], str | None]) -> dict[str, Any]:
    return {"election": "e", "station": "1001", name: page[0], "next": page[1]}


@pytest.fixture
def room(load: Load) -> Room:
    pipeline = load(size=4, quick_count={"strata": "region", "population": {"Bishkek": 9, "Chuy": 9}})
    value, other = (observer.phones[0] for observer in pipeline.observers())
    for text in ("OP A1 B0730 C12 D1 E1668", "IN 3 they beat us", "what shall I do?"):
        pipeline.say(value, text)
    pipeline.say(other, "OP C11")
    queue_summaries(pipeline.current, pipeline.now)
    room = Room(pipeline)
    room.log(room.listed()[0], "no_answer", phone=None, note="twice")
    return room


Asked = Callable[[Room, Operator], Any]
ANSWERS: dict[str, tuple[type[BaseModel], Asked]] = {
    "board": (board_api.Board, lambda r, o: show_board(r.loaded, o, None, r.pipeline.now)),
    "calls": (call_answers.Calls, lambda r, o: listing.list_calls(r.loaded, o, (), r.pipeline.now)),
    "card": (call_answers.Card, lambda r, o: card.show_card(r.loaded, o, r.listed()[0], r.pipeline.now)),
    "lease": (call_answers.StationLease, lambda r, o: lease.lease_next(r.loaded, r.action())),
    "figures": (call_answers.Figures, lambda r, o: figures.call_figures(r.loaded, o, r.pipeline.now)),
    "contacts": (
        call_answers.Contacts,
        lambda r, o: _in_page("contacts", contacts.list_contacts(r.loaded, o, r.listed()[-1], 5, None)),
    ),
    "tasks": (tasks.Tasks, lambda r, o: peek(r.loaded, o, (), (), r.pipeline.now)),
    "task": (tasks.Task, lambda r, o: take_next(r.loaded, r.action())),
    "call as a task": (tasks.Task, lambda r, o: take_next(r.loaded, r.action(), kinds=("call",))),
    "incidents": (incidents.Incidents, lambda r, o: list_incidents(r.loaded.election, o)),
    "incident": (incidents.Incident, lambda r, o: show_incident(r.loaded.election, o, 1)),
    "quick count": (quick_count.QuickCount, lambda r, o: show_quick_count(r.loaded, o, r.pipeline.now)),
    "outbox": (records.Outbox, lambda r, o: list_outgoing(r.loaded, o, "waiting", None, r.pipeline.now)),
    "summary": (
        records.SentSummary,
        lambda r, o: show_summary(r.loaded, o, list_summaries(r.loaded, None, 1)[0][0]["hour"]),
    ),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_is_what_its_model_says(room: Room, what: str) -> None:
    model, ask = ANSWERS[what]
    answered = ask(room, Operator("Hana", "headquarters", room.pipeline.election.id, ()))
    assert answered
    model.model_validate(answered)


def test_a_line_of_the_trail_and_an_hour_are_what_their_models_say(room: Room) -> None:
    hana = Operator("Hana", "headquarters", room.pipeline.election.id, ())
    lines, following = list_actions(room.loaded, hana, None, None, 10)
    assert lines
    records.AuditTrail.model_validate({"election": "e", "lines": lines, "next": following})
    hours, following = list_summaries(room.loaded, None, 10)
    assert hours
    records.SummaryHours.model_validate({"election": "e", "hours": hours, "next": following})
