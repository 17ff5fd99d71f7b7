"""The report: what counts as lost, as late, as misread; and the page that is shown of it."""

import datetime as dt
import re
from html import unescape

import pytest

from chalicelib.observation.elections.clock import Clock
from chalicelib.rehearsal.latency import Latency
from chalicelib.rehearsal.page import rehearsal_page
from chalicelib.rehearsal.provider import Answers
from chalicelib.rehearsal.report import ProviderShare, QuestionErrors, report_on
from chalicelib.rehearsal.run import Rehearsal, RehearsedIncident, RehearsedSms
from chalicelib.rehearsal.simulation.day import Day, IntendedReport, Plan, PlannedSms
from chalicelib.rehearsal.simulation.messages import ComposedText, Meaning
from chalicelib.store.incidents import Incident
from chalicelib.store.messages import Message

REAL = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
MORNING = dt.datetime.fromisoformat("2017-10-15T10:05:00+06:00")
ONE_SECOND = dt.timedelta(seconds=1)


def stored(number, state, counted_at=MORNING, **reading):
    reading = {"form": "TU", "station": "1002", "round": "10:00", "observer": "10021"} | reading
    return Message(
        f"generic#{number}",
        direction="in",
        state=state,
        stored_at=REAL,
        processed_at=None if state == "received" else REAL + (number + 1) * ONE_SECOND,
        counted_at=counted_at,
        reading={"reports": [reading]} if reading.get("answers") else {"reports": []},
    )


@pytest.fixture
def sent(election):
    observer = election.observer_by_number["10021"]

    def make(
        number, row, answers, *, form="TU", acknowledged=True, rejected=(), left_out=(), known=True, provider="generic"
    ):
        intended = IntendedReport(observer, form, "10:00" if form == "TU" else "-", answers)
        planned = PlannedSms(number, MORNING, intended, (ONE_SECOND,), known)
        typed = {code: value for code, value in answers.items() if code not in (*rejected, *left_out)}
        written = ComposedText("TU A300", Meaning(form or "", None, typed, rejected), frozenset())
        return RehearsedSms(planned, written, provider, f"{provider}#{number}", acknowledged, row)

    return make


@pytest.fixture
def rehearsal(election):
    def make(*sent, answers=None, incidents=()):
        return Rehearsal(
            election=election,
            number="+12015550100",
            plan=Plan(80, 5, 20, 10, 3, 7),
            day=Day(MORNING, MORNING + dt.timedelta(hours=17), ()),
            clock=Clock(MORNING, REAL, 200),
            began_at=REAL,
            ended_at=REAL + dt.timedelta(minutes=6),
            sent=sent,
            answers=answers or {"generic": Answers({row.key for row in sent}, [0.01, 0.02])},
            incidents=incidents,
        )

    return make


def test_a_message_without_an_outcome_is_lost_and_named(sent, rehearsal):
    made = report_on(
        rehearsal(
            sent(0, stored(0, "accepted", answers={"A": 300}), {"A": 300}),
            sent(1, stored(1, "received"), {"A": 300}),
            sent(2, None, {"A": 300}),
            sent(3, None, {"A": 300}, acknowledged=False),
        )
    )
    assert (made.sent, made.acknowledged, made.accounted) == (4, 3, 1)
    assert made.lost == ("generic#1", "generic#2")
    assert not made.is_whole


def test_each_provider_has_its_share(sent, rehearsal):
    answers = {"twilio": Answers(seconds=[0.2, 0.1]), "generic": Answers(), "kannel": Answers(seconds=[0.3])}
    made = report_on(
        rehearsal(
            sent(0, stored(0, "accepted"), {}, provider="twilio"),
            sent(1, stored(1, "received"), {}, provider="twilio"),
            sent(2, stored(2, "held"), {}, provider="kannel"),
            sent(3, None, {}, provider="generic", acknowledged=False),
            answers=answers,
        )
    )
    assert made.providers == (
        ProviderShare("generic", 1, 0, 0, None),
        ProviderShare("kannel", 1, 1, 1, Latency(1, 0.3, 0.3, 0.3)),
        ProviderShare("twilio", 2, 2, 1, Latency(2, 0.1, 0.2, 0.2)),
    )
    assert made.acknowledgement == Latency(3, 0.2, 0.3, 0.3)
    page = said(rehearsal_page(made))
    assert "generic 1 0 0 – – kannel 1 1 1 300 ms 300 ms twilio 2 2 1 100 ms 200 ms" in page


def test_every_outcome_accounts_for_a_message(sent, rehearsal):
    states = ("accepted", "partly_accepted", "unrecognised", "quarantined", "held")
    made = report_on(rehearsal(*(sent(n, stored(n, state), {"A": 300}) for n, state in enumerate(states))))
    assert made.outcomes == dict.fromkeys(states, 1)
    assert made.is_whole


def test_an_answer_is_right_asked_again_or_misread(sent, rehearsal):
    made = report_on(
        rehearsal(
            sent(0, stored(0, "accepted", answers={"A": 300}), {"A": 300}),
            sent(1, stored(1, "accepted", answers={"A": 30}), {"A": 300}),
            sent(2, stored(2, "partly_accepted", answers={"B": 1}, rejected={"A": "ambiguous"}), {"A": 300}),
            sent(3, stored(3, "unrecognised"), {"A": 300}),
            sent(4, stored(4, "accepted", form="IN", answers={"category": 20}), {"category": 20}, form="IN"),
        )
    )
    assert made.questions == (
        QuestionErrors("TU", "A", "", typed=4, asked_again=2, misread=1),
        QuestionErrors("IN", "category", "Critical incident", typed=1, asked_again=0, misread=0),
    )
    assert made.questions[0].rate == 0.75


