"""A runtime that ends, or that another machine would change, is said before anything is deployed."""

from datetime import date, timedelta

import pytest

from infra.deploying.runtime import HALF_A_YEAR, judge, lasting, lifecycles

ENDS = lifecycles()["python3.11"]
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("today", "present", "severity", "words"),
    [
        (ENDS.deprecated - HALF_A_YEAR - DAY, None, "good", "python3.11"),
        (ENDS.deprecated - HALF_A_YEAR - DAY, "python3.11", "good", "python3.11"),
        (ENDS.deprecated - HALF_A_YEAR, "python3.11", "warning", f"AWS ends python3.11 on {ENDS.deprecated}"),
        (ENDS.create_blocked - DAY, None, "warning", "AWS ends"),
        (ENDS.create_blocked, None, "problem", "takes no function"),
        (ENDS.update_blocked - DAY, "python3.11", "warning", "AWS ends"),
        (ENDS.update_blocked, "python3.11", "problem", "takes no function"),
        (ENDS.deprecated - 2 * HALF_A_YEAR, "python3.13", "warning", "the stack runs python3.13"),
    ],
)
def test_a_runtime_is_judged_by_the_day(today: date, present: str | None, severity: str, words: str) -> None:
    judged, found, mend = judge("python3.11", present, today)
    assert judged == severity
    assert words in found
    assert bool(mend) == (severity != "good")


def test_what_mends_it_is_a_python_that_lasts() -> None:
    today = ENDS.deprecated - HALF_A_YEAR
    assert lifecycles()[lasting(today)].deprecated - today > HALF_A_YEAR
    assert lasting(today) == "python3.12"
    assert f"PYTHON={lasting(today)} " in judge("python3.11", None, today)[2]


def test_a_python_that_is_newer_than_the_list_is_good() -> None:
    assert judge("python9.9", None, date(2026, 11, 29)) == ("good", "python9.9", "")
