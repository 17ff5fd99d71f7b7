"""What a report's row keeps beside the newest answers: those before them, and what people decided."""

from dataclasses import replace

import pytest
from pipeline import Pipeline
from pynamodb.expressions.operand import Path

from chalicelib.observation.reports.decisions import Attribution, Decisions
from chalicelib.observation.reports.tally import contribution
from chalicelib.services.reports.merge import MergedReport
from chalicelib.services.reports.tally_changes import changes_of_report, total
from chalicelib.store.outcome import ReportChanged, rewrite_report
from chalicelib.store.reports import StoredReport, reports_of


def report(pipeline: Pipeline) -> StoredReport:
    [stored_report] = reports_of(pipeline.election, pipeline.election.stations[0].number)
    return stored_report


def decide(pipeline: Pipeline, before: StoredReport, decisions: Decisions) -> None:
    changed = replace(before.report, decisions=decisions)
    after = replace(before, report=changed, counted=contribution(pipeline.election, changed))
    cells = total(changes_of_report(pipeline.election, MergedReport(before, after)))
    rewrite_report(pipeline.election, after, cells)


def test_superseded_answers_are_kept_with_their_messages(pipeline: Pipeline) -> None:
    first = pipeline.say(pipeline.phone(), "OP A1 C12")
    second = pipeline.say(pipeline.phone(), "OP C13")
    [given] = report(pipeline).report.given.values()
    assert [(answer.value, answer.source.message) for answer in given.history("C")] == [
        (13, second.key),
        (12, first.key),
    ]
    assert [(answer.value, answer.source.message) for answer in given.history("A")] == [(True, first.key)]
    assert pipeline.differences() == ()


def test_a_withdrawn_message_gives_way_in_the_tallies_and_the_audit_agrees(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 C12")
    wrong = pipeline.say(pipeline.phone(), "OP C13")
    made = Attribution("Aida (operator)", pipeline.now, "heard wrong")
    before = report(pipeline)
    decide(pipeline, before, before.report.decisions.withdrawing(wrong.key, made))
    after = report(pipeline)
    assert after.version == before.version + 1
    assert after.counted["C#sum"] == 12
    assert pipeline.differences() == ()
    with pytest.raises(ReportChanged):
        decide(pipeline, before, Decisions())
    pipeline.say(pipeline.phone(), "OP D2")
    assert report(pipeline).report.decisions == after.report.decisions, "a later SMS leaves the decisions"
    decide(pipeline, report(pipeline), Decisions())
    assert report(pipeline).counted["C#sum"] == 13
    assert pipeline.report_row(pipeline.election.stations[0].number, "OP").decisions is None
    assert pipeline.differences() == ()


def test_an_entry_that_is_withdrawn_and_not_there_is_named(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 C12")
    before = report(pipeline)
    decide(pipeline, before, before.report.decisions.withdrawing("entered#nothing", Attribution("Aida", pipeline.now)))
    assert [
        difference
        for difference in pipeline.differences()
        if "withdraws entered#nothing, which is no message" in difference
    ]


def test_what_a_later_version_keeps_in_the_row_survives_an_sms(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 C12")
    row = pipeline.report_row(pipeline.election.stations[0].number, "OP")
    row.update(actions=[Path("of_a_later_version").set("kept")])
    pipeline.say(pipeline.phone(), "OP C13")
    key = {"station": {"S": row.station}, "form": {"S": row.form}}
    item = row._get_connection().connection.dispatch(
        "GetItem", {"TableName": row.Meta.table_name, "Key": key, "ConsistentRead": True}
    )["Item"]
    assert item["of_a_later_version"] == {"S": "kept"}
    assert report(pipeline).report.given[pipeline.observers()[0].number].answers["C"].value == 13


def test_a_row_of_an_earlier_version_has_no_superseded_answers_and_no_difference(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 C12")
    pipeline.say(pipeline.phone(), "OP C13")
    row = pipeline.report_row(pipeline.election.stations[0].number, "OP")
    row.answers = {
        observer: {
            "first": written["first"],
            "from": written["from"],
            "a": written["a"],
        }
        for observer, written in row.answers.items()
    }
    row.save()
    assert pipeline.differences() == ()
    row.answers = {
        observer: written | {"h": {"C": [[14, written["a"]["C"][1]]]}} for observer, written in row.answers.items()
    }
    row.save()
    assert [difference for difference in pipeline.differences() if "add up to" in difference], (
        "an answer that no message gives"
    )
