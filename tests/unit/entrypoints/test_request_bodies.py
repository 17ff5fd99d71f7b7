"""The body and the version of a request by an operator: a caller's fault is never a 5xx."""

from http import HTTPStatus
from types import SimpleNamespace

import pytest

from chalicelib.entrypoints.api.problem import Problem
from chalicelib.entrypoints.api.request import LONGEST_BODY, note_of, seen_version


@pytest.mark.parametrize(
    "body",
    [
        b'{"note": ' + b"[" * 4_000 + b"]" * 4_000 + b"}",
        b'{"note": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"note": "a\\ud800b"}',
        b'{"note": "' + b"a" * LONGEST_BODY + b'"}',
        b'{"note": 1}',
        b"\xff\xfe",
        b"[]",
    ],
    ids=["nested", "nested and long", "half a character", "long", "a number", "no utf-8", "a list"],
)
def test_b7_a_body_that_cannot_be_taken_is_a_400(body: bytes) -> None:
    with pytest.raises(Problem) as problem:
        note_of(SimpleNamespace(raw_body=body))
    assert problem.value.status is HTTPStatus.BAD_REQUEST


def test_c_if_match_takes_ascii_digits_alone() -> None:
    with pytest.raises(Problem) as problem:
        seen_version(SimpleNamespace(headers={"if-match": '"٣"'}))
    assert problem.value.status is HTTPStatus.PRECONDITION_FAILED
    assert seen_version(SimpleNamespace(headers={"if-match": 'W/"3"'})) == 3
