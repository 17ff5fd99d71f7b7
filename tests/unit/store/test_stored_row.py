"""Rows are written and read as PynamoDB itself does, by what they hold alone."""

import datetime as dt
from typing import Any

import pytest
from pynamodb.attributes import (
    AttributeContainer,
    DiscriminatorAttribute,
    ListAttribute,
    MapAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.exceptions import AttributeDeserializationError, AttributeNullError
from pynamodb.models import Model
from store_models import MODELS, filled, held_by

from chalicelib.store.attributes import InstantAttribute
from chalicelib.store.messages import Message
from chalicelib.store.stored_row import StoredRow

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
NOW = dt.datetime(2017, 10, 15, 10, tzinfo=dt.UTC)


def by_pynamodb(row: Model) -> dict[str, Any]:
    return AttributeContainer._container_serialize(row)


@every_model
def test_a_row_is_written_and_read_as_pynamodb_does(model: type[Model]) -> None:
    row = filled(model)
    written = row.serialize()
    assert written == by_pynamodb(row)
    again = model.from_raw_data({**written, "of another version": {"S": "x"}})
    assert again.attribute_values == row.attribute_values
    attributes = by_pynamodb(row)
    AttributeContainer._container_deserialize(row, attributes)
    assert again.attribute_values == row.attribute_values


@every_model
def test_a_row_of_the_least_is_written_as_pynamodb_does(model: type[Model]) -> None:
    least = {name: held_by(attribute) for name, attribute in model.get_attributes().items() if not attribute.null}
    row = model(**least)
    assert row.serialize() == by_pynamodb(row)
    for name, value in least.items():
        row.attribute_values[name] = None
        with pytest.raises(AttributeNullError, match=name):
            row.serialize()
        assert row.serialize(null_check=False) == AttributeContainer._container_serialize(row, null_check=False)
        row.attribute_values[name] = value


@every_model
def test_a_row_begins_as_pynamodb_lets_it_begin(model: type[Model]) -> None:
    begun, other = model().attribute_values, model().attribute_values
    row = model()
    row.attribute_values = {}
    AttributeContainer._set_defaults(row)
    assert begun == other == row.attribute_values
    lists = [name for name, value in begun.items() if isinstance(value, list)]
    assert all(begun[name] is not other[name] for name in lists)
    assert model.from_raw_data({}).attribute_values == begun


@every_model
def test_a_model_has_nothing_but_what_a_stored_row_can_hold(model: type[Model]) -> None:
    assert issubclass(model, StoredRow)
    for attribute in model.get_attributes().values():
        assert not isinstance(attribute, ListAttribute | MapAttribute | DiscriminatorAttribute | VersionAttribute)
        assert attribute.default_for_new is None


def test_what_is_stored_in_another_type_or_as_nothing_is_read_as_pynamodb_does() -> None:
    row = Message("generic#1", direction="in", state="received", stored_at=NOW).serialize()
    assert Message.from_raw_data({**row, "region": {"NULL": True}}).region is None
    with pytest.raises(AttributeDeserializationError):
        Message.from_raw_data({**row, "region": {"N": "1"}})


@pytest.mark.parametrize(
    "moment",
    [
        NOW,
        NOW.replace(microsecond=1),
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(2090, 10, 15, 23, 59, 59, 999_999, dt.timezone(dt.timedelta(hours=6))),
        dt.datetime(2017, 10, 15, 1, tzinfo=dt.timezone(-dt.timedelta(hours=9, minutes=30))),
    ],
)
def test_an_instant_is_written_as_pynamodb_writes_it(moment: dt.datetime) -> None:
    ours, theirs = InstantAttribute(attr_name="at"), UTCDateTimeAttribute(attr_name="at")
    assert ours.serialize(moment) == theirs.serialize(moment)
    assert ours.deserialize(ours.serialize(moment)) == theirs.deserialize(theirs.serialize(moment)) == moment
    for broken in ("2017-10-15", "2017-10-15T08:00:00.000000+0600", ""):
        with pytest.raises(ValueError, match="Datetime string"):
            ours.deserialize(broken)


def test_all_models_ask_by_one_client_of_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client costs a tenth of a second of a processor and a handshake, and a cold function asks for many models."""
    clients = []
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "eu-central-1")
    for port in (8, 9):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("BAYKOO_TABLE_PREFIX", f"shared-{port}-")
        [client] = {model._get_connection().connection.client for model in MODELS}
        clients.append(client)
    assert [client.meta.endpoint_url[-1] for client in clients] == ["8", "9"]
