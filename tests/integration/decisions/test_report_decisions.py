"""What people decide about reports: once, on the version they saw, undone by a decision, and audited."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from entries import aida, enter
from pipeline import Pipeline, stored

from chalicelib.observation.reports.entry_fields import FieldsRefused
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action, KeyReused
from chalicelib.services.decisions import answers
from chalicelib.services.decisions.answers import choose, confirm, leave_out, revoke, undo, withdraw
from chalicelib.services.decisions.checks import explain
from chalicelib.services.decisions.correction import correct, preview_correction
from chalicelib.services.decisions.decision import Target
from chalicelib.services.decisions.refusals import DecisionRefused, ReportUnknown
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.operators import AuditRow
from chalicelib.store.reports import StoredReport, get_reports

COUNT = "CL 1001 A2010 B1 C1201 D11 E600 F400 G190"
RULE = "D + E + F + G == C"
Doing = Callable[[Target, Pipeline], Any]


def count_of(pipeline: Pipeline) -> StoredReport:
    key = (pipeline.election.stations[0].number, "CL", "-")
    return get_reports(pipeline.election, [key])[key]


def target(pipeline: Pipeline, *, key: str = "1", who: str = "Aida", note: str = "asked") -> Target:
    pipeline.now += dt.timedelta(seconds=1)
    operator = replace(aida(pipeline), name=who)
    stored_report = count_of(pipeline)
    action = Action(operator, pipeline.now, key, f"digest of {key}", note)
    return Target(pipeline.current, action, (stored_report.report.station, "CL", "-"), stored_report.version)


def counting(pipeline: Pipeline) -> dict[str, Any]:
    nation = pipeline.summary()["nation"]["forms"]["CL"]["-"]
    return {code: answers.get("sum") for code, answers in nation["answers"].items() if "sum" in answers} | {
        name: nation[name] for name in ("received", "complete", "partial", "conflict")
    }


def trail(pipeline: Pipeline) -> list[AuditRow]:
    return list(AuditRow.query(pipeline.election.id, consistent_read=True))


def begin(pipeline: Pipeline) -> Pipeline:
    """The lead's count does not add up, the other's contradicts it in D; one of the lead's answers is an entry."""
    pipeline.now += dt.timedelta(hours=12)
    lead, other = pipeline.observers()
    pipeline.say(lead.phones[0], COUNT.replace("E600", "E500"))
    pipeline.now += dt.timedelta(minutes=1)
    pipeline.say(other.phones[0], COUNT.replace("D11", "D21").replace("E600", "E500"))
    pipeline.now += dt.timedelta(minutes=1)
    enter(pipeline, "CL 1001 G180", lead, key=f"begin{pipeline.election.id}")
    enter(pipeline, "CL 1001 G180", other, key=f"also{pipeline.election.id}")
    return pipeline


@pytest.fixture
def contradicting(pipeline: Pipeline) -> Pipeline:
    return begin(pipeline)


def lead(pipeline: Pipeline) -> str:
    return pipeline.observers()[0].number


def entered(pipeline: Pipeline) -> str:
    return f"entered#test#{pipeline.election.id}-begin{pipeline.election.id}"


def test_a_choice_ends_the_conflict_and_moves_the_sums_by_that_answer_alone(contradicting: Pipeline) -> None:
    before = counting(contradicting)
    other = contradicting.observers()[1].number
    answer = choose(target(contradicting), other, ["D"])
    after = counting(contradicting)
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"D": 21, "conflict": -1, "complete": 1}
    assert (answer["state"], answer["conflicts"], answer["answers"]["D"]) == ("complete", [], 21)
    [line] = trail(contradicting)
    assert (line.who, line.action, line.note) == ("Aida (operator)", "answers chosen", "asked")
    assert line.before == {"D": {lead(contradicting): 11, other: 21}}
    assert line.after == {"D": 21}
    assert contradicting.differences() == ()
    undo(target(contradicting, key="2"))
    assert counting(contradicting) == before
    assert [line.action for line in trail(contradicting)] == ["answers chosen", "undone: answers chosen"]
    assert contradicting.differences() == ()


def test_neither_counts_where_a_person_says_so(contradicting: Pipeline) -> None:
    choose(target(contradicting), None, ["D"])
    after = counting(contradicting)
    assert (after["D"], after["conflict"], after["partial"]) == (0, 0, 1)
    assert contradicting.differences() == ()


