"""The quick count on the real tables: what counts of what stations have reported, and what it costs to know."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from aws_faults import Wire, silent
from pipeline import Load, Pipeline
from read_units import ReadMeter
from shown_messages import describe_message

from chalicelib.observation.elections.election import Check
from chalicelib.observation.elections.policies import QuickCount
from chalicelib.observation.quick_count.estimate import QuickCountError, quick_count
from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.estimate import count_now
from chalicelib.services.quick_count.live_count import FRESH, keep_count
from chalicelib.services.quick_count.release import NothingReleased, release, withdraw
from chalicelib.services.quick_count.visibility import show_quick_count, withheld_answers
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.messages import Message
from chalicelib.store.operators import AuditRow
from chalicelib.store.tables import StoreUnavailable

DECLARED = QuickCount(population={"Bishkek": 230, "Chuy": 417})
Answers = dict[str, int]


def count_of(place: int) -> Answers:
    """A station's count, different at each; the votes add up to the ballots."""
    first, second, third = 200 + 7 * place, 180 + 3 * (place % 7), 90 + 11 * (place % 5)
    return {"C": first + second + third + place % 4, "D": place % 4, "E": first, "F": second, "G": third}


@pytest.fixture
def evening(load: Load) -> Pipeline:
    """20 stations in two strata, after closing."""
    return at_nine_in_the_evening(load(quick_count=DECLARED))


def at_nine_in_the_evening(pipeline: Pipeline) -> Pipeline:
    pipeline.now += dt.timedelta(hours=12)
    return pipeline


def number(pipeline: Pipeline, place: int) -> str:
    return pipeline.election.stations[place].number


def report_count(pipeline: Pipeline, place: int, answers: Answers, *, observer: int = 0) -> None:
    counts = " ".join(f"{code}{value}" for code, value in answers.items())
    text = f"CL {number(pipeline, place)} A2000 B1 {counts}"
    assert pipeline.say(pipeline.observers(place)[observer].phones[0], text).state == "accepted"


def test_it_is_what_the_reports_say_of_all_stations(evening: Pipeline) -> None:
    places = (0, 1, 2, 10, 11, 12, 13)
    for place in places:
        report_count(evening, place, count_of(place))
    counted = count_now(evening.current, evening.now).quick_count
    assert counted == quick_count(evening.election, {number(evening, place): count_of(place) for place in places})
    assert counted.stations == len(places)
    assert set(counted.estimates) == {"turnout", "invalid", "candidate-1", "candidate-2", "candidate-3"}


def test_what_is_doubtful_is_held_back_and_counted(load: Load) -> None:
    other_form = Check(rule="C <= OP.E", severity="error", message={"en": "More ballots than voters"})
    election = load().election
    forms = [
        form.model_copy(update={"checks": (*form.checks, other_form)}) if form.code == "CL" else form
        for form in election.forms
    ]
    evening = at_nine_in_the_evening(load(quick_count=DECLARED, forms=forms))
    for place in (0, 1, 2, 10, 11):
        report_count(evening, place, count_of(place))
    report_count(evening, 3, count_of(3))
    report_count(evening, 3, count_of(3) | {"E": 1, "F": 388}, observer=1)  # the observers contradict each other
    evening.say(evening.observers(4)[0].phones[0], f"OP {number(evening, 4)} A1 B0700 C7 D1 E20")
    report_count(evening, 4, count_of(4))  # more ballots than voters, by another report
    report_count(evening, 5, count_of(5) | {"G": 1})  # does not add up
    evening.say(evening.observers(12)[0].phones[0], f"CL {number(evening, 12)} C500")
    counted = count_now(evening.current, evening.now).quick_count
    assert counted.held_back == {"conflict": 1, "failed_check": 2, "missing_answer": 1}
    alone = quick_count(evening.election, {number(evening, place): count_of(place) for place in (0, 1, 2, 10, 11)})
    assert counted.estimates == alone.estimates
    assert counted.stations == 5


def test_a_contradiction_that_no_estimate_needs_holds_nothing_back(evening: Pipeline) -> None:
    lead, second = evening.observers(0)
    counts = " ".join(f"{code}{value}" for code, value in count_of(0).items())
    evening.say(lead.phones[0], f"CL {lead.station} A2000 B1 {counts}")
    evening.say(second.phones[0], f"CL {lead.station} A2030 B1 {counts}")
    counted = count_now(evening.current, evening.now).quick_count
    assert (counted.stations, counted.held_back, counted.withheld) == (1, {}, ("Chuy",))


