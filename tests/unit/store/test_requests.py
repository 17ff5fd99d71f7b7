"""Rows are asked for, and their changes written, as PynamoDB itself does."""

from typing import Any

import pytest
from pynamodb.attributes import Attribute
from pynamodb.connection.base import Connection
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


KEYED_BY_PARTITION = next(model for model in MODELS if len(model.key_names()) == 1)
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


class Overloaded:
    """DynamoDB that leaves every key at first and then has the row; `asked`: each request."""

    def __init__(self, row: StoredRow) -> None:
        self.row, self.asked = row, list[Request]()

    def batch_get_item(self, **request: Any) -> Request:
        self.asked.append(request["RequestItems"])
        rows, left = ([], request["RequestItems"]) if len(self.asked) == 1 else ([self.row.serialize()], {})
        return {"Responses": {self.row.Meta.table_name: rows}, "UnprocessedKeys": left}

    def _make_api_call(self, operation: str, request: Request) -> Request:
        assert operation == "BatchGetItem"
        return self.batch_get_item(**request)


@every_model
def test_rows_are_read_by_key_as_pynamodb_reads_them(model: type[StoredRow], monkeypatch: pytest.MonkeyPatch) -> None:
    row = filled(model)
    parts = tuple(value["S"] for value in row.written_key().values())
    key = parts if len(parts) == 2 else parts[0]
    ours, theirs = Overloaded(row), Overloaded(row)
    monkeypatch.setattr(requests, "client", lambda: ours)
    (found,) = requests.rows_of(model, [key, key])
    monkeypatch.setattr(Connection, "client", property(lambda connection: theirs))
    (expected,) = model.batch_get([key], consistent_read=True)
    assert found.serialize() == expected.serialize() == row.serialize()
    assert ours.asked == theirs.asked
    assert len(ours.asked) == 2


@pytest.mark.parametrize(("count", "batches"), [(0, []), (100, [100]), (101, [100, 1])])
def test_no_more_rows_are_asked_for_at_once_than_dynamodb_takes(
    count: int, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    class Empty:
        def batch_get_item(self, RequestItems: Any) -> Request:  # noqa: N803
            sizes.extend(len(table["Keys"]) for table in RequestItems.values())
            return {"Responses": {}, "UnprocessedKeys": {}}

    monkeypatch.setattr(requests, "client", Empty)
    assert requests.rows_of(KEYED_BY_PARTITION, [f"key{number}" for number in range(count)]) == []
    assert sizes == batches