def test_a_whole_report_is_chosen(contradicting: Pipeline) -> None:
    answer = choose(target(contradicting), contradicting.observers()[1].number)
    assert (answer["state"], answer["answers"]["D"]) == ("complete", 21)
    assert contradicting.differences() == ()


def test_who_is_left_out_counts_no_more_until_taken_in_again(contradicting: Pipeline) -> None:
    before = counting(contradicting)
    other = contradicting.observers()[1].number
    leave_out(target(contradicting), other)
    assert counting(contradicting)["D"] == 11
    contradicting.say(contradicting.observers()[1].phones[0], "CL 1001 D31")
    assert counting(contradicting)["D"] == 11, "nor does what they send after it"
    confirm(target(contradicting, key="2"), lead(contradicting), ["C"])
    revoke(target(contradicting, key="3"), of="left_out", observer=other)
    assert counting(contradicting) == before
    assert contradicting.differences() == ()


def test_a_check_that_was_looked_into_stays_failed_and_is_no_doubt(contradicting: Pipeline) -> None:
    choose(target(contradicting), lead(contradicting), ["D"])
    answer = explain(target(contradicting, key="2", note="so it stands on the protocol"), RULE, counts=False)
    assert answer["doubts"] == []
    assert answer["quick_count"] == "the station stays out of the quick count until its answers are corrected"
    line = trail(contradicting)[-1]
    assert line.before == {"rule": RULE, "sentence": "D + E + F + G = 1091, C = 1201: 110 apart"}
    assert (line.after["in_quick_count"], line.note) == (False, "so it stands on the protocol")
    correct(target(contradicting, key="3"), lead(contradicting), {"F": "401"})
    both = {"F": contradicting.observers()[1]}
    enter(contradicting, "CL 1001 F401", both["F"], key=f"f{contradicting.election.id}")
    answer = confirm(target(contradicting, key="4"), lead(contradicting))
    assert [doubt["kind"] for doubt in answer["doubts"]] == ["failed_check"], "with other numbers it is asked anew"
    assert contradicting.differences() == ()


def test_a_correction_counts_at_once_and_says_the_sms_that_it_amounts_to(contradicting: Pipeline) -> None:
    read = preview_correction(target(contradicting), lead(contradicting), {"D": "21"})
    assert (read["text"], read["before"], read["after"]) == ("CL 1001 D21", {"D": 11}, {"D": 21})
    assert [check["rule"] for check in read["failed_checks"]] == [RULE], "still apart"
    assert counting(contradicting)["conflict"] == 1
    answer = correct(target(contradicting), lead(contradicting), {"D": "21"})
    assert counting(contradicting)["conflict"] == 0
    assert counting(contradicting)["D"] == 21
    entry = stored(answer["entered"])
    assert (entry.state, entry.author, entry.note, entry.channel) == ("accepted", "Aida (operator)", "asked", "phone")
    assert contradicting.differences() == ()
    assert answer["version"] == count_of(contradicting).version
    undo(target(contradicting, key="2", who="Bakyt"))
    assert counting(contradicting)["conflict"] == 1
    assert count_of(contradicting).report.decisions.withdrawn[answer["entered"]].who == "Bakyt (operator)"
    undo(target(contradicting, key="3"))
    assert counting(contradicting)["conflict"] == 0
    withdraw(target(contradicting, key="4"), answer["entered"])
    assert counting(contradicting)["conflict"] == 1
    assert contradicting.differences() == ()


def test_a_correction_that_no_sms_could_say_is_refused_in_its_words(contradicting: Pipeline) -> None:
    with pytest.raises(FieldsRefused) as refused:
        correct(target(contradicting), lead(contradicting), {"D": "99999", "Z": "1"})
    assert {fault.at: fault.what for fault in refused.value.faults}["/answers/D"] == "out of range"
    assert trail(contradicting) == []


