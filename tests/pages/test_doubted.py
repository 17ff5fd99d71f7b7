"""Numbers that should not be trusted yet, from SMS that come in a browser's sight."""

from typing import Any

import pytest
from deployed import eventually
from playwright.sync_api import expect
from room import Room, Visit

REGION = "Jalal-Abad"
TURNOUTS = (400, 405)
"""They differ by less than the election lets two observers' counts of voters differ."""
APART = (300, 480)


@pytest.fixture(scope="module")
def pairs(room: Room) -> list[tuple[int, str]]:
    """The places of stations' first observers, with the stations."""
    places = [place for place, row in enumerate(room.observers) if room.regions[row["station"]] == REGION]
    firsts = [place for place in places if place + 1 in places][::2]
    return [(place, room.observers[place]["station"]) for place in firsts]


def doubts(room: Room) -> list[dict[str, Any]]:
    room.chase()
    listed: list[dict[str, Any]] = room.api(f"doubts?region={REGION}")["doubts"]
    return listed


@pytest.mark.long
def test_d2_what_differs_within_the_tolerance_is_no_doubt(
    lead: Visit, room: Room, pairs: list[tuple[int, str]]
) -> None:
    (near, alike), (far, apart) = pairs[:2]
    for place, values in ((near, TURNOUTS), (far, APART)):
        for observer, value in enumerate(values):
            room.report(place + observer, f"TU 12:00 A{value}")
    eventually(lambda: [doubt for doubt in doubts(room) if doubt["station"] == apart], 60)
    page = lead.go(f"doubts?region={REGION}", "table.stations")
    expect(page.locator("tbody tr", has_text=apart)).to_contain_text("300")
    assert page.locator("tbody tr", has_text=alike).count() == 0
    page = lead.go(f"station?station={alike}&form=TU", "table.answers")
    assert page.locator("tr.conflict").count() == 0


@pytest.mark.long
def test_t4_an_sms_that_changes_what_was_confirmed_counts_and_is_a_doubt(
    lead: Visit, room: Room, pairs: list[tuple[int, str]]
) -> None:
    place, station = pairs[2]
    room.report(place, "TU 12:00 A321")
    page = lead.go(f"station?station={station}&form=TU", "table.answers")
    answer = page.locator(".answer", has_text="321").first
    answer.click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    room.report(place, "TU 12:00 A345")
    expect(page.locator(".answer", has_text="345").first).to_be_visible()

    def changed() -> list[dict[str, Any]]:
        kinds = [doubt for doubt in doubts(room) if doubt["station"] == station]
        return [doubt for doubt in kinds if doubt["kind"] == "changed_after_confirmation"]

    [doubt] = eventually(changed, 60)
    assert (doubt["values"]["confirmed"], doubt["values"]["now"]) == (321, 345)
    page = lead.go(f"doubts?region={REGION}&kind=changed_after_confirmation", "table.stations")
    expect(page.locator("tbody tr", has_text=station)).to_contain_text("321")
    expect(page.locator("tbody tr", has_text=station)).to_contain_text("345")
    assert "0 differences" in room.baykoo("audit", "--election", room.election)
