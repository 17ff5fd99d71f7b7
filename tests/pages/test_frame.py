"""The frame and sign-in."""

import re

import pytest
from deployed import eventually
from playwright.sync_api import Browser, Page, expect
from room import ELECTION, Quiet, Room, Visit, visiting

from infra.stack import Stack


def test_a1_a_link_shows_a_button_and_opening_it_uses_nothing_up(chromium: Browser, room: Room) -> None:
    link = room.link("operator")
    with visiting(chromium, room, None) as visit:
        for _ in range(3):
            visit.page.goto("about:blank")
            visit.page.goto(link)
            expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
            assert "sign-in" not in visit.page.url
        visit.page.get_by_role("button", name="Sign in").click()
        expect(visit.page.locator("header .clock")).to_contain_text("12:")
    with visiting(chromium, room, None) as again:
        again.page.goto("about:blank")
        again.page.goto(link)
        again.page.get_by_role("button", name="Sign in").click()
        expect(again.page.get_by_role("alert")).to_be_visible()


@pytest.mark.long
def test_a2_a_code_from_the_mailbox_signs_in(chromium: Browser, room: Room) -> None:
    address = "code@example.org"
    room.baykoo("account", "add", "Nur", "--address", address, "--role", "operator", "--election", ELECTION)
    with visiting(chromium, room, None) as visit:
        visit.page.get_by_label("Email or phone").fill(address)
        visit.page.keyboard.press("Enter")
        mail = eventually(lambda: room.emails_to(address))
        code = re.search(r"\b\d{6}\b", mail[-1]["BodyText"])
        assert code is not None
        visit.page.get_by_label("Six digits").fill(code[0])
        visit.page.keyboard.press("Enter")
        expect(visit.page.get_by_role("heading", name="Board")).to_be_visible()


def received(room: Room) -> int:
    """How many reports of the noon's turnout the board counts in the nation."""
    board = room.api("board")
    place = next(i for i, column in enumerate(board["columns"]) if (column["form"], column["round"]) == ("TU", "12:00"))
    return next(int(row["cells"][place]["received"]) for row in board["rows"] if not row["region"])


def polls_of_board(visit: Visit) -> int:
    return sum(url.endswith("/board") for url, _ in visit.answers)


def test_b1_an_sms_changes_its_cell_at_the_next_poll(lead: Visit, room: Room) -> None:
    page = lead.go("board", "table.board")
    figure = page.locator("tr.nation td.current .figure strong")
    before = int(figure.inner_text())
    room.report(0, "TU A321")
    eventually(lambda: received(room) == before + 1)
    polls = polls_of_board(lead)
    expect(figure).to_have_text(str(before + 1))
    assert page.locator("tr.nation td.current").get_attribute("class").find("changed") >= 0
    assert polls_of_board(lead) - polls <= 2  # one of them was on its way


@pytest.mark.long
def test_f3_without_a_connection_it_says_so_and_keeps_what_is_typed(lead: Visit) -> None:
    page = lead.go("stations", "input[type=search]")
    page.get_by_placeholder("Number, name, district").fill("School 1")
    lead.context.set_offline(True)
    expect(page.locator(".stale-bar")).to_be_visible(timeout=45_000)
    assert page.get_by_placeholder("Number, name, district").input_value() == "School 1"
    lead.context.set_offline(False)
    expect(page.locator(".stale-bar")).to_have_count(0, timeout=10_000)
    expect(page.locator(".fresh")).to_contain_text("live", timeout=6_000)


def test_f2_what_breaks_the_policy_or_asks_another_host_is_noticed(chromium: Browser, room: Room) -> None:
    """Every other test ends with this check; here it has something to find."""
    with visiting(chromium, room, None) as visit:
        visit.check()
        picture = "Object.assign(document.createElement('img'), {src: 'https://example.org/pixel.png'})"
        visit.page.evaluate(f"document.body.append({picture})")
        visit.page.wait_for_function("window.violations.length > 0")
        with pytest.raises(AssertionError):
            visit.check()
        visit.foreign.clear()
        visit.page.evaluate("window.violations = []")


def test_f5_nothing_personal_is_in_address_title_or_storage(lead: Visit, room: Room) -> None:
    page = lead.go("stations?region=Bishkek", "table.stations")
    kept = page.evaluate("JSON.stringify([location.href, document.title, {...localStorage}, {...sessionStorage}])")
    people = {value for row in room.observers for value in (row["name"], row["phone"])}
    assert not [value for value in people if value in kept]
    assert "Aida" not in kept


@pytest.mark.long
def test_f6_while_nothing_happens_a_poll_is_answered_with_304(
    chromium: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    quiet = Quiet(stack, tmp_path_factory.mktemp("quiet"))
    quiet.load()
    with visiting(chromium, quiet, quiet.link("headquarters")) as visit:
        assert_unchanged(visit.page)


def assert_unchanged(page: Page) -> None:
    polled: list[int] = []

    def answered() -> int:
        with page.expect_response(lambda answer: answer.url.endswith("/board"), timeout=20_000) as got:
            pass
        polled.append(got.value.status)
        return polled[-1]

    eventually(lambda: answered() == 304)  # the calls and doubts of the first minute are counted by then
    assert [answered() for _ in range(4)] == [304] * 4
