"""What is offered after a call."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from room import Room, Visit


@pytest.fixture(scope="module")
def desk(room: Room) -> Room:
    room.chase()
    return room


def offered(visit: Visit, desk: Room, key: str, region: str) -> tuple[Page, str]:
    """Log a call that comes to one of the outcomes after which something is offered."""
    calls = desk.api(f"calls?region={region}")["calls"]
    station = next(row["station"] for row in calls if not row["lease"])
    page = visit.go(f"calls?station={station}", ".task")
    expect(page.locator(".call .lease.mine")).to_be_visible()
    page.keyboard.press(key)
    expect(page.locator(".offer")).to_be_visible()
    expect(page.locator("#offer-category")).to_be_focused()
    return page, str(station)


def newest(desk: Room, station: str) -> dict[str, Any]:
    return next(row for row in desk.api("incidents")["incidents"] if row["station"] == station)


def test_after_not_open_an_incident_is_offered_and_opened(lead: Visit, desk: Room) -> None:
    page, station = offered(lead, desk, "7", "Naryn")
    page.locator("#offer-category").select_option("20")
    page.get_by_label("In words").fill("locked, nobody of the commission is there")
    assert lead.axe() == []
    page.get_by_role("button", name="Open the incident").click()
    expect(page.locator(".notice")).to_contain_text(f"is open at station {station}")
    expect(page.locator(".offer")).to_have_count(0)
    incident = newest(desk, station)
    assert (incident["state"], incident["category"], incident["assigned"]) == ("new", 20, None)
    opened = desk.api(f"incidents/{incident['number']}")
    assert opened["text"] == "locked, nobody of the commission is there"
    assert "0 differences" in desk.baykoo("audit", "--election", desk.election)


@pytest.mark.long
def test_after_afraid_it_is_handed_to_headquarters(lead: Visit, desk: Room) -> None:
    page, station = offered(lead, desk, "8", "Batken")
    page.locator("#offer-category").select_option("3")
    page.get_by_role("button", name="Hand it to headquarters").click()
    expect(page.locator(".notice")).to_contain_text("is headquarters' now")
    incident = newest(desk, station)
    assert (incident["severity"], incident["assigned"]) == ("critical", "headquarters")


@pytest.mark.long
def test_what_is_offered_can_be_left_and_goes_with_the_undo(lead: Visit, desk: Room) -> None:
    page, station = offered(lead, desk, "7", "Issyk-Kul")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".offer")).to_have_count(0)
    assert station not in [row["station"] for row in desk.api("incidents")["incidents"]]
    page, _ = offered(lead, desk, "8", "Issyk-Kul")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("Undone")
    expect(page.locator(".offer")).to_have_count(0)
