"""One incident's page, and a list longer than a page of it: what is changed, whom to call, who was told (SCREENS 7)."""

import re

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import Room, Visit, visiting

from infra.stack import Stack

PAGE = 50
SMALL = {"viewport": {"width": 360, "height": 740}}


class Incidents(Room):
    """Some stations of each region, whose incidents no other test counts."""

    election = "pages-incidents"
    number = "+996700009911"
    digit = "2"
    whole = ""
    of_others = 4


@pytest.fixture(scope="module")
def room(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Incidents:
    made = Incidents(stack, tmp_path_factory.mktemp("incidents"))
    made.load()
    return made


def opened(room: Room, place: int, text: str) -> int:
    """The number of the incident that an observer's SMS opens."""
    station = room.observers[place]["station"]
    known = {incident["number"] for incident in room.api("incidents?open=true")["incidents"]}
    assert room.report(place, text).status == 200

    def found() -> int | None:
        listed = room.api("incidents?open=true")["incidents"]
        return next((row["number"] for row in listed if row["station"] == station and row["number"] not in known), None)

    return int(eventually(found))


def shown(visit: Visit, number: int) -> Page:
    page = visit.go(f"incident?number={number}", "blockquote")
    page.locator(".grading summary").click()
    return page


def test_an_incident_is_given_to_somebody_and_the_list_says_to_whom(lead: Visit, room: Incidents) -> None:
    number = opened(room, 0, "IN 7 # posters at the door")
    page = shown(lead, number)
    page.get_by_label("Note").fill("on the phone with them")
    page.get_by_role("button", name="It is mine").click()
    expect(page.locator(".title .tag")).to_contain_text("Aida headquarters")
    expect(page.locator("ol.history")).to_contain_text("on the phone with them")
    lead.go("incidents", ".lanes")
    card = page.locator(".incident", has_text=f"{number} ·")
    expect(card).to_contain_text("Aida headquarters")
    page = shown(lead, number)
    page.get_by_label("Whose it is").fill("the lawyer")
    page.get_by_role("button", name="Give it to them").click()
    expect(page.locator(".title .tag")).to_have_text("the lawyer has it")
    page.get_by_role("button", name="Nobody's").click()
    expect(page.locator(".title .tag")).to_have_count(0)


def test_an_incident_becomes_graver_another_and_is_moved(lead: Visit, room: Incidents) -> None:
    number = opened(room, 8, "IN 9 # no light")
    page = shown(lead, number)
    page.get_by_label("How grave").select_option("critical")
    page.get_by_label("Kind of incident").select_option("2")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".title .severity")).to_have_text("critical")
    expect(page.locator("main h2").first).to_have_text("Ballot stuffing")
    elsewhere = room.observers[16]["station"]
    page.get_by_label("Station where it happened").fill(elsewhere)
    page.get_by_role("button", name="Move it there").click()
    expect(page.get_by_role("link", name=f"station {elsewhere}")).to_be_visible()
    assert room.api(f"incidents/{number}")["region"] == room.regions[elsewhere]
    page.locator("main").focus()
    page.keyboard.press("u")
    expect(page.locator("ol.history")).to_contain_text("undone")
    eventually(lambda: room.api(f"incidents/{number}")["station"] == room.observers[8]["station"])


def test_two_incidents_of_a_station_are_said_to_be_the_same_and_not(lead: Visit, room: Incidents) -> None:
    first = opened(room, 24, "IN 3 # two men with sticks")
    second = opened(room, 25, "IN 3 # they beat us")
    page = shown(lead, second)
    page.get_by_role("button", name=f"the same {first}", exact=True).click()
    expect(page.get_by_role("button", name=f"the same {first}", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name=str(first), exact=True)).to_be_visible()
    assert room.api(f"incidents/{first}")["same_as"] == [second]
    page.get_by_role("button", name=f"not the same {first}").click()
    expect(page.get_by_role("button", name=f"not the same {first}")).to_have_count(0)
    eventually(lambda: room.api(f"incidents/{first}")["same_as"] == [])
    other = opened(room, 26, "IN 3 # a fight in the yard")
    page.get_by_label("The same as incident number").fill(str(other))
    page.get_by_role("button", name="the same", exact=True).click()
    eventually(lambda: room.api(f"incidents/{other}")["same_as"] == [second])


