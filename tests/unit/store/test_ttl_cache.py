"""What a process trusts for some seconds, and when it reads again."""

from collections.abc import Callable, Iterator

import pytest

from chalicelib.store import ttl_cache
from chalicelib.store.ttl_cache import TtlCache


class Clock:
    def __init__(self) -> None:
        self.now = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(ttl_cache.time, "monotonic", lambda: made.now)
    return made


def counting(*values: str | None) -> Callable[[], str | None]:
    left: Iterator[str | None] = iter(values)
    return lambda: next(left)


def test_a_value_is_read_again_once_its_seconds_are_over(clock: Clock) -> None:
    cache: TtlCache[str, str | None] = TtlCache(5)
    read = counting("first", "second")
    assert cache.get("a", read) == "first"
    clock.now += 4.9
    assert cache.get("a", read) == "first"
    clock.now += 0.2
    assert cache.get("a", read) == "second"


def test_a_caller_may_ask_for_less_old(clock: Clock) -> None:
    cache: TtlCache[str, str | None] = TtlCache(60)
    read = counting("first", "second", "third")
    assert cache.get("a", read) == "first"
    assert cache.get("a", read, within=0) == "second"
    clock.now += 2
    assert cache.get("a", read, within=3) == "second"
    assert cache.get("a", read, within=1) == "third"


def test_none_is_a_value_too(clock: Clock) -> None:
    cache: TtlCache[str, str | None] = TtlCache(5)
    read = counting(None, "there")
    assert cache.get("a", read) is None
    clock.now += 4
    assert cache.get("a", read) is None
    clock.now += 2
    assert cache.get("a", read) == "there"


def test_what_could_not_be_read_is_not_kept(clock: Clock) -> None:
    cache: TtlCache[str, str | None] = TtlCache(5)

    def fail() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        cache.get("a", fail)
    assert cache.last("a") is None
    assert cache.get("a", counting("read")) == "read"


def test_what_is_forgotten_is_read_again(clock: Clock) -> None:
    cache: TtlCache[str, str | None] = TtlCache(60)
    read = counting("first", "second")
    cache.get("a", read)
    cache.forget("a")
    assert cache.get("a", read) == "second"
