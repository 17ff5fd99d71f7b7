"""What one person has in hand is handed to nobody else."""

import pytest
from playwright.sync_api import Browser, expect
from room import Room, visiting

pytestmark = pytest.mark.long


def test_two_at_the_messages_desk_are_never_handed_the_same(chromium: Browser, room: Room) -> None:
    for place, text in ((30, "связь плохая, позже напишу"), (31, "подскажите куда обращаться"), (32, "ждём открытия")):
        assert room.report(place, text).status == 200
    with (
        visiting(chromium, room, room.link("headquarters")) as first,
        visiting(chromium, room, room.link("headquarters")) as other,
    ):
        pages = [visit.go("messages") for visit in (first, other)]
        for page in pages:
            expect(page.locator(".task", has_text="ждём открытия")).to_have_count(1)
        for page in pages:
            page.keyboard.press("n")
        for page in pages:
            expect(page.locator(".message-card .lease.mine")).to_be_visible()
        texts = [page.locator(".message-card blockquote").inner_text() for page in pages]
        assert texts[0] != texts[1]
        expect(pages[0].locator(".task", has_text=texts[1])).to_contain_text("has it until")
        pages[0].locator(".task", has_text=texts[1]).click()
        expect(pages[0].locator(".message-card .lease.warned")).to_contain_text("Take over")
        other.page.keyboard.press("Escape")  # what is left is anybody's
        expect(pages[0].locator(".task", has_text=texts[1])).not_to_contain_text("has it until")
