"""The final report on the real tables: to headquarters, once, after the election's hours, and what it must not tell."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_faults import Killed, Wire, killed, silent
from pipeline import Load, Pipeline

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.policies import QuickCount
from chalicelib.observation.elections.schedule import hours_of
from chalicelib.services.access.operators import Operator
from chalicelib.services.delivery.deliver import deliver
from chalicelib.services.quick_count.release import release, withdraw
from chalicelib.services.summaries import final_report_email
from chalicelib.services.summaries.final_report import final_report
from chalicelib.services.summaries.hourly import queue_summaries, queue_summaries_due
from chalicelib.store import elections
from chalicelib.store.messages import Message

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
HEADQUARTERS = [
    Coordinator(name=name, email=f"{name}@example.org", language=language, regions=("*",), alerts=("email",))
    for name, language in (("one", "en"), ("two", "ru"), ("three", "ky"))
]
BALLOTS, VOTES = 1237, 1111


@pytest.fixture
def evening(load: Load, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """An election that was looked after, a minute after its hours, with three coordinators at headquarters."""
    return over(load(coordinators=[*load().election.coordinators[:2], *HEADQUARTERS]), monkeypatch)


def over(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    monkeypatch.setattr(elections, "list_elections", lambda: [pipeline.election.id])
    queue_summaries(pipeline.current, pipeline.now)
    hours = hours_of(pipeline.election)
    assert hours is not None
    pipeline.now = hours[1]
    queue_summaries_due(pipeline.now)
    assert reports(pipeline) == [], "the hours are not over yet"
    pipeline.now += MINUTE
    return pipeline


def reports(pipeline: Pipeline) -> list[Message]:
    return [row for row in pipeline.outgoing() if row.key.startswith("report#")]


def test_headquarters_get_it_once_each_in_their_language_whoever_asks_and_however_often(evening: Pipeline) -> None:
    with ThreadPoolExecutor(3) as several:
        queued = list(several.map(lambda late: queue_summaries_due(evening.now, catching_up=late), (True, False, True)))
    emails = reports(evening)
    assert sum(queued) == len(emails) == 3
    assert {row.recipient for row in emails} == {coordinator.email for coordinator in HEADQUARTERS}
    by_recipient = {row.recipient: row for row in emails}
    for coordinator, title in zip(HEADQUARTERS, ("Final report", "Итоговый отчёт", "Жыйынтык отчёт"), strict=True):
        row = by_recipient[coordinator.email]
        assert row.channel == "email"
        assert title in row.text
        assert title in row.html
    evening.now += 5 * HOUR
    assert queue_summaries_due(evening.now) == 0
    assert queue_summaries_due(evening.now, catching_up=True) == 0
    assert deliver(by_recipient["one@example.org"], evening.now)


def cut_second_email(wire: Wire, moment: str, fault: Callable[[], BaseException]) -> None:
    """Cut the second email's PutItem, before it is stored or after."""
    wire.listen()
    puts = []

    def cut(operation: str, place: int, when: str) -> BaseException | None:
        puts.append(operation == "PutItem" and when == "before")
        return fault() if operation == "PutItem" and sum(puts) == 2 and when == moment else None

    wire.cut_all = cut


@pytest.mark.parametrize(("moment", "stored"), [("before", 1), ("after", 2)])
def test_a_run_that_dies_is_finished_by_the_next(evening: Pipeline, wire: Wire, moment: str, stored: int) -> None:
    cut_second_email(wire, moment, killed)
    with pytest.raises(Killed):
        queue_summaries_due(evening.now)
    wire.mend()
    assert len(reports(evening)) == stored
    assert queue_summaries_due(evening.now + HOUR) == 3 - stored
    assert len(reports(evening)) == 3


@pytest.mark.parametrize(("moment", "stored"), [("before", 2), ("after", 3)])
def test_a_fault_at_one_email_keeps_it_from_nobody_else(
    evening: Pipeline, wire: Wire, moment: str, stored: int
) -> None:
    cut_second_email(wire, moment, silent)
    assert queue_summaries_due(evening.now) == 2
    wire.mend()
    assert len(reports(evening)) == stored
    assert queue_summaries_due(evening.now + HOUR) == 3 - stored
    assert len(reports(evening)) == 3
    assert queue_summaries_due(evening.now + HOUR) == 0


def test_late_it_is_sent_all_the_same_but_not_of_an_election_long_past_or_never_looked_after(
    evening: Pipeline, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queue_summaries_due(evening.now + 30 * HOUR) == 0
    assert queue_summaries_due(evening.now + 20 * HOUR) == 3
    other = load(coordinators=HEADQUARTERS)
    monkeypatch.setattr(elections, "list_elections", lambda: [other.election.id])
    hours = hours_of(other.election)
    assert hours is not None
    assert queue_summaries_due(hours[1] + MINUTE) == 0


def test_a_page_that_no_row_holds_is_left_out_of_the_email(evening: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(final_report_email, "LARGEST_PAGE", 1000)
    assert queue_summaries_due(evening.now) == 3
    for row in reports(evening):
        assert row.html is None
        assert f"./baykoo report {evening.election.id} --output report.html" in row.text


def test_a_row_holds_the_largest_page(evening: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        final_report_email, "report_page", lambda election, day, language: "й" * (final_report_email.LARGEST_PAGE // 2)
    )
    assert queue_summaries_due(evening.now) == 3
    assert {len(row.html.encode()) for row in reports(evening)} == {final_report_email.LARGEST_PAGE}


def test_sums_of_the_count_are_in_it_only_while_the_quick_count_is_released(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = QuickCount(population={"Bishkek": 230, "Chuy": 417})
    pipeline = load(coordinators=HEADQUARTERS, quick_count=declared)
    pipeline.now += 12 * HOUR
    station = pipeline.election.stations[0].number
    text = f"CL {station} A2000 B1 C{BALLOTS} D0 E{VOTES} F100 G26"
    assert pipeline.say(pipeline.phone(0), text).state == "accepted"
    pipeline.now -= 12 * HOUR
    over(pipeline, monkeypatch)
    queue_summaries_due(pipeline.now)
    sums = (f"{BALLOTS:,}", f"{VOTES:,}", f"{BALLOTS}", f"{VOTES}")
    english = next(row for row in reports(pipeline) if row.recipient == "one@example.org")
    assert not [sum_ for sum_ in sums if sum_ in english.html or sum_ in english.text]
    assert "left out until headquarters release" in english.html
    headquarters = Operator("H", "headquarters", pipeline.election.id, ())
    release(pipeline.current, headquarters, 0, "the result is out", pipeline.now)
    page = final_report(pipeline.current, pipeline.now, "en")
    assert f"sum {BALLOTS:,} (answers: 1)" in page
    assert f"sum {VOTES:,} (answers: 1)" in page
    assert "left out until" not in page
    withdraw(pipeline.current, headquarters, 1, "too early", pipeline.now)
    assert f"{VOTES:,}" not in final_report(pipeline.current, pipeline.now, "en")
