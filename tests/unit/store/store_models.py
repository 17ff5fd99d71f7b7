"""The store's models, found and not listed, and a value of each kind of attribute."""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

from pynamodb.attributes import (
    Attribute,
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.models import Model

from chalicelib import store
from chalicelib.store.attributes import IntAttribute, IntSetAttribute, WordAttribute
from chalicelib.store.keys import LONGEST_ID

KEY = "k" * (LONGEST_ID + 20)
"""A provider's name and its longest id."""


def models() -> Iterator[type[Model]]:
    """Every model of the store that rows are made of."""
    for module in pkgutil.iter_modules(store.__path__):
        importlib.import_module(f"{store.__name__}.{module.name}")
    waiting = list(Model.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith(f"{store.__name__}.") and not model.__subclasses__():
            yield model


def value_of(attribute: object) -> Any:
    """The largest value of an attribute that holds little."""
    moment = dt.datetime(2017, 10, 15, 10, tzinfo=dt.UTC)
    few: Mapping[type, Any] = {
        UTCDateTimeAttribute: moment,
        TTLAttribute: moment,
        BooleanAttribute: True,
        IntAttribute: 10**9,
        WordAttribute: "a" * 40,
        UnicodeAttribute: KEY,
    }
    return next((value for kind, value in few.items() if isinstance(attribute, kind)), 10**9)


def held_by(attribute: Attribute[Any]) -> Any:
    """A value of an attribute of any kind."""
    if isinstance(attribute, JSONAttribute):
        return {"жалоба": [1, None]}
    if isinstance(attribute, IntSetAttribute):
        return {1, 2}
    return b"bytes" if isinstance(attribute, BinaryAttribute) else value_of(attribute)


def filled(model: type[Model]) -> Model:
    """A row that holds all that its model knows."""
    return model(**{name: held_by(attribute) for name, attribute in model.get_attributes().items()})


MODELS = sorted(models(), key=lambda model: model.__name__)