def test_an_incident_says_whom_to_call_and_who_was_told(lead: Visit, room: Incidents) -> None:
    observer = room.observers[32]
    text = "IN 3 # they took the ballots away"
    number = opened(room, 32, text)
    page = lead.go(f"incident?number={number}", "blockquote")
    expect(page.locator("blockquote", has_text=text)).to_be_visible()
    caller = page.locator(".caller.chosen")
    expect(caller).to_contain_text(observer["name"])
    expect(caller.locator("a.tel")).to_have_attribute("href", f"tel:{observer['phone']}")
    alerted = page.locator("section", has_text="Who was told").locator("li")
    expect(alerted.filter(has_text=f"Coordinator {room.regions[observer['station']]}")).to_have_count(1)
    expect(alerted.filter(has_text="sent")).to_have_count(room_alerts(room, number), timeout=60_000)
    expect(page.locator("a[href^='sms:+996555']").first).to_have_text("SMS")
    caller.get_by_role("button", name="SMS").click()
    expect(page.locator(".asking .tag")).to_contain_text(observer["name"])


def room_alerts(room: Room, number: int) -> int:
    return len(room.api(f"incidents/{number}")["alerts"])


@pytest.mark.long
def test_an_incident_that_is_opened_is_in_hand_of_whoever_opened_it(
    chromium: Browser, lead: Visit, room: Incidents
) -> None:
    number = opened(room, 56, "IN 3 # they lock the doors")
    page = lead.go(f"incident?number={number}", "blockquote")
    expect(page.locator(".lease.mine")).to_be_visible()
    with visiting(chromium, room, room.link("operator")) as other:
        other.go(f"incident?number={number}", "blockquote")
        expect(other.page.locator(".lease.warned")).to_contain_text("Aida headquarters")
        other.page.get_by_role("button", name="Take over").click()
        expect(other.page.locator(".lease.mine")).to_be_visible()


@pytest.mark.long
def test_a_viewer_sees_neither_people_nor_words_of_an_incident(chromium: Browser, room: Incidents) -> None:
    number = opened(room, 40, "IN 3 # my name is Timur, call me")
    with visiting(chromium, room, room.link("viewer")) as visit:
        page = visit.go(f"incident?number={number}", "main .two")
        expect(page.locator("main")).to_contain_text("What was done")
        assert page.locator("a[href^='tel:'], a[href^='sms:'], .grading").count() == 0


@pytest.mark.long
def test_an_incident_can_be_worked_on_a_phone(chromium: Browser, room: Incidents) -> None:
    number = opened(room, 48, "IN 3 # a fight at the ballot box")
    with visiting(chromium, room, room.link("headquarters"), **SMALL) as visit:
        page = shown(visit, number)
        expect(page.locator(".caller.chosen")).to_be_visible()
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert visit.axe() == []
        page.get_by_role("button", name="It is mine").click()
        expect(page.locator(".title .tag")).to_contain_text("Aida")


@pytest.mark.long
def test_an_open_incident_older_than_a_page_is_listed(lead: Visit, room: Incidents) -> None:
    """Behind a page of those that were rejected since, which can be looked through too."""
    first = opened(room, 1, "IN 7 # the oldest of all")
    for place in range(2, 3 + PAGE):
        number = opened(room, place, f"IN 9 # joke {place}")
        room.act(f"incidents/{number}/reject", {"note": "a joke"}, seen=room.api(f"incidents/{number}")["version"])
    assert first not in {row["number"] for row in room.api("incidents")["incidents"]}
    page = lead.go("incidents", ".lanes")
    expect(page.locator(".lanes .incident", has_text=f"{first} ·")).to_be_visible()
    page.locator("details.closed summary").click()
    closed = page.locator("details.closed .incident")
    shown_first = closed.count()
    page.get_by_role("button", name="Show older").click()
    expect(closed.nth(shown_first)).to_be_visible()
    expect(page.locator("details.closed summary")).to_contain_text(re.compile(r"\d+"))