def test_turnout_is_told_of_every_round_that_has_begun(load: Load) -> None:
    day = load(quick_count=DECLARED)
    day.now += dt.timedelta(hours=3, minutes=5)
    voters = {place: 100 + 13 * place for place in (0, 1, 10, 11)}
    for place, count in voters.items():
        day.say(day.observers(place)[0].phones[0], f"TU {number(day, place)} 12:00 A{count}")
    turnout = count_now(day.current, day.now).turnout
    assert list(turnout) == ["TU"]
    assert list(turnout["TU"]) == ["10:00", "12:00"]
    form = day.election.form_by_code["TU"]
    reports = {number(day, place): {"A": count} for place, count in voters.items()}
    assert turnout["TU"]["12:00"] == quick_count(day.election, reports, form=form)
    assert set(turnout["TU"]["12:00"].estimates) == {"turnout"}
    assert turnout["TU"]["10:00"].withheld == ("Bishkek", "Chuy")


def test_it_costs_the_same_however_many_messages_came(evening: Pipeline, wire: Wire) -> None:
    def cost() -> list[str]:
        loaded = evening.current
        wire.listen()
        count_now(loaded, evening.now)
        return list(wire.calls)

    for place in range(5):
        report_count(evening, place, count_of(place))
    few = cost()
    for turn in range(5, 200):
        report_count(evening, turn % 20, count_of(turn))
    assert cost() == few
    assert set(few) == {"BatchGetItem"}


HEADQUARTERS = Operator("Hana", "headquarters", "", ())
DECIDED = {"two_persons", "decision", "shown", "proposal"}
OTHERS = (
    Operator("Olga", "operator", "", ()),
    Operator("Vera", "viewer", "", ()),
    Operator("Rita", "headquarters", "", ("Bishkek",)),
)


@pytest.fixture
def counted(evening: Pipeline) -> Pipeline:
    for place in (0, 1, 10, 11):
        report_count(evening, place, count_of(place))
    return evening


def seen_by(pipeline: Pipeline, operator: Operator) -> dict[str, Any] | None:
    return show_quick_count(pipeline.current, operator, pipeline.now)


def seen_by_headquarters(pipeline: Pipeline) -> dict[str, Any]:
    """The live count as everybody would see it; what is told to headquarters alone left out."""
    seen = seen_by(pipeline, HEADQUARTERS)
    assert seen is not None
    return {name: value for name, value in seen.items() if name not in DECIDED}


def test_others_see_nothing_then_the_snapshot_then_nothing(counted: Pipeline) -> None:
    live = seen_by_headquarters(counted)
    assert (live["version"], live["released"], live["quick_count"]["stations"]) == (0, False, 4)
    assert [seen_by(counted, other) for other in OTHERS] == [None, None, None]
    assert [point["stations"] for point in live.pop("convergence")] == [4]
    released = release(counted.current, HEADQUARTERS, 0, "the board agreed", counted.now)
    assert released == live | {"version": 1, "released": True}
    report_count(counted, 2, count_of(2))
    assert (seen_by(counted, HEADQUARTERS) or {})["quick_count"]["stations"] == 4, "as of the last minute"
    keep_count(counted.current, counted.now)
    assert [seen_by(counted, other) for other in OTHERS] == [released] * 3
    live = seen_by_headquarters(counted)
    assert (live["released"], live["quick_count"]["stations"]) == (True, 5)
    assert [point["stations"] for point in live.pop("convergence")] == [4, 5]
    assert release(counted.current, HEADQUARTERS, 1, "one more station", counted.now) == live | {"version": 2}
    withdrawn = withdraw(counted.current, HEADQUARTERS, 2, "station 7 was wrong", counted.now)
    assert (withdrawn["version"], withdrawn["released"]) == (3, False)
    assert [seen_by(counted, other) for other in OTHERS] == [None, None, None]
    lines = [(row.who, row.action, row.subject, row.note) for row in AuditRow.query(counted.election.id)]
    assert sorted(lines, key=lambda line: line[2]) == [
        ("Hana (headquarters)", "quick count released", "version 1", "the board agreed"),
        ("Hana (headquarters)", "quick count released", "version 2", "one more station"),
        ("Hana (headquarters)", "quick count withdrawn", "version 3", "station 7 was wrong"),
    ]


