"""Who may what, changed on the page: roles, regions and ends of accounts, and where operators work (SCREENS 4, 16)."""

from typing import Any
from uuid import uuid4

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Locator, expect
from room import Room, Visit, visiting

SMALL = {"viewport": {"width": 360, "height": 740}}


def operator_named(room: Room, *options: str) -> str:
    """Give an operator of a name that nobody else has an account."""
    name = f"Bek {uuid4().hex[:6]}"
    address = f"{uuid4().hex[:12]}@example.org"
    named = ("account", "add", name, "--address", address, "--role", "operator", "--election", room.election)
    room.baykoo(*named, *options)
    return name


def account(room: Room, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [row for row in room.api("accounts")["accounts"] if row["name"] == name]
    return found[0]


def row_of(visit: Visit, name: str) -> Locator:
    return visit.page.locator("main tbody tr", has_text=name)


def test_an_administrator_changes_a_role_regions_and_an_end(chromium: Browser, room: Room) -> None:
    name = operator_named(room, "--region", "Osh")
    with visiting(chromium, room, room.link("administrator")) as chief:
        page = chief.go("people", "main table")
        row_of(chief, name).get_by_role("button", name="Change").click()
        form = page.locator("form.account-change")
        expect(form.get_by_label("Osh", exact=True)).to_be_checked()
        form.get_by_label("Role").select_option("coordinator")
        form.get_by_label("Osh", exact=True).uncheck()
        form.get_by_label("Naryn").check()
        form.get_by_label("Talas").check()
        form.get_by_label("Ends at").fill("2031-05-01T18:00")
        form.get_by_label("Note").fill("coordinates two regions")
        form.get_by_role("button", name="Save").click()
        expect(form).to_have_count(0)
        row = row_of(chief, name)
        expect(row).to_contain_text("coordinator")
        expect(row).to_contain_text("Naryn, Talas")
        expect(row).to_contain_text("until 1 May 18:00")
    changed = account(room, name)
    assert (changed["role"], changed["regions"]) == ("coordinator", ["Naryn", "Talas"])
    assert changed["expires_at"] == "2031-05-01T12:00:00+00:00", "at six in Bishkek"
    line = next(line for line in room.api("audit?limit=50")["lines"] if line["subject"] == f"account {name}")
    assert (line["action"], line["why"]) == ("account changed", "coordinates two regions")


@pytest.mark.long
def test_an_invitation_names_several_regions_and_says_who_invited(chromium: Browser, room: Room) -> None:
    name = f"Gulnara {uuid4().hex[:6]}"
    with visiting(chromium, room, room.link("administrator")) as chief:
        page = chief.go("people", "main table")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Email or phone").fill(f"{uuid4().hex[:12]}@example.org")
        page.locator(".filters summary").click()
        for region in ("Batken", "Chuy"):
            page.locator(".filters").get_by_label(region).check()
        page.get_by_role("button", name="Invite").click()
        row = row_of(chief, name)
        expect(row).to_contain_text("Batken, Chuy")
        expect(row).to_contain_text("invited by Aida administrator")
        own = row_of(chief, "Aida administrator").filter(has=page.locator("summary")).last
        own.locator("summary").click()
        expect(own.locator("li").first).to_contain_text("since")
    assert account(room, name)["regions"] == ["Batken", "Chuy"]


def test_headquarters_say_above_the_call_list_where_an_operator_works(lead: Visit, room: Room) -> None:
    name = operator_named(room)
    page = lead.go("calls")
    page.locator(".shift summary").click()
    mine = page.locator(".shift li", has_text=name)
    expect(mine).to_contain_text("Nation")
    mine.get_by_role("button", name="Regions").click()
    mine.get_by_label("Osh", exact=True).check()
    mine.get_by_label("Talas").check()
    page.keyboard.press("Enter")
    expect(mine).to_contain_text("Osh, Talas")
    eventually(lambda: account(room, name)["regions"] == ["Osh", "Talas"])
    lead.go("people", "main table")
    expect(row_of(lead, name)).to_contain_text("Osh, Talas")
    expect(row_of(lead, name).get_by_role("button", name="Regions")).to_be_visible()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(0)


@pytest.mark.long
def test_people_are_changed_on_a_phone(chromium: Browser, room: Room) -> None:
    name = operator_named(room)
    with visiting(chromium, room, room.link("administrator"), **SMALL) as chief:
        page = chief.go("people", "main table")
        row_of(chief, name).get_by_role("button", name="Change").click()
        expect(page.locator("form.account-change")).to_be_visible()
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert chief.axe() == []
