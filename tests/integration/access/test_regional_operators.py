"""Whoever has some regions sees and does only in them: every request that changes something, tried from another one."""

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import fault_paths_decisions
import fault_paths_desk
import fault_paths_work
import pytest
from fault_requests import ELECTION, MESSAGE, Request, ask, etag
from fault_stage import Stage, staged

from chalicelib.entrypoints.api.openapi import declared
from chalicelib.entrypoints.api.routes import ROUTES
from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access.operators import add_operator
from chalicelib.services.access.permissions import OF_THE_NATION, Permission, may, permissions_of

GROUPS: Final[Mapping[str, Mapping[str, Request]]] = {
    "desk": fault_paths_desk.REQUESTS,
    **fault_paths_decisions.REQUESTS,
    **fault_paths_work.REQUESTS,
}
CASES = [(group, name) for group, requests in GROUPS.items() for name in requests]
PERMISSIONS = {path: operation.may for method, path, _, operation in declared(ROUTES) if method == "POST"}
HERE, ELSEWHERE = "Bishkek", "Chuy"
"""Everything that the requests are about is in the first."""
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
OF_NO_PLACE: Final = {
    ("calls", "next"): "hands out a call of one's own regions",
    ("sends", "begin"): "goes to one's own regions (test_sends.py)",
    ("sends", "test"): "goes to oneself, with a receiver of one's own regions (test_send_texts.py)",
    ("files", "export"): "has the rows of one's own regions",
    ("accounts", "wall link"): "shows what everybody may see",
}
OF_THE_WHOLE_NATION: Final = {
    *(("desk", name) for name in ("assign", "assign this", "nobody's", "spam", "retry")),
    *(("sends", name) for name in ("stop", "resume")),
    *(("calls", name) for name in ("put on", "take off")),
    ("roster", "undo of an observer"),
    ("outbox", "again"),
    ("files", "links"),
    *OF_NO_PLACE,
}
"""An unknown number's SMS, what somebody of the whole nation has begun, stations of two regions, and who goes from one
region to another."""


def tried(group: str, name: str, role: Role, region: str) -> tuple[int, bool, str]:
    """Somebody of a region makes a request: its status, whether anything is otherwise, and what is answered."""
    with pytest.MonkeyPatch.context() as patch:
        stage = staged(patch, **fault_paths_work.CHANGES.get(group, {}))
        request = GROUPS[group][name]
        request.path().prepare(stage)
        stage.memo.pop("session", None)
        stage.token = add_operator("Zoya", role, stage.election.id, (region,), stage.now, dt.timedelta(days=9))
        before = stage.end_state()
        answer = ask(stage, request.route, stage.memo["body"], "tried", stage.memo.get("seen"))
        return answer.status, before != stage.end_state(), answer.text


@pytest.mark.parametrize(("group", "name"), CASES)
@pytest.mark.parametrize("role", ["operator", "administrator"])
def test_who_has_another_region_changes_nothing(group: str, name: str, role: Role) -> None:
    status, is_changed, text = tried(group, name, role, ELSEWHERE)
    if (group, name) not in OF_NO_PLACE:
        assert status in REFUSED, text
        assert not is_changed
    if (group, name) == ("calls", "next"):
        assert f'"region": "{ELSEWHERE}"' in text


@pytest.mark.parametrize(("group", "name"), CASES)
def test_who_has_the_region_does_what_the_role_may(group: str, name: str) -> None:
    """As an operator, and what is not of one region or another as nobody but who sees the whole nation."""
    permission = PERMISSIONS[GROUPS[group][name].route]
    assert permission is not None
    status, _, text = tried(group, name, "operator", HERE)
    if (group, name) not in OF_THE_WHOLE_NATION:
        assert (status not in REFUSED) == may("operator", permission, regions=(HERE,)), text
    assert status < HTTPStatus.INTERNAL_SERVER_ERROR, text


@pytest.mark.parametrize(("group", "name"), sorted(OF_THE_WHOLE_NATION - OF_NO_PLACE.keys()))
def test_what_is_no_region_s_is_not_there_for_who_has_one(group: str, name: str) -> None:
    status, is_changed, text = tried(group, name, "operator", HERE)
    assert (status, is_changed) == (HTTPStatus.NOT_FOUND, False), text


@pytest.mark.parametrize("permission", sorted(OF_THE_NATION))
def test_what_is_the_nation_s_is_no_region_s(permission: Permission) -> None:
    assert may("administrator", permission)
    assert not may("administrator", permission, regions=(HERE,))
    assert permission not in permissions_of("administrator", regions=(HERE,))


