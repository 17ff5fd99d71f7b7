"""The call desk in a browser."""

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import ELECTION, Room, Visit, visiting

AT_ONCE = 20
"""How often two operators press N at once."""
TEN_CARDS_SECONDS = 60


@pytest.fixture(scope="module")
def desk(room: Room) -> Room:
    """The room, with everybody on the list who owes something by now."""
    room.chase()
    return room


def to_calls(visit: Visit, address: str = "calls") -> Page:
    page = visit.go(address)
    expect(page.locator(".task").first).to_be_visible()
    return page


def next_card(page: Page, key: str = "n") -> str:
    """Press N, and return the station of the card that comes."""
    page.keyboard.press(key)
    expect(page.locator(".call .lease.mine")).to_be_visible()
    return page.locator(".call h2 a").inner_text()


def free_station(room: Room, *, skip: int = 0) -> str:
    """A station that owes the noon's turnout and that nobody has."""
    free = [call for call in room.api("calls")["calls"] if not call["lease"] and "TU 12:00" in call["owed"]]
    return str(free[-1 - skip]["station"])


def observer_of(room: Room, station: str) -> int:
    """The place in the roster of a station's first observer."""
    return next(place for place, row in enumerate(room.observers) if row["station"] == station)


def called(room: Room, station: str) -> dict[str, Any]:
    return next(call for call in room.api("calls")["calls"] if call["station"] == station)


def pairs(chromium: Browser, room: Room) -> Iterator[tuple[Visit, Visit]]:
    with (
        visiting(chromium, room, room.link("operator")) as first,
        visiting(chromium, room, room.link("operator")) as other,
    ):
        yield first, other


def press_at_once(value: Page, other: Page, times: int) -> None:
    for _ in range(times):
        for page in (value, other):
            page.keyboard.press("n")
        stations = []
        for page in (value, other):
            expect(page.locator(".call .lease.mine")).to_be_visible()
            stations.append(page.locator(".call h2 a").inner_text())
        assert stations[0] != stations[1]
        for page in (value, other):
            page.keyboard.press("Escape")
            expect(page.locator(".call")).to_have_count(0)


def test_c1_two_operators_who_press_n_at_once_never_get_one_station(chromium: Browser, desk: Room) -> None:
    for pair, other in pairs(chromium, desk):
        press_at_once(to_calls(pair), to_calls(other), 2)


@pytest.mark.long
def test_c1_nor_twenty_times(chromium: Browser, desk: Room) -> None:
    for pair, other in pairs(chromium, desk):
        press_at_once(to_calls(pair), to_calls(other), AT_ONCE)


@pytest.mark.long
def test_c2_an_open_card_says_that_the_report_came(lead: Visit, desk: Room) -> None:
    station = free_station(desk)
    page = to_calls(lead, f"calls?station={station}")
    expect(page.locator(".call .still")).to_contain_text("TU 12:00")
    desk.report(observer_of(desk, station), "TU A321")
    expect(page.locator(".call .came", has_text="TU 12:00")).to_be_visible(timeout=12_000)
    page.keyboard.press("Escape")


@pytest.mark.long
def test_c3_who_will_send_is_put_off_until_then_and_comes_first(lead: Visit, desk: Room) -> None:
    page = to_calls(lead)
    station = next_card(page)
    for key in ("2", "1", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".call")).to_have_count(0)
    expect(page.locator(".task.snoozed", has_text=station)).to_contain_text("until 12:")
    assert called(desk, station)["snoozed_until"] is not None
    eventually(lambda: called(desk, station)["snoozed_until"] is None, 75)
    silent = [call for call in desk.api("calls")["calls"] if call["silent"] == called(desk, station)["silent"]]
    assert silent[0]["station"] == station


def test_c4_answers_taken_by_phone_count_and_are_marked(lead: Visit, desk: Room) -> None:
    station = free_station(desk, skip=1)
    page = to_calls(lead, f"calls?station={station}")
    expect(page.locator(".call .lease.mine")).to_be_visible()
    field = page.locator(".call fieldset", has=page.locator("legend", has_text="12:00")).locator("input").first
    field.fill("333")
    expect(page.locator(".call code")).to_contain_text("TU")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".call")).to_have_count(0)
    page = lead.go(f"station?station={station}&form=TU", "table.answers")
    expect(page.locator(".answer", has_text="333").locator(".glyph.phone")).to_have_count(1)
    figures = desk.api("board")
    noon = next(
        i for i, column in enumerate(figures["columns"]) if (column["form"], column["round"]) == ("TU", "12:00")
    )
    shown = figures["rows"][0]["cells"][noon]["received"]
    page = lead.go("board", "table.board")
    expect(page.locator("tr.nation td.current .figure strong")).to_have_text(str(shown))


