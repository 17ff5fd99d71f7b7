"""Acting on many things: what fails, what there is no time for, and what is told of both."""

import json
import time

import pytest

from chalicelib.services.isolation import RunPart, for_each, run_parts, shares_of


@pytest.fixture(autouse=True)
def _namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Baykoo")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")


def reciprocal(number: int) -> float:
    return 1 / number


def test_one_that_fails_keeps_no_other_from_its_turn(capsys: pytest.CaptureFixture[str]) -> None:
    done = for_each("number", [1, 0, 2, 0], reciprocal)
    assert (done.results, done.failed, done.is_whole) == ((1.0, 0.5), ("0", "0"), False)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["PartsFailed"] == [2.0]


def test_nothing_is_begun_after_the_deadline() -> None:
    done = for_each("number", [1, 2], reciprocal, until=time.monotonic())
    assert (done.results, done.left, done.is_whole) == ((), ("1", "2"), False)


def test_a_part_that_fails_or_is_slow_takes_nothing_from_the_next() -> None:
    ran: list[tuple[str, float]] = []

    def fail(until: float) -> None:
        ran.append(("first", until - time.monotonic()))
        raise ValueError("a fault")

    done = run_parts(
        "run", [RunPart("first", 5, fail), RunPart("second", 7, lambda until: ran.append(("second", until)))]
    )
    assert [name for name, _ in ran] == ["first", "second"]
    assert done.failed == ("first",)
    assert ran[1][1] - time.monotonic() == pytest.approx(7, abs=1)


def test_time_is_shared_and_what_one_leaves_is_the_next_ones() -> None:
    now = time.monotonic()
    assert [deadline - now for deadline in shares_of(now + 30, 3)] == pytest.approx([10, 20, 30], abs=0.1)
    assert shares_of(float("inf"), 2) == [float("inf")] * 2
    assert shares_of(now, 0) == []
