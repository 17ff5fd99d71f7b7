"""Turnout, quick count and the wall."""

import json

import pytest
from playwright.sync_api import Browser, expect
from room import ELECTION, Room, Visit, visiting

HOUR_MS = 3_600_000
ANSWERS = """(answer) => {
  const asked = window.fetch;
  window.polls = 0;
  window.fetch = async (path, options) => {
    if (String(path).endsWith('/board')) return new Response(null, {status: 304});
    if (!String(path).endsWith('/wall')) return asked(path, options);
    window.polls += 1;
    const moved = {...answer, observed: window.polls % 90};
    return new Response(JSON.stringify(moved), {headers: {ETag: `"${window.polls}"`}});
  };
}"""
SIZES = """[...document.querySelectorAll('.wall *')]
  .filter((one) => [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
  .map((one) => parseFloat(getComputedStyle(one).fontSize))"""


@pytest.mark.long
def test_q1_nobody_else_sees_a_count_before_its_release(chromium: Browser, room: Room, lead: Visit) -> None:
    with visiting(chromium, room, room.link("operator")) as operator:
        page = operator.go("turnout")
        expect(page.locator("main")).to_contain_text("Nothing is released.")
        head = lead.go("turnout", "#note")
        expect(head.locator("main .title")).to_contain_text("NOT RELEASED")
        head.get_by_label("Note").fill("the board agreed")
        head.get_by_role("button", name="Release as of now").click()
        expect(page.get_by_role("heading", name="Quick count")).to_be_visible(timeout=40_000)
        head.get_by_label("Note").fill("too early")
        head.get_by_role("button", name="Withdraw").click()
        expect(page.locator("main")).to_contain_text("Nothing is released.", timeout=40_000)


def test_w1_the_wall_names_nobody_and_no_station(lead: Visit, room: Room) -> None:
    page = lead.go("wall", ".wall footer")
    shown = page.locator(".wall").inner_text() + json.dumps(room.api("wall"), ensure_ascii=False)
    people = {value for row in room.observers for value in (row["name"], row["phone"])}
    assert not [value for value in people if value in shown]
    assert not [row["station"] for row in room.observers if f'"{row["station"]}"' in shown]


@pytest.mark.long
def test_w1_the_wall_s_foot_has_the_ledger_s_root_with_its_hour(lead: Visit, room: Room) -> None:
    root = room.baykoo("seal", "--election", ELECTION).split()[-1]
    page = lead.go("wall", ".wall footer .root")
    expect(page.locator(".wall footer .root")).to_contain_text("Ledger, 12:00")
    expect(page.locator(".wall footer code")).to_have_text(" ".join(root[at : at + 4] for at in range(0, 16, 4)))


@pytest.mark.long
def test_w2_on_a_projector_no_letter_is_smaller_than_28_pixels(lead: Visit) -> None:
    lead.page.set_viewport_size({"width": 1920, "height": 1080})
    page = lead.go("wall", ".wall footer")
    sizes = page.evaluate(SIZES)
    assert sizes
    assert min(sizes) >= 28


@pytest.mark.long
def test_w4_a_day_on_the_wall_grows_no_memory(lead: Visit, room: Room) -> None:
    """Hours pass by the browser's clock; the API's answers are made in the page, and their figures move."""
    page = lead.page
    page.clock.install()
    page.evaluate(ANSWERS, room.api("wall"))
    lead.go("wall", ".wall footer")
    devtools = lead.context.new_cdp_session(page)
    used = []
    for hours in (1, 23):
        for _ in range(hours):
            page.clock.run_for(HOUR_MS)
        devtools.send("HeapProfiler.collectGarbage")
        used.append(devtools.send("Runtime.getHeapUsage")["usedSize"])
    assert page.evaluate("window.polls") > 17_000, "it polled all the time"
    assert abs(used[1] - used[0]) < used[0] / 10, used
