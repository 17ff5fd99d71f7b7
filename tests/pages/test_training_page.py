"""Who needs another hour of training is written to, and exported, from the screen that names them (SCREENS 14)."""

import json

import pytest
from playwright.sync_api import expect
from room import Room, Visit


@pytest.mark.long
def test_who_needs_another_hour_is_written_to_and_exported(lead: Visit, room: Room) -> None:
    first, second = room.observers[30], room.observers[32]
    figures = {
        "rehearsal": "rehearsal-2", "source": room.election, "began_at": "2017-10-14T18:00:00+06:00",
        "ended_at": "2017-10-14T22:00:00+06:00", "seed": 7, "noise": 20.0, "sent": 9, "acknowledged": 9,
        "accounted": 9, "outcomes": {"accepted": 9}, "reports": 8, "reports_on_time": 7, "reports_elsewhere": 0,
        "bands": {}, "observers_cut": 0, "never_heard": [second["observer"]], "call_centre": None, "questions": [],
        "observers": [{"observer": first["observer"], "station": first["station"], "messages": 9, "not_accepted": 8}],
    }  # fmt: skip
    answer = {
        "election": room.election,
        "as_of": "2017-10-15T12:41:00+06:00",
        "rehearsals": [json.loads(json.dumps(figures))],
    }
    lead.page.route("**/training", lambda route: route.fulfill(json=answer))
    page = lead.go("training", "main .two")
    page.get_by_role("button", name="SMS to these 1").first.click()
    expect(page.locator(".asking .tag")).to_contain_text("1 observer Who needs another hour")
    lead.go("training", "main .two")
    page.get_by_role("button", name="SMS to these 1").last.click()
    expect(page.locator(".asking .tag")).to_contain_text("Never understood")
    lead.go("training", "main .two")
    page.get_by_role("button", name="Export these 1").click()
    expect(page.locator(".asking .tag")).to_contain_text("1 station")
