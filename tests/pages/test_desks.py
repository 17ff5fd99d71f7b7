"""The desks: messages, incidents, stations."""

import re
from typing import Any

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import ELECTION, Room, Visit, visiting

HOSTILE = '=HYPERLINK("http://x.example")<img src=x onerror=alert(1)>\u202egnp'


def cell(room: Room, form: str, name: str | None, region: str | None = None) -> dict[str, int]:
    board = room.api("board")
    column = next(i for i, column in enumerate(board["columns"]) if (column["form"], column["round"]) == (form, name))
    return next(row for row in board["rows"] if row["region"] == region)["cells"][column]


def text_of(room: Room, place: int, text: str) -> None:
    assert room.report(place, text).status == 200


def open_message(page: Page, text: str) -> None:
    page.locator(".task", has_text=text).first.click()
    expect(page.locator(".message-card blockquote")).to_contain_text(text)


def test_m1_what_no_machine_understood_is_entered_and_counts(lead: Visit, room: Room) -> None:
    before = cell(room, "TU", "10:00")["received"]
    text_of(room, 40, "явка на десять часов триста двадцать")
    page = lead.go("messages")
    open_message(page, "триста двадцать")
    page.get_by_label("Form and round").select_option("TU")
    page.get_by_label("Round").last.select_option("10:00")
    page.locator(".fields input").first.fill("320")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").last).to_contain_text("Entered")
    eventually(lambda: cell(room, "TU", "10:00")["received"] == before + 1)
    expect(page.locator(".task", has_text="триста двадцать")).to_have_count(0)


@pytest.mark.long
def test_m2_thank_yous_are_dismissed_by_one_key_and_undone_by_another(lead: Visit, room: Room) -> None:
    for place in (41, 42, 43):
        text_of(room, place, "Рахмат сизге чоң")
    page = lead.go("messages")
    expect(page.locator(".task", has_text="×3")).to_have_count(1)
    open_message(page, "Рахмат сизге чоң")
    page.locator(".message-card").focus()
    page.keyboard.press("2")
    expect(page.locator(".task", has_text="Рахмат сизге")).to_have_count(0)
    assert not [
        message for message in room.api("messages?attention=true")["messages"] if "Рахмат" in (message["text"] or "")
    ]


@pytest.mark.long
def test_m4_a_hostile_text_shows_as_text(lead: Visit, room: Room) -> None:
    text_of(room, 44, HOSTILE)
    page = lead.go("messages")
    open_message(page, "HYPERLINK")
    shown = page.locator(".message-card blockquote").inner_text()
    assert "<img src=x onerror=alert(1)>" in shown
    assert "202E" in shown
    assert page.locator(".message-card img").count() == 0


