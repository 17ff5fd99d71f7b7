"""Every screen in every language, theme and width."""

import pytest
from playwright.sync_api import Browser, expect
from room import Room, visiting

SCREENS = {
    "board": "table.board",
    "stations?region=Bishkek": "table.stations",
    "station?station=1001": "main .title",
    "incidents": "main .title",
    "calls": "main .title",
    "messages": "main .title",
    "doubts": "main .title",
    "exports": "main .title",
    "people": "main .title",
    "send": "main .title",
    "log": "main .title",
    "imports": "main .title",
    "training": "main .title",
    "map": "svg.map",
    "map?region=Bishkek": "a.point",
    "audit": "main .title",
    "turnout": "main h1",
    "wall": ".wall footer",
    "settings": "main .title",
    "help": "main .title",
}
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WIDTHS = (360, 1280, 1920)
COMBINATIONS = [("ky", "dark"), ("en", "light"), ("en", "dark"), ("ru", "light"), ("ru", "dark"), ("ky", "light")]


def looked_at(chromium: Browser, room: Room, language: str, theme: str, widths: tuple[int, ...]) -> list[str]:
    """What axe-core finds on every screen, and every page that scrolls sideways."""
    found = []
    with visiting(chromium, room, room.link("administrator"), color_scheme=theme) as visit:
        page = visit.page
        if language != "en":
            visit.go("settings")
            page.locator(f"main button[lang={language}]").click()
        for screen, ready in SCREENS.items():
            visit.go(screen, ready)
            expect(page.locator("main .waiting")).to_have_count(0)
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate(TWO_FRAMES)
                found += [f"{screen} {language} {theme} {width}: {finding}" for finding in visit.axe()]
                if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    found.append(f"{screen} {language} {width}: the page scrolls sideways")
    return found


@pytest.mark.long
@pytest.mark.parametrize(("language", "theme"), COMBINATIONS)
def test_f1_every_screen_is_readable_at_every_width(chromium: Browser, room: Room, language: str, theme: str) -> None:
    assert looked_at(chromium, room, language, theme, WIDTHS) == []
