"""How much a page load brings, and how long it takes."""

import gzip
import os
import sys
import time

import pytest
from playwright.sync_api import Response
from room import Room, Visit, slowness

MOST_FILES = 12
MOST_BYTES = 60_000
MOST_PAINT_SECONDS = 1.0
MOST_HANDLER_SECONDS = 0.15
TRIES = 10
LATER = ("/keys.js", "/acting.js", "/chart.js", "/icon.svg")
"""Files that nothing on the board waits for: they come after it is painted."""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@pytest.mark.long
def test_b5_a_page_load_is_light_and_is_painted_at_once(
    lead: Visit, room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    page = lead.page
    files: list[Response] = []
    page.on("response", lambda answer: files.append(answer))  # noqa: PLW0108
    page.goto("about:blank")
    page.goto(f"{room.stack.api_url}/#/board")
    page.wait_for_selector("table.board")
    at_first = [file for file in files if "/v1/" not in file.url and not file.url.endswith(LATER)]
    weight = sum(len(gzip.compress(row.body())) for row in at_first if row.status == 200)
    painted = page.evaluate(PAINTED) / 1000
    took = []
    for _ in range(TRIES):
        since = time.monotonic()
        assert room.get("/v1/elections/pages/board", room.token).status == 200
        took.append(time.monotonic() - since)
    with capsys.disabled():
        sys.stdout.write(
            f"\nThe board: {len(at_first)} files of {weight / 1000:.1f} kB gzip at first, painted after "
            f"{painted:.2f} s, refreshed in {min(took) * 1000:.0f} ms (load {os.getloadavg()[0]:.0f}).\n"
        )
    assert len(at_first) <= MOST_FILES
    assert weight <= MOST_BYTES
    assert painted < MOST_PAINT_SECONDS * slowness()
    assert min(took) < MOST_HANDLER_SECONDS * slowness()
