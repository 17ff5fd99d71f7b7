"""Stations that a list, doubts or a send put on the call list."""

from typing import Any

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import WHOLE, Room, Visit, visiting

OTHER = "Osh"
IS_WHOLE = """(element) => {
  for (let around = element.parentElement; around; around = around.parentElement)
    if (getComputedStyle(around).overflowX !== 'visible' && around.scrollWidth > around.clientWidth) return false;
  return true;
}"""


@pytest.fixture(scope="module")
def desk(room: Room) -> Room:
    room.chase()
    return room


def call_of(room: Room, station: str) -> dict[str, Any]:
    return next(call for call in room.api("calls")["calls"] if call["station"] == station)


def picked(page: Page, count: int = 1) -> list[str]:
    """Pick the first stations of a list by keys, and return them."""
    for _ in range(count):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("table.stations input:checked")).to_have_count(count)
    links = page.locator("table.stations tr", has=page.locator("input:checked")).locator("[data-station]")
    stations: list[str] = links.evaluate_all("(all) => all.map((one) => one.dataset.station)")
    assert len(stations) == count
    return stations


@pytest.mark.long
def test_s2_a_selection_is_put_on_the_call_list_and_taken_off_again(lead: Visit, desk: Room) -> None:
    page = lead.go(f"stations?region={WHOLE}", "table.stations")
    stations = picked(page, 2)
    page.get_by_role("button", name="Put these 2 on the call list").click()
    expect(page.locator(".notice")).to_contain_text("2 stations are on the call list by you")
    [who] = {call_of(desk, station)["by_hand"]["who"] for station in stations}
    assert who.startswith("Aida headquarters")  # whoever signs in again has a number too
    page.get_by_role("button", name="Put these 2 on the call list").click()
    expect(page.locator(".notice")).to_contain_text("2 were there already")
    page = lead.go(f"calls?region={WHOLE}", ".task")
    expect(page.locator(".task", has_text=stations[0])).to_contain_text("put here by Aida headquarters")
    page = lead.go(f"stations?region={OTHER}", "table.stations")
    [station] = picked(page)
    page.get_by_role("button", name="Put these 1 on the call list").click()
    expect(page.locator(".notice")).to_contain_text("1 station is on the call list by you")
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_contain_text("Taken off")
    assert call_of(desk, station)["by_hand"] is None
    page = lead.go("audit", "main table")
    line = page.locator("tbody tr", has_text="stations taken off the call list").first
    expect(line).to_contain_text(station)
    expect(line).not_to_contain_text("[")


def test_who_put_it_there_is_named_in_the_reader_s_language(chromium: Browser, desk: Room) -> None:
    station = desk.observers[20]["station"]
    desk.act("calls/put-on", {"stations": [station], "note": "нет связи"})
    with visiting(chromium, desk, desk.link("operator")) as visit:
        visit.go("settings").locator("main button[lang=ru]").click()
        page = visit.go(f"calls?region={WHOLE}", ".task")
        expect(page.locator(".task", has_text=station)).to_contain_text("в список внёс Ann (штаб)")
        page.set_viewport_size({"width": 360, "height": 720})
        tag = page.locator(".task", has_text=station).locator(".tag")
        assert tag.evaluate(IS_WHOLE), "cut off where the row is narrow"


def test_more_stations_than_are_put_on_at_once_are_not(lead: Visit, desk: Room) -> None:
    page = lead.go("stations", "table.stations")
    expect(page.get_by_role("button", name="on the call list")).to_be_disabled()


@pytest.mark.long
def test_what_is_taken_along_to_a_send_can_be_called_too(lead: Visit, desk: Room) -> None:
    page = lead.go(f"stations?region={OTHER}", "table.stations")
    page.keyboard.press("j")
    [station] = picked(page)
    page.get_by_role("button", name="SMS to these 1").click()
    page.wait_for_selector("main[data-screen='send']")  # the list it came from has a button of the same name
    page.get_by_role("button", name="Put these 1 on the call list").click()
    expect(page.locator(".notice")).to_contain_text("on the call list by you")
    assert call_of(desk, station)["by_hand"]


@pytest.mark.long
def test_the_stations_of_doubts_are_put_on_the_call_list(lead: Visit, desk: Room) -> None:
    place = next(place for place, row in enumerate(desk.observers) if desk.regions[row["station"]] == "Talas")
    station = desk.observers[place]["station"]
    desk.report(place, "TU 12:00 A311")
    desk.report(place + 1, "TU 12:00 A377")
    assert desk.observers[place + 1]["station"] == station

    def doubted() -> bool:
        desk.chase()
        return station in [doubt["station"] for doubt in desk.api("doubts?region=Talas")["doubts"]]

    eventually(doubted, 60)
    page = lead.go("doubts?region=Talas", "table.stations")
    page.get_by_role("button", name="on the call list").click()
    expect(page.locator(".notice")).to_contain_text("on the call list by you")
    assert call_of(desk, station)["by_hand"]


@pytest.mark.long
def test_who_needs_another_hour_is_put_on_the_call_list(lead: Visit, desk: Room) -> None:
    """The rehearsal's figures are made up."""
    station = next(row["station"] for row in desk.observers if desk.regions[row["station"]] == "Chuy")
    observers = [{"observer": number, "station": station, "messages": 9, "not_accepted": 8} for number in ("1", "2")]
    rehearsal = {
        "rehearsal": "r",
        "source": "",
        "began_at": "2017-10-14T08:00:00+06:00",
        "questions": [],
        "sent": 9,
        "acknowledged": 9,
        "reports": 9,
        "reports_on_time": 9,
        "never_heard": [],
        "observers_cut": 0,
        "call_centre": None,
        "observers": observers,
    }
    lead.page.route("**/training", lambda route: route.fulfill(json={"rehearsals": [rehearsal]}))
    page = lead.go("training", "table.training")
    page.get_by_role("button", name="Put these 1 on the call list").click()
    expect(page.locator(".notice")).to_contain_text("1 station is on the call list by you")
    assert call_of(desk, station)["by_hand"]