def test_t4_a_later_sms_beats_a_confirmed_answer_and_raises_a_doubt(contradicting: Pipeline) -> None:
    correct(target(contradicting), lead(contradicting), {"D": "21"}, is_confirmed=True)
    answer = confirm(target(contradicting, key="2"), lead(contradicting), ["C"])
    assert "changed_after_confirmation" not in [doubt["kind"] for doubt in answer["doubts"]]
    contradicting.now += dt.timedelta(minutes=5)
    contradicting.say(contradicting.phone(), "CL 1001 D22")
    answer = confirm(target(contradicting, key="3"), lead(contradicting), ["C"])
    changed = [doubt for doubt in answer["doubts"] if doubt["kind"] == "changed_after_confirmation"]
    assert [(row["about"], row["values"]["confirmed"], row["values"]["now"]) for row in changed] == [("D", 21, 22)]
    assert count_of(contradicting).report.observers[lead(contradicting)].answers["D"].value == 22
    confirm(target(contradicting, key="4"), lead(contradicting), ["D"])
    assert contradicting.differences() == ()


def test_t3_two_at_one_report_see_each_other_and_neither_is_lost(contradicting: Pipeline) -> None:
    first, second = target(contradicting), target(contradicting, who="Bakyt")
    correct(first, lead(contradicting), {"D": "21"})
    with pytest.raises(VersionPassed, match=r"D 21 of observer .*, entered by Aida \(operator\) at \d\d:\d\d"):
        correct(second, lead(contradicting), {"D": "22"})
    chosen = target(contradicting, key="2")
    confirm(chosen, lead(contradicting), ["D"])
    with pytest.raises(VersionPassed, match=r"Aida \(operator\) has decided at \d\d:\d\d: answers confirmed"):
        leave_out(replace(second, seen=chosen.seen), lead(contradicting))
    leave_out(target(contradicting, who="Bakyt", key="3"), lead(contradicting))
    assert [line.who for line in trail(contradicting)] == ["Aida (operator)", "Aida (operator)", "Bakyt (operator)"]
    assert contradicting.differences() == ()


def test_the_same_key_decides_once_and_another_request_under_it_is_refused(contradicting: Pipeline) -> None:
    doing = target(contradicting)
    first = choose(doing, lead(contradicting), ["D"])
    assert choose(doing, lead(contradicting), ["D"]) == first
    assert len(trail(contradicting)) == 1
    entry = target(contradicting, key="2")
    assert correct(entry, lead(contradicting), {"F": "400"}) == correct(entry, lead(contradicting), {"F": "400"})
    other = replace(doing, action=replace(doing.action, digest="of another request"))
    with pytest.raises(KeyReused):
        choose(other, None, ["D"])
    assert contradicting.differences() == ()


def test_nobody_decides_without_a_reason_or_what_makes_no_sense(contradicting: Pipeline) -> None:
    for silent_note in (
        lambda row: choose(row, None),
        lambda row: leave_out(row, lead(contradicting)),
        lambda row: explain(row, RULE, counts=True),
        lambda row: correct(row, lead(contradicting), {"D": "1"}),
        lambda row: withdraw(row, entered(contradicting)),
    ):
        with pytest.raises(NoteMissing):
            silent_note(target(contradicting, note=" "))
    for refused in (
        lambda row: choose(row, "nobody", ["D"]),
        lambda row: choose(row, None, ["Z"]),
        lambda row: leave_out(row, "nobody"),
        lambda row: explain(row, "C <= OP.E", counts=True),
        lambda row: confirm(row, "nobody"),
        lambda row: withdraw(row, "generic#1"),
        undo,
        lambda row: revoke(row, of="choice", codes=["D"]),
    ):
        with pytest.raises(DecisionRefused):
            refused(target(contradicting))
    assert trail(contradicting) == []


def test_another_region_s_report_is_not_there(contradicting: Pipeline) -> None:
    doing = target(contradicting)
    chuy = Operator("C", "operator", contradicting.election.id, ("Chuy",))
    for elsewhere in (
        replace(doing, action=replace(doing.action, operator=chuy)),
        replace(doing, key=(doing.key[0], "CL", "12:00")),
        replace(doing, key=("nothing", "CL", "-")),
        replace(doing, key=(doing.key[0], "VO", "-")),
    ):
        with pytest.raises(ReportUnknown):
            confirm(elsewhere, lead(contradicting))


def test_so_many_entries_are_withdrawn_from_one_report(
    contradicting: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_WITHDRAWN", 1)
    first = correct(target(contradicting), lead(contradicting), {"D": "21"})["entered"]
    second = correct(target(contradicting, key="2"), lead(contradicting), {"D": "22"})["entered"]
    withdraw(target(contradicting, key="3"), first)
    with pytest.raises(DecisionRefused, match="withdrawn from it already"):
        withdraw(target(contradicting, key="4"), second)
    assert contradicting.differences() == ()
