"""Hostile texts on every screen that shows texts: nothing runs, nothing is drawn of them, nothing turns round."""

import random
import unicodedata
from collections.abc import Iterator

import pytest
from deployed import eventually
from hostile_seeds import keeping, seed
from hostile_sms import text
from playwright.sync_api import Browser, Dialog
from room import NUMBER, Room, Visit, visiting

RUNS = (
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    '"><svg onload="window.hit = 1">',
    "<a href=\"javascript:window.hit = 1\" autofocus onfocus='window.hit = 1'>x</a>",
    "{{constructor.constructor('window.hit = 1')()}}${window.hit = 1}",
    "<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>",
)
TURNS = "\u202eback to front\u2066\u200f\u061c\x1b[2J\x9b31m\u00ad\U000e0041"
SENT = 14
SCREENS = {
    "messages": ".task",
    "messages?state=accepted": "main h1",
    "incidents": ".incident",
    "incident?number=1": "blockquote",
    "audit": "table tbody tr",
    "board": "table.board",
    "stations?region=Bishkek": "table.stations",
    "calls": "main h1",
}


@pytest.fixture(scope="module")
def hostile(room: Room) -> Room:
    """The room after hostile SMS of observers, strangers and a coordinator."""
    chance = random.Random(seed())
    for place in range(SENT):
        strange = f"{RUNS[place % len(RUNS)]} {TURNS} {text(chance)[:300]}".encode("utf-8", "ignore").decode()
        assert room.report(60 + place, f"IN 3 {strange}" if place % 3 == 0 else strange).status == 200
    assert room.sms(f"OK {RUNS[0]}{TURNS}", "=1+1\u202e<b>x</b>", NUMBER).status == 200
    eventually(lambda: room.api("incidents")["incidents"])
    number = room.api("incidents")["incidents"][-1]["number"]
    answer = room.post(
        f"/v1/elections/pages/incidents/{number}/note",
        {"note": f"{RUNS[1]}{TURNS}"},
        room.token,
        Idempotency_Key="hostile-note",
        If_Match='"1"',
    )
    assert answer.status in (200, 412), answer.body
    return room


@pytest.fixture
def watched(chromium: Browser, hostile: Room) -> Iterator[tuple[Visit, list[str]]]:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with visiting(chromium, hostile, hostile.link("headquarters")) as visit:
        visit.page.on("dialog", note)
        yield visit, dialogs


@pytest.mark.long
def test_m4_nothing_of_a_hostile_text_runs_on_any_screen(watched: tuple[Visit, list[str]]) -> None:
    visit, dialogs = watched
    scripts = visit.page.evaluate("document.scripts.length")
    with keeping("document", seed()):
        for screen, shown in SCREENS.items():
            page = visit.go(screen, shown)
            if screen == "messages":
                page.locator(".task").first.click()
                page.wait_for_selector(".message-card blockquote")
            assert page.evaluate("window.hit") is None, screen
            assert page.evaluate("document.scripts.length") == scripts, screen
            assert page.locator("img[src=x], iframe, main svg[onload], a[href^='javascript:']").count() == 0, screen
            seen = page.locator("main").inner_text()
            turning = [value for value in seen if unicodedata.category(value) in ("Cc", "Cf") and value not in "\n\t"]
            assert turning == [], (screen, turning)
            bare = "[...document.querySelectorAll('.foreign')].filter((one) => one.tagName !== 'BDI').length"
            assert page.evaluate(bare) == 0, screen
    assert dialogs == []
