"""One declaration per route: it validates, authorises, answers and documents.

OpenAPI comes from the same declarations (openapi.py), and so does the walk of every route by every role.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Generic, TypeVar, cast
from urllib.parse import unquote

from chalice.app import Response
from pydantic import BaseModel, ValidationError

from chalicelib.entrypoints.api.access import Access, authenticated
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument, logger, now, problem_of, problem_response
from chalicelib.entrypoints.api.request import LONGEST_BODY, idempotency_key, raw_body, seen_version
from chalicelib.entrypoints.api.search_headers import words_of
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.actions.perform import Action
from chalicelib.store.elections import LoadedElection

PathT = TypeVar("PathT", bound=BaseModel | None)
QueryT = TypeVar("QueryT", bound=BaseModel | None)
BodyT = TypeVar("BodyT", bound=BaseModel | None)
VERSIONED = "as_of"
"""What an answer says of its own instant, and what is no part of its ETag."""


@dataclass(frozen=True, slots=True)
class Request(Generic[PathT, QueryT, BodyT]):
    """A request that is valid and allowed.

    `http` is the request as chalice read it. `action` is there where the operation is done once; `seen` where it is on
    a version.
    """

    path: PathT
    query: QueryT
    body: BodyT
    http: Any
    access: Access | None
    action_or_none: Action | None = None
    seen_or_none: str | None = None

    @property
    def operator(self) -> Operator:
        """Who asks."""
        return self._access.operator

    @property
    def loaded(self) -> LoadedElection:
        """The election that it is about."""
        return self._access.loaded

    @property
    def action(self) -> Action:
        """The action that is asked for."""
        if self.action_or_none is None:
            raise TypeError("this operation is not declared `once`")
        return self.action_or_none

    @property
    def seen(self) -> str:
        """The version that the caller has seen, as its ETag says it."""
        if self.seen_or_none is None:
            raise TypeError("this operation is not declared `on_version`")
        return self.seen_or_none

    @property
    def _access(self) -> Access:
        if self.access is None:
            raise TypeError("this operation is public")
        return self.access


Document = Mapping[str, Any]
View = Callable[[Any], Document | VersionedDocument | Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Declare a route's view: its words, models, permission and headers.

    `may`: None where no proof is needed. `conditional`: the answer has an ETag, and If-None-Match is heard.
    `on_version`: If-Match names the version that the caller has seen. `once`: Idempotency-Key makes a repetition
    harmless; `once_with_key`: for who sends one, as those of before do not. `largest`: bytes of the body. A view
    returns its document, a `VersionedDocument` where a change names its version, or a whole response.
    """

    summary: str
    may: Permission | None
    path: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: HTTPStatus = HTTPStatus.OK
    conditional: bool = False
    on_version: bool = False
    once: bool = False
    once_with_key: bool = False
    problems: tuple[HTTPStatus, ...] = ()
    largest: int = LONGEST_BODY

    def __call__(self, view: View) -> Callable[..., Response]:
        """Return the view as chalice calls it: with its request and path."""

        @wraps(view)
        def answered(http: Any, **written: str) -> Response:
            try:
                request = _validated(self, http, {name: unquote(value) for name, value in written.items()})
                return _response(self, http, view(request))
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a problem and we a log line
                return _problem(error)

        answered.operation = self  # type: ignore[attr-defined]
        return answered


operation = Operation
"""The decorator: `@operation(summary=…, may=…)`."""


def json_response(document: Document, headers: Mapping[str, str]) -> Response:
    """Answer a document with headers of its own."""
    plain = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, headers={**plain, **headers}, status_code=HTTPStatus.OK.value)


def operation_of(view: Callable[..., Any]) -> Operation:
    """Return what a view was declared as; AttributeError where it was not."""
    return cast(Operation, view.operation)  # type: ignore[attr-defined]


