"""OpenAPI 3.1, made from the routes' own declarations.

https://spec.openapis.org/oas/v3.1.1; pydantic writes JSON Schema 2020-12, which is its dialect.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.entrypoints.api.models import Answering
from chalicelib.entrypoints.api.operation import Operation, operation_of
from chalicelib.services.access.permissions import roles_with

Routes = Mapping[tuple[str, str], str]
_REFERENCE = "#/components/schemas/{model}"
_PROVEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_ALWAYS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


class ProblemError(Answering):
    """A place that is wrong: `at` a JSON pointer, `what` the rule."""

    at: str
    what: str


class ProblemDetails(Answering):
    """An error (RFC 9457): what is wrong, and what to do."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[ProblemError] | None = None


def declared(routes: Routes) -> Iterator[tuple[str, str, str, Operation]]:
    """Yield method, path, view's name and declaration of each route.

    Raises AttributeError for a view that is not declared.
    """
    for (method, path), target in routes.items():
        module, _, name = target.partition(":")
        view = getattr(import_module(f"chalicelib.entrypoints.{module}"), name)
        yield method, path, target, operation_of(view)


def openapi_document(routes: Routes) -> dict[str, Any]:
    """Return the document of some routes; it is made once per process."""
    return _document(tuple(routes.items()))


@cache
def _document(routes: tuple[tuple[tuple[str, str], str], ...]) -> dict[str, Any]:
    operations = list(declared(dict(routes)))
    wanted: list[tuple[type[BaseModel], str]] = [(ProblemDetails, "serialization")]
    for *_, operation in operations:
        wanted += [(model, "validation") for model in (operation.body,) if model is not None]
        wanted += [(model, "serialization") for model in (operation.answer,) if model is not None]
    names, schemas = models_json_schema(list(dict.fromkeys(wanted)), ref_template=_REFERENCE)  # type: ignore[arg-type]
    paths: dict[str, Any] = {}
    for method, path, target, operation in operations:
        paths.setdefault(path, {})[method.lower()] = _operation(path, target, operation, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Baykoo",
            "version": "1",
            "description": "Election observers' SMS, and the people who act on them.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "./"}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-baykoo"},
            },
        },
    }


def _operation(path: str, target: str, one: Operation, names: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": target.removeprefix("api.").replace(":", "_").replace(".", "_"),
        "summary": one.summary,
        "tags": [target.removeprefix("api.").partition(":")[0].replace("_", " ")],
        "parameters": [*_path_parameters(path, one), *_query_parameters(one), *_headers(one)],
        "responses": {str(int(status)): answer for status, answer in _answers(one, names)},
    }
    if one.may is not None:
        described["security"] = [{"token": []}, {"session": []}]
        described["x-permission"] = one.may.value
        described["x-roles"] = list(roles_with(one.may))
    if one.body is not None:
        is_required = any(field.is_required() for field in one.body.model_fields.values())
        content = {"application/json": {"schema": names[one.body, "validation"]}}
        described["requestBody"] = {"required": is_required, "content": content}
    return described


def _path_parameters(path: str, one: Operation) -> Iterator[dict[str, Any]]:
    properties = _properties(one.path)
    for name in re.findall(r"{(\w+)}", path):
        schema = properties.get(name, {"type": "string"})
        yield {"name": name, "in": "path", "required": True, "schema": {"minLength": 1, **schema}}


def _query_parameters(one: Operation) -> Iterator[dict[str, Any]]:
    for name, schema in _properties(one.query).items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _properties(model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {}
    schema: dict[str, Any] = model.model_json_schema(ref_template=_REFERENCE)
    properties: dict[str, Any] = schema["properties"]
    return properties


def _headers(one: Operation) -> Iterator[dict[str, Any]]:
    if one.on_version:
        yield _header("If-Match", "The version that you have seen, as its ETag says it.", is_required=True)
    if one.once or one.once_with_key:
        yield _header("Idempotency-Key", "A UUID made when the form was opened.", is_required=one.once)
    if one.conditional:
        yield _header("If-None-Match", "The ETag that you have: 304 where nothing has changed.", is_required=False)


def _header(name: str, description: str, *, is_required: bool) -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": is_required, "description": description}
    return described | {"schema": {"type": "string"}}


def _answers(one: Operation, names: Mapping[Any, Any]) -> Iterator[tuple[HTTPStatus, dict[str, Any]]]:
    answered: dict[str, Any] = {"description": one.summary}
    if one.answer is not None:
        answered["content"] = {"application/json": {"schema": names[one.answer, "serialization"]}}
    if one.conditional:
        answered["headers"] = {"ETag": {"schema": {"type": "string"}}}
    yield one.status, answered
    if one.conditional:
        yield HTTPStatus.NOT_MODIFIED, {"description": "Nothing has changed since the ETag that you have."}
    for status in _problems(one):
        content = {"application/problem+json": {"schema": names[ProblemDetails, "serialization"]}}
        yield status, {"description": status.phrase, "content": content}


def _problems(one: Operation) -> list[HTTPStatus]:
    problems = {*_ALWAYS, *one.problems}
    if one.may is not None:
        problems |= {*_PROVEN}
    if one.body is not None:
        problems |= {HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    if one.on_version:
        problems |= {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.CONFLICT}
    if one.once or one.once_with_key:
        problems |= {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}
    return sorted(problems)
