"""The quick count is frozen, proposed and confirmed: SCREENS section 10."""

import re
from collections.abc import Iterator

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import CountedByTwo, Visit, visiting

from infra.stack import Stack

pytestmark = pytest.mark.long

COUNT = "CL A2010 B1 C1201 D11 E600 F400 G190"


@pytest.fixture(scope="module")
def evening(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> CountedByTwo:
    """The first station of each region has counted, the second has not."""
    made = CountedByTwo(stack, tmp_path_factory.mktemp("by-two"))
    made.load()
    stations = sorted({row["station"]: made.regions[row["station"]] for row in made.observers}.items())
    first_of = {region: station for station, region in reversed(stations)}
    for place, row in enumerate(made.observers):
        if first_of[made.regions[row["station"]]] == row["station"]:
            made.report(place, COUNT)
    eventually(lambda: counted(made) == len(first_of), 120)
    return made


def counted(room: CountedByTwo) -> int:
    room.chase()
    return int(room.api("quick-count")["quick_count"]["stations"])


def note(page: Page, text: str) -> None:
    page.get_by_label("Note").fill(text)


def test_one_proposes_and_another_confirms_what_everybody_then_sees(chromium: Browser, evening: CountedByTwo) -> None:
    with (
        visiting(chromium, evening, evening.link("headquarters")) as first,
        visiting(chromium, evening, evening.link("headquarters")) as other,
        visiting(chromium, evening, evening.link("viewer")) as viewer,
    ):
        page = first.go("turnout", "#note")
        note(page, "all strata are in")
        page.get_by_role("button", name="Propose to release").click()
        expect(page.locator(".proposal")).to_contain_text("Another of headquarters has to confirm")
        expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
        expect(viewer.go("turnout").locator("main")).to_contain_text("Nothing is released.")
        second = other.go("turnout", ".proposal")
        expect(second.locator(".proposal")).to_contain_text("Aida headquarters")
        expect(second.locator(".proposal table.candidates tr")).to_have_count(5)
        note(second, "I have read them")
        second.get_by_role("button", name="Confirm").click()
        expect(second.locator(".notice")).to_contain_text("Released")
        expect(second.locator("main")).to_contain_text(re.compile(r"confirmed it at \d\d:\d\d: I have read them"))
        expect(viewer.page.get_by_role("heading", name="Quick count")).to_be_visible(timeout=40_000)
        expect(viewer.page.locator("#note, .proposal")).to_have_count(0)


@pytest.mark.long
def test_a_stratum_s_missing_stations_lead_to_where_they_are_put_on_the_call_list(
    headquarters: Visit, evening: CountedByTwo
) -> None:
    page = headquarters.go("turnout", "table.strata")
    row = page.locator("table.strata").last.locator("tr", has_text="Naryn")
    expect(row.locator("td")).to_have_text(["1/2", "0", "1", "141"])
    row.get_by_role("link").click()
    page.wait_for_selector("main[data-screen='stations'] [data-station]")
    expect(page.locator("[data-station]")).to_have_count(1)
    page.get_by_role("button", name=re.compile("call list")).first.click()
    expect(page.locator(".notice")).to_contain_text("1")
    station = page.locator("[data-station]").get_attribute("data-station")
    assert evening.regions[str(station)] == "Naryn"
    eventually(lambda: station in {call["station"] for call in evening.api("calls?region=Naryn")["calls"]})


@pytest.mark.long
def test_frozen_figures_do_not_move_and_are_not_released(headquarters: Visit, evening: CountedByTwo) -> None:
    page = headquarters.go("turnout", "#note")
    before = counted(evening)
    page.get_by_role("button", name="Freeze for a statement").click()
    expect(page.locator("main .title")).to_contain_text("Frozen: figures of")
    expect(page.get_by_role("button", name="Propose to release")).to_be_disabled()
    done = {row["station"] for row in evening.observers if evening.regions[row["station"]] == "Talas"}
    for place, row in enumerate(evening.observers):
        if row["station"] in done:
            evening.report(place, COUNT)
    eventually(lambda: counted(evening) == before + 1, 60)
    with page.expect_response(re.compile(r"/quick-count$"), timeout=40_000):
        pass
    expect(page.locator("main")).to_contain_text(f"{before} stations counted")
    page.get_by_role("button", name="Freeze for a statement").click()
    expect(page.locator("main")).to_contain_text(f"{before + 1} stations counted")
    expect(page.get_by_role("button", name="Propose to release")).to_be_enabled()


@pytest.fixture
def headquarters(chromium: Browser, evening: CountedByTwo) -> Iterator[Visit]:
    """Headquarters, signed in."""
    with visiting(chromium, evening, evening.link("headquarters")) as visit:
        yield visit
