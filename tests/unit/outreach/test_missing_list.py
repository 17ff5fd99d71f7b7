"""The list of what is missing: who is silent, whom it names, and what a coordinator is answered by SMS."""

import datetime as dt
import re

import pytest
from chased_election import FORMS, an_election
from election_day import ElectionDay

from chalicelib.observation.elections.clock import Clock
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.reminders import overdue_rounds
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services.coordinators.queries import missing
from chalicelib.services.outreach.gaps import Gap, gaps
from chalicelib.services.outreach.missing_list import SMS_SEGMENTS, list_email, list_sms
from chalicelib.store.incidents import Incident

REAL = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SEVEN = dt.datetime.fromisoformat("2017-10-15T07:00:00+06:00")


class Day:
    """An election day in memory; `at` moves its clock to a local time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, election: Election) -> None:
        self.memory = ElectionDay(election, Clock(SEVEN, REAL), monkeypatch)

    def at(self, time: str) -> dt.datetime:
        at = dt.datetime.fromisoformat(f"2017-10-15T{time}:00+06:00")
        self.memory.now = REAL + (at - SEVEN)
        return at

    def report(self, time: str, station: str, form: str, round_name: str = "-") -> None:
        self.at(time)
        self.memory.report(station, f"{station}1", form, round_name, 1)

    def gaps(self, time: str, *regions: str) -> dict[str, Gap]:
        found = gaps(self.memory.election, regions or self.memory.election.regions, self.at(time))
        return {gap.station.number: gap for of_region in found.values() for gap in of_region}

    def asked(self, time: str, question: str = "", regions: tuple[str, ...] = ("North", "South")) -> str:
        self.at(time)
        return " ".join(missing(self.memory.loaded, "en", regions, question, self.memory.now))


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch, election: Election) -> Day:
    return Day(monkeypatch, election)


def heard(gap: Gap) -> str | None:
    return gap.heard and f"{gap.heard.astimezone(dt.timezone(dt.timedelta(hours=6))):%H:%M}"


def test_a_report_that_is_not_due_yet_is_a_sign_of_life(day: Day) -> None:
    day.report("10:05", "1", "TU", "10:00")
    found = day.gaps("10:10")
    assert {number: (gap.is_silent, heard(gap)) for number, gap in found.items()} == {
        "1": (False, "10:05"),
        "2": (True, None),
        "3": (True, None),
    }


def test_an_incident_is_a_sign_of_life(day: Day) -> None:
    opened = day.at("08:50")
    whose = {"station": "1", "region": "North", "observer": "11", "message": "generic#1", "severity": "low"}
    Incident(day.memory.election.id, "1#A", opened_at=opened, **whose).save()
    assert not day.gaps("09:00")["1"].is_silent
    assert day.gaps("09:00")["2"].is_silent


def test_who_was_heard_early_and_owes_two_rounds_since_is_silent(day: Day) -> None:
    day.report("07:30", "1", "OP")
    day.report("07:40", "2", "OP")
    day.report("10:05", "2", "TU", "10:00")
    early = day.gaps("12:25")["1"]
    assert (early.is_silent, early.places) == (False, (("TU", "10:00"),))
    found = day.gaps("12:40")
    assert {number: (gap.is_silent, heard(gap)) for number, gap in found.items()} == {
        "1": (True, "07:30"),
        "2": (False, "10:05"),
        "3": (True, None),
    }
    email = list_email(
        day.memory.election,
        day.memory.election.coordinators[0],
        gaps(day.memory.election, ["North"], day.at("12:40")),
        day.at("12:40"),
    )
    for part in (email.text, email.html or ""):
        assert "last heard of at" in part
        assert "07:30" in part
        assert part.index("Silent since the morning") < part.index("07:30") < part.index("the longest overdue first")
    assert "+996" not in email.subject


def test_before_anything_is_due_nobody_is_missing_or_silent(day: Day) -> None:
    assert day.gaps("08:30") == {}


def test_missing_tells_the_same_as_the_summary(day: Day) -> None:
    """At 12:10 the next round has begun: of the one before it stations are missing all the same."""
    day.report("10:05", "1", "TU", "10:00")
    for time in ("09:00", "10:31", "12:10", "12:31", "13:00", "15:00"):
        election = day.memory.election
        nation = summarise(election, day.memory.cells(), day.at(time)).nation
        counts = {
            (form.code, name): nation.forms[form.code][name].missing
            for form in election.forms
            for name in form.round_names
            if form.expect == "station"
        }
        answer = day.asked(time)
        for (code, name), count in counts.items():
            label = code if name == "-" else f"{code} {name}"
            assert re.findall(rf"{label}, missing (\d+)", answer) == ([f"{count}"] if count else []), (time, label)


@pytest.mark.parametrize("question", ["TU 10:00", "tu 10", "ТU 10.00", "TU 1000", "TU10:00"])
def test_a_round_is_asked_for_by_its_hour(day: Day, question: str) -> None:
    day.report("12:15", "3", "TU", "10:00")
    assert day.asked("13:00", question) == "TU 10:00, missing 2: 1 2."
    assert "TU 12:00, missing 3: 1 2 3." in day.asked("13:00", "TU")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("TU 14:00", "There is no form TU 14:00: TU 10:00, TU 12:00, TU 21:45, TU 23:30"),
        ("OP 10:00", "There is no form OP 10:00: OP"),
        ("XX", "There is no form XX: OP TU EV"),
        ("XX 10:00", "There is no form XX 10:00: OP TU EV"),
        ("TU 21:45", "North, South, nothing is missing."),
    ],
)
def test_what_is_not_there_is_said_with_what_is(day: Day, question: str, answer: str) -> None:
    assert day.asked("13:00", question) == answer


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
@pytest.mark.parametrize("size", [1, 3, 7, 8, 60, 400])
def test_the_sms_names_as_many_stations_with_phones_as_have_room(
    monkeypatch: pytest.MonkeyPatch, language: str, size: int
) -> None:
    stations = [{"number": f"{1000 + n}", "region": "North"} for n in range(size)]
    observers = [
        {"number": f"{n}", "name": "N", "phones": [f"+9967000{n:05}"], "language": "en", "station": f"{1000 + n}"}
        for n in range(size)
    ]
    election = an_election(forms=FORMS[:2], stations=stations, observers=observers, languages=["en", "ru", "ky"])
    day = Day(monkeypatch, election)
    election = day.memory.election
    day.memory.report("1000", "0", "OP", "-", 1)
    at = day.at("10:31")
    coordinator = election.coordinators[0].model_copy(update={"language": language})
    text = list_sms(election, coordinator, gaps(election, ["North"], at), at)
    assert count_segments(text).count <= SMS_SEGMENTS
    named = re.findall(r"(\d{4})(?: \(\d\d:\d\d\))? (\+9967\d{8})", text)
    more = re.search(r" \+(\d{1,3})$", text)
    assert len(named) + (int(more[1]) if more else 0) == size
    assert [phone for _, phone in named] == [f"+9967000{int(number) - 1000:05}" for number, _ in named]
    order = [f"{1000 + n}" for n in (*range(1, size), 0)]
    assert [number for number, _ in named] == order[: len(named)], "the silent first, then who was heard of"
    assert len(named) >= min(size, 6)
    assert overdue_rounds(election, at) == (("OP", "-"), ("TU", "10:00"))
    assert f"TU 10:00 {size}" in text
