"""The log, imports, the map, training and changes of the roster."""

import json
import re
import sys
from collections import Counter
from typing import Any

import pytest
from deployed import eventually
from playwright.sync_api import Browser, CDPSession, expect
from room import ELECTION, WHOLE, Room, Visit, slowness, visiting

MOST_UPDATE_MS = 50
POINTS = 5_000
# What the API would answer of a region with so many stations, each in another state at another round.
MANY = """(count) => Array.from({length: count}, (_, place) => ({station: String(place), name: 'School', district: '',
  latitude: 42 + (place % 71) / 100, longitude: 74 + Math.floor(place / 71) / 100, closed_at: null, observers: [],
  last_heard_at: null, is_silent: false, cut: [],
  forms: {TU: {'10:00': {state: 'complete'}, '12:00': {state: 'missing'}}}}))"""
DRAW = """async ([region, round, state]) => {
  const {go} = await import(document.querySelector('script[type=module]').src);
  const {port1, port2} = new MessageChannel(); // a turn that waits for no frame: nothing but the drawing is measured
  const turn = () => new Promise((done) => { port1.onmessage = done; port2.postMessage(null); });
  go('map', {region, form: 'TU', round}, {replace: true});
  while (!document.querySelector(`path.shape.${state}`)?.getAttribute('d')) await turn();
  document.querySelector('svg.map').getBoundingClientRect(); // style and layout too
}"""
PATHS = "(all) => all.map((one) => [one.classList[1], (one.getAttribute('d').match(/M/g) ?? []).length])"
ROUNDS = (("10:00", "complete"), ("12:00", "missing")) * 3


