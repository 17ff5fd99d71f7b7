"""Whether a report counts, and in which round: stations, observers, hours, days and practice (docs/grammar.md)."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reports.resolve import ResolvedReport, interpret

FIELD = Path(__file__).parents[2] / "corpus" / "field"
ZONE = ZoneInfo("Asia/Bishkek")
NOON = dt.datetime(2017, 10, 15, 12, 6, tzinfo=ZONE)
ELENA, SHARED = "+996555100005", "+996555100007"


def loaded(typed: str = "", instead: str = "") -> Election:
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    return read_election({**files, "election.yaml": files["election.yaml"].replace(typed, instead)}, "election.yaml")


@pytest.fixture(scope="module")
def field() -> Election:
    return loaded()


def only(election: Election, text: str, phone: str = ELENA, at: dt.datetime = NOON) -> ResolvedReport:
    (report,) = interpret(election, election.observers_by_phone.get(phone, ()), text, at).reports
    return report


@pytest.mark.parametrize(
    ("text", "station", "counts"),
    [
        ("TU A410", "1003", True),
        ("TU 42 A100", "0042", True),
        ("TU 042 A100", "0042", True),
        ("TU 00042 A100", "1003", False),
        ("TU 002 A100", "1003", False),
        ("42 TU A100", "0042", True),
        ("TU 1001 A100", "1001", True),
        ("TU 9999 A100", "1003", False),
        ("TU 77 A100", "1003", False),
        ("TU 1001a A100", "1003", False),
        ("TU 1001-2 A100", "1003", False),
        ("TU 1001/7 A100", "1003", False),
        ("TU A100 уик 9999", "1003", False),
        ("9999 TU A100", "1003", False),
        ("IN 42 3 fight", "0042", True),
        ("IN 9999 3 fight", "1003", True),
        ("IN 77 3 fight", "1003", True),
        ("IN 1002a 3 fight", "1003", True),
    ],
)
def test_a_station_that_does_not_exist_changes_no_number(
    text: str, station: str, counts: bool, field: Election
) -> None:
    report = only(field, text)
    assert (report.station, report.counts) == (station, counts)
    assert ("station_unknown" in report.flags) == (station == "1003" and text != "TU A410")
    if report.reading.form == "IN":
        assert report.reading.answers == {"category": 3}


def test_later_forms_of_an_sms_keep_a_station_that_does_not_exist(field: Election) -> None:
    reports = interpret(field, field.observers_by_phone[ELENA], "OP 77 A1\nTU A320", NOON).reports
    assert [report.counts for report in reports] == [False, False]


@pytest.mark.parametrize(
    ("text", "observer", "counts"),
    [
        ("TU @0008 A5", "0008", True),
        ("TU @8 A5", "0008", True),
        ("TU @08 A5", "0008", True),
        ("TU A5", "0007", True),
        ("TU @9 A5", "0007", False),
        ("TU @0009 A5", "0007", False),
        ("IN @9 3 fight", "0007", True),
    ],
)
def test_a_number_of_nobody_of_this_phone_counts_nothing(
    text: str, observer: str, counts: bool, field: Election
) -> None:
    report = only(field, text, SHARED)
    assert (report.observer.number, report.counts) == (observer, counts)
    assert ("observer_unknown" in report.flags) == text.startswith(("TU @9", "TU @0009", "IN @9"))


@pytest.mark.parametrize(
    ("text", "round_name", "counts"),
    [
        ("Явка на 10 часов А 320", "10:00", True),
        ("TU A310 в 10ч", "10:00", True),
        ("TU at 10 A305", "10:00", True),
        ("Катышуу саат 10 А101", "10:00", True),
        ("Явка на 10 00 А 320", "10:00", True),
        ("TU 1001 на 10 A320", "10:00", True),
        ("TU A320 на 10 часов", "10:00", True),
        ("TU 10ч A320", "10:00", True),
        ("TU A320", "12:00", True),
        ("TU а 320 на 10", "10:00", True),
        ("TU а. 320 at 10 o'clock спасибо", "10:00", True),
        ("Катышуу 1001 а 320 саат 10", "10:00", True),
        ("TU A320 на 10 человек больше", "12:00", True),
        ("TU на 10 киши A320", "12:00", True),
        ("TU 10 am A320", "10:00", True),
        ("Явка на 10 ч. 00 мин. A320", "10:00", True),
        ("TU A320 на 10 часов 00 мин", "10:00", True),
        ("TU A320 на десять", "12:00", False),
        ("TU в десять часов A320", "12:00", False),
        ("TU A320 at ten", "12:00", False),
        ("Катышуу саат он экиде А320", "12:00", False),
        ("TU A320 в пять раз больше", "12:00", True),
        ("TU 10 утра A320", "10:00", True),
        ("Катышуу 10 эртең менен А320", "10:00", True),
        ("TU A320 10 утра", "10:00", True),
        ("TU A320. 10 часов", "10:00", True),
        ("TU на 13 A320", "12:00", False),
        ("TU A320 к 5 часам", "12:00", False),
        ("TU сегодня на 10 A320", "10:00", True),
        ("TU вчера на 10 A320", "12:00", False),
        ("TU 15.10.2017 A320", "12:00", True),
        ("TU 15 октября на 10 A320", "10:00", True),
        ("TU 16 октября на 10 A320", "12:00", False),
    ],
)
def test_an_hour_names_the_round_or_nothing_counts(text: str, round_name: str, counts: bool, field: Election) -> None:
    report = only(field, text)
    assert (report.round, report.counts) == (round_name, counts)
    assert (report.reading.rejected.get("round") == "ambiguous") is not counts


@pytest.mark.parametrize(
    "typed", ["9:10 часов", "9.10ч", "320-10ч", "9:10am", "320/10 утра", "9 .10 ч", "320 10 голосов"]
)
def test_what_a_sign_joins_to_a_value_is_no_hour(typed: str, field: Election) -> None:
    report = only(field, f"TU A{typed}")
    assert (dict(report.reading.answers), dict(report.reading.rejected)) == ({}, {"A": "ambiguous"})


@pytest.fixture(scope="module")
def two_days() -> Election:
    return loaded(
        '["10:00", "12:00", "14:00", "16:00", "18:00", "20:00"]', '["10:00", "18:00", "D+1 10:00", "D+1 18:00"]'
    )


FIRST = dt.datetime(2017, 10, 15, 19, 0, tzinfo=ZONE)
SECOND = dt.datetime(2017, 10, 16, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "at", "round_name", "counts"),
    [
        ("TU на 10 A5", FIRST, "10:00", True),
        ("TU на 10 A5", SECOND, "D+1 10:00", True),
        ("TU на 18 A5", SECOND, "18:00", True),
        ("TU 10:00 A5", SECOND, "D+1 10:00", True),
        ("TU D+1 10:00 A5", SECOND, "D+1 10:00", True),
        ("TU вчера на 10 A5", SECOND, "10:00", True),
        ("Катышуу кечээ саат 10 А5", SECOND, "10:00", True),
        ("TU yesterday at 10 A5", SECOND, "10:00", True),
        ("TU сегодня на 10 A5", SECOND, "D+1 10:00", True),
        ("Катышуу бүгүн саат 10 А5", SECOND, "D+1 10:00", True),
        ("TU today at 10 A5", SECOND, "D+1 10:00", True),
        ("TU 15 октября на 10 A5", SECOND, "10:00", True),
        ("TU 16.10 на 10 A5", SECOND, "D+1 10:00", True),
        ("TU A5 на 10 15.10.2017", SECOND, "10:00", True),
        ("TU October 15 at 10 A5", SECOND, "10:00", True),
        ("TU 15-октябрь саат 10 A5", SECOND, "10:00", True),
        ("TU A5", SECOND, "D+1 10:00", True),
        ("TU вчера A5", SECOND, "D+1 10:00", False),
        ("TU 20 октября на 10 A5", SECOND, "D+1 10:00", False),
    ],
)
def test_hours_that_recur_belong_to_the_day_named(
    text: str, at: dt.datetime, round_name: str, counts: bool, two_days: Election
) -> None:
    report = only(two_days, text, at=at)
    assert (report.round, report.counts) == (round_name, counts)


EVE = dt.datetime(2017, 10, 14, 18, 0, tzinfo=ZONE)
MIDNIGHT = dt.datetime(2017, 10, 15, 0, 0, tzinfo=ZONE)


@pytest.mark.parametrize("text", ["OP A1 B0702 C9 D1 E1668", "TU A5", "CL A2005 B1 C300 D5 E100 F100 G95", "OP D2"])
def test_before_its_day_a_form_is_practice(text: str, field: Election) -> None:
    before = interpret(field, field.observers_by_phone[ELENA], text, MIDNIGHT - dt.timedelta(seconds=1))
    (report,) = before.reports
    assert (report.counts, report.alarms, "practice" in report.flags, before.state) == (False, False, True, "practice")
    (report,) = interpret(field, field.observers_by_phone[ELENA], text, MIDNIGHT).reports
    assert (report.counts, "practice" in report.flags) == (True, False)


def test_an_incident_opens_on_any_day(field: Election) -> None:
    report = only(field, "IN 3 fight", at=EVE)
    assert (report.counts, report.flags) == (True, ())


@pytest.mark.parametrize(
    ("due", "first"),
    [
        ('by: "08:30"', MIDNIGHT),
        ('from: "07:00", by: "08:30"', MIDNIGHT),
        ('from: "D-14 10:00", by: "08:30"', dt.datetime(2017, 10, 1, 10, 0, tzinfo=ZONE)),
        ('from: "20:00", by: "D+1 02:00"', dt.datetime(2017, 10, 15, 20, 0, tzinfo=ZONE)),
        ('by: "D+1 02:00"', MIDNIGHT + dt.timedelta(days=1)),
    ],
)
def test_a_form_counts_from_its_first_day_or_what_it_says(due: str, first: dt.datetime) -> None:
    election = loaded('from: "07:00", by: "08:30"', due)
    assert only(election, "OP A1", at=first).counts
    assert not only(election, "OP A1", at=first - dt.timedelta(seconds=1)).counts


@pytest.mark.parametrize(
    ("text", "round_name", "answers", "rejected"),
    [
        ("TU D-1 10:00 A5", "D-1 10:00", {"A": 5}, {}),
        ("Явка Д-1 на 10 А5", "D-1 10:00", {"A": 5}, {}),
        ("D-1 10:00 TU A5", "D-1 10:00", {"A": 5}, {}),
        ("TU D-2 10:00 A5", "10:00", {"A": 5}, {"D": "unknown_code"}),
        ("OP D-1 A1", "-", {"D": True, "A": True}, {}),
    ],
)
def test_a_day_before_is_named_as_the_file_names_it(
    text: str, round_name: str, answers: dict[str, object], rejected: dict[str, str]
) -> None:
    election = loaded('["10:00", "12:00", "14:00", "16:00", "18:00", "20:00"]', '["D-1 10:00", "10:00", "18:00"]')
    report = only(election, text, at=NOON)
    assert (report.round, dict(report.reading.answers)) == (round_name, answers)
    assert dict(report.reading.rejected) == rejected
