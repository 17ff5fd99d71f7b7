"""What headquarters and administrators do."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import ELECTION, Room, Visit, fetched, visiting

REGION = "Talas"
"""Of its observers no other test of the page counts the SMS."""
TEXT = "Please send the noon turnout."
ASK = """async (path) => (await fetch(path, {method: 'POST', credentials: 'same-origin', body: '{"what": "reports"}',
  headers: {'Content-Type': 'application/json', 'Idempotency-Key': 'k'}})).status"""


def write_to_many(page: Page, text: str) -> int:
    """Write an SMS to a region; the number of those who would get it."""
    page.get_by_label("Region").select_option(REGION)
    page.get_by_label("Text").fill(text)
    estimate = page.locator(".asking p b").first
    expect(estimate).to_contain_text("observers")
    count = int(estimate.inner_text().split()[1])
    if page.locator("#send-typed").count():
        page.locator("#send-typed").fill(str(count))
    return count


def lines(room: Room, action: str) -> list[dict[str, Any]]:
    return [line for line in room.api("audit?limit=50")["lines"] if line["action"].startswith(action)]


def test_x1_x2_x3_a_double_click_is_one_send_that_skips_who_wants_none(lead: Visit, room: Room) -> None:
    """X1: as many rows as were told; X2: who wants none is told and skipped; H1: one action is one line."""
    place = next(i for i, row in enumerate(room.observers) if room.regions[row["station"]] == REGION)
    phone = room.observers[place]["phone"]
    room.report(place, "STOP")
    eventually(lambda: [out for out in room.api("opt-outs")["opt_outs"] if out["phone"] == phone])
    before = len(lines(room, "send"))
    page = lead.go("send", "#send-text")
    count = write_to_many(page, TEXT)
    expect(page.locator(".asking")).to_contain_text(re.compile("[1-9] want none"))
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator(".history li", has_text=TEXT)).to_have_count(1)
    [sent] = eventually(lambda: [send for send in room.api("sends")["sends"] if is_whole(send)])
    assert sent["recipients"] == count
    assert len(lines(room, "send")) == before + 1
    assert TEXT not in room.texts_to(phone)


def is_whole(sent: dict[str, Any]) -> bool:
    return sent["text"] == TEXT and sent["queued"] == sent["recipients"]


def test_e4_a_viewer_makes_no_export(chromium: Browser, room: Room) -> None:
    with visiting(chromium, room, room.link("viewer")) as visit:
        assert visit.page.locator(".tabs a", has_text="Exports").count() == 0
        assert visit.page.evaluate(ASK, f"./v1/elections/{ELECTION}/exports") == 403


@pytest.mark.long
def test_e1_a_file_has_what_the_list_has(lead: Visit, room: Room, tmp_path: Path) -> None:
    for place in (0, 2, 4):
        room.report(place, "OP A1 B0702 C9 D1 E1450")
    eventually(lambda: len(reported(room)) >= 3)
    before = reported(room)
    page = lead.go("exports?region=Bishkek&form=OP", "#export-format")
    page.get_by_role("button", name="Make it").click()
    job = page.locator(".history li", has_text="Bishkek").first  # others' exports stand there too
    button = job.get_by_role("button", name="Fetch")
    expect(button).to_be_visible(timeout=60_000)
    rows = fetched(page, button, tmp_path / "export")
    assert before <= {row["station"] for row in rows} <= reported(room)  # other tests' reports may come meanwhile
    assert {row["form"] for row in rows} == {"OP"}


def reported(room: Room) -> set[str]:
    """Stations of Bishkek that the API lists with something of the opening."""
    listed = room.api("regions/Bishkek/stations")["stations"]
    return {row["station"] for row in listed if row["forms"]["OP"]["-"]["state"] in ("complete", "partial", "conflict")}


@pytest.mark.long
def test_h3_an_undo_stands_beside_what_it_undoes(lead: Visit, room: Room) -> None:
    room.chase()
    page = lead.go("calls")
    expect(page.locator(".task").first).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator(".call .lease.mine")).to_be_visible()
    station = page.locator(".call h2 a").inner_text()
    page.keyboard.press("9")
    expect(page.locator(".call")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_contain_text("Undone")
    page = lead.go("audit", "main table")
    about = page.locator("tbody tr", has_text=f"call {station}")
    expect(about.filter(has_text="call logged")).to_have_count(1)
    expect(about.filter(has_text="call undone")).to_have_count(1)


def test_k1_who_is_revoked_sees_the_sign_in_at_the_next_poll(chromium: Browser, room: Room) -> None:
    with (
        visiting(chromium, room, room.link("administrator")) as chief,
        visiting(chromium, room, room.link("coordinator", "--region", "Naryn")) as other,
    ):
        page = chief.go("people", "main table")
        row = page.locator("tbody tr", has_text="Aida coordinator").filter(has_text="Naryn").last
        row.get_by_role("button", name="Revoke").click()
        expect(page.locator("tbody tr.snoozed", has_text="Naryn")).to_have_count(1)
        before = len(other.answers)
        expect(other.page.locator("dialog.over")).to_be_visible()
        served = Counter(url for url, status in other.answers[before:] if status != 401)
        assert set(served.values()) <= {1}, served  # what was on its way when the session ended


@pytest.mark.long
def test_q2_of_two_who_release_at_once_one_is_told(chromium: Browser, room: Room) -> None:
    with (
        visiting(chromium, room, room.link("headquarters")) as first,
        visiting(chromium, room, room.link("headquarters")) as other,
    ):
        for visit in (first, other):
            visit.go("turnout", "#note").get_by_label("Note").fill("the board agreed")
        for visit in (first, other):
            visit.page.get_by_role("button", name="Release as of now").click()
        expect(first.page.locator(".notice")).to_contain_text("Released")
        expect(other.page.locator(".notice.bad")).to_be_visible()
        assert other.page.get_by_label("Note").input_value() == "the board agreed"
        first.page.get_by_label("Note").fill("only a test")
        first.page.get_by_role("button", name="Withdraw").click()
        expect(first.page.locator(".notice")).to_contain_text("Withdrawn")


@pytest.mark.long
def test_y2_the_api_s_page_opens_without_any_other_host(lead: Visit) -> None:
    lead.page.goto(lead.page.url.split("#")[0] + "docs")
    expect(lead.page.locator("h1").first).to_be_visible()
    assert lead.foreign == []
    lead.page.goto("about:blank")
    lead.page.evaluate("window.violations = []")
