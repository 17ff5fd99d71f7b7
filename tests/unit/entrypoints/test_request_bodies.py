"""What a request by an operator brings: a caller's fault is never a 5xx, and says where it is."""

import json
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import MultiDict, Response
from pydantic import Field

from chalicelib.entrypoints.api.models import NoteBody, PageQuery, RequestModel, cursor_of, place_of
from chalicelib.entrypoints.api.operation import operation
from chalicelib.entrypoints.api.problem import Problem, VersionedDocument
from chalicelib.entrypoints.api.request import LONGEST_BODY, idempotency_key, seen_version, version_number


class Answers(RequestModel):
    """A body with places in it."""

    answers: dict[str, int] = Field(min_length=1)


@operation(summary="Take a note.", may=None, body=NoteBody)
def noted(request: Any) -> dict[str, Any]:
    return {"note": request.body.note}


@operation(summary="Take answers.", may=None, query=PageQuery, body=Answers)
def answered(request: Any) -> dict[str, Any]:
    return {"answers": request.body.answers, "limit": request.query.limit}


@operation(summary="Show something.", may=None, conditional=True)
def shown(request: Any) -> dict[str, Any]:
    return {"as_of": request.http.headers["x-as-of"], "sum": 3}


@operation(summary="Show a version of something.", may=None, conditional=True)
def versioned(request: Any) -> VersionedDocument:
    return VersionedDocument({"live": request.http.headers["x-as-of"]}, "3")


@operation(summary="Fail.", may=None)
def failing(request: Any) -> dict[str, Any]:
    raise ZeroDivisionError


def request(body: bytes = b"", query: dict[str, list[str]] | None = None, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(
        raw_body=body, headers=named, query_params=MultiDict(query) if query else None, method="POST", path="/"
    )


def problem(answer: Response) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.body)
    assert document["status"] == answer.status_code
    return document


@pytest.mark.parametrize(
    "body",
    [
        b'{"note": ' + b"[" * 4_000 + b"]" * 4_000 + b"}",
        b'{"note": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"note": "a\\ud800b"}',
        b'{"note": "' + b"a" * LONGEST_BODY + b'"}',
        b'{"note": "' + b"a" * 501 + b'"}',
        b'{"note": 1}',
        b'{"note": "", "more": 1}',
        b"\xff\xfe",
        b"[]",
        b"{",
    ],
    ids=[
        "nested",
        "deep",
        "half a character",
        "long",
        "long note",
        "number",
        "more",
        "no utf-8",
        "list",
        "cut",
    ],
)
def test_b7_a_body_that_cannot_be_taken_is_a_400(body: bytes) -> None:
    assert problem(noted(request(body)))["status"] == HTTPStatus.BAD_REQUEST


def test_a_body_that_nobody_asks_for_is_refused() -> None:
    assert problem(shown(request(b"{}", x_as_of="1")))["status"] == HTTPStatus.BAD_REQUEST


def test_c_a_body_of_another_type_is_a_415() -> None:
    assert problem(noted(request(b"note=1", content_type="text/plain")))["status"] == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def test_every_place_that_is_wrong_is_named() -> None:
    document = problem(answered(request(b'{"answers": {"A/B": "x", "C": 1.5}, "also": 1}')))
    assert {error["at"] for error in document["errors"]} == {"/answers/A~1B", "/answers/C", "/also"}


@pytest.mark.parametrize("query", [{"limit": ["0"]}, {"limit": ["1", "2"]}, {"limit": ["x"]}, {"page": ["1"]}])
def test_a_query_that_cannot_be_taken_is_a_400(query: dict[str, list[str]]) -> None:
    assert problem(answered(request(b'{"answers": {"A": 1}}', query)))["status"] == HTTPStatus.BAD_REQUEST


def test_our_own_fault_is_a_problem_too() -> None:
    document = problem(failing(request()))
    assert document["status"] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "ZeroDivisionError" not in json.dumps(document)


def test_an_etag_does_not_change_with_the_instant_alone() -> None:
    first = shown(request(x_as_of="12:00"))
    again = shown(request(x_as_of="12:05", if_none_match=f'"other", W/{first.headers["ETag"]}'))
    assert (first.status_code, again.status_code, again.body) == (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED, "")


def test_what_is_live_beneath_a_version_is_no_304() -> None:
    first = versioned(request(x_as_of="12:00")).headers["ETag"]
    assert versioned(request(x_as_of="12:05", if_none_match=first)).status_code == HTTPStatus.OK
    assert versioned(request(x_as_of="12:00", if_none_match=first)).status_code == HTTPStatus.NOT_MODIFIED
    assert version_number(seen_version(request(if_match=first))) == 3


def test_c_if_match_takes_ascii_alone() -> None:
    with pytest.raises(Problem) as refused:
        seen_version(request(if_match='"٣"'))
    assert refused.value.status is HTTPStatus.PRECONDITION_FAILED
    assert version_number(seen_version(request(if_match='W/"3"'))) == 3
    with pytest.raises(Problem):
        version_number(seen_version(request(if_match='"received.0"')))


@pytest.mark.parametrize("key", ["", "a b", "ж", "x" * 101])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(Problem):
        idempotency_key(request(idempotency_key=key))


def test_a_cursor_is_opaque_and_none_of_others() -> None:
    assert place_of(cursor_of(["1001", 3])) == ["1001", 3]
    for written in ("!!", "bm90IGpzb24", "é"):
        with pytest.raises(Problem):
            place_of(written)