def _validated(declared: Operation, http: Any, written: Mapping[str, str]) -> Request[Any, Any, Any]:
    access = None
    if declared.may is not None:
        access = authenticated(http, written.get("election_id"), declared.may)
    path = _valid(declared.path, dict(written), HTTPStatus.NOT_FOUND, "path") if declared.path else None
    query = _query(declared.query, http) if declared.query else None
    if declared.query is None and _query_of(http):
        raise Problem(HTTPStatus.BAD_REQUEST, "This route has no query.")
    raw = raw_body(http, is_wanted=declared.body is not None, largest=declared.largest)
    body = _body(declared.body, raw) if declared.body else None
    action = None
    has_key = declared.once_with_key and http.headers.get("idempotency-key") is not None
    if (declared.once or has_key) and access is not None:
        digest = hashlib.sha256(b"\0".join((http.method.encode(), http.path.encode(), raw))).hexdigest()
        note = getattr(body, "note", None) or ""
        action = Action(access.operator, now(), idempotency_key(http), digest, note)
    seen = seen_version(http) if declared.on_version else None
    return Request(path, query, body, http, access, action, seen)


def _query(model: type[BaseModel], http: Any) -> BaseModel:
    given = _query_of(http)
    return _valid(model, given | words_of(model, given, http.headers), HTTPStatus.BAD_REQUEST, "query")


def _query_of(http: Any) -> dict[str, Any]:
    given = http.query_params
    if not given:
        return {}
    lists = {name: given.getlist(name) for name in given}
    return {name: values if len(values) > 1 else values[0] for name, values in lists.items()}


def _body(model: type[BaseModel], raw: bytes) -> BaseModel:
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as invalid:
        raise _invalid(invalid, HTTPStatus.BAD_REQUEST, "body") from invalid


def _valid(model: type[BaseModel], written: Mapping[str, Any], status: HTTPStatus, where: str) -> BaseModel:
    try:
        return model.model_validate(written)
    except ValidationError as invalid:
        raise _invalid(invalid, status, where) from invalid


def _invalid(invalid: ValidationError, status: HTTPStatus, where: str) -> Problem:
    """Name every place that is wrong, by JSON pointer (RFC 6901)."""
    errors = [
        {"at": "".join(f"/{_escaped(part)}" for part in error["loc"]), "what": error["msg"]}
        for error in invalid.errors(include_url=False, include_input=False, include_context=False)
    ]
    first = errors[0]
    detail = f"The {where} is not valid: {first['at'].lstrip('/') or 'it'}: {first['what']}."
    return Problem(status, detail, errors=errors)


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _response(declared: Operation, http: Any, answered: Document | VersionedDocument | Response) -> Response:
    if isinstance(answered, Response):
        return answered
    headers: dict[str, Any] = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    document = answered.document if isinstance(answered, VersionedDocument) else answered
    body = json.dumps(document, ensure_ascii=False)
    parts = [answered.version] if isinstance(answered, VersionedDocument) else []
    if declared.conditional:  # a version is of what may be changed, and what is shown has more
        parts.append(_digest(document))
    if parts:
        headers["ETag"] = f'"{".".join(parts)}"'
    if declared.conditional and headers["ETag"] in _seen_tags(http):
        return Response("", headers=headers, status_code=HTTPStatus.NOT_MODIFIED.value)
    return Response(body, headers=headers, status_code=declared.status.value)


def _digest(document: Document) -> str:
    stable = {name: value for name, value in document.items() if name != VERSIONED}
    return hashlib.sha256(json.dumps(stable, ensure_ascii=False).encode()).hexdigest()[:12]


def _seen_tags(http: Any) -> set[str]:
    """Return the ETags of If-None-Match, compared weakly (RFC 9110 section 13.1.2)."""
    written = http.headers.get("if-none-match") or ""
    return {tag.strip().removeprefix("W/") for tag in written.split(",")}


def _problem(error: Exception) -> Response:
    problem = problem_of(error)
    if problem is None:
        logger.exception("a request failed", exc_info=error)
        problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something is wrong on our side; it has been logged.")
    return problem_response(problem)
