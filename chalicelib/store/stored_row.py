"""The base of every model: rows cost by what they hold.

PynamoDB asks each attribute that a model knows, of a message some fifty, at every row made, written and read.
"""

from functools import cache
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.constants import NULL
from pynamodb.models import Model


class StoredRow(Model):
    """A row of plain attributes: no maps, lists or discriminators.

    It is the row that PynamoDB makes.
    """

    def _set_defaults(self, _user_instantiated: bool = True) -> None:
        self.attribute_values.update(_begun(type(self)))

    def _container_serialize(self, null_check: bool = True) -> dict[str, dict[str, Any]]:
        held = {name: value for name, value in self.attribute_values.items() if value is not None}
        if null_check and not _required(type(self)) <= held.keys():
            return super()._container_serialize(null_check)  # which says what is missing
        attributes = self.get_attributes()
        written = ((attributes[name], attributes[name].serialize(value)) for name, value in held.items())
        return {attribute.attr_name: {attribute.attr_type: value} for attribute, value in written if value is not None}

    def _container_deserialize(self, attribute_values: dict[str, dict[str, Any]]) -> None:
        self.attribute_values = _begun(type(self))
        attributes = self.get_attributes()
        for written_name, value in attribute_values.items():
            name = self._dynamo_to_python_attr(written_name)
            if name in attributes and NULL not in value:
                attribute = attributes[name]
                self.attribute_values[name] = attribute.deserialize(attribute.get_value(value))


def _begun(model: type[Model]) -> dict[str, Any]:
    """Return the attributes with which a model's row begins."""
    return {name: default() if callable(default) else default for name, default in _defaults(model)}


@cache
def _defaults(model: type[Model]) -> list[tuple[str, Any]]:
    """Return a model's defaults; a callable makes a value per row."""
    attributes: dict[str, Attribute[Any]] = model.get_attributes()
    return [(name, attribute.default) for name, attribute in attributes.items() if attribute.default is not None]


@cache
def _required(model: type[Model]) -> frozenset[str]:
    """Return the attributes that every row of a model holds."""
    return frozenset(name for name, attribute in model.get_attributes().items() if not attribute.null)
