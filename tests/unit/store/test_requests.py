"""Rows are asked for, and their changes written, as PynamoDB itself does."""

from typing import Any

import pytest
from pynamodb.attributes import Attribute
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from store_models import MODELS, filled, held_by

from chalicelib.store import requests
from chalicelib.store.changes import Addition, Removal, assigned, giving, setting
from chalicelib.store.stored_row import StoredRow
from chalicelib.store.tables import is_new

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
Request = dict[str, Any]


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    """PynamoDB makes a table's connection for what is asked by it."""
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "eu-central-1")
    monkeypatch.setenv("BAYKOO_TABLE_PREFIX", "asked-")


def plain(model: type[Model]) -> dict[str, Attribute[Any]]:
    """A model's attributes that are no keys: those alone may change."""
    attributes = model.get_attributes().items()
    return {name: attribute for name, attribute in attributes if not (attribute.is_hash_key or attribute.is_range_key)}


every_changing_model = pytest.mark.parametrize(
    "model", [model for model in MODELS if plain(model)], ids=lambda model: model.__name__
)


def updated_by_both(row: StoredRow, ours: list[Action], theirs: list[Action]) -> tuple[Request, Request]:
    unchanged = is_new(type(row))
    return requests.update(row, ours, unchanged), row.get_update_kwargs_from_instance(theirs, unchanged)


@every_model
def test_a_row_is_put_as_pynamodb_puts_it(model: type[StoredRow]) -> None:
    row = filled(model)
    assert requests.put(row, is_new(model)) == row.get_save_kwargs_from_instance(is_new(model))
    assert requests.put(row) == row.get_save_kwargs_from_instance()


@every_model
def test_a_row_is_deleted_as_pynamodb_deletes_it(model: type[StoredRow]) -> None:
    row = filled(model)
    assert requests.by_key(row, is_new(model)) == row.get_delete_kwargs_from_instance(is_new(model))


@every_changing_model
def test_a_row_is_changed_as_pynamodb_changes_it(model: type[StoredRow]) -> None:
    attributes = plain(model)
    values = {name: held_by(attribute) for name, attribute in attributes.items()}
    theirs = [getattr(model, name).set(value) for name, value in values.items()]
    ours, request = updated_by_both(filled(model), setting(model, values), theirs)
    assert ours == request
    assert updated_by_both(filled(model), giving(model, values), theirs) == (ours, request)
    nothing: Request = dict.fromkeys(values)
    theirs = [getattr(model, name).remove() for name in values]
    assert updated_by_both(filled(model), setting(model, nothing), theirs)[0] == asked_of(filled(model), theirs)
    assert giving(model, nothing) == []


def asked_of(row: StoredRow, actions: list[Action]) -> Request:
    return row.get_update_kwargs_from_instance(actions, is_new(type(row)))


@every_model
def test_several_kinds_of_change_share_an_attribute_s_name(model: type[StoredRow]) -> None:
    for attribute in plain(model).values():
        value = held_by(attribute)
        same = attribute == value
        ours = [assigned(attribute, value), Removal(attribute), Addition("opening", 3)]
        theirs = [attribute.set(value), attribute.remove(), Path(["opening"]).add(3)]
        row = filled(model)
        assert requests.update(row, ours, same) == row.get_update_kwargs_from_instance(theirs, same)


@pytest.mark.parametrize("amount", [1, -4, 0, 10**12])
def test_a_number_is_added_as_pynamodb_adds_it(amount: int) -> None:
    row = filled(MODELS[0])
    ours, request = updated_by_both(row, [Addition("a count", amount)], [Path(["a count"]).add(amount)])
    assert ours == request
