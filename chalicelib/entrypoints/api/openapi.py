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

from chalicelib.entrypoints.api.models import AnswerModel
from chalicelib.entrypoints.api.operation import Operation, operation_of
from chalicelib.entrypoints.api.search_headers import SCHEMA, search_headers
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


class ProblemError(AnswerModel):
    """A place that is wrong: `at` a JSON pointer, `what` the rule."""

    at: str
    what: str


class ProblemDetails(AnswerModel):
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
    models: list[tuple[type[BaseModel], str]] = [(ProblemDetails, "serialization")]
    for *_, operation in operations:
        models += [(model, "validation") for model in (operation.body,) if model is not None]
        models += [(model, "serialization") for model in (operation.answer,) if model is not None]
    names, schemas = models_json_schema(list(dict.fromkeys(models)), ref_template=_REFERENCE)  # type: ignore[arg-type]
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


def _operation(path: str, target: str, operation: Operation, names: Mapping[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": target.removeprefix("api.").replace(":", "_").replace(".", "_"),
        "summary": operation.summary,
        "tags": [target.removeprefix("api.").partition(":")[0].replace("_", " ")],
        "parameters": [*_path_parameters(path, operation), *_query_parameters(operation), *_headers(operation)],
        "responses": {str(int(status)): answer for status, answer in _answers(operation, names)},
    }
    if operation.may is not None:
        described["security"] = [{"token": []}, {"session": []}]
        described["x-permission"] = operation.may.value
        described["x-roles"] = list(roles_with(operation.may))
    if operation.body is not None:
        is_required = any(field.is_required() for field in operation.body.model_fields.values())
        content = {"application/json": {"schema": names[operation.body, "validation"]}}
        described["requestBody"] = {"required": is_required, "content": content}
    return described


def _path_parameters(path: str, operation: Operation) -> Iterator[dict[str, Any]]:
    properties = _properties(operation.path)
    for name in re.findall(r"{(\w+)}", path):
        schema = properties.get(name, {"type": "string"})
        yield {"name": name, "in": "path", "required": True, "schema": {"minLength": 1, **schema}}


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    headers = search_headers(operation.query) if operation.query else {}
    for name, schema in _properties(operation.query).items():
        if name in headers:
            parameter = _header(headers[name], "What is searched for: UTF-8, percent-encoded.", is_required=False)
            yield parameter | {"schema": SCHEMA}
        else:
            yield {"name": name, "in": "query", "required": False, "schema": schema}


def _properties(model: type[BaseModel] | None) -> dict[str, Any]:
    if model is None:
        return {}
    schema: dict[str, Any] = model.model_json_schema(ref_template=_REFERENCE)
    properties: dict[str, Any] = schema["properties"]
    return properties


def _headers(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.on_version:
        yield _header("If-Match", "The version that you have seen, as its ETag says it.", is_required=True)
    if operation.once or operation.once_with_key:
        yield _header("Idempotency-Key", "A UUID made when the form was opened.", is_required=operation.once)
    if operation.conditional:
        yield _header("If-None-Match", "The ETag that you have: 304 where nothing has changed.", is_required=False)


def _header(name: str, description: str, *, is_required: bool) -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": is_required, "description": description}
    return described | {"schema": {"type": "string"}}


def _answers(operation: Operation, names: Mapping[Any, Any]) -> Iterator[tuple[HTTPStatus, dict[str, Any]]]:
    answered: dict[str, Any] = {"description": operation.summary}
    if operation.answer is not None:
        answered["content"] = {"application/json": {"schema": names[operation.answer, "serialization"]}}
    if operation.conditional:
        answered["headers"] = {"ETag": {"schema": {"type": "string"}}}
    yield operation.status, answered
    if operation.conditional:
        yield HTTPStatus.NOT_MODIFIED, {"description": "Nothing has changed since the ETag that you have."}
    for status in _problems(operation):
        content = {"application/problem+json": {"schema": names[ProblemDetails, "serialization"]}}
        yield status, {"description": status.phrase, "content": content}


def _problems(operation: Operation) -> list[HTTPStatus]:
    problems = {*_ALWAYS, *operation.problems}
    if operation.may is not None:
        problems |= {*_PROVEN}
    if operation.body is not None:
        problems |= {HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    if operation.body is not None and operation.may is not None:
        problems |= {HTTPStatus.CONFLICT}  # the election may be retired
    if operation.on_version:
        problems |= {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.CONFLICT}
    if operation.once or operation.once_with_key:
        problems |= {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT}
    return sorted(problems)
