"""Where an SMS is and what became of it: the log by hour and station, answers that wait, sign-ins in the trail."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from deployed import eventually
from playwright.sync_api import Browser, expect
from room import Room, Visit, visiting

PLACE = 60
PHONE = {"width": 360, "height": 780}
CHAT = "how long do I stay, please?"
ANSWER = "Until the count is over. Please send OP."
ADDED = {"en": "added at the command line", "ru": "добавлен(а) из командной строки", "ky": "буйрук сабынан кошулган"}
TABS = "document.querySelector('.tabs').scrollWidth - document.querySelector('.tabs').clientWidth"


@pytest.fixture
def sms(room: Room) -> dict[str, Any]:
    """An SMS of somebody who asks, as the queue has it."""
    words = f"{CHAT} {uuid4().hex[:6]}"
    room.report(PLACE, words)
    return waiting(room, words)


def waiting(room: Room, words: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        listed = room.api("messages?attention=true&limit=100")["messages"]
        return next((row for row in listed if row["text"] == words), None)

    row: dict[str, Any] = eventually(found)
    return row


@pytest.mark.long
def test_the_log_is_looked_through_by_station_and_by_hour(lead: Visit, room: Room, sms: dict[str, Any]) -> None:
    station = room.observers[PLACE]["station"]
    other = next(row["station"] for row in room.observers[PLACE:] if row["station"] != station)
    page = lead.go("log", ".log tbody tr")
    row = page.locator(".log tbody tr", has_text=sms["text"])
    field = page.get_by_label("Station", exact=True)
    field.fill(station)
    field.press("Enter")
    expect(row).to_be_visible()
    assert page.evaluate("location.hash") == f"#/log?tab=log&station={station}"
    heard = page.locator(".log tbody td:nth-child(2) small").all_inner_texts()
    assert heard
    assert all(text.startswith(station) for text in heard)
    field.fill(other)
    field.press("Enter")
    expect(row).to_have_count(0)
    field.fill(station)
    field.press("Enter")
    hours = page.get_by_label("Hour")
    stored = page.locator(".log tbody time").first.inner_text()
    at = dt.datetime.strptime(stored, "%H:%M:%S").replace(tzinfo=dt.UTC)
    its_hour, before = (
        f"{begin:%H}:00–{begin + dt.timedelta(hours=1):%H}:00" for begin in (at, at - dt.timedelta(hours=3))
    )
    hours.select_option(its_hour)
    expect(row).to_be_visible()
    hours.select_option(before)
    expect(page.locator("main .empty")).to_contain_text("Nothing matches the filter.")
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_label("Hour")).to_have_value("")
    expect(page.get_by_label("Station", exact=True)).to_have_value("")


@pytest.mark.long
def test_a_message_s_key_is_copied_by_a_button(chromium: Browser, room: Room, sms: dict[str, Any]) -> None:
    link = room.link("headquarters")
    with visiting(chromium, room, link, permissions=["clipboard-read", "clipboard-write"]) as visit:
        page = visit.go("log", ".log tbody tr")
        page.locator(".log .text", has_text=sms["text"]).click()
        page.locator(".details").get_by_role("button", name="Copy").click()
        expect(page.locator(".notice")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == sms["key"]


@pytest.mark.long
def test_an_answered_sms_waits_for_a_reply_until_its_sender_writes(
    lead: Visit, room: Room, sms: dict[str, Any]
) -> None:
    room.act(f"messages/{sms['key'].replace('#', '%23')}/answer", {"text": ANSWER}, seen=sms["version"])
    page = lead.go("messages", "main .title")
    page.get_by_role("button", name="Waiting for a reply").click()
    row = page.locator(".task", has_text=sms["text"])
    expect(row).to_contain_text("answered")
    room.report(PLACE, "OP A1 B0702")
    expect(row).to_have_count(0)


@pytest.mark.long
def test_a_sign_in_is_a_line_of_the_trail(lead: Visit) -> None:
    page = lead.go("audit", "main table")
    page.get_by_label("What about").fill("signed in")
    expect(page.locator("main tbody tr").first).to_contain_text("signed in session")
    expect(page.locator("main tbody tr").first).to_contain_text("Aida headquarters")


@pytest.mark.long
def test_the_trail_says_who_and_about_what_in_the_reader_s_language(chromium: Browser, room: Room) -> None:
    name = f"Chief of staff {uuid4().hex[:4]}"
    room.baykoo("account", "add", name, "--role", "operator", "--address", "g@example.org", "--election", room.election)
    with visiting(chromium, room, room.link("administrator")) as visit:
        page = visit.go("settings", "main .title")
        page.locator("main button[lang=ru]").click()
        page = visit.go("audit", "main table")
        row = page.locator("main tbody tr", has_text=name)
        expect(row).to_contain_text("командная строка")
        expect(row).to_contain_text(f"учётная запись добавлена учётная запись {name} (оператор)")
        page.get_by_label("О чём").fill(f"учётная запись {name.rsplit(maxsplit=1)[-1]}")
        expect(page.locator("main tbody tr")).to_have_count(1)
        expect(row).to_have_count(1)


@pytest.mark.long
def test_on_a_phone_the_log_s_filters_are_behind_one_button(chromium: Browser, room: Room) -> None:
    with visiting(chromium, room, room.link("headquarters"), viewport=PHONE) as visit:
        page = visit.go("log?direction=in", ".log tbody tr")
        button = page.get_by_role("button", name="Filters")
        expect(button).to_contain_text("in")
        expect(page.get_by_label("Hour")).to_be_hidden()
        expect(page.get_by_label("Search in texts")).to_be_visible()
        button.click()
        page.get_by_role("group", name="Direction").get_by_role("button", name="in").click()
        expect(button).not_to_contain_text("in")
        button.click()
        expect(page.get_by_label("Hour")).to_be_hidden()
        expect(page.get_by_role("group", name="What").get_by_role("button", name="Given up")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("language", ADDED)
def test_each_language_says_who_was_added_at_the_command_line_and_its_tabs_fit(
    chromium: Browser, room: Room, language: str
) -> None:
    with visiting(chromium, room, room.link("administrator")) as visit:
        page = visit.go("settings", "main .title")
        page.locator(f"main button[lang={language}]").click()
        page = visit.go("people", "main table")
        expect(page.locator("main tbody tr").first).to_contain_text(ADDED[language])
        assert page.evaluate(TABS) <= 0
