"""Changes of a row's plain attributes, which cost by what they hold.

PynamoDB builds and writes the same of paths and operands, each of which is asked for its kind: of an SMS that is
processed that was a fifth of all that we do besides the requests.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER
from pynamodb.expressions.update import Action, AddAction, RemoveAction, SetAction
from pynamodb.models import Model


class Assignment(SetAction):
    """An attribute is given a value, `written` as DynamoDB takes it."""

    def __init__(self, attribute: Attribute[Any], written: Any) -> None:
        self.name, self.kind, self.written = attribute.attr_name, attribute.attr_type, written

    def serialize(self, placeholder_names: dict[str, str], expression_attribute_values: dict[str, Any]) -> str:
        """Write the assignment of an update expression."""
        value = _value({self.kind: self.written}, expression_attribute_values)
        return f"{_name(self.name, placeholder_names)} = {value}"


class Removal(RemoveAction):
    """An attribute is taken away."""

    def __init__(self, attribute: Attribute[Any]) -> None:
        self.name = attribute.attr_name

    def serialize(self, placeholder_names: dict[str, str], _: dict[str, Any]) -> str:
        """Write the removal of an update expression."""
        return _name(self.name, placeholder_names)


class Addition(AddAction):
    """A number is added to an attribute that no model knows."""

    def __init__(self, name: str, amount: int | Decimal) -> None:
        self.name, self.amount = name, amount

    def serialize(self, placeholder_names: dict[str, str], expression_attribute_values: dict[str, Any]) -> str:
        """Write the addition of an update expression."""
        value = _value({NUMBER: str(self.amount)}, expression_attribute_values)
        return f"{_name(self.name, placeholder_names)} {value}"


def assigned(attribute: Attribute[Any], value: Any) -> Action:
    """Return the change that gives an attribute a value.

    One that DynamoDB keeps nothing of, as an empty set: it is taken away.
    """
    written = attribute.serialize(value)
    return Removal(attribute) if written is None else Assignment(attribute, written)


def giving(model: type[Model], values: Mapping[str, Any]) -> list[Action]:
    """Return the changes that give a model's attributes values.

    None leaves one as it is.
    """
    attributes = model.get_attributes()
    return [assigned(attributes[name], value) for name, value in values.items() if value is not None]


def setting(model: type[Model], values: Mapping[str, Any]) -> list[Action]:
    """Return the changes after which a model's attributes have values.

    None of an attribute: it is taken away.
    """
    attributes = model.get_attributes()
    named = [(attributes[name], value) for name, value in values.items()]
    return [Removal(attribute) if value is None else assigned(attribute, value) for attribute, value in named]


def _name(name: str, names: dict[str, str]) -> str:
    """Return an attribute's placeholder, one for each that an expression names."""
    return names.setdefault(name, f"#{len(names)}")


def _value(typed: dict[str, Any], values: dict[str, Any]) -> str:
    placeholder = f":{len(values)}"
    values[placeholder] = typed
    return placeholder
