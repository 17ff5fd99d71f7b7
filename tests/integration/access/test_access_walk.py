"""Every route, by every role, from another region, election and organisation: a new route is walked by itself."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import pytest
from api_client import Api, ApiAnswer
from pipeline import Pipeline
from sample_election import changed

from chalicelib.entrypoints.api.openapi import declared
from chalicelib.entrypoints.api.operation import Operation
from chalicelib.entrypoints.api.routes import ROUTES
from chalicelib.observation.elections.accounts import Role
from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import add_operator
from chalicelib.services.access.permissions import ALLOWED, OF_THE_COALITION, Permission, may
from chalicelib.services.elections import loading
from chalicelib.services.elections.retirement import retire

OPERATIONS = [(method, path, route) for method, path, _, route in declared(ROUTES) if route.may is not None]
LASTING = dt.timedelta(days=40_000)
DONE = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}
ANYBODYS = {Permission.OWN_SESSION}
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


@dataclass(frozen=True)
class World:
    """An election with something of everything in Bishkek, and who asks for it."""

    pipeline: Pipeline
    path: dict[str, str]
    tokens: dict[str, str]
    stranger: str
    elsewhere: str
    regional: dict[str, str]
    member: dict[str, str]
    secrets: tuple[str, ...]


@pytest.fixture(scope="module")
def world(services: Any, emptied: None) -> World:
    secret = services.webhook_secrets["generic"]["secrets"][0]
    pipeline, other = Pipeline.loaded(secret), Pipeline.loaded(secret)
    pipeline.election = in_coalition(pipeline.election)
    loading.load(pipeline.election, REAL_TIME)
    station = next(station for station in pipeline.election.stations if station.region == "Bishkek")
    observer = pipeline.election.observers_by_station[station.number][0]
    message = pipeline.say(observer.phones[0], "good morning what do I do")
    pipeline.say(observer.phones[0], "IN 3 box is broken")

    def token(role: Role, election: str, regions: tuple[str, ...] = (), organisation: str | None = None) -> str:
        name = "Ben" if organisation else "Ann"
        return add_operator(name, role, election, regions, dt.datetime.now(dt.UTC), LASTING, organisation)

    own = pipeline.election.id
    return World(
        pipeline,
        {
            "election_id": own,
            "region": "Bishkek",
            "station": station.number,
            "observer": observer.number,
            "number": "1",
            "key": message.key,
            "step": "acknowledge",
            "account": "0" * 24,
            "export": "20261129T000000-0",
        },
        {role: token(role, own) for role in ALLOWED},
        token("administrator", other.election.id),
        token("administrator", own, ("Chuy",)),
        {role: token(role, own, ("Chuy",)) for role in ALLOWED},
        {role: token(role, own, organisation="CHU") for role in ("viewer", "administrator")},
        (observer.name, observer.phones[0], "good morning what do I do", message.key),
    )


def in_coalition(election: Election) -> Election:
    """The election of two members: Bishkek's observers are one's, Chuy's the other's."""
    codes = {"Bishkek": "BIS", "Chuy": "CHU"}
    observers = [
        observer.model_copy(update={"organisation": codes[election.region_of(observer.station)]})
        for observer in election.observers
    ]
    members = {code: {"name": {"en": code}, "sees": {"stations": "all"}} for code in codes.values()}
    return changed(election, observers=observers, organisations=members)


def ask(world: World, method: str, route: str, token: str | None) -> ApiAnswer:
    names = [part.strip("{}") for part in route.split("/") if part.startswith("{")]
    headers = {"idempotency-key": "walk", "if-match": '"1"'}
    path = {name: path_value(world, route, name) for name in names}
    return Api(token).ask(method, route, {} if method == "POST" else None, headers=headers, **path)


def path_value(world: World, route: str, name: str) -> str:
    """A path's parameter; a number is an observer's where the route says so."""
    if name == "number" and "/observers/" in route:
        return world.path["observer"]
    return world.path.get(name, "1")


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=lambda value: str(value)[:70])
def test_who_proves_nothing_gets_nothing(world: World, method: str, route: str, operation: Operation) -> None:
    for token in (None, "wrong"):
        assert ask(world, method, route, token).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=lambda value: str(value)[:70])
def test_k2_a_role_may_what_the_table_says_and_no_more(
    world: World, method: str, route: str, operation: Operation
) -> None:
    assert operation.may is not None
    for role, token in world.tokens.items():
        answer = ask(world, method, route, token)
        is_refused = answer.status == HTTPStatus.FORBIDDEN and "may not do this" in answer.json()["detail"]
        assert is_refused != may(role, operation.may), (role, answer)  # type: ignore[arg-type]
        assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, (role, answer)


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=lambda value: str(value)[:70])
def test_another_election_s_is_refused(world: World, method: str, route: str, operation: Operation) -> None:
    if "{election_id}" in route:
        assert ask(world, method, route, world.stranger).status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=lambda value: str(value)[:70])
def test_a_role_for_some_regions_may_nothing_of_the_whole_nation(
    world: World, method: str, route: str, operation: Operation
) -> None:
    assert operation.may is not None
    for role, token in world.regional.items():
        answer = ask(world, method, route, token)
        is_refused = answer.status == HTTPStatus.FORBIDDEN and "may not do this" in answer.json()["detail"]
        assert is_refused != may(role, operation.may, regions=("Chuy",)), (role, answer)  # type: ignore[arg-type]
        assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, (role, answer)


def pages(world: World, token: str) -> Iterator[tuple[str, ApiAnswer]]:
    for method, route, _ in OPERATIONS:
        if method == "GET":
            yield route, ask(world, method, route, token)


def test_another_region_s_people_and_texts_are_in_no_answer(world: World) -> None:
    """Whoever sees Chuy alone finds nothing of Bishkek, by whatever they ask for."""
    answered = 0
    for route, answer in pages(world, world.elsewhere):
        assert answer.status in {HTTPStatus.OK, *REFUSED, HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT}, (route, answer)
        answered += answer.status == HTTPStatus.OK
        found = [secret for secret in world.secrets if secret in answer.text]
        assert not found, (route, found)
    assert answered


@pytest.mark.parametrize("role", ["viewer", "administrator"])
def test_another_organisation_s_people_and_texts_are_in_no_answer(world: World, role: str) -> None:
    """A member sees where the others are, and nothing of who is there or what they said."""
    answered = 0
    for route, answer in pages(world, world.member[role]):
        assert answer.status in {HTTPStatus.OK, *REFUSED, HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT}, (route, answer)
        answered += answer.status == HTTPStatus.OK
        found = [secret for secret in world.secrets if secret in answer.text]
        assert not found, (route, found)
    assert answered


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=lambda value: str(value)[:70])
def test_a_member_does_nothing_about_another_s(world: World, method: str, route: str, operation: Operation) -> None:
    """Whatever its role: what is the coalition's is refused, and nothing of another member's is changed."""
    assert operation.may is not None
    answer = ask(world, method, route, world.member["administrator"])
    is_refused = answer.status == HTTPStatus.FORBIDDEN and "may not do this" in answer.json()["detail"]
    assert is_refused == (operation.may in OF_THE_COALITION), answer
    assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, answer
    assert method == "GET" or operation.may in ANYBODYS or answer.status not in DONE, answer


def test_whoever_sees_it_all_finds_them(world: World) -> None:
    """The test above looks for what is there to be found."""
    text = "".join(answer.text for _, answer in pages(world, world.tokens["administrator"]))
    assert not [secret for secret in world.secrets[1:] if secret not in text]


@pytest.mark.parametrize(("role", "hidden"), [("viewer", 2), ("wall", 4)])
def test_a_viewer_sees_no_people_and_the_wall_no_text_either(world: World, role: str, hidden: int) -> None:
    for route, answer in pages(world, world.tokens[role]):
        found = [secret for secret in world.secrets[:hidden] if secret in answer.text]
        assert not found, (route, found)


@pytest.fixture(scope="module")
def retired(world: World) -> tuple[str, dict[str, str]]:
    """An election that is retired, with whoever might have changed it."""
    pipeline = Pipeline.loaded(world.pipeline.secret)
    own = pipeline.election.id
    tokens = {role: add_operator("Ann", role, own, (), dt.datetime.now(dt.UTC), LASTING) for role in ALLOWED}
    retire(own, dt.datetime.now(dt.UTC), although_under_way=True)
    return own, tokens


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=lambda value: str(value)[:70])
def test_k3_a_retired_election_can_be_read_and_not_changed(
    world: World, retired: tuple[str, dict[str, str]], method: str, route: str, operation: Operation
) -> None:
    election, tokens = retired
    if "{election_id}" not in route:
        return
    assert operation.may is not None
    allowed = next(token for role, token in tokens.items() if may(role, operation.may))  # type: ignore[arg-type]
    elsewhere = replace(world, path={**world.path, "election_id": election})
    answer = ask(elsewhere, method, route, allowed)
    if method == "GET":
        assert answer.status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}, answer
    else:
        assert (answer.status, "is retired" in answer.text) == (HTTPStatus.CONFLICT, True), answer
