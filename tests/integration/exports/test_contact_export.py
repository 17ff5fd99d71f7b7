"""The contact log as a table: every call and what undid it, people only where they are asked for."""

from typing import Any

import pytest
from call_room import Room
from pipeline import Load

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.calls.undo import undo_call
from chalicelib.services.exports import request
from chalicelib.services.exports.contact_rows import contact_tables
from chalicelib.services.exports.faults import PeopleWithheld
from chalicelib.services.exports.table import ExportRequest, Scope


def exported(room: Room, *, people: bool) -> list[dict[str, Any]]:
    who = Operator("Ann", "headquarters", room.pipeline.election.id, ())
    (table,) = contact_tables(Scope(room.loaded, who, ExportRequest("contacts", "csv", people=people)))
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_each_call_is_a_row_and_its_undo_another(load: Load) -> None:
    room = Room(load(size=4))
    station = room.next()
    phone = room.pipeline.election.observers_by_station[station][0].phones[0]
    contact = str(room.log(station, "no_answer", phone=phone, note="rang twice")["contact"])
    undo_call(room.loaded, room.action(), station, contact)
    undone, called = exported(room, people=True)
    assert (called["station"], called["outcome"], called["phone"], called["note"]) == (
        station,
        "no_answer",
        phone,
        "rang twice",
    )
    assert (undone["outcome"], undone["undoes"]) == ("undone", called["id"])
    assert not {"name", "phone", "note"} & exported(room, people=False)[0].keys()


def test_the_audit_trail_is_exported_by_headquarters_alone(load: Load) -> None:
    pipeline = load(size=2)
    for who in (
        Operator("Aida", "operator", pipeline.election.id, ()),
        Operator("Ann", "headquarters", pipeline.election.id, (), organisation="A"),
    ):
        with pytest.raises(PeopleWithheld, match="audit trail"):
            request.ask(pipeline.election, ExportRequest("audit", "csv"), Action(who, pipeline.now, "k", "d"))
