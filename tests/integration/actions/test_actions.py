"""An action is done once, whatever fails on its way, and leaves one line in the audit trail."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from aws_faults import Wire, answered
from pipeline import Pipeline

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, Change, KeyReused, perform
from chalicelib.store.operators import AuditRow
from chalicelib.store.tables import StoreUnavailable

NOW = dt.datetime(2026, 11, 29, 9, 0, tzinfo=dt.UTC)


def action(pipeline: Pipeline, key: str, digest: str = "d") -> Action:
    return Action(Operator("Ann", "operator", pipeline.election.id, ()), NOW, key, digest, "because")


def change() -> Change:
    return Change({"done": True}, (), "thing done", "thing 1", {"a": 1}, {"a": 2})


def lines(pipeline: Pipeline) -> list[Any]:
    return [row for row in AuditRow.query(pipeline.election.id, consistent_read=True) if row.action == "thing done"]


def test_an_action_leaves_who_what_before_after_and_why(pipeline: Pipeline) -> None:
    assert perform(action(pipeline, "one"), change) == {"done": True}
    (line,) = lines(pipeline)
    assert (line.who, line.action, line.subject, line.note) == ("Ann (operator)", "thing done", "thing 1", "because")
    assert (line.before, line.after) == ({"a": 1}, {"a": 2})


def test_the_same_key_gives_the_first_answer_and_does_nothing_more(pipeline: Pipeline) -> None:
    first = perform(action(pipeline, "two"), change)
    again = perform(action(pipeline, "two"), lambda: replace(change(), document={"done": "again"}))
    assert (first, again, len(lines(pipeline))) == ({"done": True}, {"done": True}, 1)


def test_the_same_key_with_another_request_is_refused(pipeline: Pipeline) -> None:
    perform(action(pipeline, "three"), change)
    with pytest.raises(KeyReused):
        perform(action(pipeline, "three", "other"), change)


def test_keys_of_two_people_are_two_keys(pipeline: Pipeline) -> None:
    perform(action(pipeline, "four"), change)
    other = Action(Operator("Bob", "operator", pipeline.election.id, ()), NOW + dt.timedelta(seconds=1), "four", "d")
    perform(other, change)
    assert len(lines(pipeline)) == 2


@pytest.mark.parametrize("call", range(2))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_that_fails_is_made_good_by_doing_it_again(pipeline: Pipeline, wire: Wire, call: int, when: str) -> None:
    wire.listen()
    wire.cuts[call, when] = answered("InternalServerError", 500)
    with pytest.raises(StoreUnavailable):
        perform(action(pipeline, "five"), change)
    wire.mend()
    assert perform(action(pipeline, "five"), change) == {"done": True}
    assert len(lines(pipeline)) == 1
