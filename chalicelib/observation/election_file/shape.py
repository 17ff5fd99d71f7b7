"""From plain values to the election's models.

Pydantic's complaints are put in plain words at their lines.
"""

from collections.abc import Iterable, Mapping
from typing import TypeGuard, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from chalicelib.observation.election_file.document import Document, Path, Plain
from chalicelib.observation.election_file.problems import suggestion

Model = TypeVar("Model", bound=BaseModel)

_WORDS: Mapping[str, str] = {
    "missing": "this key is missing; write it",
    "string_type": "this must be a text; write one word or a text in quotes",
    "int_parsing": "this is no whole number; write digits only",
    "int_type": "this must be a whole number; write digits",
    "int_from_float": "this is no whole number; write digits only",
    "float_parsing": "this is no number; write digits, with a point for decimals",
    "float_type": "this must be a number; write digits",
    "bool_parsing": "this is neither true nor false; write one of them",
    "dict_type": "this must be a list of `key: value`; write for instance {en: …, ru: …}",
    "tuple_type": "this must be a list; write it in brackets, [one, two]",
    "model_type": "this must be a list of `key: value`; see docs/election-file.md",
    "date_from_datetime_parsing": "this is no date; write YYYY-MM-DD",
    "date_from_datetime_inexact": "this is no date; write YYYY-MM-DD",
    "date_type": "this is no date; write YYYY-MM-DD",
}

_BOUNDS: Mapping[str, str] = {
    "greater_than_equal": "small; write at least",
    "less_than_equal": "large; write at most",
}


def shaped(
    model: type[Model], document: Document, path: Path, raw: Plain, stand_ins: Mapping[str, object]
) -> Model | None:
    """Shape the plain value at `path` into a model.

    It is None if not even its sound fields make one.

    Every fault is noted; then the faulty keys are taken from `stand_ins`, or left out, so that the rules after this one
    still see the rest. The noted problem keeps such a model from ever becoming an election.
    """
    if not isinstance(raw, dict):
        document.error(path, _WORDS["model_type"])
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
    _note(document, path, details, model)
    faulty = {str(detail["loc"][0]) for detail in details if detail["loc"]}
    sound = {key: value for key, value in raw.items() if key not in faulty}
    try:
        return model.model_validate(sound | {key: value for key, value in stand_ins.items() if key in faulty})
    except ValidationError:
        return None


def _note(document: Document, path: Path, details: Iterable[ErrorDetails], model: type[BaseModel]) -> None:
    noted: set[Path] = set()
    for detail in details:
        at = _located(document, (*path, *detail["loc"]), missing=detail["type"] == "missing")
        if at not in noted:
            noted.add(at)
            document.error(at, _in_words(detail, model))


def _located(document: Document, path: Path, *, missing: bool) -> Path:
    """Return the part of pydantic's location that is in the file.

    Pydantic adds the names of types and models.
    """
    kept: Path = ()
    for step in path:
        if (*kept, step) not in document.lines:
            return (*kept, step) if missing and step == path[-1] else kept
        kept = (*kept, step)
    return kept


def _in_words(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        keys = _keys(_inner(model, detail["loc"][:-1]))
        return f"no such key; {suggestion(str(detail['loc'][-1]), keys)}"
    if kind == "literal_error":
        return f"{detail['input']!r} is not possible here; use one of {detail['ctx']['expected'].replace(' or ', ', ')}"
    if kind == "value_error":
        return str(detail["ctx"]["error"]).replace(": write", "; write")
    if kind in _BOUNDS:
        return f"this is too {_BOUNDS[kind]} {next(iter(detail['ctx'].values()))}"
    words = _WORDS.get(kind)
    return words or f"{detail['msg']}; correct it"


def _inner(model: type[BaseModel], path: Iterable[str | int]) -> type[BaseModel]:
    """Return the model of a value inside a model's.

    The way to it has to lead through models alone.
    """
    for step in path:
        field = next((field for name, field in model.model_fields.items() if step in (name, field.alias)), None)
        inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if _is_model(kind)] if field else []
        if not inner:
            return model
        model = inner[0]
    return model


def _is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())
