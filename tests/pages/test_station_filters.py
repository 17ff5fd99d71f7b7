"""Stations by several states at once, what each state looks like, and the filters on a phone."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from room import Room, Visit, visiting

REGION = "Osh city"
LIST = f"stations?region={quote(REGION)}"
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def mixed(room: Room) -> list[dict[str, Any]]:
    """The region's stations: one closed, one that nobody can be reached at, the others silent."""
    closed, unreachable, *_ = room.api(f"regions/{quote(REGION)}/stations")["stations"]
    station = room.api(f"stations/{closed['station']}")["station"]
    at_dawn = {"note": "flooded", "closed_at": "2017-10-15T06:00:00+06:00"}
    room.act(f"stations/{closed['station']}/close", at_dawn, seen=station["version"])
    room.chase()
    room.act(f"calls/{unreachable['station']}/lease", {})
    phone = room.api(f"calls/{unreachable['station']}")["observers"][0]["phones"][0]["phone"]
    called = {"outcome": "unreachable", "note": "off", "phone": phone, "person": "observer"}
    room.act(f"calls/{unreachable['station']}/outcome", called)
    listed: list[dict[str, Any]] = room.api(f"regions/{quote(REGION)}/stations")["stations"]
    return listed


def count_of(page: Page) -> Locator:
    return page.locator("main .title .quiet")


@pytest.mark.long
def test_several_states_are_chosen_at_once_and_taken_off_by_backspace(lead: Visit, mixed: list[dict[str, Any]]) -> None:
    silent = {row["station"] for row in mixed if row["is_silent"]}
    closed = {row["station"] for row in mixed if row["closed_at"]}
    assert closed - silent
    page = lead.go(LIST, "table.stations")
    chips = page.get_by_role("group", name="State")
    chips.get_by_role("button", name="station closed").click()
    expect(count_of(page)).to_contain_text(f"{len(closed)} of {len(mixed)}")
    chips.get_by_role("button", name="silent").click()
    expect(count_of(page)).to_contain_text(f"{len(silent | closed)} of {len(mixed)}")
    assert page.evaluate("location.hash").endswith("state=closed,silent")
    page.reload()
    expect(count_of(page)).to_contain_text(f"{len(silent | closed)} of {len(mixed)}")
    box = page.get_by_role("searchbox")
    box.fill("x")
    box.press("Backspace")
    expect(page.locator(".chip[aria-pressed=true]")).to_have_count(2)
    box.press("Backspace")
    expect(page.locator(".chip[aria-pressed=true]")).to_have_text("station closed")
    expect(count_of(page)).to_contain_text(f"{len(closed)} of {len(mixed)}")
    box.press("Backspace")
    expect(page.locator(".chip[aria-pressed=true]")).to_have_count(0)
    expect(count_of(page)).to_contain_text(f"{len(mixed)} of {len(mixed)}")


@pytest.mark.long
def test_a_closed_a_silent_and_an_unreachable_station_have_a_shape_a_word_and_a_colour(
    lead: Visit, mixed: list[dict[str, Any]]
) -> None:
    page = lead.go(LIST, "table.stations")
    signs = {"closed": "closed since", "silent": "silent", "unreachable": "switched off"}
    seen = set()
    for name, words in signs.items():
        sign = page.locator(f"table.stations .stated.{name}").first
        expect(sign).to_contain_text(words)
        shape = sign.locator("svg path").first.get_attribute("d")
        seen.add((shape, sign.evaluate("(one) => getComputedStyle(one.querySelector('svg')).color")))
    assert len(seen) == len(signs)
    page = lead.go(f"map?region={quote(REGION)}", ".legend")
    expect(page.locator(".legend")).to_contain_text("station closed")
    expect(page.locator("path.shape.closed")).to_have_attribute("d", re.compile("^M"))


@pytest.mark.long
def test_on_a_phone_the_filters_are_behind_one_button(
    chromium: Browser, room: Room, mixed: list[dict[str, Any]]
) -> None:
    with visiting(chromium, room, room.link("headquarters"), viewport=PHONE) as visit:
        page = visit.go(f"{LIST}&state=silent", "table.stations")
        button = page.get_by_role("button", name="Filters")
        expect(button).to_contain_text(f"silent · {REGION}")
        expect(page.get_by_label("Region")).to_be_hidden()
        top = page.locator("table.stations tbody tr").first.bounding_box()
        assert top is not None
        assert top["y"] < PHONE["height"] / 2
        button.click()
        page.get_by_role("group", name="State").get_by_role("button", name="silent").click()
        expect(button).not_to_contain_text("silent")
        button.click()
        expect(page.get_by_label("Region")).to_be_hidden()
        expect(count_of(page)).to_contain_text(f"{len(mixed)} of {len(mixed)}")
