"""The board and the stations behind its numbers."""

import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from deployed import eventually
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect
from room import WHOLE, Room, Visit, fetched, visiting

OPENING = "OP A1 B0702 C9 D1 E1450"
COUNT = re.compile(r"(\d[\d,]*) of (\d[\d,]*)")
PAGE = 100
CHIPS = {
    "missing": "missing",
    "partial": "partial",
    "conflict": "conflict",
    "failed": "failed check",
    "late": "late",
} | {"received": "received"}
MANY = 10_000
MOST_SCRIPT_SECONDS = 10.0
"""Of all draws until the last page is there: several times what one sort per page takes here."""


@pytest.fixture(scope="module")
def reported(room: Room) -> Room:
    """The room with reports of every state: whole, in part, contradicting, failing a check."""
    for place in range(76, 84, 2):
        room.report(place, OPENING)
    room.report(84, "OP A1 B0702")
    room.report(86, OPENING)
    room.report(87, "OP A2 B0702 C9 D1 E1450")
    room.report(88, OPENING)
    room.report(88, "TU 12:00 A4999")  # more than are registered
    last = room.observers[88]["station"]
    eventually(lambda: [place for place in places_of(room, last) if place["failed_checks"]])
    room.chase()  # what fails a check is counted each minute
    return room


def places_of(room: Room, station: str) -> list[dict[str, Any]]:
    listed = room.api(f"regions/{room.regions[station]}/stations")["stations"]
    [found] = [row for row in listed if row["station"] == station]
    return [place for rounds in found["forms"].values() for place in rounds.values()]


def shown(page: Page) -> list[str]:
    """The stations that a list shows, once all of it is there."""
    expect(page.locator("main .title .quiet")).to_contain_text(" of ")
    return page.locator("table.stations tbody b:first-child").all_inner_texts()


