"""`make pictures`: draws the screens for README.md and docs/ anew.

``python -m infra.pictures`` starts a stack of its own, has the simulated observers of a rehearsal text until five past
one, lets the election's clock stand about there, and takes each screen's picture. With ``--every FOLDER`` it draws
every screen in every language, theme and width instead, to be looked at.
"""

import datetime as dt
import itertools
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from chalicelib.cli.target import use_stack
from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.rehearsal.election_copy import rehearsal_copy
from chalicelib.rehearsal.provider import Delivery, SimulatedProvider, Webhook
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.simulation.day import Plan, simulate_day
from chalicelib.rehearsal.simulation.write import write
from chalicelib.services.elections import loading
from chalicelib.store.elections import existing
from playwright.sync_api import Browser, Page, sync_playwright

from infra.browser import BrowserMissing, chromium
from infra.demo import DemoFailed, account_link
from infra.environments import ROOT, STATE
from infra.local import ELECTION, seed, write_settings
from infra.stack import Stack, local_stack


@dataclass(frozen=True)
class Shot:
    """A picture: of which screen, and when it is ready.

    `after_n`: what is there once N was pressed. `is_printed`: as on paper.
    """

    name: str
    screen: str
    ready: str
    after_n: str = ""
    size: tuple[int, int] = (1280, 800)
    is_printed: bool = False


PICTURES = ROOT / "docs" / "pictures"
NOON = dt.time(13, 5)
REHEARSED = "rehearsal-pictures"
NUMBER = "+15205550199"
PLAN = Plan(observers=700, minutes=1, noise=12, duplicates=5, incidents=2, seed=2017)
PHONE = (360, 740)
SHOTS = (
    Shot("board", "board", "table.board td.current .figure"),
    Shot("stations", "stations?region=Osh&form=TU&round=12:00&state=missing", "table.stations"),
    Shot("station", "station?station={doubted}", "details.report[open] table.answers"),
    Shot("messages", "messages", ".task", after_n=".message-card blockquote"),
    Shot("calls", "calls", ".task", after_n=".call .outcomes"),
    Shot("doubts", "doubts", "table.stations"),
    Shot("incidents", "incidents", ".incident"),
    Shot("turnout", "turnout", ".chart"),
    Shot("incidents-phone", "incidents", ".incident", size=PHONE),
    Shot("map", "map", "a.cluster"),
    Shot("people", "people", "main table"),
    Shot("wall", "wall", ".wall footer"),
    Shot("keys", "help", ".sheets", size=(1060, 500), is_printed=True),
)
REVIEWED = (
    *SHOTS,
    Shot("send", "send", "#send-text"),
    Shot("exports", "exports", "#export-format"),
    Shot("imports", "imports", ".sheets"),
    Shot("log", "log", ".log tbody tr"),
    Shot("training", "training", "main .title"),
    Shot("audit", "audit", "main table"),
    Shot("observer", "observer?number={observer}", "main .title"),
    Shot("incident", "incident?number=1", "blockquote, .history"),
    Shot("settings", "settings", "main .title"),
    Shot("help", "help", ".sheets"),
    Shot("map-region", "map?region=Osh", "a.point"),
)
SIZES = ((360, 740), (1280, 800), (1920, 1080))
LANGUAGES = ("en", "ru", "ky")
THEMES = ("light", "dark")
WORKED = {2: "a", 4: "a", 5: "av", 7: "av", 1: "avr"}
"""Steps of some incidents, by the keys that take them."""
SETTLES_MS = 700
STANDS_MS = 12_000
COUNTED_MS = 240_000
COLD_MS = 120_000
EVENT = {"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events", "account": "0"}


def main() -> int:
    """Draw every picture; return the exit status."""
    every = Path(sys.argv[2]) if sys.argv[1:2] == ["--every"] and len(sys.argv) == 3 else None
    try:
        _draw(STATE / "stacks" / "pictures", every)
    except (BrowserMissing, DemoFailed) as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


