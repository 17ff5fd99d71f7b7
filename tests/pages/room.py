"""A room with an election at noon: what the tests of the page set up, and the browser that they look through."""

import contextlib
import csv
import gzip
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from deployed import Answered, Deployed
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sample_election import small_sample

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
        """Open a screen by its address, and wait until it is the one that is drawn."""
        self.page.evaluate("(to) => { location.hash = to }", f"/{screen}")
        self.page.wait_for_selector(f"main[data-screen='{screen.partition('?')[0]}']", timeout=COLD_MS)
        self.page.wait_for_selector(wait_for, timeout=COLD_MS)
        return self.page

    def axe(self) -> list[str]:
        """What axe-core finds serious on the page as it is."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        return [
            f"{row['id']}: {node['target']} {node['failureSummary']}"
            for row in found
            if row["impact"] in SERIOUS
            for node in row["nodes"]
        ]

    def check(self) -> None:
        """Fail where the browser has done what it must not."""
        assert self.foreign == []
        assert self.faults == []
        if not self.page.is_closed():
            assert self.page.evaluate("window.violations") == []


class Room(Deployed):
    """The deployed stack with an election of its own, its clock at 12:41 of the day."""

    election: ClassVar[str] = ELECTION
    number: ClassVar[str] = NUMBER
    clock: ClassVar[str] = NOON
    digit: ClassVar[str] = "8"
    """What its phones have in their midst, so that no two rooms share any."""
    whole: ClassVar[str] = WHOLE
    of_others: ClassVar[int] = OF_OTHERS
    changed: ClassVar[Mapping[str, str]] = {}
    """What its election file says otherwise than the sample's, by what stands there."""

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
        file = small_sample(self.folder / "election", self.of_others, full_region=self.whole)
        document = file.read_text("utf-8")
        for text, other in self.changed.items():
            assert text in document
            document = document.replace(text, other)
        file.write_text(document, "utf-8")
        roster = file.with_name("observers.csv")
        header, *rows = roster.read_text("utf-8").splitlines()
        roster.write_text("\n".join([header, *(_elsewhere(row, self.digit) for row in rows)]) + "\n", "utf-8")
        self.baykoo(
            *("election", "load", str(file), "--id", self.election),
            *("--number", self.number, "--clock", self.clock),
        )

    def report(self, place: int, text: str) -> Answered:
        """Have an observer, by their place in the roster, send an SMS."""
        return self.sms(text, self.observers[place]["phone"].split(";")[0], self.number)

    def link(self, role: str, *options: str) -> str:
        """Give somebody new an account, and return the link that signs them in."""
        address = f"{uuid4().hex[:12]}@example.org"
        named = ("account", "add", f"Aida {role}", "--address", address, "--role", role, "--election", self.election)
        return self.baykoo(*named, *options).split()[-1]

    def api(self, path: str) -> Any:
        """What the API answers to headquarters."""
        return self.get(f"/v1/elections/{self.election}/{path}", self.token).json()

    def act(self, path: str, body: dict[str, Any], *, seen: int | str | None = None) -> Any:
        """Do something as headquarters do, on a version where it wants one; what the API answers."""
        headers = {"Idempotency_Key": uuid4().hex} | ({"If_Match": f'"{seen}"'} if seen is not None else {})
        answer = self.post(f"/v1/elections/{self.election}/{path}", body, self.token, **headers)
        assert answer.status in (200, 201, 202), answer.body
        return answer.json()

    def chase(self) -> None:
        """Let the minute's schedule pass: it says who is to be called."""
        function = self.stack.outputs["Chase"]
        self.stack.client("lambda").invoke(FunctionName=function, Payload=json.dumps(EVENT))

    @cached_property
    def token(self) -> str:
        """Headquarters' token."""
        return self.operator(self.election, role="headquarters")


class Night(Room):
    """Two stations of each region at eleven, when counts come in."""

    election = "pages-night"
    number = "+996700009901"
    clock = "2017-10-15T23:00:00+06:00,1"
    digit = "7"
    whole = ""
    of_others = 2


class Quiet(Room):
    """A station of each region, of which nobody says anything."""

    election = "pages-quiet"
    number = "+996700009903"
    digit = "5"
    whole = ""
    of_others = 1


class CountedByTwo(Night):
    """The same, where two of headquarters release the quick count."""

    election = "pages-by-two"
    number = "+996700009904"
    digit = "3"
    changed: ClassVar[Mapping[str, str]] = {"quick_count:\n": "quick_count:\n  two_persons: true\n"}


class Minute(Room):
    """A station of each region half a minute before the noon's turnout is missing."""

    election = "pages-minute"
    number = "+996700009902"
    clock = "2017-10-15T12:28:00+06:00,6"
    digit = "6"
    whole = ""
    of_others = 1


def fetched(page: Page, button: Locator, kept: Path) -> list[dict[str, str]]:
    """Fetch the first file of an export, and read its rows."""
    with page.expect_download() as download:
        button.click()
    download.value.save_as(kept)
    return list(csv.DictReader(io.StringIO(gzip.decompress(kept.read_bytes()).decode("utf-8-sig"))))


def slowness() -> float:
    """How much longer things take here than on a machine that has nothing else to do."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@contextlib.contextmanager
def visiting(browser: Browser, room: Room, link: str | None, **options: Any) -> Iterator[Visit]:
    """Open a browser of one's own and sign in by a link; what must never happen is checked at the end."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en", **options})
    context.add_init_script(WATCH)
    page = context.new_page()
    visit = Visit(context, page, room.stack.endpoint_url)
    page.on("request", lambda route: None if route.url.startswith(visit.origin) else visit.foreign.append(route.url))
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


def _elsewhere(row: str, digit: str) -> str:
    number, name, phone, language, station = row.split(",")
    return ",".join((number, name, f"{phone[:7]}{digit}{phone[8:]}", language, station))