def counted(page: Page, all_stations: int) -> int:
    """How many stations the list says that it has, once it has looked at all of them."""
    expect(page.locator("main .title .quiet")).to_contain_text(f"of {all_stations}")
    found = COUNT.search(page.locator("main .title .quiet").inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def links(row: Locator) -> list[tuple[str, int]]:
    """Where each number of a row of the board leads, and the number."""
    found = row.locator("td a.figure, td a.mark").evaluate_all(
        "(all) => all.map((one) => [one.getAttribute('href').slice(2), one.innerText])"
    )
    return [(address, int(text.split("/")[0].replace(",", "").strip())) for address, text in found]


@pytest.mark.long
@pytest.mark.parametrize("region", [None, WHOLE])
def test_b2_every_number_of_the_board_is_the_length_of_its_list(
    lead: Visit, reported: Room, region: str | None
) -> None:
    page = lead.go("board", "table.board")
    rows = page.locator("table.board tbody tr")
    row = rows.first if region is None else rows.filter(has=page.locator("th", has_text=region))
    expect(row.locator("a.mark.failed").first).to_be_visible()
    numbers = [(address, number) for address, number in links(row) if address.startswith("stations")]
    assert len(numbers) > 6
    total = len(reported.regions) if region is None else list(reported.regions.values()).count(region)
    wrong = []
    for address, number in numbers:
        page = lead.go(address, "main .title .quiet")
        query = dict(parse_qsl(address.partition("?")[2]))
        expect(page.get_by_label("Form and round")).to_have_value(f"{query['form']}|{query['round']}")
        expect(page.locator(".chip[aria-pressed=true]")).to_contain_text(CHIPS[query["state"]])
        if counted(page, total) != number:
            wrong.append((address, number, counted(page, total)))
    assert wrong == []


def test_a_list_that_has_not_changed_is_there_when_one_comes_back(lead: Visit, room: Room) -> None:
    page = lead.go("stations?region=Naryn", "table.stations")
    before = shown(page)
    lead.go("board", "table.board")
    page = lead.go("stations?region=Naryn", "table.stations")
    assert shown(page) == before
    assert before


@pytest.mark.long
def test_b7_nine_regions_by_nine_columns_need_no_scrolling(chromium: Browser, room: Room) -> None:
    with visiting(chromium, room, room.link("headquarters"), viewport={"width": 1920, "height": 1080}) as visit:
        page = visit.page
        assert page.locator("table.board thead th").count() == 1 + 9
        assert page.locator("table.board tbody tr").count() == 1 + 9
        overflow = "(one) => [one.scrollWidth - one.clientWidth, one.getBoundingClientRect().bottom - innerHeight]"
        wider, lower = page.locator(".scroller").first.evaluate(overflow)
        assert wider <= 0
        assert lower <= 0
        page.set_viewport_size({"width": 360, "height": 800})
        first = page.locator("tr.nation td:visible").evaluate_all(
            "(all) => all.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0].className"
        )
        assert "current" in first
        widths = page.locator("table.board tbody tr").evaluate_all("(all) => all.map((one) => one.offsetWidth)")
        assert max(widths) <= 360


FILTERS = {
    "missing": lambda place: place["state"] == "missing",
    "partial": lambda place: place["state"] == "partial",
    "conflict": lambda place: place["state"] == "conflict",
    "complete": lambda place: place["state"] == "complete",
    "received": lambda place: place["state"] in ("complete", "partial", "conflict"),
    "failed": lambda place: bool(place.get("failed_checks")),
    "late": lambda place: bool(place.get("late")),
}


@pytest.mark.long
def test_s1_each_filter_lists_what_the_api_says(lead: Visit, reported: Room) -> None:
    listed = reported.api(f"regions/{WHOLE}/stations")["stations"]
    page = lead.go(f"stations?region={WHOLE}", "table.stations")
    for state, fits in FILTERS.items():
        expected = {
            row["station"]
            for row in listed
            if any(fits(at) for rounds in row["forms"].values() for at in rounds.values())
        }
        lead.go(f"stations?region={WHOLE}&state={state}")
        expect(page.locator(".chip[aria-pressed=true]")).to_have_count(1)
        expect(page.locator("main .title .quiet")).to_contain_text(f"{len(expected)} of 50")
        assert set(page.locator("table.stations [data-station]").evaluate_all(NUMBERS)) == expected, state
        of_opening = {row["station"] for row in listed if any(fits(at) for at in row["forms"]["OP"].values())}
        lead.go(f"stations?region={WHOLE}&form=OP&round=-&state={state}")
        expect(page.locator("main .title .quiet")).to_contain_text(f"{len(of_opening)} of 50")
    silent = {row["station"] for row in listed if row["is_silent"]}
    lead.go(f"stations?region={WHOLE}&state=silent")
    expect(page.locator("main .title .quiet")).to_contain_text(f"{len(silent)} of 50")
    districts = {row["district"] for row in listed}
    district = min(districts)
    lead.go(f"stations?region={WHOLE}&district={district}")
    own = [row for row in listed if row["district"] == district]
    expect(page.locator("main .title .quiet")).to_contain_text(f"{len(own)} of 50")


NUMBERS = "(all) => all.map((one) => one.dataset.station)"


@pytest.mark.long
def test_s2_e1_what_is_done_with_a_list_is_done_with_its_rows_alone(
    lead: Visit, reported: Room, tmp_path: Path
) -> None:
    page = lead.go(f"stations?region={WHOLE}&form=OP&round=-&state=partial", "table.stations")
    listed = page.locator("[data-station]").evaluate_all(NUMBERS)
    assert listed
    page.get_by_role("button", name=f"Export these {len(listed)}").click()
    expect(page.locator(".tag", has_text=f"{len(listed)} station")).to_be_visible()
    page.get_by_role("button", name="Make it").click()
    job = page.locator(".history li", has_text=f"{len(listed)} station").first
    expect(job).to_be_visible()
    [export, *_] = reported.api("exports")["exports"]
    assert (export["wanted"]["stations"], export["wanted"]["forms"]) == (len(listed), ["OP"])
    button = job.get_by_role("button", name="Fetch")  # others' exports stand there too
    expect(button).to_be_visible(timeout=60_000)
    assert {row["station"] for row in fetched(page, button, tmp_path / "export")} == set(listed)
    page = lead.go(f"stations?region={WHOLE}&form=OP&round=-&state=partial", "table.stations")
    page.get_by_role("button", name=f"SMS to these {len(listed)}").click()
    page.get_by_label("Text").fill("Please send what is missing of the opening.")
    observers = [row for row in reported.observers if row["station"] in listed]
    expect(page.locator(".asking p b", has_text="observers")).to_contain_text(f"to {len(observers)} observers")


def test_a_key_picks_stations_and_another_calls(lead: Visit, room: Room) -> None:
    page = lead.go(f"stations?region={WHOLE}", "table.stations")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_role("button", name="SMS to these 2")).to_be_visible()
    second = page.locator("[data-station]").nth(1).get_attribute("data-station")
    page.keyboard.press("c")
    expect(page.locator(".call h2 a")).to_have_text(second or "")
    page.keyboard.press("Escape")


