"""What is tried again where others are at work on the same rows, and for how long."""

import pytest

from chalicelib.services.clients import retry
from chalicelib.services.clients.retry import ATTEMPTS, StillContended, until_uncontended
from chalicelib.store.outcome import ReportChanged
from chalicelib.store.tables import Contended, StoreUnavailable


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(retry.time, "sleep", made.append)
    return made


class Action:
    def __init__(self, *faults: type[Exception]) -> None:
        self.faults = list(faults)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "done"


def test_it_is_done_again_until_nobody_is_in_the_way(pauses: list[float]) -> None:
    action = Action(Contended, ReportChanged, Contended)
    assert until_uncontended(action, also=(ReportChanged,), what="a report") == "done"
    assert (action.calls, len(pauses)) == (4, 3)


def test_it_gives_up_and_names_the_rows(pauses: list[float]) -> None:
    action = Action(*[Contended] * 100)
    with pytest.raises(StillContended, match="a report was contended in 12 attempts"):
        until_uncontended(action, what="a report")
    assert action.calls == ATTEMPTS == len(pauses)
    assert issubclass(StillContended, StoreUnavailable)


@pytest.mark.parametrize("fault", [ReportChanged, StoreUnavailable, ValueError])
def test_any_other_fault_is_the_callers(fault: type[Exception], pauses: list[float]) -> None:
    action = Action(fault)
    with pytest.raises(fault):
        until_uncontended(action, what="a report")
    assert (action.calls, pauses) == (1, [])


def test_pauses_grow_and_stay_short(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setattr(retry.random, "uniform", lambda _low, high: high)
    with pytest.raises(StillContended):
        until_uncontended(Action(*[Contended] * 100), what="a report")
    assert pauses == sorted(pauses)
    assert pauses[0] == retry.BACKOFF_SECONDS
    assert pauses[-1] == retry.LONGEST_BACKOFF_SECONDS
