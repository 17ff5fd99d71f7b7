"""Who gets in, how far, and where nothing can be done any more."""

import re
from collections.abc import Iterator

import pytest
from deployed import eventually
from playwright.sync_api import Browser, expect
from room import ELECTION, Quiet, Room, Visit, visiting

from infra.stack import Stack

OWN, OTHER = "Osh", "Chuy"
POST = """(path) => new Promise((done) => {
  fetch(path, {method: 'POST', headers: {'Content-Type': 'text/plain'}, body: '{}', credentials: 'include'})
    .then((answer) => done(answer.status), () => done(0));
})"""


SEND = """async ([path, body]) => (await fetch(path, {
  method: 'POST', credentials: 'include', body: JSON.stringify(body),
  headers: {'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID()},
})).status"""


class Closed(Quiet):
    """An election that is over."""

    election = "pages-closed"
    number = "+996700009905"
    digit = "4"


@pytest.fixture(scope="module")
def closed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Closed:
    made = Closed(stack, tmp_path_factory.mktemp("closed"))
    made.load()
    return made


@pytest.fixture
def osh(chromium: Browser, room: Room) -> Iterator[Visit]:
    with visiting(chromium, room, room.link("operator", "--region", OWN)) as visit:
        yield visit


@pytest.mark.long
def test_a3_the_cookie_is_the_host_s_alone_and_no_script_reads_it(lead: Visit, room: Room) -> None:
    [cookie] = [row for row in lead.context.cookies() if "baykoo" in row["name"]]
    assert cookie["name"].startswith("__Host-")
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, True, "Strict", "/")
    assert lead.page.evaluate("document.cookie") == ""
    path = f"./v1/elections/{ELECTION}/calls/next"
    assert lead.page.evaluate(POST, path) in (403, 415), "a form's content type is refused"


@pytest.mark.long
def test_a4_a_known_and_an_unknown_address_see_the_same_words(chromium: Browser, room: Room) -> None:
    room.baykoo("account", "add", "Nur", "--address", "known@example.org", "--role", "viewer", "--election", ELECTION)
    seen = []
    for address in ("known@example.org", "nobody@example.org"):
        with visiting(chromium, room, None) as visit:
            visit.page.get_by_label("Email or phone").fill(address)
            visit.page.keyboard.press("Enter")
            expect(visit.page.get_by_label("Six digits")).to_be_visible()
            words = visit.page.locator(".signin").inner_text().replace(address, "ADDRESS")
            statuses = [status for url, status in visit.answers if "session" in url]
            seen.append((re.sub(r"\d+:\d+", "TIME", words), statuses))
    assert seen[0] == seen[1]


@pytest.mark.long
def test_x4_an_operator_of_one_region_writes_to_no_other(osh: Visit, room: Room) -> None:
    page = osh.go("send", "#send-text")
    assert page.locator("#send-region option").all_inner_texts()[1:] == [OWN]
    page.get_by_label("Text").first.fill("How is it going?")
    expect(page.locator(".asking p b").first).to_contain_text("observers")
    own = [row for row in room.observers if room.regions[row["station"]] == OWN]
    wanting_none = len(room.api("opt-outs")["opt_outs"])
    count = int(page.locator(".asking p b").first.inner_text().split()[1])
    assert len(own) - wanting_none <= count <= len(own)
    sending = {"name": "no", "text": "Hello", "to": {"regions": [OTHER]}, "expected": 1, "note": ""}
    refused = page.evaluate(SEND, [f"./v1/elections/{ELECTION}/sends", sending])
    assert refused in (400, 403, 404)
    assert [row for row in room.api("sends")["sends"] if row["text"] == "Hello"] == []


@pytest.mark.long
def test_k3_of_an_election_that_is_over_nothing_can_be_changed(chromium: Browser, closed: Closed) -> None:
    closed.report(0, "IN 7 they agitate")
    number = eventually(lambda: closed.api("incidents")["incidents"])[0]["number"]
    link = closed.link("headquarters")
    closed.baykoo("election", "retire", closed.election, "--although-under-way")
    with visiting(chromium, closed, link) as visit:
        expect(visit.page.locator("header")).to_contain_text("RETIRED: READ ONLY")
        page = visit.go(f"incident?number={number}", ".actions")
        page.keyboard.press("a")
        expect(page.locator(".notice.bad")).to_be_visible()
        assert closed.api(f"incidents/{number}")["state"] == "new"


@pytest.mark.long
def test_l3_a_text_of_the_log_is_found(lead: Visit, room: Room) -> None:
    for place in (3, 5, 7):
        room.report(place, f"umbrellas were forgotten here {place}")
    room.report(9, "OP A1")
    eventually(lambda: len(room.api("messages?limit=100")["messages"]) >= 4)
    page = lead.go("log", "table.stations")
    page.get_by_label("Text").fill("umbrellas")
    rows = page.locator("table.stations tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("umbrellas")
    expect(page.locator(".title .quiet")).to_contain_text(re.compile(r"\d+"))
