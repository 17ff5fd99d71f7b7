"""Forms that an observer sends many times: which report an SMS is, what is counted of it and what is answered."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.schedule import expected_by_region, hours_of, is_missing_time, places
from chalicelib.observation.replies.replies import ReportResult, report_reply
from chalicelib.observation.reports.report import Report, Source, owing
from chalicelib.observation.reports.resolve import ResolvedReport, interpret
from chalicelib.observation.reports.tally import contribution, failure_counter
from chalicelib.observation.texts.catalogue import LANGUAGES, catalogue

FIELD = Path(__file__).parents[2] / "corpus" / "field"
ZONE = ZoneInfo("Asia/Bishkek")
WEEK_BEFORE = dt.datetime(2017, 10, 8, 12, tzinfo=ZONE)
ELENA, SHARED = "+996555100005", "+996555100007"
VISIT = """forms:
  - code: VI
    aliases: [ВИЗИТ]
    expect: many
    {serial}
    due: {{from: "D-30 08:00", by: "D+1 20:00"}}
    questions:
      - {{code: N, type: integer, min: 1, max: 999}}
      - {{code: A, type: yesno, critical_if: false}}
      - {{code: C, type: integer, min: 0, max: 500}}
    checks:
      - {{rule: "C < 100", message: {{en: "Many people"}}}}
"""


def loaded(serial: str = "serial: N") -> Election:
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    yaml = files["election.yaml"].replace("forms:\n", VISIT.format(serial=serial), 1)
    return read_election({**files, "election.yaml": yaml}, "election.yaml")


@pytest.fixture(scope="module")
def numbered() -> Election:
    return loaded()


@pytest.fixture(scope="module")
def unnumbered() -> Election:
    return loaded("")


def resolved(
    election: Election, text: str, phone: str = ELENA, at: dt.datetime = WEEK_BEFORE, sms: str = "sms1"
) -> tuple[ResolvedReport, ...]:
    return interpret(election, election.observers_by_phone[phone], text, at, sms=sms).reports


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("VI N1 A1 C5", ["0005.1"]),
        ("ВИЗИТ 1001 N 12 A да", ["0005.12"]),
        ("VI N1 A1\nVI N2 A2", ["0005.1", "0005.2"]),
        ("VI N1 A1\nVI N1 C7", ["0005.1"]),
        ("VI N1 A1. TU A410", ["0005.1", "10:00"]),
    ],
)
def test_the_serial_tells_reports_apart(text: str, names: list[str], numbered: Election) -> None:
    reports = resolved(numbered, text)
    assert [report.round for report in reports] == names
    assert all(report.counts for report in reports if report.reading.form == "VI")


def test_reports_of_two_observers_of_one_phone_are_two(numbered: Election) -> None:
    names = [resolved(numbered, text, SHARED)[0].round for text in ("VI N1 A1", "VI @0008 N1 A1")]
    assert names == ["0007.1", "0008.1"]


@pytest.mark.parametrize("text", ["VI A1 C5", "VI N0 A1", "VI N1 N2 A1", "VI Nxyz A1", "VI N7? A1"])
def test_without_its_serial_nothing_of_a_report_counts(text: str, numbered: Election) -> None:
    (report,) = resolved(numbered, text)
    assert ("serial_missing" in report.flags, report.counts, report.is_asked_again) == (True, False, True)
    assert report.alarms


def test_where_a_form_has_no_serial_each_sms_is_a_report(unnumbered: Election) -> None:
    first, again, second = (resolved(unnumbered, "VI A1", sms=sms)[0] for sms in ("a", "a", "b"))
    assert first.round == again.round != second.round
    assert len(resolved(unnumbered, "VI A1\nVI C5")) == 1


def test_reports_count_from_the_beginning_on(numbered: Election) -> None:
    (early,) = resolved(numbered, "VI N1 A1", at=WEEK_BEFORE - dt.timedelta(days=40))
    assert ("practice" in early.flags, early.counts) == (True, False)


def test_nobody_owes_one(numbered: Election) -> None:
    form, long_after = numbered.form_by_code["VI"], WEEK_BEFORE + dt.timedelta(days=60)
    assert set(expected_by_region(numbered, form, "-").values()) == {0}
    assert not is_missing_time(numbered, form, "-", long_after)
    assert owing(numbered, Report("1003", "VI", "0005.1")) == ()
    assert all(code != "VI" for code, _ in places(numbered))
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    assert hours_of(numbered) == hours_of(read_election(files, "election.yaml"))


def test_a_report_counts_its_answers_and_the_checks_that_it_fails(numbered: Election) -> None:
    source = Source(WEEK_BEFORE, "sms1")
    report = Report("1003", "VI", "0005.1").merge("0005", {"N": 1, "A": True, "C": 120}, source)
    assert contribution(numbered, report) == {
        "received": 1,
        "complete": 1,
        "N#count": 1,
        "N#sum": 1,
        "A=true": 1,
        "C#count": 1,
        "C#sum": 120,
        failure_counter("C < 100"): 1,
    }
    covering = Report("1003", "VI", "0001.1").merge("0001", {"N": 1, "C": 20}, source)
    counted = {"received": 1, "partial": 1, "N#count": 1, "N#sum": 1, "C#count": 1, "C#sum": 20}
    assert contribution(numbered, covering) == counted


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reply_names_the_report_or_asks_which_it_is(language: str, numbered: Election) -> None:
    good = ReportResult("VI", "1003", "12", ("N", "A"), ("C",), {})
    assert "VI 1003 12." in report_reply(numbered, language, [good])
    reply = report_reply(
        numbered, language, [ReportResult("VI", "1003", "-", ("A",), (), {}, flags=("serial_missing",))]
    )
    assert "VI 1003." in reply
    assert ", N " in reply or ": N " in reply
    assert catalogue()[language]["reply_accepted"].split("{")[0] not in reply