def test_an_operator_gives_a_phone_to_observers_of_their_own_regions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone of an observer of theirs: to another of theirs, not to one elsewhere, nor to headquarters."""
    stage = staged(monkeypatch)
    fault_paths_desk.assigned(stage)
    here = [observer.number for observer in stage.election.observers if region_of(stage, observer.number) == HERE]
    elsewhere = next(
        observer.number for observer in stage.election.observers if region_of(stage, observer.number) == ELSEWHERE
    )
    headquarters = next(row.name for row in stage.election.coordinators if row.is_headquarters)
    coordinator = next(row.name for row in stage.election.coordinators if row.regions == (HERE,))
    national = stage.token
    stage.token = add_operator("Zoya", "operator", stage.election.id, (HERE,), stage.now, dt.timedelta(days=9))

    def given(body: dict[str, Any], key: str) -> int:
        return ask(stage, f"{MESSAGE}/assign", body, key, etag(stage, MESSAGE)).status

    for key, body in enumerate(
        ({"observer": elsewhere}, {"observer": elsewhere, "only_this": True}, {"coordinator": headquarters})
    ):
        before = stage.end_state()
        assert given(body, f"no{key}") == HTTPStatus.NOT_FOUND, body
        assert stage.end_state() == before
    assert ask(stage, f"{MESSAGE}/assign/preview", {"observer": elsewhere}, "p").status == HTTPStatus.NOT_FOUND
    assert given({"coordinator": coordinator}, "coordinator") == HTTPStatus.OK
    stage.token = national
    assert given({"observer": elsewhere}, "national") == HTTPStatus.OK
    stage.token = add_operator("Zoya", "operator", stage.election.id, (HERE,), stage.now, dt.timedelta(days=9))
    assert ask(stage, f"{MESSAGE}/assign", {"observer": here[1]}, "taken", "accepted.9").status == HTTPStatus.NOT_FOUND
    assert ask(stage, f"{MESSAGE}/unassign", {}, "back", "accepted.9").status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("only_this", [False, True])
def test_an_unknown_number_that_names_a_station_is_an_observer_s_of_its_region(
    monkeypatch: pytest.MonkeyPatch, *, only_this: bool
) -> None:
    stage = staged(monkeypatch)
    here, elsewhere = stage.election.stations[0], stage.election.stations[1]
    stage.say("waiting", f"OP {here.number} A1 B0730 C12 D1 E1668", "+996777000111")
    stage.token = add_operator("Zoya", "operator", stage.election.id, (HERE,), stage.now, dt.timedelta(days=9))
    given = {"only_this": True} if only_this else {}
    observers = stage.election.observers_by_station

    def assigned(observer: str, key: str) -> int:
        return ask(stage, f"{MESSAGE}/assign", {"observer": observer} | given, key, etag(stage, MESSAGE)).status

    before = stage.end_state()
    assert assigned(observers[elsewhere.number][0].number, "no") == HTTPStatus.NOT_FOUND
    assert ask(stage, f"{MESSAGE}/spam", {}, "muted", etag(stage, MESSAGE)).status == HTTPStatus.NOT_FOUND
    assert stage.end_state() == before
    assert assigned(observers[here.number][0].number, "yes") == HTTPStatus.OK
    assert stage.api.get(MESSAGE, election_id=stage.election.id, key=stage.key("waiting")).json()["state"] == "accepted"
    stage.token = add_operator("Aida", "operator", stage.election.id, (ELSEWHERE,), stage.now, dt.timedelta(days=9))
    assert (
        stage.api.get(MESSAGE, election_id=stage.election.id, key=stage.key("waiting")).status == HTTPStatus.NOT_FOUND
    )


def region_of(stage: Stage, observer: str) -> str:
    return stage.election.region_of(stage.election.observer_by_number[observer].station)


def test_an_administrator_of_a_region_invites_nobody_and_sees_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or they could make one for the whole nation."""
    stage = staged(monkeypatch)
    stage.token = add_operator("Zoya", "administrator", stage.election.id, (HERE,), stage.now, dt.timedelta(days=9))
    path = {"election_id": stage.election.id}
    trail = stage.api.get(f"{ELECTION}/audit", **path)
    assert (trail.status, "command line" in trail.text) == (HTTPStatus.OK, False), "their own lines"
    refused = stage.api.get(f"{ELECTION}/accounts", **path)
    assert refused.json()["detail"] == "You may not do this for some regions: it is the whole nation's."
    shown = stage.api.get("/v1/session")
    assert not {"manage_accounts", "import", "read_audit"} & set(shown.json()["permissions"])
