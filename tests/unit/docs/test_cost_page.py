"""docs/cost.md shows what the program reckons, and what it says beside agrees with that."""

import re
from pathlib import Path

from infra.cost import ALARMS, CASES, METRICS_WRITTEN_EACH_MINUTE, Bill, day, idle_month, tables

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "cost.md").read_text()


def test_the_page_s_tables_are_the_program_s() -> None:
    assert tables() in PAGE


def test_what_the_page_says_beside_agrees() -> None:
    assert f"{ALARMS} alarms, {METRICS_WRITTEN_EACH_MINUTE} metrics" in PAGE
    assert "a day of 1000 observers and 20,000 SMS is under one USD" in (DOCS / "deployer.md").read_text()
    assert Bill.of(day(1000)).total < 1
    assert "an idle month six to seven" in (DOCS / "deployer.md").read_text()
    assert 6 < Bill.of(idle_month()).total < 7
    sms = Bill.of(day(100_000))
    assert 1.5 < sms.amounts["MB of logs"] * 1000 / sms.case.sms < 2.6, "an SMS writes some 2 KB of logs"


def test_every_case_and_price_is_told() -> None:
    assert len({case.name for case in CASES}) == 5
    for case in CASES:
        assert len(re.findall(rf"^\| {re.escape(case.name)} \|", PAGE, re.MULTILINE)) == 2


def test_ten_times_the_observers_cost_less_than_ten_times() -> None:
    """What goes on each minute is paid once; nothing in the reckoning grows faster than the election."""
    small, large = Bill.of(day(10_000)).total, Bill.of(day(100_000)).total
    assert 5 * small < large <= 10 * small
