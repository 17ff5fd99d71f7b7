"""The API's document says what the routes do, all of them."""

from itertools import pairwise
from typing import Any

import pytest
from openapi_spec_validator import validate

from chalicelib.entrypoints.api.openapi import declared, openapi_document
from chalicelib.entrypoints.api.openapi_page import openapi_page
from chalicelib.entrypoints.api.operation import Operation
from chalicelib.entrypoints.api.routes import ROUTES, UNVERSIONED
from chalicelib.services.access.permissions import ALLOWED, Permission, roles_with

PUBLIC = {("GET", "/health"), ("GET", "/openapi.json"), ("GET", "/docs")}
CALLBACK = "/v1/session/oidc/callback"
SIGNING = {
    ("POST", "/v1/session/request"),
    ("POST", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/session/oidc"),
    ("POST", "/v1/session/oidc"),
    ("GET", CALLBACK),
}
"""Whoever signs in or out: nothing is proven yet, or any more."""
PREVIEWS = {
    ("POST", "/v1/elections/{election_id}/entries/read-back"),
    ("POST", "/v1/elections/{election_id}/sends/preview"),
    ("POST", "/v1/elections/{election_id}/messages/{key}/assign/preview"),
    ("POST", "/v1/elections/{election_id}/calls/{station}/ring"),
}
"""What tells what would happen, of a body, and writes nothing."""
SWITCHING = {("POST", "/v1/session/switch")}
"""What ends the session that asked: a repetition is refused."""
OPERATIONS = list(declared(ROUTES))


def test_the_document_is_openapi() -> None:
    validate(openapi_document(ROUTES))


def test_every_route_is_in_the_document() -> None:
    written = {(method.upper(), path) for path, named in openapi_document(ROUTES)["paths"].items() for method in named}
    assert written == set(ROUTES)


def test_paths_without_a_version_are_those_of_before() -> None:
    assert {(method, f"/v1{path}"): target for (method, path), target in UNVERSIONED.items()}.items() <= ROUTES.items()


@pytest.mark.parametrize(("method", "path", "target", "operation"), OPERATIONS, ids=lambda value: str(value)[:60])
def test_a_route_declares_what_it_needs(method: str, path: str, target: str, operation: Operation) -> None:
    assert operation.summary.endswith(".")
    assert (operation.may is None) == ((method, path) in PUBLIC | SIGNING)
    assert operation.answer is not None or path in {"/docs", CALLBACK}
    for name in (part.strip("{}") for part in path.split("/") if part.startswith("{")):
        assert operation.path is not None
        assert name in operation.path.model_fields
    if method == "GET":
        assert operation.body is None
        assert not operation.once
        assert not operation.on_version
        assert operation.conditional or path in {"/health", "/docs", CALLBACK}
    else:
        assert operation.once or operation.on_version or (method, path) in SIGNING | PREVIEWS | SWITCHING


def test_operations_have_names_of_their_own() -> None:
    names = [row["operationId"] for named in openapi_document(ROUTES)["paths"].values() for row in named.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("permission", Permission)
def test_somebody_has_every_permission(permission: Permission) -> None:
    assert roles_with(permission)


def test_a_greater_role_may_what_a_lesser_may() -> None:
    order = ("wall", "viewer", "coordinator", "operator", "headquarters", "administrator")
    for lesser, greater in pairwise(order[1:]):
        assert ALLOWED[lesser] < ALLOWED[greater]


def test_the_page_has_every_path_and_no_script() -> None:
    page, policy = openapi_page(openapi_document(ROUTES))
    names: Any = openapi_document(ROUTES)["paths"]
    assert all(path in page for path in names)
    assert "<script" not in page
    assert "http" not in policy