def test_what_has_to_be_refused_is_misread_if_it_is_read(sent, rehearsal):
    made = report_on(
        rehearsal(
            sent(0, stored(0, "accepted", answers={"A": 300}), {"A": 300}, rejected=("A",)),
            sent(1, stored(1, "partly_accepted", rejected={"A": "conflicting"}), {"A": 300}, rejected=("A",)),
        )
    )
    assert [(question.typed, question.asked_again, question.misread) for question in made.questions] == [(2, 1, 1)]


def test_what_was_not_typed_and_who_is_not_known_is_no_error(sent, rehearsal):
    made = report_on(
        rehearsal(
            sent(0, stored(0, "accepted", answers={"A": 300}), {"A": 300, "B": 1}, left_out=("B",)),
            sent(1, stored(1, "quarantined"), {"A": 300}, known=False),
            sent(2, stored(2, "unrecognised"), {}, form=None),
        )
    )
    assert [(question.code, question.typed, question.rate) for question in made.questions] == [("A", 1, 0.0)]
    assert [(observer.messages, observer.not_accepted) for observer in made.observers] == [(1, 0)]
    assert made.is_whole


def test_on_time_and_where_it_was_meant(sent, rehearsal):
    late = dt.datetime.fromisoformat("2017-10-15T10:31:00+06:00")
    made = report_on(
        rehearsal(
            sent(0, stored(0, "accepted", answers={"A": 300}), {"A": 300}),
            sent(1, stored(1, "accepted", counted_at=late, answers={"A": 300}), {"A": 300}),
            sent(2, stored(2, "accepted", answers={"A": 300}, round="12:00"), {"A": 300}),
            sent(3, stored(3, "accepted", answers={"A": 300}, station="1001"), {"A": 300}),
        )
    )
    assert (made.reports, made.reports_on_time, made.reports_elsewhere) == (4, 3, 2)


def test_observers_by_how_much_of_theirs_was_accepted(sent, rehearsal):
    states = ["unrecognised", *["accepted"] * 5]
    made = report_on(rehearsal(*(sent(n, stored(n, state), {"A": 300}) for n, state in enumerate(states))))
    assert made.bands == {"none": 0, "up to 10 %": 0, "up to 25 %": 1, "up to 50 %": 0, "more": 0}
    assert [(row.observer, row.messages, row.not_accepted) for row in made.worst] == [("10021", 6, 1)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], None),
        ([3.0], Latency(1, 3.0, 3.0, 3.0)),
        (range(1, 101), Latency(100, 50, 95, 99)),
        ([2.0, 1.0], Latency(2, 1.0, 2.0, 2.0)),
    ],
)
def test_percentiles_are_by_nearest_rank(seconds, expected):
    assert Latency.of(seconds) == expected


def test_alerts_are_timed_from_the_sms_and_escalations_from_when_they_were_queued(sent, rehearsal):
    message = stored(0, "accepted")
    alerts = (
        Message("alert#1", state="sent", sent_at=REAL + 2 * ONE_SECOND),
        Message("alert#2", state="sent", sent_at=REAL + 4 * ONE_SECOND),
        Message("alert#3", state="failed"),
    )
    escalated = (Message("alert#4", state="sent", stored_at=REAL + 60 * ONE_SECOND, sent_at=REAL + 61 * ONE_SECOND),)
    incident = RehearsedIncident(Incident("kg", "ABCDEF"), message, alerts, escalated)
    made = report_on(rehearsal(sent(0, message, {}), incidents=(incident,)))
    assert (made.incidents, made.alerts, made.alerts_failed) == (1, 4, 1)
    assert made.alerting == Latency(2, 2.0, 4.0, 4.0)
    assert made.escalating == Latency(1, 1.0, 1.0, 1.0)
    assert made.processing == Latency(1, 1.0, 1.0, 1.0)


def said(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main>") :])).split())


def test_the_page_says_that_nothing_was_lost_and_how_much_was_sent(sent, rehearsal):
    page = rehearsal_page(report_on(rehearsal(sent(0, stored(0, "accepted", answers={"A": 300}), {"A": 300}))))
    assert "Not one message was lost: all 1 that the system acknowledged are accounted for." in said(page)
    assert "Acknowledged − accounted 0" in said(page)
    assert "SMS delivered → acknowledged 2 10 ms 20 ms 20 ms" in said(page)
    assert not re.search(r"https?:|<script|<link|url\(|\+1201", page)


def test_the_page_says_what_was_lost_and_what_the_webhook_answered(sent, rehearsal):
    answers = Answers({"generic#0"}, [0.01])
    answers.failed["generic#1"] = "403 <b>Forbidden"
    lost, refused = sent(0, None, {"A": 1}), sent(1, None, {"A": 1}, acknowledged=False)
    made = report_on(rehearsal(lost, refused, answers={"generic": answers}))
    page = rehearsal_page(made)
    assert "1 of 1 acknowledged messages are not accounted for." in said(page)
    assert "Acknowledged − accounted 1" in said(page)
    assert "generic: 403 &lt;b&gt;Forbidden (1)" in page
