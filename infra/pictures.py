"""`make pictures`: draws the screens for README.md and docs/ anew.

``python -m infra.pictures`` starts a stack of its own, has the simulated observers of a rehearsal text until five past
one, lets the election's clock stand about there, and takes each screen's picture.
"""

import datetime as dt
import itertools
import json
import os
import sys
from pathlib import Path

from chalicelib.cli.target import use_stack
from chalicelib.observation.elections.clock import Clock
from chalicelib.rehearsal.election_copy import rehearsal_copy
from chalicelib.rehearsal.provider import Delivery, SimulatedProvider, Webhook
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.simulation.day import Plan, simulate_day
from chalicelib.rehearsal.simulation.writing import write
from chalicelib.services.elections import loading
from chalicelib.store.elections import existing
from playwright.sync_api import Browser, Page, sync_playwright

from infra.browser import BrowserMissing, chromium
from infra.demo import DemoFailed, account_link
from infra.environments import ROOT, STATE
from infra.local import ELECTION, seed, write_settings
from infra.stack import Stack, local_stack

PICTURES = ROOT / "docs" / "pictures"
NOON = dt.time(13, 5)
REHEARSED = "rehearsal-pictures"
NUMBER = "+15205550199"
PLAN = Plan(observers=700, minutes=1, noise=12, duplicates=5, incidents=2, seed=2017)
SCREENS = {
    "board": ("board", "table.board td.current .figure"),
    "stations": ("stations?region=Osh&form=TU&round=12:00&state=missing", "table.stations"),
    "messages": ("messages", "main:has(h1:text('Messages')) .task"),
    "calls": ("calls", "main:has(h1:text('Calls')) .task"),
    "incidents": ("incidents", ".incident"),
    "turnout": ("turnout", ".chart"),
    "map": ("map", "a.cluster"),
    "wall": ("wall", ".wall footer"),
}
READY_AFTER_N = {"messages": ".message-card blockquote", "calls": ".call .outcomes"}
SETTLES_MS = 3_000
COUNTED_MS = 240_000
COLD_MS = 120_000
EVENT = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0"}


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
        os.environ["BAYKOO_LOCAL"] = str(path)
        use_stack()
        sent = _text_until_noon(stack)
        _chase(stack)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium())
            page = _signed_in(browser, account_link(environ, REHEARSED))
            _wait_until_counted(page, sent)
            _chase(stack)
            for name, (screen, ready) in SCREENS.items():
                _take(page, name, screen, ready)
            browser.close()


def _text_until_noon(stack: Stack) -> int:
    """Have the morning's SMS come in, and return how many.

    As a provider would bring them late, with their times.
    """
    election = rehearsal_copy(existing(ELECTION).filed, REHEARSED)
    day = simulate_day(election, PLAN)
    noon = dt.datetime.combine(election.date, NOON, election.zone)
    clock = Clock(noon, dt.datetime.now(dt.UTC), 1.0)
    loading.load(election, clock)
    loading.route(NUMBER, election.id)
    url = f"{stack.api_url}/webhooks/generic"
    webhook = Webhook("generic", url, SENDERS["generic"].with_settings(stack.webhook_secrets["generic"]), url)
    deliveries = []
    for planned in itertools.takewhile(lambda message: message.received_at <= noon, day.messages):
        sender = planned.intended.observer.phones[0] if planned.is_known else f"+1520555{planned.number:04}"
        at = clock.real(planned.received_at).astimezone(dt.UTC)
        sms = Sms(f"picture-{planned.number:06}", sender, NUMBER, write(election, planned, PLAN).text, at)
        deliveries.append(Delivery(0, sms, webhook))
    SimulatedProvider(lambda: None).deliver(deliveries)
    return len(deliveries)


def _chase(stack: Stack) -> None:
    """Let the minute's schedule pass, which says who is to be called."""
    event = EVENT | {"time": "2017-10-15T07:05:00Z", "region": "us-east-1", "resources": [], "detail": {}}
    stack.client("lambda").invoke(FunctionName=stack.outputs["Chase"], Payload=json.dumps(event))


def _signed_in(browser: Browser, link: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
    page.goto(link)
    page.get_by_role("button", name="Sign in").click(timeout=COLD_MS)
    page.wait_for_selector("table.board", timeout=COLD_MS)
    return page


def _wait_until_counted(page: Page, sent: int) -> None:
    """Wait until the board has stood still for some seconds.

    All that was sent is counted by then.
    """
    before, waited = "", 0
    while waited < COUNTED_MS:
        page.wait_for_timeout(SETTLES_MS * 4)
        waited += SETTLES_MS * 4
        shown = page.locator("tr.nation").inner_text()
        if shown == before and sent:
            return
        before = shown


def _take(page: Page, name: str, screen: str, ready: str) -> None:
    page.evaluate("(to) => { location.hash = to }", f"/{screen}")
    page.wait_for_selector(ready, timeout=COLD_MS)
    if name in READY_AFTER_N:
        page.keyboard.press("n")
        page.wait_for_selector(READY_AFTER_N[name], timeout=COLD_MS)
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLES_MS)
    page.screenshot(path=str(PICTURES / f"{name}.png"))
    print(f"docs/pictures/{name}.png", flush=True)


if __name__ == "__main__":
    sys.exit(main())