def answer_cards(page: Page, count: int) -> list[str]:
    stations = []
    for _, keys in zip(range(count), itertools.cycle((["9"], ["2", "Enter"])), strict=False):
        stations.append(next_card(page))
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator(".call")).to_have_count(0)
    return stations


def test_c5_calls_without_a_mouse(lead: Visit, desk: Room) -> None:
    stations = answer_cards(to_calls(lead), 3)
    assert len(set(stations)) == 3
    assert desk.api("calls/figures")["total"]["attempts"] >= 3


@pytest.mark.long
def test_c5_ten_cards_in_under_a_minute(lead: Visit, desk: Room) -> None:
    page = to_calls(lead)
    since = dt.datetime.now(dt.UTC)
    assert len(set(answer_cards(page, 10))) == 10
    assert (dt.datetime.now(dt.UTC) - since).total_seconds() < TEN_CARDS_SECONDS


@pytest.mark.long
def test_c6_what_was_typed_and_the_lease_are_there_again(lead: Visit, desk: Room) -> None:
    page = to_calls(lead)
    station = next_card(page)
    page.get_by_label("Note").fill("rings, nobody answers")
    page.keyboard.press("Escape")  # out of the field
    lead.go("board", "table.board")
    page = to_calls(lead, f"calls?station={station}")
    assert page.get_by_label("Note").input_value() == "rings, nobody answers"
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.reload()
    assert dialogs == ["beforeunload"]
    expect(page.locator(".call h2 a")).to_have_text(station)
    expect(page.locator(".call .lease.mine")).to_be_visible()


@pytest.mark.long
def test_c7_who_wants_no_sms_can_be_called_and_gets_none(lead: Visit, desk: Room) -> None:
    station = free_station(desk, skip=2)
    place = observer_of(desk, station)
    phone = desk.observers[place]["phone"]
    desk.report(place, "STOP")
    page = to_calls(lead, f"calls?station={station}")
    card = page.locator(".caller", has_text=phone)
    expect(card).to_contain_text("wants no SMS", timeout=15_000)
    assert card.locator("a.tel").get_attribute("href") == f"tel:{phone}"
    page.locator(".call").focus()
    page.keyboard.press("2")
    expect(page.locator("#wait")).to_be_focused()
    assert page.get_by_label("remind by SMS").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".call")).to_have_count(0)
    eventually(lambda: called(desk, station)["lease"] is None)
    other = free_station(desk, skip=3)
    reminded = desk.observers[observer_of(desk, other)]["phone"]
    before = desk.texts_to(phone), desk.texts_to(reminded)
    for value, number in ((station, phone), (other, reminded)):
        promise(desk, value, number)

    def told() -> bool:
        desk.chase()
        return len(desk.texts_to(reminded)) > len(before[1])

    eventually(told, 60)
    assert desk.texts_to(phone) == before[0], "who wants no SMS gets none, though it was asked for"


def promise(desk: Room, station: str, phone: str) -> None:
    """Log that somebody will send at once, and is to be reminded then."""
    soon = dt.datetime.fromisoformat(desk.api(f"calls/{station}")["as_of"]) + dt.timedelta(seconds=3)
    body = {"outcome": "will_send", "phone": phone, "will_send_at": soon.isoformat(), "remind": True}
    desk.act(f"calls/{station}/outcome", body)


@pytest.mark.long
def test_c8_an_idle_lease_ends_and_its_text_stays(chromium: Browser, desk: Room) -> None:
    for pair, other in pairs(chromium, desk):
        page = to_calls(pair)
        station = next_card(page)
        page.get_by_label("Note").fill("half a sentence")
        region = called(desk, station)["region"]
        desk.stack.client("dynamodb").update_item(
            TableName=f"{desk.stack.name}-work",
            Key={"scope": {"S": f"{ELECTION}#{region}"}, "id": {"S": f"call#{station}"}},
            UpdateExpression="SET #until = :past",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":past": {"S": "2020-01-01T00:00:00.000000+0000"}},
        )
        second = to_calls(other, f"calls?station={station}")
        expect(second.locator(".call .lease.mine")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("9")
        expect(page.locator(".notice.bad")).to_contain_text("Aida")
        assert page.get_by_label("Note").input_value() == "half a sentence"
        expect(page.locator(".call .lease")).to_contain_text(re.compile("has it"))
