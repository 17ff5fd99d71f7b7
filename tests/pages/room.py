"""A room with an election at noon: what the tests of the page set up, and the browser that they look through."""

import contextlib
import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from deployed import SAMPLE, Answered, Deployed
from playwright.sync_api import Browser, BrowserContext, Page

ELECTION = "pages"
WHOLE = "Bishkek"
OF_OTHERS = 6
"""Stations of each other region: a small election is asked for quickly, and every region is there."""
NUMBER = "+996700009900"
NOON = "2017-10-15T12:41:00+06:00,1"
EVENT = {
    "id": "pages",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2017-10-15T06:41:00Z",
    "detail": {},
}
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
COLD_MS = 60_000
"""How long a function may take that has not been asked before, on a busy machine."""
SERIOUS = ("serious", "critical")

# Violations of the policy are kept from a page's first moment on; the page itself knows nothing of it.
WATCH = """window.violations = []; addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


@dataclass
class Visit:
    """A browser of one person, and what it must never do: ask another host, break the policy, fail in a script."""

    context: BrowserContext
    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)

    def go(self, screen: str, wait_for: str = "main h1") -> Page:
        """Open a screen by its address."""
        self.page.evaluate("(to) => { location.hash = to }", f"/{screen}")
        self.page.wait_for_selector(wait_for, timeout=COLD_MS)
        return self.page

    def axe(self) -> list[str]:
        """What axe-core finds serious on the page as it is."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]

    def check(self) -> None:
        """Fail where the browser has done what it must not."""
        assert self.foreign == []
        assert self.faults == []
        if not self.page.is_closed():
            assert self.page.evaluate("window.violations") == []


class Room(Deployed):
    """The deployed stack with an election of its own, its clock at 12:41 of the day."""

    @cached_property
    def observers(self) -> list[dict[str, str]]:
        """The roster's rows."""
        with (self.folder / "election" / "observers.csv").open(encoding="utf-8") as rows:
            return list(csv.DictReader(rows))

    @cached_property
    def regions(self) -> dict[str, str]:
        """Each station's region."""
        with (self.folder / "election" / "stations.csv").open(encoding="utf-8") as rows:
            return {row["station"]: row["region"] for row in csv.DictReader(rows)}

    def load(self) -> None:
        """Load one region whole and a few stations of the others, with phones that no other test uses."""
        folder = self.folder / "election"
        shutil.copytree(SAMPLE.parent, folder)
        stations = _kept(folder / "stations.csv", _few())
        of_these = {row.split(",")[0] for row in stations}
        roster = folder / "observers.csv"
        rows = _kept(roster, lambda row: row.split(",")[4] in of_these)
        header = roster.read_text("utf-8").splitlines()[0]
        roster.write_text("\n".join([header, *map(_elsewhere, rows)]) + "\n", "utf-8")
        self.baykoo(
            "election", "load", str(folder / "election.yaml"), "--id", ELECTION, "--number", NUMBER, "--clock", NOON
        )

    def report(self, place: int, text: str) -> Answered:
        """Have an observer, by their place in the roster, send an SMS."""
        return self.sms(text, self.observers[place]["phone"], NUMBER)

    def link(self, role: str, *options: str) -> str:
        """Give somebody new an account, and return the link that signs them in."""
        address = f"{uuid4().hex[:12]}@example.org"
        named = ("account", "add", f"Aida {role}", "--address", address, "--role", role, "--election", ELECTION)
        return self.baykoo(*named, *options).split()[-1]

    def api(self, path: str) -> Any:
        """What the API answers to headquarters."""
        return self.get(f"/v1/elections/{ELECTION}/{path}", self.token).json()

    def chase(self) -> None:
        """Let the minute's schedule pass: it says who is to be called."""
        function = self.stack.outputs["Chase"]
        self.stack.client("lambda").invoke(FunctionName=function, Payload=json.dumps(EVENT))

    @cached_property
    def token(self) -> str:
        """Headquarters' token."""
        return self.operator(ELECTION, role="headquarters")


@contextlib.contextmanager
def visiting(browser: Browser, room: Room, link: str | None, **options: Any) -> Iterator[Visit]:
    """Open a browser of one's own and sign in by a link; what must never happen is checked at the end."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en", **options})
    context.add_init_script(WATCH)
    page = context.new_page()
    visit = Visit(context, page, room.stack.endpoint_url)
    page.on("request", lambda asked: None if asked.url.startswith(visit.origin) else visit.foreign.append(asked.url))
    page.on("response", lambda answer: visit.answers.append((answer.url, answer.status)))
    page.on("pageerror", lambda error: visit.faults.append(str(error)))
    page.goto(link or f"{room.stack.api_url}/")
    page.wait_for_selector(".signin", timeout=COLD_MS)
    if link is not None:
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector("table.board, .wall", timeout=COLD_MS)
    yield visit
    visit.check()
    context.close()


def _few() -> Callable[[str], bool]:
    """Whether a station is kept: all of one region, of each other so many."""
    kept: Counter[str] = Counter()

    def keeps(row: str) -> bool:
        region = row.split(",")[1]
        kept[region] += 1
        return region == WHOLE or kept[region] <= OF_OTHERS

    return keeps


def _kept(path: Path, keeps: Callable[[str], bool]) -> list[str]:
    """Leave in a table what is kept, and return its rows."""
    header, *rows = path.read_text("utf-8").splitlines()
    rows = [row for row in rows if keeps(row)]
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return rows


def _elsewhere(row: str) -> str:
    number, name, phone, language, station = row.split(",")
    return ",".join((number, name, f"{phone[:7]}8{phone[8:]}", language, station))
