"""Every call that this process makes to AWS: counted, watched, and cut where a test says."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from chalicelib.store.tables import StoreUnavailable

Fault = Callable[[], BaseException]
When = str
"""`before` a call reaches AWS, or `after`: it happened, and its answer is lost."""


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing catches it."""


def killed() -> BaseException:
    return Killed()


def failed() -> BaseException:
    return RuntimeError("a fault that nobody thought of")


def unreachable() -> BaseException:
    return ConnectTimeoutError(endpoint_url="http://aws.test")


def silent() -> BaseException:
    return ReadTimeoutError(endpoint_url="http://aws.test")


def answered(code: str, status: int = 400) -> Fault:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return lambda: ClientError(response, "Tested")


@dataclass
class Wire:
    """`calls`: operations in their order. `watch` sees each call's parameters and answer."""

    calls: list[str] = field(default_factory=list)
    cuts: dict[tuple[int, When], Fault] = field(default_factory=dict)
    cut_all: Callable[[str, int, When], BaseException | None] = lambda operation, place, when: None
    prepare: Callable[[str, dict[str, Any]], None] = lambda operation, parameters: None
    watch: Callable[[str, dict[str, Any], dict[str, Any]], None] = lambda operation, parameters, answer: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def tapped(cls, monkeypatch: pytest.MonkeyPatch) -> "Wire":
        wire = cls()
        call = botocore.client.BaseClient._make_api_call

        def tapped_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            with wire.lock:
                place = len(wire.calls)
                wire.calls.append(operation)
            wire.raise_if_cut(operation, place, "before")
            wire.prepare(operation, parameters)
            answer = call(client, operation, parameters)
            wire.watch(operation, parameters, answer)
            wire.raise_if_cut(operation, place, "after")
            return answer

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", tapped_call)
        return wire

    def raise_if_cut(self, operation: str, place: int, when: When) -> None:
        fault = self.cuts.get((place, when))
        if fault is not None:
            raise fault()
        general = self.cut_all(operation, place, when)
        if general is not None:
            raise general

    def listen(self) -> None:
        """Count from here on, with nothing cut."""
        self.calls.clear()
        self.mend()

    def mend(self) -> None:
        self.cuts.clear()
        self.cut_all = lambda operation, place, when: None


def fail_each_call(wire: Wire, when: When, act: Callable[[], object]) -> None:
    """Try an act again and again, each time with its next call failing, until one try meets no fault."""
    calls, place = 1, 0
    while place < calls:
        wire.listen()
        wire.cuts[place, when] = answered("InternalServerError", 500)
        try:
            act()
        except StoreUnavailable:
            calls = max(calls, len(wire.calls) + 1)
        else:
            calls = len(wire.calls)
        place += 1
        wire.mend()
