"""The base of every model: cheap rows, and one client for all.

PynamoDB asks each attribute that a model knows, of a message some fifty, at every row made, written and read; rows here
cost by what they hold. It also makes a client per model: a tenth of a second of a processor and a TLS handshake each,
of which a function that has just started needs seven for its first SMS.
"""

import os
from functools import cache
from typing import Any, Self

from botocore.config import Config
from pynamodb.attributes import Attribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import NULL
from pynamodb.models import Model

from chalicelib.store.tables import TableMeta

USER_AGENT = "Baykoo"
"""What AWS is told of the caller; botocore words its own anew, of thirty parts, twice per request: a sixth of it."""


class StoredRow(Model):
    """A row of plain attributes: no maps, lists or discriminators.

    It is the row that PynamoDB makes.
    """

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """Return the model's connection, with the client that all models share."""
        table = cls._connection
        if table is None or table.table_name != cls.Meta.table_name:
            table = super()._get_connection()
        if table.connection._client is None:
            table.connection._client = client()
        return table

    @classmethod
    def key_names(cls) -> tuple[str, ...]:
        """Return what DynamoDB calls the parts of a key, which are text."""
        named = _by_name(cls)
        return tuple(named[name][0] for name in (cls._hash_keyname, cls._range_keyname) if name)

    def written_key(self) -> dict[str, dict[str, Any]]:
        """Return the row's key as DynamoDB takes it."""
        attributes, values = _by_name(type(self)), self.attribute_values
        keys = [(attributes[name], values[name]) for name in (self._hash_keyname, self._range_keyname) if name]
        return {stored_as: {kind: attribute.serialize(value)} for (stored_as, kind, attribute), value in keys}

    @classmethod
    def _instantiate(cls, attribute_values: dict[str, dict[str, Any]]) -> Self:
        row = cls.__new__(cls)
        row._container_deserialize(attribute_values)  # PynamoDB's would go by its own, whatever a model has
        return row

    def _set_defaults(self, _user_instantiated: bool = True) -> None:
        self.attribute_values.update(_begun(type(self)))

    def _container_serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:
        held = {name: value for name, value in self.attribute_values.items() if value is not None}
        if null_check and not _required(type(self)) <= held.keys():
            return super()._container_serialize(null_check)  # which says what is missing
        attributes = _by_name(type(self))
        written = ((attributes[name], value) for name, value in held.items())
        serialized = ((stored_as, kind, attribute.serialize(value)) for (stored_as, kind, attribute), value in written)
        return {stored_as: {kind: value} for stored_as, kind, value in serialized if value is not None}

    def _container_deserialize(self, attribute_values: dict[str, dict[str, Any]]) -> None:
        self.attribute_values = _begun(type(self))
        known = _by_stored_name(type(self))
        for stored_as, value in attribute_values.items():
            if stored_as in known and NULL not in value:
                name, attribute = known[stored_as]
                self.attribute_values[name] = attribute.deserialize(attribute.get_value(value))


def client() -> Any:
    """Return the client that all models share."""
    return _client(os.environ.get("AWS_ENDPOINT_URL"), TableMeta.read_timeout_seconds)


@cache
def _client(endpoint: str | None, read_timeout_seconds: float) -> Any:
    """Return the client of an endpoint, None for AWS itself."""
    connection = Connection(
        host=endpoint,
        connect_timeout_seconds=TableMeta.connect_timeout_seconds,
        read_timeout_seconds=read_timeout_seconds,
        max_retry_attempts=TableMeta.max_retry_attempts,
        max_pool_connections=TableMeta.max_pool_connections,
    )
    connection.session.set_default_client_config(Config(user_agent=USER_AGENT))
    return connection.client


def _begun(model: type[Model]) -> dict[str, Any]:
    """Return the attributes with which a model's row begins."""
    return {name: default() if callable(default) else default for name, default in _defaults(model)}


@cache
def _defaults(model: type[Model]) -> list[tuple[str, Any]]:
    """Return a model's defaults; a callable makes a value per row."""
    attributes: dict[str, Attribute[Any]] = model.get_attributes()
    return [(name, attribute.default) for name, attribute in attributes.items() if attribute.default is not None]


@cache
def _by_name(model: type[Model]) -> dict[str, tuple[str, str, Attribute[Any]]]:
    """Return a model's attributes by name.

    Each with what DynamoDB calls it, and its kind.
    """
    attributes: dict[str, Attribute[Any]] = model.get_attributes()
    return {name: (attribute.attr_name, attribute.attr_type, attribute) for name, attribute in attributes.items()}


@cache
def _by_stored_name(model: type[Model]) -> dict[str, tuple[str, Attribute[Any]]]:
    """Return a model's attributes with their names, by what DynamoDB calls them."""
    return {stored_as: (name, attribute) for name, (stored_as, _, attribute) in _by_name(model).items()}


@cache
def _required(model: type[Model]) -> frozenset[str]:
    """Return the attributes that every row of a model holds."""
    return frozenset(name for name, attribute in model.get_attributes().items() if not attribute.null)
