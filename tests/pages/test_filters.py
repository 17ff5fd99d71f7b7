"""A list whose filter finds nothing says so, and shows all again by one click."""

import pytest
from playwright.sync_api import Browser, expect
from room import WHOLE, Room, Visit, visiting

NO_MATCH = {
    "en": ("Nothing matches the filter.", "Show all"),
    "ru": ("Ничего не подходит под фильтр.", "Показать всё"),
    "ky": ("Чыпкага эч нерсе туура келбейт.", "Баарын көрсөтүү"),
}
FILTERED = {
    "log": "log?region=Batken&direction=out&state=failed",
    "doubts": "doubts?region=Batken&kind=changed_after_confirmation",
    "incidents": "incidents?region=Chuy",
    "messages": "messages?region=Chuy&kind=held",
}


@pytest.mark.parametrize(
    "screen", ["log", *(pytest.param(name, marks=pytest.mark.long) for name in FILTERED if name != "log")]
)
def test_a_filter_that_finds_nothing_says_so(lead: Visit, room: Room, screen: str) -> None:
    room.report(0, "OP A1")
    text, clears = NO_MATCH["en"]
    page = lead.go(FILTERED[screen], "main .empty")
    expect(page.locator("main .empty", has_text=text)).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("in the last two hours")
    page.get_by_role("button", name=clears).click()
    expect(page.locator("main .empty", has_text=text)).to_have_count(0)
    assert page.evaluate("location.hash").split("?")[0] == f"#/{screen}"


@pytest.mark.parametrize("language", ["ru", *(pytest.param(name, marks=pytest.mark.long) for name in ("en", "ky"))])
def test_the_log_says_it_in_every_language(chromium: Browser, room: Room, language: str) -> None:
    text, clears = NO_MATCH[language]
    with visiting(chromium, room, room.link("headquarters"), locale="en") as visit:
        visit.page.evaluate("(language) => localStorage.setItem('language', language)", language)
        visit.page.reload()
        page = visit.go(FILTERED["log"], "main .empty")
        expect(page.locator("main .empty")).to_contain_text(text)
        expect(page.get_by_role("button", name=clears)).to_be_visible()


def test_a_text_that_nothing_has_is_cleared_with_the_field(lead: Visit, room: Room) -> None:
    room.report(0, "OP A1")
    page = lead.go("log", "table.stations")
    page.get_by_label("Text").fill("zebra crossing")
    expect(page.locator("main .empty")).to_contain_text(NO_MATCH["en"][0])
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("table.stations tbody tr").first).to_be_visible()
    assert page.get_by_label("Text").input_value() == ""
    page = lead.go(f"stations?region={WHOLE}", "table.stations")
    page.locator("[data-search]").fill("zebra crossing")
    expect(page.locator("main .empty")).to_contain_text(NO_MATCH["en"][0])
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("table.stations tbody tr").first).to_be_visible()
    page = lead.go("audit", "main table")
    page.locator("[data-search]").fill("Zebediah")
    expect(page.locator("main .empty")).to_contain_text(NO_MATCH["en"][0])
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("main table tbody tr").first).to_be_visible()