def test_i1_i2_an_incident_rings_on_an_open_list_and_goes_its_way_by_keyboard(lead: Visit, room: Room) -> None:
    page = lead.go("incidents")
    text_of(room, 46, "IN 3 угрожают наблюдателю")
    card = page.locator(".incident.critical", has_text=room.observers[46]["station"])
    expect(card).to_have_count(1)
    assert re.match(r"\(\d+\) ", page.title())
    card.locator("a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("blockquote", has_text="угрожают").first).to_be_visible()
    for key, state in (("a", "acknowledged"), ("v", "verified"), ("r", "resolved")):
        page.locator("main").focus()
        page.keyboard.press(key)
        expect(page.locator("main .title b")).to_have_text(state)
    expect(page.locator("ol.history li")).to_have_count(4)  # opened, and three steps


def test_b2_a_cell_s_number_is_the_length_of_the_list_behind_it(lead: Visit, room: Room) -> None:
    for place in (0, 2, 4):
        text_of(room, place, "OP A1 B0702 C9 D1 E1450")
    for place in (0, 2, 4):
        eventually(lambda place=place: opening_of(room, room.observers[place]["station"]) != "missing")
    listed = room.api("regions/Bishkek/stations")["stations"]
    number = sum(row["forms"]["OP"]["-"]["state"] in ("complete", "partial", "conflict") for row in listed)
    page = lead.go("board", "table.board")
    row = page.locator("table.board tbody tr", has=page.locator("th", has_text="Bishkek"))
    expect(row.locator("td .figure strong").first).to_have_text(str(number))
    row.locator("td .figure").first.click()
    expect(page.locator("main .title .quiet")).to_contain_text(f"{number} of 50")
    assert page.locator("table.stations tbody tr").count() == number


def opening_of(room: Room, station: str) -> str:
    return str(next(report["state"] for report in room.api(f"stations/{station}")["reports"] if report["form"] == "OP"))


@pytest.mark.long
def test_b3_from_the_board_to_an_sms_it_is_three_clicks(lead: Visit, room: Room) -> None:
    text_of(room, 6, "OP A1 B0702 C9 D1 E1450")
    eventually(lambda: cell(room, "OP", None, "Bishkek")["received"] >= 1)
    page = lead.go("board", "table.board")
    row = page.locator("table.board tbody tr", has=page.locator("th", has_text="Bishkek"))
    row.locator("td .figure").first.click()
    page.locator("table.stations tbody a").first.click()
    page.locator(".answer").first.focus()
    page.keyboard.press("m")
    expect(page.locator(".message-card blockquote")).to_contain_text("OP A")


@pytest.mark.long
def test_t1_t2_a_contradiction_is_settled_and_its_undo_restores_all(lead: Visit, room: Room) -> None:
    text_of(room, 20, "OP A1 B0702 C9 D1 E1450")
    text_of(room, 21, "OP A1 B0702 C9 D1 E450")
    station = room.observers[20]["station"]
    eventually(lambda: cell(room, "OP", None)["conflict"] == 1)
    before, lines = sums(room), len(decided(room, station))
    page = lead.go(f"station?station={station}", "table.answers")
    page.locator("tr.conflict .answer").first.click()
    page.get_by_label("Why, or how you know").fill("read back by phone")
    page.get_by_role("button", name="This one counts").click()
    eventually(lambda: cell(room, "OP", None)["conflict"] == 0)
    expect(page.locator("tr.conflict")).to_have_count(0)
    chosen = sums(room)
    assert {code: chosen[code] - before[code] for code in chosen if chosen[code] != before[code]} == {"E": 1450}
    decisions = decided(room, station)
    assert len(decisions) == lines + 1
    assert decisions[0]["why"] == "read back by phone"
    assert decisions[0]["before"] != decisions[0]["after"]
    page.keyboard.press("u")
    eventually(lambda: cell(room, "OP", None)["conflict"] == 1)
    assert sums(room) == before
    assert "0 differences" in room.baykoo("audit", "--election", ELECTION)


def sums(room: Room) -> dict[str, int]:
    """The nation's sums of the opening, by question."""
    answers = room.api("summary")["nation"]["forms"]["OP"]["-"]["answers"]
    return {code: answer["sum"] for code, answer in answers.items() if "sum" in answer}


def decided(room: Room, station: str) -> list[dict[str, Any]]:
    """What the trail says about a station's reports, the newest first."""
    return [line for line in room.api("audit?limit=50")["lines"] if line["subject"].startswith(f"report {station}")]


@pytest.mark.long
def test_t3_two_who_correct_one_answer_see_each_other_s(chromium: Browser, room: Room) -> None:
    text_of(room, 24, "OP A1 B0702 C9 D1 E1450")
    address = f"station?station={room.observers[24]['station']}&form=OP"
    with (
        visiting(chromium, room, room.link("headquarters")) as first,
        visiting(chromium, room, room.link("headquarters")) as other,
    ):
        for visit, value in ((first, "1451"), (other, "1452")):
            page = visit.go(address, "table.answers")
            page.locator(".answer", has_text="1,450").click()
            page.get_by_label("What they say now").fill(value)
            page.get_by_label("Why, or how you know").fill(f"read back as {value}")
        first.page.get_by_role("button", name="Save the correction").click()
        expect(first.page.locator(".notice")).to_contain_text("Saved")
        other.page.get_by_role("button", name="Save the correction").click()
        clash = other.page.locator(".clash")
        for shown in ("1,450", "1,451", "1452", "Aida headquarters"):
            expect(clash).to_contain_text(shown)
        clash.get_by_role("button", name="Apply mine on top").click()
        expect(other.page.locator(".answer", has_text="1,452")).to_have_count(1)
        expect(first.page.locator(".answer", has_text="1,452")).to_have_count(1)
        first.page.locator(".answer", has_text="1,452").focus()
        first.page.keyboard.press("h")
        expect(first.page.locator(".past")).to_contain_text("1,451")


@pytest.mark.long
def test_t5_from_an_answer_to_its_sms_it_is_one_key(lead: Visit, room: Room) -> None:
    text_of(room, 26, "OP A1 B0702 C9 D1 E1450")
    page = lead.go(f"station?station={room.observers[26]['station']}&form=OP", "table.answers")
    page.locator(".answer").first.focus()
    page.keyboard.press("m")
    expect(page.locator(".message-card blockquote")).to_contain_text("OP A1 B0702")


@pytest.mark.long
def test_f4_the_whole_way_by_keyboard_alone(lead: Visit, room: Room) -> None:
    """From the board to an SMS; a call to its outcome; an SMS to its end. Nothing is clicked, nothing is focused."""
    text_of(room, 28, "OP A1 B0702 C9 D1 E1450")
    text_of(room, 48, "Чоң рахмат баарыңыздарга")
    eventually(lambda: cell(room, "OP", None)["received"])
    room.chase()
    page = lead.go("board", "table.board")
    page.keyboard.press("j")
    expect(page.locator("td a.cell").first).to_be_focused()
    page.keyboard.press("Tab")  # the number of what has come
    page.keyboard.press("Enter")
    expect(page.locator("table.stations [data-item]").first).to_be_visible()
    press(page, "j", "Enter")
    expect(page.locator(".answer").first).to_be_visible()
    press(page, "j", "m")
    expect(page.locator(".message-card blockquote")).to_contain_text("OP")

    press(page, "g", "c")
    expect(page.locator("main[data-screen=calls] .task").first).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator(".call .lease.mine")).to_be_visible()
    page.keyboard.press("9")
    expect(page.locator(".call")).to_have_count(0)
    expect(page.locator(".notice")).to_contain_text("other")

    press(page, "g", "m")
    expect(page.locator("main[data-screen=messages] .task", has_text="Чоң рахмат")).to_have_count(1)
    read = page.locator(".message-card blockquote")
    for _ in range(page.locator(".task").count()):
        before = read.inner_text() if read.count() else ""
        page.keyboard.press("n")
        expect(read).not_to_have_text(before)
        if "Чоң рахмат" in read.inner_text():
            break
    page.keyboard.press("2")
    expect(page.locator(".task", has_text="Чоң рахмат")).to_have_count(0)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_s4_a_journalist_sees_no_name_and_no_phone(chromium: Browser, room: Room) -> None:
    with visiting(chromium, room, room.link("viewer")) as visit:
        seen = ""
        for screen, ready in (
            ("stations?region=Bishkek", "table.stations tbody tr"),
            ("station?station=1001", "details.report"),
            ("incidents", ".lanes"),
        ):
            page = visit.go(screen, ready)
            seen += page.content()
        people = {value for row in room.observers for value in (row["name"], row["phone"])}
        assert not [value for value in people if value in seen]
        assert visit.page.locator(".tabs a", has_text="Calls").count() == 0


@pytest.mark.long
def test_every_count_agrees_at_the_end(room: Room) -> None:
    assert "0 differences" in room.baykoo("audit", "--election", ELECTION)