@pytest.mark.long
def test_l1_from_a_number_of_the_board_to_its_sms_and_back(lead: Visit, room: Room) -> None:
    room.report(62, "OP A1 B0702 C9 D1 E1450")
    eventually(lambda: room.api("board")["rows"][0]["cells"][0]["received"])
    page = lead.go("board", "table.board")
    page.locator("tr.nation td .figure").first.click()
    page.locator("table.stations [data-item]").first.click()
    page.locator(".answer").first.focus()
    station = page.locator("main .title h1").inner_text()
    page.keyboard.press("m")
    expect(page.locator(".message-card blockquote")).to_contain_text("OP")
    page.keyboard.press("Escape")  # the card
    page.go_back()
    expect(page.locator("main .title h1")).to_have_text(station)
    page.keyboard.press("Escape")
    expect(page.locator("table.stations [data-item]").first).to_be_visible()
    expect(page.locator(".chip[aria-pressed=true]")).to_contain_text("received")
    page.go_back()
    expect(page.locator("table.board")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_the_card_of_keys_is_one_page_of_paper(lead: Visit, language: str) -> None:
    page = lead.go("settings")
    page.locator(f"main button[lang={language}]").click()
    lead.go("help", ".sheets")
    for size in ({"format": "A4"}, {"format": "A4", "landscape": True}, {"format": "Letter"}):
        printed = page.pdf(**size)  # type: ignore[arg-type]
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1, size


@pytest.mark.long
def test_l2_a_log_that_is_read_waits_and_loses_none(lead: Visit, room: Room) -> None:
    for place in range(64, 68):
        room.report(place, "OP A1 B0702 C9 D1 E1450")
    page = lead.go("log", ".log tbody tr")
    expect(page.locator(".log tbody tr").nth(6)).to_be_visible()
    page.locator(".log").evaluate("(one) => { one.style.maxHeight = '120px'; one.scrollTop = 40; }")
    page.locator(".log").dispatch_event("scroll")
    room.report(60, "what is the log for?")
    expect(page.get_by_role("button", name="new: show them")).to_be_visible(timeout=20_000)
    assert page.locator(".log tr", has_text="what is the log for?").count() == 0
    page.get_by_role("button", name="new: show them").click()
    row = page.locator(".log tr", has_text="what is the log for?")
    expect(row).to_have_count(1)
    row.get_by_role("button").click()
    expect(page.locator(".details")).to_contain_text("generic#")


def test_e6_an_import_with_mistakes_cannot_be_loaded(chromium: Browser, room: Room) -> None:
    stations = (room.folder / "election" / "stations.csv").read_text("utf-8")
    broken = stations.replace(f",{WHOLE},", ",,", 1)
    with visiting(chromium, room, room.link("administrator")) as visit:
        page = visit.go("imports")
        table = {"name": "stations.csv", "mimeType": "text/csv", "buffer": broken.encode()}
        page.locator("#file-stations").set_input_files([table])
        problem = page.locator("tbody tr", has_text="region").first
        expect(problem).to_contain_text("stations.csv")
        expect(problem.locator("td").nth(1)).to_have_text("2")
        assert page.get_by_role("button", name="Load").count() == 0
        renamed = stations.replace("School 11,", "Lyceum 11,", 1)
        page.locator("#file-stations").set_input_files([table | {"buffer": renamed.encode()}])
        expect(page.locator("tbody tr", has_text="Lyceum 11")).to_contain_text("School 11")
        expect(page.get_by_role("button", name="Load")).to_be_visible()


def shapes(page: Any) -> dict[str, str]:
    """Each point's state, by the station that its name begins with."""
    names = page.locator("a.point").evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label'))")
    return {name.split()[0]: name.rpartition(": ")[2] for name in names}


def test_p2_p3_points_say_what_the_list_says_and_the_keyboard_walks_them(lead: Visit, room: Room) -> None:
    page = lead.go("map", "svg.map a.cluster")
    expect(page.locator("a.cluster")).to_have_count(len(set(room.regions.values())))
    page.locator("a.cluster", has_text=WHOLE).focus()
    page.keyboard.press("Enter")
    expect(page.locator("a.point").first).to_be_visible()
    listed = room.api(f"regions/{WHOLE}/stations")["stations"]
    place = room.api("board")["columns"][2]
    expected = {row["station"]: row["forms"][place["form"]][place["round"]]["state"] for row in listed}
    assert (place["form"], place["round"]) == ("TU", "12:00")
    assert shapes(page) == {
        station: {"expected": "not yet due"}.get(state, state) for station, state in expected.items()
    }
    drawn = page.locator("svg.map path.shape").evaluate_all(PATHS)
    assert {state: count for state, count in drawn if count} == Counter(
        state if state in dict(drawn) else "expected"
        for state in (row["forms"][place["form"]][place["round"]]["state"] for row in listed)
    )
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != first
    page.keyboard.press("Escape")
    expect(page.locator("a.cluster").first).to_be_visible()


@pytest.mark.long
def test_p1_five_thousand_points_are_drawn_anew_in_no_time(lead: Visit, capsys: pytest.CaptureFixture[str]) -> None:
    page = lead.page
    stations = page.evaluate(MANY, POINTS)
    answer = {"election": ELECTION, "region": WHOLE, "as_of": "", "stations": stations, "next": None}
    page.route(f"**/regions/{WHOLE}/stations", lambda route: route.fulfill(json=answer))
    lead.go(f"map?region={WHOLE}&form=TU&round=12:00", "a.point")
    assert page.locator("a.point").count() == POINTS
    counters = page.context.new_cdp_session(page)
    counters.send("Performance.enable", {"timeDomain": "threadTicks"})  # of the processor's time, not of the day's
    spent = []
    for round_name, state in ROUNDS:
        before = busy_seconds(counters)
        page.evaluate(DRAW, [WHOLE, round_name, state])
        spent.append(1000 * (busy_seconds(counters) - before))
    with capsys.disabled():
        sys.stdout.write(f"\n{POINTS} points drawn anew in {min(spent):.0f} ms of the processor.\n")
    assert min(spent) < MOST_UPDATE_MS * slowness()


def busy_seconds(counters: CDPSession) -> float:
    """Seconds of the processor for script, style and layout."""
    metrics = {metric["name"]: metric["value"] for metric in counters.send("Performance.getMetrics")["metrics"]}
    return float(sum(metrics[name] for name in ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration")))


@pytest.mark.long
def test_r1_training_shows_what_the_api_keeps(lead: Visit, room: Room) -> None:
    figures: dict[str, Any] = {
        "rehearsal": "rehearsal-1", "source": ELECTION, "began_at": "2017-10-14T08:00:00+06:00",
        "ended_at": "2017-10-14T22:00:00+06:00", "seed": 7, "noise": 20.0, "sent": 900, "acknowledged": 899,
        "accounted": 900, "outcomes": {"accepted": 850}, "reports": 800, "reports_on_time": 760,
        "reports_elsewhere": 0, "bands": {}, "observers_cut": 0, "never_heard": ["0012"], "call_centre": None,
        "questions": [
            {"form": "OP", "code": "A", "label": "", "typed": 90, "asked_again": 1, "misread": 0, "examples": []},
            {"form": "OP", "code": "B", "label": "", "typed": 80, "asked_again": 15, "misread": 1,
             "examples": ["OP B =1+1<img>"]},
        ],
        "observers": [{"observer": "0007", "messages": 9, "not_accepted": 8}],
    }  # fmt: skip
    room.stack.client("dynamodb").put_item(
        TableName=f"{room.stack.name}-summaries",
        Item={
            "election": {"S": ELECTION},
            "id": {"S": "training#rehearsal-1"},
            "document": {"S": json.dumps(figures)},
            "made_at": {"S": "2017-10-14T22:00:00.000000+0000"},
        },
    )
    assert room.api("training")["rehearsals"][0]["questions"][1]["asked_again"] == 15
    page = lead.go("training", "table.training")
    rows = page.locator("table.training tbody tr")
    expect(rows.first).to_contain_text("OP B")
    assert [cell.strip() for cell in rows.first.locator("td.number").all_inner_texts()[:4]] == ["80", "15", "1", "20 %"]
    expect(rows.first).to_contain_text("=1+1<img>")
    expect(page.locator("main")).to_contain_text("899 answered")
    expect(page.get_by_role("row", name="0007")).to_contain_text("8 / 9")
    expect(page.get_by_role("link", name="0012")).to_be_visible()


@pytest.mark.long
def test_t6_a_station_closes_and_opens_again_on_a_phone(chromium: Browser, room: Room) -> None:
    station = next(row["station"] for row in room.observers if room.regions[row["station"]] == "Naryn")
    narrow = {"viewport": {"width": 360, "height": 740}}
    with visiting(chromium, room, room.link("headquarters"), **narrow) as visit:
        page = visit.go(f"station?station={station}", ".caller")
        links = page.locator(".caller a.tel")
        assert all(choice.startswith("tel:+") for choice in links.evaluate_all("(all) => all.map((one) => one.href)"))
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.get_by_role("button", name="Close the station").click()
        page.get_by_label("Why, or how you know").fill("flooded, the commission said")
        page.get_by_role("button", name="Change it").click()
        expect(page.locator("main")).to_contain_text(re.compile(r"closed since 1[23]:\d\d"))
        page.get_by_role("button", name="Open it again").click()
        page.get_by_label("Why, or how you know").fill("it was another school")
        page.get_by_role("button", name="Change it").click()
        expect(page.get_by_role("button", name="Close the station")).to_be_visible()
        eventually(lambda: room.api(f"stations/{station}")["station"]["closed_at"] is None)
