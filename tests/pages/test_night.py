"""A count that comes in at night, and a minute in which a round is missed."""

import re

import pytest
from deployed import eventually
from playwright.sync_api import Browser, expect
from room import Minute, Night, visiting

from infra.stack import Stack

COUNT = "CL A2010 B1 C1201 D11 E600 F400 G190"
WRONG = COUNT.replace("D11", "D31")
RULE = "D + E + F + G == C"


@pytest.fixture(scope="module")
def night(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Every station has counted; two counts do not add up."""
    made = Night(stack, tmp_path_factory.mktemp("night"))
    made.load()
    for place in range(0, len(made.observers), 2):
        made.report(place, WRONG if place in (0, 4) else COUNT)
    eventually(lambda: received(made) == len(made.observers) // 2, 120)
    made.chase()
    return made


def received(room: Night) -> int:
    board = room.api("board")
    column = next(i for i, column in enumerate(board["columns"]) if column["form"] == "CL")
    return int(board["rows"][0]["cells"][column]["received"])


def held_back(room: Night) -> int:
    room.chase()
    return int(room.api("quick-count")["quick_count"]["held_back"].get("failed_check", 0))


@pytest.mark.long
def test_b6_a_cell_turns_to_missing_by_time_alone(
    chromium: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two minutes of this election's clock are twenty seconds."""
    minute = Minute(stack, tmp_path_factory.mktemp("minute"))
    minute.load()
    with visiting(chromium, minute, minute.link("headquarters")) as visit:
        noon = visit.page.locator("tr.nation td").nth(2)
        expect(noon.locator(".figure")).to_have_text(re.compile(r"0/\d+"))
        assert noon.locator(".mark.missing").count() == 0, "not yet due"
        expect(noon.locator(".mark.missing")).to_contain_text(str(len(minute.regions)), timeout=60_000)


@pytest.mark.long
def test_d1_a_count_that_does_not_add_up_is_corrected_and_counts(chromium: Browser, night: Night) -> None:
    before = held_back(night)
    station = night.observers[0]["station"]
    with visiting(chromium, night, night.link("headquarters")) as visit:
        page = visit.go("doubts", "table.stations")
        row = page.locator("tbody tr", has=page.locator("b", has_text=re.compile(f"^{station}$")))
        expect(row).to_contain_text("D + E + F + G = 1221, C = 1201: 20 apart")
        row.locator("a").first.click()
        answer = page.locator(".answer", has_text=re.compile(r"^\s*31\b"))
        answer.click()
        page.get_by_label("What they say now").fill("11")
        page.get_by_label("Why, or how you know").fill("read back by phone")
        expect(page.locator(".correcting code")).to_contain_text("D11")
        expect(page.locator(".correcting .stated.failed")).to_have_count(0)
        page.get_by_role("button", name="Save the correction").click()
        expect(page.locator("details.report.complete", has_text="Closing")).to_be_visible()
        visit.go("doubts")
        expect(row).to_have_count(0)
    assert held_back(night) == before - 1


@pytest.mark.long
def test_a_doubt_that_is_opened_is_in_hand_until_one_leaves(chromium: Browser, night: Night) -> None:
    station = night.observers[4]["station"]
    with (
        visiting(chromium, night, night.link("operator")) as first,
        visiting(chromium, night, night.link("operator")) as other,
    ):
        rows = [
            visit.go("doubts", "table.stations").locator("tbody tr", has=visit.page.locator("b", has_text=station))
            for visit in (first, other)
        ]
        rows[0].locator("a").first.click()
        expect(first.page.locator(".lease.mine")).to_be_visible()
        expect(rows[1]).to_contain_text("Aida operator")
        rows[1].locator("a").first.click()
        expect(other.page.locator(".lease.warned")).to_contain_text("Aida operator")
        other.page.get_by_role("button", name="Take over").click()
        expect(other.page.locator(".lease.mine")).to_be_visible()
        other.go("doubts")
        expect(rows[1].locator(".warned")).to_have_count(0)


@pytest.mark.long
def test_d3_a_check_that_is_explained_is_told_and_stays_failed(chromium: Browser, night: Night) -> None:
    station = night.observers[4]["station"]
    with visiting(chromium, night, night.link("headquarters")) as visit:
        page = visit.go(f"station?station={station}&form=CL", "table.answers")
        page.locator("button.plain", has_text=RULE).click()
        page.get_by_label("Why, or how you know").fill("as on the protocol")
        page.locator(".correcting button").first.click()
        expect(page.locator(".stated.failed", has_text="explained")).to_be_visible()
        visit.go("doubts")
        expect(page.locator("tbody b", has_text=re.compile(f"^{station}$"))).to_have_count(0)
    report = next(report for report in night.api(f"stations/{station}")["reports"] if report["form"] == "CL")
    assert [bool(check["explained"]) for check in report["failed_checks"] if check["rule"] == RULE] == [True]


@pytest.mark.long
def test_q4_a_chart_stands_as_numbers_too_and_margins_are_read_aloud(chromium: Browser, night: Night) -> None:
    for place in range(0, len(night.observers), 2):
        night.report(place, "OP A1 B0702 C9 D1 E2000")
        night.report(place, f"TU 12:00 A{400 + place}")
        night.report(place, f"TU 14:00 A{600 + place}")
    night.chase()
    with visiting(chromium, night, night.link("headquarters")) as visit:
        page = visit.go("turnout", ".candidates")
        bars = page.locator(".candidates svg.margin")
        names = bars.evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label'))")
        assert len(names) == 3
        assert all(re.fullmatch(r"candidate-\d: \d+\.\d % ± \d+\.\d %", name) for name in names), names
        for chart in page.locator("figure.chart").all():
            label = chart.locator("svg").get_attribute("aria-label")
            chart.locator("summary").click()
            rows = chart.locator("tbody tr")
            assert rows.count() >= 1, label
            assert "%" in rows.first.inner_text(), label


@pytest.mark.long
def test_w3_what_is_withdrawn_is_gone_from_the_wall_at_once(chromium: Browser, night: Night) -> None:
    with visiting(chromium, night, night.link("viewer")) as visit:
        page = visit.go("wall", ".wall footer")
        dots = page.locator(".wall .dots li")
        alone = dots.count()
        version = night.api("quick-count")["version"]
        released = night.act("quick-count/release", {"note": "the board agreed"}, seen=version)
        expect(dots).not_to_have_count(alone)
        night.act("quick-count/withdraw", {"note": "too early"}, seen=released["version"])
        expect(dots).to_have_count(alone, timeout=6_000 + 4_000)
        assert "candidate-1" not in page.content()
