"""Release by two persons: one of headquarters proposes, another confirms just that."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from aws_faults import Wire, silent
from pipeline import Load, Pipeline

from chalicelib.observation.elections.policies import QuickCount
from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.live_count import keep_count
from chalicelib.services.quick_count.release import NotConfirmed, NothingReleased, confirm, release, withdraw
from chalicelib.services.quick_count.visibility import CONFIRMED_WITHIN, show_quick_count
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.operators import AuditRow
from chalicelib.store.tables import StoreUnavailable

DECLARED = QuickCount(population={"Bishkek": 230, "Chuy": 417}, two_persons=True)
ANN, BEN = (Operator(name, "headquarters", "", ()) for name in ("Ann", "Ben"))
VIEWER = Operator("Vera", "viewer", "", ())


@pytest.fixture
def evening(load: Load) -> Pipeline:
    """Four stations of two strata have been counted."""
    pipeline = load(quick_count=DECLARED)
    pipeline.now += dt.timedelta(hours=12)
    for place in (0, 1, 10, 11):
        report(pipeline, place)
    return pipeline


def report(pipeline: Pipeline, place: int) -> None:
    [lead, *_] = pipeline.observers(place)
    text = f"CL {pipeline.election.stations[place].number} A2000 B1 C{500 + place} D0 E{300 + place} F120 G80"
    assert pipeline.say(lead.phones[0], text).state == "accepted"


def seen_by(pipeline: Pipeline, operator: Operator) -> dict[str, Any]:
    return show_quick_count(pipeline.current, operator, pipeline.now) or {}


def actions(pipeline: Pipeline) -> list[tuple[str, str]]:
    rows = AuditRow.query(pipeline.election.id)
    return sorted(((row.who, row.action) for row in rows), key=lambda line: line[1])


def test_what_one_proposes_nobody_else_sees_until_another_confirms(evening: Pipeline) -> None:
    proposed = release(evening.current, ANN, 0, "all strata are in", evening.now)
    assert (proposed["version"], proposed["released"]) == (1, False)
    assert proposed["proposal"]["is_mine"]
    assert seen_by(evening, VIEWER) == {}
    report(evening, 2)
    keep_count(evening.current, evening.now)
    shown = seen_by(evening, BEN)
    assert (shown["quick_count"]["stations"], shown["proposal"]["quick_count"]["stations"]) == (5, 4)
    assert (shown["proposal"]["who"], shown["proposal"]["is_mine"]) == ("Ann (headquarters)", False)
    released = confirm(evening.current, BEN, 1, "I have read it", evening.now)
    assert (released["version"], released["quick_count"]["stations"]) == (2, 4), (
        "what was proposed, not what came since"
    )
    assert seen_by(evening, VIEWER) == released
    assert (seen_by(evening, ANN)["shown"] or {})["quick_count"] == released["quick_count"]
    assert seen_by(evening, ANN)["decision"]["who"] == "Ben (headquarters)"
    assert actions(evening) == [
        ("Ben (headquarters)", "quick count confirmed"),
        ("Ann (headquarters)", "quick count proposed"),
    ]


def test_nobody_confirms_their_own_proposal_nor_an_old_one_nor_none(evening: Pipeline) -> None:
    with pytest.raises(NotConfirmed, match="none waits"):
        confirm(evening.current, BEN, 0, "agreed", evening.now)
    release(evening.current, ANN, 0, "all strata are in", evening.now)
    with pytest.raises(NotConfirmed, match="yourself"):
        confirm(evening.current, ANN, 1, "agreed", evening.now)
    with pytest.raises(NoteMissing):
        confirm(evening.current, BEN, 1, " ", evening.now)
    with pytest.raises(VersionPassed):
        confirm(evening.current, BEN, 0, "agreed", evening.now)
    evening.now += CONFIRMED_WITHIN
    assert seen_by(evening, BEN)["proposal"] is None
    with pytest.raises(NotConfirmed, match="none waits"):
        confirm(evening.current, BEN, 1, "agreed", evening.now)
    assert seen_by(evening, VIEWER) == {}


def test_a_proposal_leaves_what_others_see_and_one_person_withdraws_both(evening: Pipeline) -> None:
    release(evening.current, ANN, 0, "first", evening.now)
    first = confirm(evening.current, BEN, 1, "agreed", evening.now)
    report(evening, 2)
    release(evening.current, BEN, 2, "one more", evening.now)
    assert seen_by(evening, VIEWER)["quick_count"] == first["quick_count"]
    withdraw(evening.current, ANN, 3, "station 2 was wrong", evening.now)
    assert seen_by(evening, VIEWER) == {}
    assert seen_by(evening, ANN)["proposal"] is None
    with pytest.raises(NothingReleased):
        withdraw(evening.current, ANN, 4, "again", evening.now)


def test_a_confirmation_whose_answer_was_lost_is_asked_for_again(evening: Pipeline, wire: Wire) -> None:
    loaded = evening.current
    release(loaded, ANN, 0, "all strata are in", evening.now)
    wire.cut_all = lambda operation, place, when: (
        silent() if (operation, when) == ("TransactWriteItems", "after") else None
    )
    with pytest.raises(StoreUnavailable):
        confirm(loaded, BEN, 1, "agreed", evening.now)
    wire.mend()
    assert confirm(loaded, BEN, 1, "agreed", evening.now)["version"] == 2
    with pytest.raises(VersionPassed):
        confirm(loaded, replace(BEN, name="Cem"), 1, "agreed", evening.now)
    assert len(actions(evening)) == 2
