"""Handlers that are registered by name."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def deferred(target: str) -> Callable[..., Any]:
    """Return a handler whose module loads on its first call.

    The app registers every handler, and a cold start pays for its own alone. `target` is `module:function` below
    `chalicelib.entrypoints`.
    """
    module, _, name = target.partition(":")

    def handler(*arguments: Any, **named: Any) -> Any:
        return getattr(import_module(f"chalicelib.entrypoints.{module}"), name)(*arguments, **named)

    handler.__name__ = name
    return handler
