"""Search: from any screen to a station, an observer, an SMS."""

from playwright.sync_api import expect
from room import Room, Visit


def test_a_key_searches_from_any_screen_and_leaves_no_trace_in_the_address(lead: Visit, room: Room) -> None:
    observer = room.observers[2]
    page = lead.go("board", "table.board")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    field.fill(observer["phone"].split(";")[0][-6:])
    expect(page.locator(".found")).to_contain_text(observer["name"])
    assert observer["phone"][-6:] not in page.url
    field.fill(observer["station"])
    expect(page.locator(".found [data-item]").first).to_contain_text(observer["station"])
    field.press("Enter")
    expect(page.locator("main[data-screen=station] h1")).to_contain_text(observer["station"])
