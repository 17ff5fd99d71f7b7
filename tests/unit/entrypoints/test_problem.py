"""What services' exceptions are to whoever asks, by their names."""

import datetime as dt
from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module

import pytest

from chalicelib.entrypoints.api.problem import _MEANINGS, problem_of
from chalicelib.observation.reports.entry_fields import FieldFault, FieldsRefused
from chalicelib.services.access.refusals import TooManyAttempts
from chalicelib.services.calls.refusals import OutcomeInvalid, TaskLeased
from chalicelib.store.tables import StoreUnavailable


@pytest.mark.parametrize("name", _MEANINGS)
def test_every_name_is_an_exception_s(name: str) -> None:
    module, _, kind = name.partition(":")
    named = getattr(import_module(f"chalicelib.{module}"), kind)
    assert issubclass(named, Exception)
    assert (named.__module__, named.__name__) == (f"chalicelib.{module}", kind), (
        "an exception is known where it is made"
    )


def test_no_two_names_are_of_one_family() -> None:
    """Of two, the nearer would stand: each exception has one meaning, in whatever order."""
    kinds = [
        getattr(import_module(f"chalicelib.{name.partition(':')[0]}"), name.partition(":")[2]) for name in _MEANINGS
    ]
    assert [(kind, other) for kind in kinds for other in kinds if kind is not other and issubclass(kind, other)] == []


class _Nested(TaskLeased):
    """A kind of what is known."""


@pytest.mark.parametrize(
    ("made", "status", "detail", "errors"),
    [
        (lambda: TaskLeased("Aida has it"), HTTPStatus.CONFLICT, "Not taken: Aida has it.", ()),
        (lambda: _Nested("Aida has it"), HTTPStatus.CONFLICT, "Not taken: Aida has it.", ()),
        (lambda: StoreUnavailable("{}"), HTTPStatus.SERVICE_UNAVAILABLE, None, ()),
        (
            lambda: OutcomeInvalid("/outcome", "use another"),
            HTTPStatus.BAD_REQUEST,
            "Not logged: use another.",
            ({"at": "/outcome", "what": "use another"},),
        ),
        (
            lambda: FieldsRefused((FieldFault("/answers/A", "no number"),)),
            HTTPStatus.BAD_REQUEST,
            None,
            ({"at": "/answers/A", "what": "no number"},),
        ),
    ],
)
def test_an_exception_is_what_its_class_says(
    made: Callable[[], Exception], status: HTTPStatus, detail: str | None, errors: tuple[dict[str, str], ...]
) -> None:
    problem = problem_of(made())
    assert problem is not None
    assert (problem.status, problem.errors) == (status, errors)
    assert detail is None or problem.detail == detail


def test_who_tries_too_often_is_told_when_to_try_again() -> None:
    problem = problem_of(TooManyAttempts(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)))
    assert problem is not None
    assert 115 <= int(problem.headers["Retry-After"]) <= 121


def test_a_fault_of_ours_is_none() -> None:
    assert problem_of(KeyError("x")) is None
