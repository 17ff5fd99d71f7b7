"""A rehearsal for operators: simulated observers answer whoever rings from the page."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from room import ELECTION, Room, Visit

pytestmark = pytest.mark.long

KEPT_SECONDS = 86_400


def simulate(room: Room, station: str, phones: dict[str, Any]) -> None:
    """Keep what the phones of a station say, as `rehearse --answer-calls` does."""
    room.stack.client("dynamodb").put_item(
        TableName=f"{room.stack.name}-work",
        Item={
            "scope": {"S": f"simulated#{ELECTION}"},
            "id": {"S": station},
            "phones": {"S": json.dumps(phones)},
            "expires": {"N": str(int(time.time()) + KEPT_SECONDS)},
        },
    )


@pytest.fixture
def simulated(room: Room) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A station that owes the noon's turnout, whose two observers are simulated."""
    room.chase()
    calls = room.api("calls")["calls"]
    free = [call for call in calls if not call["lease"] and not call["tries"] and "TU 12:00" in call["owed"]]
    station = str(free[-4]["station"])
    observers = [row for row in room.observers if row["station"] == station]
    reports = [{"form": "TU", "round": "12:00", "answers": {"A": "417"}}]
    first, second = (row["phone"].split(";")[0] for row in observers)
    simulate(
        room,
        station,
        {
            first: {"observer": observers[0]["observer"], "outcomes": ["no_answer", "answered"], "reports": reports},
            second: {"observer": observers[1]["observer"], "outcomes": ["refuses", "answered"], "reports": reports},
        },
    )
    yield station, observers
    room.stack.client("dynamodb").delete_item(
        TableName=f"{room.stack.name}-work", Key={"scope": {"S": f"simulated#{ELECTION}"}, "id": {"S": station}}
    )


def opened(visit: Visit, station: str) -> Page:
    page = visit.go(f"calls?station={station}")
    expect(page.locator(".call .lease.mine")).to_be_visible()
    page.locator(".call").focus()
    return page


def test_whoever_trains_rings_hears_and_types_what_is_said(
    lead: Visit, room: Room, simulated: tuple[str, list[dict[str, str]]]
) -> None:
    station, _ = simulated
    page = opened(lead, station)
    page.keyboard.press("r")
    expect(page.locator(".rung")).to_contain_text("nobody answers")
    page.keyboard.press("3")  # it is tried on the next phone
    expect(page.locator(".history li", has_text="no answer")).to_have_count(1)
    page.keyboard.press("r")
    expect(page.locator(".rung")).to_contain_text("Ask me.")
    spoken_answer = page.locator(".rung .spoken div", has_text="Voters so far")
    expect(spoken_answer.locator("dd")).to_have_text("417")
    noon = page.locator(".call fieldset", has=page.locator("legend", has_text="12:00")).locator("input").first
    assert noon.input_value() == "", "nothing is filled in for whoever trains"
    noon.fill("417")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".call")).to_have_count(0)
    noon_report = next(report for report in room.api(f"stations/{station}")["reports"] if report["round"] == "12:00")
    assert noon_report["state"] == "complete"


@pytest.mark.long
def test_where_nobody_is_simulated_nobody_is_rung(lead: Visit, room: Room) -> None:
    room.chase()
    free = [call for call in room.api("calls")["calls"] if not call["lease"]]
    page = opened(lead, str(free[-5]["station"]))
    expect(page.locator(".caller").first).to_be_visible()
    assert page.locator("button.ring").count() == 0
    page.keyboard.press("r")
    expect(page.locator(".rung")).to_have_count(0)
