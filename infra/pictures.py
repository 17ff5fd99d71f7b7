"""`make pictures`: the screens of a rehearsed day, for README.md and docs/, drawn anew so that they are never stale.

``python -m infra.pictures`` starts a stack of its own, rehearses the sample election on it, and takes each screen's
picture at the hour that it is about.
"""

import os
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from infra.browser import BrowserMissing, chromium
from infra.demo import DemoFailed, account_link, rehearsing
from infra.environments import ROOT, STATE
from infra.local import seed, write_settings
from infra.stack import local_stack

PICTURES = ROOT / "docs" / "pictures"
MINUTES = 6.0
SEED = 2017
NOON = "13:05"
NIGHT = "22:30"
AT_NOON = {
    "board": ("board", "table.board td.current .figure"),
    "stations": ("stations?region=Osh&form=TU&round=12:00&state=missing", "main .title"),
    "messages": ("messages", ".task"),
    "calls": ("calls", ".task"),
    "incidents": ("incidents", ".incident"),
    "wall": ("wall", ".wall footer"),
}
OPENED_BY_N = {"messages", "calls"}
SETTLES_MS = 2_500
PATIENCE_SECONDS = 900
COLD_MS = 120_000


def main() -> int:
    """Draw every picture; return the exit status."""
    try:
        _draw(STATE / "stacks" / "pictures")
    except (BrowserMissing, DemoFailed) as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


def _draw(folder: Path) -> None:
    PICTURES.mkdir(exist_ok=True)
    path = folder / "local.json"
    with local_stack(folder) as stack:
        write_settings(path, seed(stack, path))
        environ = {**os.environ, **stack.environ, "BAYKOO_LOCAL": str(path)}
        with rehearsing(environ, minutes=MINUTES, seed=SEED) as election, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium())
            page = _signed_in(browser, account_link(environ, election))
            _wait_until(page, NOON)
            for name, (screen, ready) in AT_NOON.items():
                _take(page, name, screen, ready)
            page.evaluate("location.hash = '/board'")
            _wait_until(page, NIGHT)
            _take(page, "turnout", "turnout", ".candidates, .chart, main h1")
            _take(page, "board-night", "board", "table.board td.current .figure")
            browser.close()


def _signed_in(browser: Browser, link: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
    page.goto(link)
    page.get_by_role("button", name="Sign in").click(timeout=COLD_MS)
    page.wait_for_selector("table.board", timeout=COLD_MS)
    return page


def _wait_until(page: Page, clock: str) -> None:
    """Wait until the election's clock shows an hour, or a later one of the day."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (page.locator("header .clock").inner_text() or "") < clock:
        if time.monotonic() > end:
            raise DemoFailed(f"The rehearsal's clock did not come to {clock}.")
        page.wait_for_timeout(1_000)


def _take(page: Page, name: str, screen: str, ready: str) -> None:
    page.evaluate("(to) => { location.hash = to }", f"/{screen}")
    page.wait_for_selector(ready, timeout=COLD_MS)
    if name in OPENED_BY_N:
        page.keyboard.press("n")
    page.wait_for_timeout(SETTLES_MS)
    page.screenshot(path=str(PICTURES / f"{name}.png"))
    print(f"docs/pictures/{name}.png", flush=True)


if __name__ == "__main__":
    sys.exit(main())
