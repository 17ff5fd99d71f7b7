"""An SMS to many on the page: what became of each, the quiet hours, and letters that make it longer (SCREENS 9)."""

import re

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import Room, Visit, visiting

from infra.stack import Stack

REGION = "Naryn"
SMALL = {"viewport": {"width": 360, "height": 740}}


class Sends(Room):
    """Some stations of each region, to whose observers no other test sends anything."""

    election = "pages-sends"
    number = "+996700009912"
    digit = "1"
    whole = ""
    of_others = 12


class Late(Sends):
    """The same in the quiet hours."""

    election = "pages-late"
    number = "+996700009913"
    clock = "2017-10-15T23:30:00+06:00,1"
    digit = "0"
    of_others = 1


@pytest.fixture(scope="module")
def room(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Sends:
    made = Sends(stack, tmp_path_factory.mktemp("sends"))
    made.load()
    return made


def write(page: Page, text: str, region: str | None = REGION) -> int:
    """Write an SMS to a region, or to all; the number of those who would get it."""
    if region:
        page.get_by_label("Region").select_option(region)
    page.get_by_label("Text").fill(text)
    would = page.locator(".asking b", has_text=re.compile(r"^to \d+ observer"))
    expect(would).to_be_visible()
    count = int(would.inner_text().split()[1])
    if page.locator("#send-typed").count():
        page.locator("#send-typed").fill(str(count))
    return count


def keys_of(room: Room, text: str) -> list[str]:
    listed = room.api("messages?direction=out&limit=100")["messages"]
    return [row["key"] for row in listed if row["text"] == text]


def lose(room: Room, key: str) -> None:
    """Let a carrier say that an SMS did not arrive."""
    room.stack.client("dynamodb").update_item(
        TableName=f"{room.stack.name}-messages",
        Key={"key": {"S": key}},
        UpdateExpression="SET #state = :failed",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":failed": {"S": "failed"}},
    )


def test_a_send_says_what_became_of_each_and_whom_it_did_not_reach(lead: Visit, room: Sends) -> None:
    text = "Please send the noon turnout."
    page = lead.go("send", "#send-text")
    count = write(page, text)
    page.get_by_label("Price of one SMS").fill("0.05")
    expect(page.locator(".asking")).to_contain_text(f"costs {count * 0.05:.2f}")
    page.get_by_role("button", name="Send", exact=True).click()
    arrived = page.locator(".history li", has_text=text).locator(".arrived")
    expect(arrived.locator(".tag", has_text="sent")).to_contain_text(f"{count}/{count}", timeout=60_000)
    lose(room, eventually(lambda: keys_of(room, text))[0])
    expect(arrived.locator(".tag.bad")).to_contain_text(f"1/{count} did not arrive")
    expect(arrived.locator("a")).to_have_count(1)
    number = arrived.locator("a").inner_text()
    assert number in {row["observer"] for row in room.observers if room.regions[row["station"]] == REGION}
    arrived.get_by_role("button", name="SMS to these 1").click()
    expect(page.locator(".asking .tag")).to_contain_text("1 observer did not arrive")
    assert write(page, "Please send it again.", None) == 1


def test_the_letter_that_makes_an_sms_longer_is_marked(lead: Visit) -> None:
    page = lead.go("send", "#send-text")
    page.get_by_label("Text").fill("Please send the turnout “now”")
    expect(page.locator("mark")).to_have_text(["“", "”"])
    expect(page.locator(".marked")).to_contain_text("70 characters in place of 160")
    page.get_by_label("Text").fill("Пожалуйста, пришлите явку")
    expect(page.locator("mark")).to_have_count(0)
    expect(page.locator(".asking")).to_contain_text("In this script an SMS holds 70 characters.")
    page.get_by_label("Text").fill("Please send the turnout")
    expect(page.locator(".asking")).not_to_contain_text("70 characters")


@pytest.mark.long
def test_a_send_goes_on_and_is_stopped(lead: Visit, room: Sends) -> None:
    text = {"text": "Thank you all."}
    count = room.act("sends/preview", text)["recipients"]
    room.act("sends", text | {"name": "thanks", "expected": count})
    room.act("sends/thanks/stop", {"note": ""}, seen=room.api("sends/thanks")["version"])
    page = lead.go("send", "#send-text")
    row = page.locator(".history li", has_text=text["text"])
    row.get_by_role("button", name="Go on").click()
    row.get_by_role("button", name="Stop").click()
    expect(row.get_by_role("button", name="Go on")).to_be_visible()
    assert room.api("sends/thanks")["state"] == "stopped"


@pytest.mark.long
def test_in_the_quiet_hours_it_goes_if_somebody_says_so(
    chromium: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    late = Late(stack, tmp_path_factory.mktemp("late"))
    late.load()
    with visiting(chromium, late, late.link("headquarters"), **SMALL) as visit:
        page = visit.go("send", "#send-text")
        write(page, "The count is over, thank you.")
        send = page.get_by_role("button", name="Send", exact=True)
        expect(page.locator(".asking")).to_contain_text("people sleep")
        expect(send).to_be_disabled()
        page.get_by_label("Send it all the same").check()
        send.click()
        expect(page.locator(".history li", has_text="The count is over")).to_have_count(1)
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