@pytest.mark.long
def test_s3_ten_thousand_stations_come_by_pages_and_the_scroll_stays(
    lead: Visit, room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    """The API's answers are made up; the browser draws what is looked at."""
    page = lead.page
    station = room.api(f"regions/{WHOLE}/stations")["stations"][0]

    def answered(route: Any) -> None:
        after = int(dict(parse_qsl(route.request.url.partition("?")[2])).get("after", "0"))
        stations = [in_some_state(station, after + place + 1) for place in range(PAGE)]
        following = f"{after + PAGE:05}" if after + PAGE < MANY else None
        head = {"election": "pages", "region": WHOLE, "as_of": "2017-10-15T12:41:00+06:00"}
        route.fulfill(json=head | {"stations": stations, "next": following}, headers={"ETag": f'"{after}"'})

    page.route(f"**/regions/{WHOLE}/stations*", answered)
    counters = page.context.new_cdp_session(page)
    counters.send("Performance.enable", {"timeDomain": "threadTicks"})  # of the processor's time, not of the day's
    before = script_seconds(counters)
    lead.go(f"stations?region={WHOLE}", "table.stations")
    expect(page.locator("main .title .quiet")).to_contain_text("10,000 of 10,000", timeout=60_000)
    spent = script_seconds(counters) - before
    with capsys.disabled():
        sys.stdout.write(f"\n{MANY} stations are listed by {spent:.1f} s of script.\n")
    assert spent < MOST_SCRIPT_SECONDS
    assert page.locator("table.stations tbody tr").count() < 500
    listed = page.locator("table.stations tbody tr").all_inner_texts()
    silent = ["silent" in text for text in listed]
    assert silent == sorted(silent, reverse=True)
    scroller = page.locator(".scroller.tall")
    scroller.evaluate("(one) => { one.scrollTop = 900; }")
    with page.expect_response(f"**/regions/{WHOLE}/stations*", timeout=30_000):
        pass
    assert scroller.evaluate("(one) => one.scrollTop") == 900


def in_some_state(station: dict[str, Any], number: int) -> dict[str, Any]:
    """A station like another, its reports in whatever state its number says."""
    state = ("missing", "complete", "partial", "expected")[number % 4]
    forms = {
        form: {name: at | {"state": state} for name, at in rounds.items()} for form, rounds in station["forms"].items()
    }
    return station | {"station": f"{number:05}", "forms": forms, "is_silent": number % 100 == 0}


def script_seconds(counters: CDPSession) -> float:
    """Seconds that the processor has spent on the page's scripts."""
    metrics = {metric["name"]: metric["value"] for metric in counters.send("Performance.getMetrics")["metrics"]}
    return float(metrics["ScriptDuration"])