def test_a_viewer_reads_no_count_in_a_single_sms_before_its_release(counted: Pipeline) -> None:
    def shown_to(operator: Operator, message: Message) -> tuple[bool, ...]:
        mine = replace(operator, election=counted.election.id)
        found = describe_message(mine, message.key, withheld_answers(counted.current, mine))
        assert found is not None
        assert found["is_withheld"] == (found["reading"] is None)
        reads_replies = operator.role != "viewer"  # a reply may name people
        assert (found["reply"]["text"] is not None) == reads_replies
        return (found["text"] == message.text, found["reading"] is not None)

    phone = counted.observers(3)[0].phones[0]
    count, unread, turnout = (
        counted.say(phone, text) for text in ("CL A2000 B1 C700", "сиздер 700 добуш", "TU 20:00 A650")
    )
    operator, viewer, _ = OTHERS
    assert [shown_to(operator, value) for value in (count, unread, turnout)] == [(True, True)] * 3
    assert [shown_to(viewer, value) for value in (count, unread, turnout)] == [
        (False, False),
        (False, False),
        (True, True),
    ]
    release(counted.current, HEADQUARTERS, 0, "the board agreed", counted.now)
    assert [shown_to(viewer, value) for value in (count, unread, turnout)] == [(True, True)] * 3


def test_q2_of_two_who_release_at_once_one_is_told(counted: Pipeline) -> None:
    def attempt(name: str) -> str:
        try:
            release(counted.current, Operator(name, "headquarters", "", ()), 0, f"by {name}", counted.now)
        except VersionPassed:
            return "passed"
        return name

    with ThreadPoolExecutor(4) as several:
        came_to = list(several.map(attempt, ("Ann", "Ben", "Cem", "Dan")))
    [winner] = set(came_to) - {"passed"}
    assert came_to.count("passed") == 3
    [line] = AuditRow.query(counted.election.id)
    assert (line.who, line.note) == (f"{winner} (headquarters)", f"by {winner}")


def test_a_release_whose_answer_was_lost_is_asked_for_again(counted: Pipeline, wire: Wire) -> None:
    loaded = counted.current
    wire.cut_all = lambda operation, place, when: (
        silent() if (operation, when) == ("TransactWriteItems", "after") else None
    )
    with pytest.raises(StoreUnavailable):
        release(loaded, HEADQUARTERS, 0, "the board agreed", counted.now)
    wire.mend()
    assert (seen_by(counted, OTHERS[0]) or {})["version"] == 1
    assert release(loaded, HEADQUARTERS, 0, "the board agreed", counted.now)["version"] == 1
    with pytest.raises(VersionPassed):
        release(loaded, HEADQUARTERS, 0, "another reason", counted.now)
    assert len(list(AuditRow.query(counted.election.id))) == 1


def test_what_is_not_released_is_not_withdrawn_and_nothing_without_a_reason(counted: Pipeline) -> None:
    with pytest.raises(NothingReleased):
        withdraw(counted.current, HEADQUARTERS, 0, "why not", counted.now)
    with pytest.raises(NoteMissing):
        release(counted.current, HEADQUARTERS, 0, " ", counted.now)
    assert seen_by(counted, OTHERS[0]) is None
    assert not list(AuditRow.query(counted.election.id))


def test_without_a_declaration_only_headquarters_learn_that_there_is_none(pipeline: Pipeline) -> None:
    assert [seen_by(pipeline, other) for other in OTHERS] == [None, None, None]
    with pytest.raises(QuickCountError, match="no quick_count"):
        seen_by(pipeline, HEADQUARTERS)


def test_a_count_that_the_schedule_missed_is_computed_and_a_kept_one_costs_little(
    counted: Pipeline, wire: Wire
) -> None:
    loaded = counted.current
    keep_count(loaded, counted.now)
    with ReadMeter(wire) as meter:
        show_quick_count(loaded, HEADQUARTERS, counted.now)
    print({"read units of the live quick count": meter.units})  # noqa: T201
    assert meter.units <= 2
    report_count(counted, 2, count_of(2))
    late = counted.now + FRESH + dt.timedelta(seconds=1)
    assert (show_quick_count(loaded, HEADQUARTERS, late) or {})["quick_count"]["stations"] == 5