def _draw(folder: Path, every: Path | None) -> None:
    path = folder / "local.json"
    with local_stack(folder) as stack:
        write_settings(path, seed(stack, path))
        environ = {**os.environ, **stack.environ, "BAYKOO_LOCAL": str(path)}
        os.environ["BAYKOO_LOCAL"] = str(path)
        use_stack()
        election, sent = _text_until_noon(stack)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium())
            page = _signed_in(browser, account_link(environ, REHEARSED, "administrator"))
            _wait_until_counted(page, sent)
            _chase(stack)
            _work_incidents(page)
            named = _named(page, election)
            if every is None:
                _take_all(page, SHOTS, PICTURES, named)
            else:
                _review(page, every, named)
            browser.close()


def _work_incidents(page: Page) -> None:
    """Take some incidents in hand, as a room does by noon."""
    for number, keys in WORKED.items():
        _open(page, f"incident?number={number}", "main .title b")
        for key in keys:
            before = page.locator("main .title b").inner_text()
            page.keyboard.press(key)
            page.wait_for_function("(was) => document.querySelector('main .title b')?.innerText !== was", arg=before)


def _named(page: Page, election: Election) -> dict[str, str]:
    """Return whose screens are drawn.

    A station with a contradiction or a failed check, and an observer.
    """
    _open(page, "doubts", "table.stations")
    doubted = page.locator("table.stations b").first.inner_text()
    return {"doubted": doubted, "observer": election.observers_by_station[doubted][0].number}


def _review(page: Page, folder: Path, named: dict[str, str]) -> None:
    """Draw every screen in every language, theme and width."""
    for language, theme in itertools.product(LANGUAGES, THEMES):
        page.emulate_media(color_scheme=cast(Literal["light", "dark"], theme))
        _open(page, "settings", "main button[lang]")
        page.locator(f"main button[lang={language}]").click()
        page.wait_for_selector(f"html[lang={language}]")
        for shot in REVIEWED:
            for size in SIZES if not shot.is_printed else (shot.size,):
                _take(page, replace(shot, size=size), folder / f"{shot.name}-{size[0]}-{language}-{theme}.png", named)


def _text_until_noon(stack: Stack) -> tuple[Election, int]:
    """Have the morning's SMS come in, and return how many they were.

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
    return election, len(deliveries)


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
        page.wait_for_timeout(STANDS_MS)
        waited += STANDS_MS
        shown = page.locator("tr.nation").inner_text()
        if shown == before and sent:
            return
        before = shown


def _take_all(page: Page, shots: Iterable[Shot], folder: Path, named: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for shot in shots:
        _take(page, shot, folder / f"{shot.name}.png", named)


def _open(page: Page, screen: str, ready: str) -> None:
    """Open a screen by its address, and wait until it is there."""
    page.evaluate("(to) => { location.hash = to }", f"/{screen}")
    page.wait_for_selector(f"main[data-screen='{screen.partition('?')[0]}']", timeout=COLD_MS)
    page.wait_for_selector(ready, timeout=COLD_MS)


def _take(page: Page, shot: Shot, path: Path, named: dict[str, str]) -> None:
    width, height = shot.size
    page.set_viewport_size({"width": width, "height": height})
    _open(page, shot.screen.format(**named), shot.ready)
    if shot.after_n:
        page.keyboard.press("n")
        page.wait_for_selector(shot.after_n, timeout=COLD_MS)
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLES_MS)
    page.emulate_media(media="print" if shot.is_printed else "screen")
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(path), full_page=shot.is_printed)
    page.emulate_media(media="screen")
    if shot.after_n:
        page.keyboard.press("Escape")  # so that nobody holds what was looked at
        page.wait_for_timeout(SETTLES_MS // 3)
    print(path, flush=True)


if __name__ == "__main__":
    sys.exit(main())
