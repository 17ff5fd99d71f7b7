"""What screens show beside their first question: SCREENS 2, 3, 6."""

import pytest
from playwright.sync_api import expect
from room import WHOLE, Room, Visit

pytestmark = pytest.mark.long

PLACE = 70
"""Of an observer of whom no other test of the page tells anything."""


def test_a_call_stands_on_the_list_and_on_the_station_s_page(lead: Visit, room: Room) -> None:
    observer = room.observers[PLACE]
    station = observer["station"]
    room.chase()
    card = room.api(f"calls/{station}")
    room.act(f"calls/{station}/lease", {}, seen=None)
    phone = card["observers"][0]["phones"][0]["phone"]
    room.act(
        f"calls/{station}/outcome", {"outcome": "no_answer", "note": "rings", "phone": phone, "person": "observer"}
    )
    page = lead.go(f"stations?region={WHOLE}", "table.stations")
    row = page.locator("table.stations tbody tr", has=page.locator(f"[data-station='{station}']"))
    expect(row).to_contain_text("no answer")
    expect(row).to_contain_text(observer["name"])
    page.get_by_role("searchbox").fill(observer["name"])
    expect(row).to_be_visible()
    page = lead.go(f"station?station={station}", ".phones")
    expect(page.locator("main")).to_contain_text("Last call:")
    expect(page.locator(".caller", has_text=phone)).to_contain_text("✗ no answer")
    page.get_by_text("Calls before").click()
    expect(page.locator(".closed .history")).to_contain_text("rings")
    page.get_by_text("Who did what about this station").click()
    expect(page.locator("main[data-screen=audit] tbody")).to_contain_text(f"call {station}")
    page = lead.go(f"observer?number={observer['observer']}", ".phones")
    expect(page.get_by_text("SMS accepted whole")).to_be_visible()
    page.get_by_role("button", name="No reminders any more").first.click()
    expect(page.locator(".caller").first).to_contain_text("wants no SMS")
    page.get_by_role("button", name="Send reminders again").first.click()
    expect(page.locator(".caller").first).not_to_contain_text("wants no SMS")


@pytest.mark.long
def test_the_list_of_stations_asks_for_what_lacks_and_for_closed_ones(lead: Visit, room: Room) -> None:
    listed = room.api(f"regions/{WHOLE}/stations?lacking=true")["stations"]
    page = lead.go(f"stations?region={WHOLE}&state=lacking", "main .title")
    expect(page.locator("main .title .quiet")).to_contain_text(f"{len(listed)} of 50")
    lead.go(f"stations?region={WHOLE}&state=closed", "main .title")
    expect(page.locator("main .title .quiet")).to_contain_text("0 of 50")
    lead.go(f"stations?region={WHOLE}&form=OP&round=-&answers=1", "table.stations")
    codes = [question["code"] for question in form(room, "OP")["questions"]]
    heads = page.locator("table.stations thead th").all_inner_texts()
    assert [head for head in heads if head in codes] == codes


def form(room: Room, code: str) -> dict[str, list[dict[str, str]]]:
    election = room.get(f"/v1/elections/{room.election}", room.token).json()
    return next(dict(found) for found in election["forms"] if found["code"] == code)


@pytest.mark.long
def test_after_all_phones_of_a_station_its_coordinator_is_next(lead: Visit, room: Room) -> None:
    observer = room.observers[PLACE + 4]
    room.chase()
    page = lead.go(f"calls?station={observer['station']}", ".call .lease.mine")
    card = room.api(f"calls/{observer['station']}")
    phones = [phone["phone"] for person in card["observers"] for phone in person["phones"]]
    for phone in (*phones, card["coordinators"][0]["phone"]):
        expect(page.locator(".caller.chosen")).to_contain_text(phone)
        page.locator(".call").focus()
        page.keyboard.press("3")
    if len(card["coordinators"]) == 1:
        expect(page.locator(".call")).to_have_count(0)
