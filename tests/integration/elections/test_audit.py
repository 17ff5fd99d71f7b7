"""Whatever is changed behind the pipeline's back is found and named."""

import pytest
from pipeline import Pipeline
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.elections import loading
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message
from chalicelib.store.tallies import shards_of_cells, tally_row


@pytest.fixture
def reported(pipeline: Pipeline) -> Pipeline:
    pipeline.say(pipeline.phone(), "OP A1 B0730 C12 D2 E1668")
    pipeline.say(pipeline.phone(), "IN 3 they beat us")
    assert pipeline.differences() == ()
    return pipeline


def test_a_changed_tally(reported: Pipeline) -> None:
    (shard, cell), counters = next(
        (at, found) for at, found in shards_of_cells(reported.election).items() if at[1][1] == "OP"
    )
    from pynamodb.expressions.operand import Path  # noqa: PLC0415

    tally_row(reported.election, shard, cell).update(actions=[Path(["received"]).add(1)])
    assert counters["received"] == 1
    assert [
        difference for difference in reported.differences() if "OP" in difference and "received: off by" in difference
    ]


def test_a_deleted_report(reported: Pipeline) -> None:
    station = reported.election.stations[0].number
    reported.report_row(station, "OP").delete()
    assert f"report {station} OP: messages answer it, but it is not stored" in reported.differences()


def test_a_changed_answer(reported: Pipeline) -> None:
    row = reported.report_row(reported.election.stations[0].number, "OP")
    row.answers = {who: given | {"a": given["a"] | {"C": [13, 0]}} for who, given in row.answers.items()}
    row.save()
    assert any(
        "add up to" in difference and "C=12" in difference and "C=13" in difference
        for difference in reported.differences()
    )


def test_a_missing_incident(reported: Pipeline) -> None:
    for incident in incidents_of(reported.election.id):
        incident.delete()
        assert any(
            f"incident {incident.id}" in difference and "not stored" in difference
            for difference in reported.differences()
        )


def test_a_deleted_message(reported: Pipeline) -> None:
    next(row for row in reported.rows() if row.direction == "in" and (row.text or "").startswith("OP")).delete()
    assert any("no message answers it" in difference for difference in reported.differences())


def test_a_message_counted_nowhere(reported: Pipeline) -> None:
    row = next(row for row in reported.rows() if row.direction == "in")
    row.update(actions=[Message.counted_in.remove()])
    assert any(row.key in difference and "counted nowhere" in difference for difference in reported.differences())


def test_an_answer_that_became_critical_later_has_lost_no_incident(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 C9 D2")  # D2 is critical, C9 is not yet
    [opened] = incidents_of(pipeline.election.id)
    critical = {"C": 9, "D": None}
    stricter = [
        form.model_copy(
            update={
                "questions": tuple(
                    question.model_copy(update={"critical_if": critical.get(question.code, question.critical_if)})
                    for question in form.questions
                )
            }
        )
        for form in pipeline.election.forms
    ]
    loading.load(changed(pipeline.election, forms=stricter), REAL_TIME)
    assert pipeline.differences() == ()
    opened.delete()
    assert pipeline.differences()[0].startswith(f"incident {opened.id}: answer OP D of message")
