"""What observers and the room say to each other."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from deployed import eventually
from playwright.sync_api import Browser, expect
from room import Room, Visit, visiting

STRANGER = "+996700990011"
ONE_POLL_MS = 7_000


def observer(room: Room, place: int) -> dict[str, str]:
    return room.observers[place]


def wait_until_read(room: Room, place: int, text: str) -> dict[str, Any]:
    """The row of an SMS that was processed."""
    path = f"observers/{observer(room, place)['observer']}/conversation"

    def found() -> dict[str, Any] | None:
        messages = room.api(path)["messages"]
        return next(
            (message for message in messages if message["text"] == text and message["state"] != "received"), None
        )

    return eventually(found)


def reply_of(room: Room, place: int) -> dict[str, Any]:
    """The newest SMS that went to an observer."""
    path = f"observers/{observer(room, place)['observer']}/conversation"
    return eventually(
        lambda: next((message for message in room.api(path)["messages"] if message["direction"] == "out"), None)
    )


@pytest.mark.long
def test_o1_a_late_sms_stands_where_it_came_with_both_times(lead: Visit, room: Room) -> None:
    place, phone = 50, observer(room, 50)["phone"]
    now = dt.datetime.now(dt.UTC)
    for text, minutes in (("OP A1 B0702 C9", 30), ("OP D1 E1450", 1), ("OP C10", 40)):
        sent = (now - dt.timedelta(minutes=minutes)).isoformat(timespec="seconds")
        assert room.sms(text, phone, room.number, received_at=sent).status == 200
        wait_until_read(room, place, text)
    page = lead.go(f"observer?number={observer(room, place)['observer']}", ".thread li.in")
    own = page.locator(".thread li.in").all_inner_texts()
    order = [next(i for i, text in enumerate(own) if what in text) for what in ("OP A1", "OP D1", "OP C10")]
    assert order == sorted(order), "as they came"
    page.keyboard.press("r")
    expect(page.locator(".tag", has_text=observer(room, place)["name"])).to_be_visible()
    page.get_by_label("Text").fill("{name}, which of the two is right?")
    expect(page.locator(".asking p b", has_text="to 1 observer")).to_be_visible()
    shown = page.locator(".asking .thread .out")
    expect(shown).to_contain_text(f"{observer(room, place)['name']}, which of the two is right?")
    lead.go(f"observer?number={observer(room, place)['observer']}", ".thread li.in")
    expect(page.locator(".thread li.in", has_text="OP C10")).to_contain_text("sent ")
    expect(page.locator(".thread li.in", has_text="OP C10")).to_contain_text(", came ")


@pytest.mark.long
def test_o2_a_reply_that_a_carrier_loses_says_so_and_by_whom_it_went_at_last(lead: Visit, room: Room) -> None:
    room.report(52, "OP A1 B0702 C9 D1 E1450")
    sent = reply_of(room, 52)
    page = lead.go(f"observer?number={observer(room, 52)['observer']}", ".thread li.out")
    row = page.locator(".thread li.out").last

    def told(receipt: str, carrier: str, detail: str) -> None:
        room.stack.client("dynamodb").update_item(
            TableName=f"{room.stack.name}-messages",
            Key={"key": {"S": sent["key"]}},
            UpdateExpression="SET receipt = :receipt, carrier = :carrier, receipt_detail = :detail",
            ExpressionAttributeValues={
                ":receipt": {"S": receipt},
                ":carrier": {"S": carrier},
                ":detail": {"S": f"{carrier}: {detail}"},
            },
        )

    told("failed", "first", "30003 handset off")
    expect(row).to_contain_text("✗ did not arrive: first: 30003 handset off", timeout=ONE_POLL_MS + 5_000)
    told("delivered", "second", "delivered")
    expect(row).to_contain_text("second", timeout=ONE_POLL_MS + 5_000)
    expect(row).to_contain_text("✓✓")
    expect(row).not_to_contain_text("did not arrive")


@pytest.mark.long
def test_m3_o3_an_assigned_phone_s_sms_count_and_stand_in_one_conversation(lead: Visit, room: Room) -> None:
    who = observer(room, 54)
    texts = ("OP A1 B0703 C8 D1 E1400", "TU 12:00 A299")
    for text in texts:
        assert room.sms(text, STRANGER, room.number, id=str(uuid4())).status == 200
        assert room.sms(text, STRANGER, room.number, id=str(uuid4())).status == 200  # once more, as another operator's
    eventually(lambda: [row for row in waiting(room) if row["from"] == STRANGER])
    page = lead.go("messages?kind=unknown_number", ".task")
    page.locator(".task", has_text=texts[0]).first.click()
    page.locator(".message-card").focus()
    page.keyboard.press("4")
    page.get_by_label("Observer: number, name or station").fill(who["station"])
    page.locator(".chip", has_text=who["observer"]).click()
    expect(page.locator(".asked")).to_contain_text("waiting SMS of this phone will then count")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".task", has_text=texts[0])).to_have_count(0)
    eventually(lambda: state_of(room, who["station"], "OP", "-") == "complete", 60)
    eventually(lambda: state_of(room, who["station"], "TU", "12:00") == "complete", 60)
    assert not [row for row in waiting(room) if row["from"] == STRANGER]
    page = lead.go(f"observer?number={who['observer']}", ".thread li.in")
    expect(page.locator(".phones")).to_contain_text(STRANGER)
    expect(page.locator(".phones")).to_contain_text(who["phone"])
    assert room.sms("TU 12:00 A301", STRANGER, room.number).status == 200
    expect(page.locator(".thread li.in", has_text="A301")).to_have_count(1)
    expect(page.locator(".thread li.in", has_text=texts[0]).first).to_be_visible()
    assert "0 differences" in room.baykoo("audit", "--election", room.election)


def waiting(room: Room) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.api("messages?attention=true&limit=100")["messages"]
    return found


def state_of(room: Room, station: str, form: str, name: str) -> str:
    reports = room.api(f"stations/{station}")["reports"]
    return str(next(report["state"] for report in reports if (report["form"], report["round"]) == (form, name)))


def test_o4_a_coordinator_of_another_region_finds_nobody(chromium: Browser, room: Room) -> None:
    who = observer(room, 0)
    with visiting(chromium, room, room.link("coordinator", "--region", "Naryn")) as visit:
        page = visit.go(f"observer?number={who['observer']}", "main .fault")
        content = page.content()
        assert who["name"] not in content
        assert who["phone"] not in content
        statuses = [status for url, status in visit.answers if f"observers/{who['observer']}/" in url]
        assert set(statuses) == {404}


@pytest.mark.long
def test_m6_an_sms_is_read_entered_and_gone_by_keyboard_alone(lead: Visit, room: Room) -> None:
    text = "участок открылся как положено"
    room.report(56, text)
    eventually(lambda: [row for row in waiting(room) if row["text"] == text])
    page = lead.page
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.locator(".task", has_text=text)).to_have_count(1)
    card = page.locator(".message-card blockquote")
    for _ in range(page.locator(".task").count()):
        before = card.inner_text() if card.count() else ""
        page.keyboard.press("n")
        expect(card).not_to_have_text(before)
        if text in card.inner_text():
            break
    expect(card).to_contain_text(text)
    page.keyboard.press("Tab")  # into the card: the observer, the form, its first field
    for _ in range(12):
        if page.evaluate("document.activeElement.id.startsWith('field-')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".task", has_text=text)).to_have_count(0)
    assert state_of(room, observer(room, 56)["station"], "OP", "-") == "partial"


@pytest.mark.long
def test_m7_what_was_read_in_part_leaves_when_the_rest_comes(lead: Visit, room: Room) -> None:
    room.report(58, "OP A1 B0702 C99 D1 E1450")
    key = str(eventually(lambda: [row for row in waiting(room) if "C99" in (row["text"] or "")])[0]["key"])
    page = lead.go("messages?kind=in_part", ".task")
    row = page.locator(".task", has_text="C99")
    expect(row).to_have_count(1)
    room.report(58, "OP C9")
    expect(row).to_have_count(0)
    page = lead.go(f"messages?key={key.replace('#', '%23')}", ".message-card blockquote")
    expect(page.locator(".message-card .stated").first).to_contain_text("came whole later")
