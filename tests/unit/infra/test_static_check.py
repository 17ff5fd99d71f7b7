"""What checkov finds is answered, each finding for its own resource, and nothing is answered in vain."""

import json
from typing import Any

import pytest

from infra.static_check import Answer, NotChecked, TemplateFinding, answers, faults, flat, read_report

QUEUE = TemplateFinding("CKV_AWS_27", "StreamFailures", "Ensure the queue is encrypted")
OTHER_QUEUE = TemplateFinding("CKV_AWS_27", "Other", "Ensure the queue is encrypted")


def report(*findings: TemplateFinding, passed: int = 132, parsing_errors: int = 0) -> dict[str, Any]:
    failed = [
        {"check_id": finding.check, "resource": f"AWS::SQS::Queue.{finding.resource}", "check_name": finding.name}
        for finding in findings
    ]
    summary = {"passed": passed, "failed": len(failed), "parsing_errors": parsing_errors}
    return {"check_type": "cloudformation", "results": {"failed_checks": failed}, "summary": summary}


def test_an_answered_finding_is_no_fault() -> None:
    assert list(faults([QUEUE], {"CKV_AWS_27": Answer("it is")})) == []


def test_a_finding_without_an_answer_fails_and_is_named() -> None:
    [fault] = faults([QUEUE], {})
    assert fault.startswith("CKV_AWS_27 StreamFailures: Ensure the queue is encrypted: mend it, or answer it in ")


def test_an_answer_for_one_resource_holds_for_no_other() -> None:
    answered = {"CKV_AWS_27": Answer("it is", frozenset({"StreamFailures"}))}
    [fault] = faults([QUEUE, OTHER_QUEUE], answered)
    assert fault.startswith("CKV_AWS_27 Other: ")


def test_an_answer_that_nothing_needs_fails() -> None:
    assert "remove its answer" in next(faults([], {"CKV_AWS_27": Answer("it is")}))
    both = Answer("they are", frozenset({"StreamFailures", "Gone"}))
    [fault] = faults([QUEUE], {"CKV_AWS_27": both})
    assert "any more of Gone" in fault


def test_a_report_is_read_of_one_template_or_of_several() -> None:
    assert read_report(json.dumps(report(QUEUE))) == [QUEUE]
    assert read_report(json.dumps([report(QUEUE), report(OTHER_QUEUE, passed=0)])) == [QUEUE, OTHER_QUEUE]


def test_a_function_s_own_variable_takes_the_place_of_the_global_one() -> None:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Environment": {"Variables": {"A": {"Ref": "Own"}}}},
    }
    plain = {"Type": "AWS::Serverless::Function", "Properties": {"Timeout": 3}}
    shared = {"Environment": {"Variables": {"A": {"Ref": "Global"}, "B": "b"}}, "Timeout": 9}
    given = {"Api": {"OpenApiVersion": "2.0"}, "Function": shared}
    made = flat({"Globals": given, "Resources": {"Own": function, "Plain": plain, "T": {"Type": "AWS::SNS::Topic"}}})
    assert made["Resources"]["Own"]["Properties"]["Environment"]["Variables"] == {"A": {"Ref": "Own"}, "B": "b"}
    assert made["Resources"]["Own"]["Properties"]["Timeout"] == 9
    assert made["Resources"]["Plain"]["Properties"] == {**shared, "Timeout": 3}
    assert made["Resources"]["T"] == {"Type": "AWS::SNS::Topic"}
    assert made["Globals"] == {"Api": {"OpenApiVersion": "2.0"}}


@pytest.mark.parametrize(
    "written",
    ["", "Traceback", json.dumps(report(passed=3)), json.dumps(report(parsing_errors=1))],
    ids=["nothing", "no report", "a template that was not read", "a template with an error"],
)
def test_what_was_not_checked_is_not_taken_for_clean(written: str) -> None:
    with pytest.raises(NotChecked):
        read_report(written)


def test_every_answer_says_why() -> None:
    written = answers()
    assert len(written) >= 10
    assert all(len(answer.reason) > 20 for answer in written.values())
    assert all(check.startswith("CKV_AWS_") for check in written)
