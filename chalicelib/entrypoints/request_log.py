"""Functions whose log lines carry the id of Lambda's request."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from chalicelib.services.clients.log_context import log_request

Event = TypeVar("Event")
Answer_co = TypeVar("Answer_co", covariant=True)


def logged(handler: Callable[[Event, object], Answer_co]) -> Callable[[Event, object], Answer_co]:
    """Have a function's lines carry its request's id."""

    @wraps(handler)
    def handle(event: Event, context: object) -> Answer_co:
        log_request(context)
        return handler(event, context)

    return handle
