"""An operator of two regions: sees both, switches between them, and nothing of a third."""

import json
from collections.abc import Iterator

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, Response, expect
from room import Room, Visit, visiting

pytestmark = pytest.mark.long

OWN = ("Naryn", "Talas")
THIRD = "Batken"
SCREENS = ("board", "stations", "calls", "messages", "doubts", "incidents", "map", "log", "send", "turnout")


@pytest.fixture(scope="module")
def busy(room: Room) -> Room:
    """A room with an incident, an unread SMS and a report in each of the three regions."""
    for region in (*OWN, THIRD):
        place = first_of(room, region)
        room.report(place, "OP A1 B0702 C9 D1 E1450")
        room.report(place, "IN 7 they agitate at the door")
        room.report(place + 1, f"what is to be done in {region.lower()} now")
    room.chase()
    return room


@pytest.fixture
def regional(chromium: Browser, busy: Room) -> Iterator[Visit]:
    regions = [option for region in OWN for option in ("--region", region)]
    with visiting(chromium, busy, busy.link("operator", *regions)) as visit:
        yield visit


def first_of(room: Room, region: str) -> int:
    return next(place for place, row in enumerate(room.observers) if room.regions[row["station"]] == region)


def numbers(room: Room, region: str) -> set[str]:
    return {station for station, own in room.regions.items() if own == region}


def listed(page: Page) -> set[str]:
    return set(page.locator("[data-station]").evaluate_all("(all) => all.map((row) => row.dataset.station)"))


def test_an_operator_of_two_regions_sees_both_and_switches(regional: Visit, busy: Room) -> None:
    page = regional.go("board", "table.board")
    rows = page.locator("table.board tbody tr:not(.nation) th")
    eventually(lambda: [text.split("\n")[0].strip() for text in rows.all_inner_texts()] == list(OWN))
    page = regional.go("stations", "table.stations")
    select = page.get_by_label("Region").first
    assert select.locator("option").all_inner_texts()[1:] == list(OWN)
    eventually(lambda: listed(page) == numbers(busy, OWN[0]) | numbers(busy, OWN[1]))
    for region in OWN:
        select.select_option(region)
        eventually(lambda region=region: listed(page) == numbers(busy, region))
    for screen in ("calls", "messages", "incidents", "doubts"):
        page = regional.go(screen)
        options = page.locator("select[aria-label='Region'] option")
        eventually(lambda options=options: options.all_inner_texts()[1:] == list(OWN))
    page = regional.go("incidents", ".lane li")
    for region in OWN:
        expect(page.locator(".lane li", has_text=region).first).to_be_visible()
    regional.page.get_by_label("Region").select_option(OWN[1])
    expect(page.locator(".lane li").first).to_contain_text(OWN[1])


def test_nothing_of_a_third_region_comes_to_their_browser(regional: Visit, busy: Room) -> None:
    answers: list[tuple[str, str]] = []

    def keep(answer: Response) -> None:
        if answer.ok and "/v1/" in answer.url:
            answers.append((answer.url, answer.text()))

    regional.page.on("response", keep)
    for screen in SCREENS:
        regional.go(screen)
        regional.page.wait_for_load_state("networkidle")
        text = regional.page.locator("main").inner_text()
        assert "in batken" not in text, screen
    lists = {url.partition("?")[0].rpartition("/")[2] for url, _ in answers}
    assert {"stations", "calls", "messages", "doubts", "incidents"} <= lists
    rows = [row for row in busy.observers if busy.regions[row["station"]] == THIRD]
    secrets = {row["phone"].split(";")[0] for row in rows} | {f'"{station}"' for station in numbers(busy, THIRD)}
    found = [(url, secret) for url, text in answers for secret in secrets if secret in json.dumps(json.loads(text))]
    assert found == []


def test_the_address_of_a_third_region_leads_to_nothing(regional: Visit, busy: Room) -> None:
    station = min(numbers(busy, THIRD))
    page = regional.go(f"station?station={station}", "main .fault")
    expect(page.locator("main")).not_to_contain_text("+996")
    page = regional.go(f"stations?region={THIRD}", "main .fault, main .empty")
    assert page.locator("[data-station]").count() == 0
    page = regional.go(f"calls?station={station}", ".call .fault")
    expect(page.locator(".call a.tel")).to_have_count(0)
