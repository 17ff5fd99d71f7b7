"""Incidents on the page, by several people at once."""

import pytest
from deployed import eventually
from playwright.sync_api import Browser, expect
from room import Room, Visit, visiting

COORDINATOR = "+996555900000"
"""Of Bishkek, as the sample's coordinators.csv has it."""
SEVEN_SECONDS = 7_000
BUSY = 8_000
"""What an SMS takes besides on a busy machine."""


def opened(room: Room, place: int, text: str) -> int:
    """The number of the incident that an observer's SMS opens."""
    station = room.observers[place]["station"]
    known = {incident["number"] for incident in room.api("incidents")["incidents"]}
    assert room.report(place, text).status == 200

    def found() -> int | None:
        listed = room.api("incidents")["incidents"]
        return next((row["number"] for row in listed if row["station"] == station and row["number"] not in known), None)

    return eventually(found)


def step(room: Room, number: int, name: str) -> None:
    room.act(f"incidents/{number}/{name}", {"note": "by phone"}, seen=room.api(f"incidents/{number}")["version"])


@pytest.mark.long
def test_i1_an_incident_is_on_a_second_browser_and_an_sms_takes_it(chromium: Browser, lead: Visit, room: Room) -> None:
    with visiting(chromium, room, room.link("operator")) as second:
        pages = [visit.go("incidents") for visit in (lead, second)]
        assert room.report(90, "IN 3 # two men with sticks").status == 200
        for page in pages:
            card = page.locator(".incident.critical", has_text=room.observers[90]["station"])
            expect(card).to_have_count(1, timeout=SEVEN_SECONDS + BUSY)
        number = pages[0].locator(".incident.critical b").first.inner_text().split(" ")[0]
        assert room.sms(f"OK {number}", COORDINATOR, room.number).status == 200
        for page in pages:
            moved = page.get_by_role("region", name="Acknowledged").locator(".incident", has_text=f"{number} ·")
            expect(moved).to_have_count(1, timeout=SEVEN_SECONDS + BUSY)
    step(room, int(number), "reject")


@pytest.mark.long
def test_i3_the_second_of_two_sees_what_the_first_has_done(chromium: Browser, lead: Visit, room: Room) -> None:
    number = opened(room, 92, "IN 7 # posters at the door")
    with visiting(chromium, room, room.link("operator")) as other:
        for visit in (lead, other):
            visit.go(f"incident?number={number}", "blockquote")
            expect(visit.page.locator("main .title b")).to_have_text("new")
        step(room, number, "reject")
        other.page.locator("main").focus()
        other.page.keyboard.press("v")  # on the version that it has seen
        clash = other.page.locator(".clash")
        expect(clash).to_contain_text("rejected")
        expect(clash).to_contain_text("by phone")
        clash.get_by_role("button", name="Keep theirs").click()
        expect(other.page.locator("main .title b")).to_have_text("rejected")


@pytest.mark.long
def test_i4_the_wall_counts_what_is_verified_and_nothing_rejected(lead: Visit, room: Room) -> None:
    before = room.api("wall")["incidents"]["total"]
    false, true = (opened(room, place, f"IN 7 # leaflets {place}") for place in (94, 96))
    assert room.api("wall")["incidents"]["total"] == before
    step(room, false, "reject")
    step(room, true, "verify")
    eventually(lambda: room.api("wall")["incidents"]["total"] == before + 1)
    page = lead.go("wall", ".wall footer")
    heading = page.get_by_role("heading", name="Incidents")
    for _ in range(6):
        if heading.count():
            break
        page.keyboard.press("ArrowRight")
    expect(page.locator(".wall .huge strong")).to_have_text(str(before + 1))


def test_i5_the_board_s_number_of_incidents_is_the_list_s(lead: Visit, room: Room) -> None:
    opened(room, 98, "IN 7 # flags at the gate")
    listed = room.api("incidents")["incidents"]
    is_open = [row for row in listed if row["state"] in ("new", "acknowledged", "verified")]
    page = lead.go("board", "table.board")
    mark = page.locator("tr.nation th a.mark")
    expect(mark).to_contain_text(str(len(is_open)))
    mark.click()
    expect(page.locator(".lanes .incident")).to_have_count(len(is_open))
