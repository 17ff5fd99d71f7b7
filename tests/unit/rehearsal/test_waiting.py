"""A rehearsal waits for the outcomes of what was acknowledged, also while the store fails for a while."""

import datetime as dt
from collections.abc import Iterable

import pytest

from chalicelib.rehearsal import run
from chalicelib.store.messages import Message
from chalicelib.store.tables import StoreUnavailable

NOW = dt.datetime(2017, 10, 15, 4, tzinfo=dt.UTC)


class Store:
    """Fails at first; a row has its outcome at the second look at it."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.looked = 0

    def get_many(self, keys: Iterable[str]) -> list[Message]:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("no answer")
        self.looked += 1
        state = "accepted" if self.looked > 1 else "received"
        return [Message(key, direction="in", state=state, stored_at=NOW) for key in keys]


def waited(store: Store, patch: pytest.MonkeyPatch) -> dict[str, str]:
    clock = iter(range(0, 10_000, 2))
    patch.setattr(run.message_queries, "get_many", store.get_many)
    patch.setattr(run.time, "monotonic", lambda: next(clock))
    patch.setattr(run.time, "sleep", lambda seconds: None)
    rows = run._wait("Accounted", ["a", "b"], lambda row: row.state != "received", lambda *_: None)
    return {key: row.state for key, row in rows.items()}


def test_a_store_that_fails_for_a_while_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waited(Store(failures=3), monkeypatch) == {"a": "accepted", "b": "accepted"}


def test_one_that_fails_on_and_on_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(failures=5_000)
    assert waited(store, monkeypatch) == {}
    assert store.failures > 4_000
