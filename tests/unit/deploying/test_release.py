"""The order of a release: checks, changes shown and asked for, protection, trying, and the way back."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aws_cli import require_known
from scripted import ScriptedTarget, scripted

from infra import deploy as deploying
from infra.bundle import Package
from infra.deploy import Choices, release
from infra.deploying import undeploy as undeploying
from infra.deploying.rollback import with_tables_of
from infra.deploying.smoke_test import SmokeTestFailed
from infra.deploying.stack_update import NotConfirmed, apply, show
from infra.deploying.target import DeployFailed
from infra.deploying.undeploy import undeploy

GIVEN = {"EmailFrom": "observers@example.org", "SenderIdentity": "example.org"}
TABLE = {"Type": "AWS::DynamoDB::Table", "Condition": "IsNew", "Properties": {"TableName": {"Ref": "New"}}}
TEMPLATE = {
    "Parameters": {
        "IntakeConcurrency": {"Default": 100},
        "SmsProviders": {"Default": "sns"},
        "SmsSpendAlarm": {"Default": 160},
    },
    "Resources": {
        "Messages": {"Type": "AWS::DynamoDB::Table"},
        "Process": {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": "python9.9"}},
    },
}
UPDATED = {"Stacks": [{"StackStatus": "UPDATE_COMPLETE", "StackId": "arn:stack/1", "Parameters": [], "Outputs": []}]}


@dataclass
class Steps:
    """What a release did, in its order."""

    done: list[str] = field(default_factory=list)
    smoke: Exception | None = None


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    made = Steps()

    def deploy(_: Package, target: Any, parameters: dict[str, str], confirm: Any = None) -> dict[str, str]:
        made.done.append(f"deploy Protect={parameters.get('Protect', 'default')} {'asked' if confirm else 'unasked'}")
        return {"ApiUrl": "https://api.test"}

    def smoke_test(*_: Any) -> Iterator[str]:
        made.done.append("try")
        if made.smoke:
            raise made.smoke
        yield "all"

    monkeypatch.setattr(deploying, "deploy", deploy)
    monkeypatch.setattr(deploying, "smoke_test", smoke_test)
    monkeypatch.setattr(deploying, "roll_back", lambda *_: made.done.append("go back"))
    return made


@pytest.fixture
def made(tmp_path: Path) -> Package:
    (tmp_path / "sam.json").write_text(json.dumps(TEMPLATE))
    return Package(tmp_path)


def existing(**answers: Any) -> ScriptedTarget:
    return scripted(
        **{
            "cloudformation__describe_stacks": UPDATED,
            "cloudformation__get_template": {"TemplateBody": TEMPLATE},
            "cloudformation__update_termination_protection": {},
            **answers,
        }
    )


def yes(_: str) -> bool:
    return True


def test_b1_a_first_deployment_is_protected_only_once_it_has_succeeded(
    steps: Steps, made: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = scripted(cloudformation__update_termination_protection={})
    release(made, target, GIVEN, Choices(yes))
    assert steps.done == ["deploy Protect=false asked", "deploy Protect=true unasked", "try"]
    require_known(list(target.calls[-1]), monkeypatch)
    assert ("cloudformation", "update-termination-protection") in {call[:2] for call in target.calls}


def test_a_stack_that_is_there_is_changed_once(steps: Steps, made: Package) -> None:
    release(made, existing(), GIVEN, Choices(yes))
    assert steps.done == ["deploy Protect=default asked", "try"]


def test_a_stack_that_is_there_adopts_nothing(steps: Steps, made: Package) -> None:
    with pytest.raises(DeployFailed, match="Leave ADOPT out"):
        release(made, existing(), GIVEN, Choices(yes, adopts=True))
    assert steps.done == []


def test_nothing_is_made_while_a_check_finds_a_problem(steps: Steps, made: Package) -> None:
    with pytest.raises(DeployFailed, match="Nothing was made"):
        release(made, scripted(apigateway__get_account={}), GIVEN, Choices(yes))
    assert steps.done == []


def test_a_release_that_fails_its_test_goes_back_and_says_so(steps: Steps, made: Package) -> None:
    steps.smoke = SmokeTestFailed("the SMS was not processed")
    with pytest.raises(SmokeTestFailed, match=r"not processed\nThe stack is back at the release before"):
        release(made, existing(), GIVEN, Choices(yes))
    assert steps.done[-2:] == ["try", "go back"]


def test_a_first_release_that_fails_its_test_has_nothing_to_go_back_to(steps: Steps, made: Package) -> None:
    steps.smoke = SmokeTestFailed("the SMS was not processed")
    with pytest.raises(SmokeTestFailed, match="nothing is there to go back to"):
        release(made, scripted(cloudformation__update_termination_protection={}), GIVEN, Choices(yes))
    assert "go back" not in steps.done


def test_the_way_back_keeps_the_tables_that_only_the_new_release_has() -> None:
    before = {"Parameters": {"Old": {}}, "Resources": {"Messages": TABLE, "Process": {"Type": "F", "Code": "old"}}}
    failed = {
        "Parameters": {"Old": {}, "New": {}},
        "Conditions": {"IsNew": {}},
        "Resources": {
            "Messages": TABLE,
            "Contacts": TABLE,
            "Process": {"Type": "F", "Code": "new"},
            "Web": {"Type": "F"},
        },
    }
    made = with_tables_of(failed, before)
    assert made["Resources"] == {"Messages": TABLE, "Contacts": TABLE, "Process": {"Type": "F", "Code": "old"}}
    assert set(made["Parameters"]) == {"Old", "New"}
    assert set(made["Conditions"]) == {"IsNew"}


CHANGES = [
    {"ResourceChange": {"Action": "Modify", "ResourceType": "AWS::Lambda::Function", "LogicalResourceId": "Process"}},
    {
        "ResourceChange": {
            "Action": "Modify",
            "ResourceType": "AWS::DynamoDB::Table",
            "LogicalResourceId": "Messages",
            "Replacement": "True",
        }
    },
    {"ResourceChange": {"Action": "Remove", "ResourceType": "AWS::SQS::Queue", "LogicalResourceId": "Old"}},
]


def test_what_is_removed_or_replaced_is_shown_first() -> None:
    assert show(CHANGES).splitlines() == [
        "- AWS::SQS::Queue Old",
        "~ AWS::DynamoDB::Table Messages  REPLACED",
        "~ AWS::Lambda::Function Process",
    ]


def proposing(state: str) -> ScriptedTarget:
    script = (
        "Run the following command to review changes:\naws cloudformation describe-change-set --change-set-name arn:c/1"
    )
    target = scripted(
        cloudformation__describe_change_set={"Changes": CHANGES},
        cloudformation__describe_stacks={"Stacks": [{"StackStatus": state}]},
        cloudformation__deploy=script,
        cloudformation__execute_change_set={},
        cloudformation__delete_change_set={},
        cloudformation__delete_stack={},
    )
    answers = dict(target.script)

    class Proposing(ScriptedTarget):
        def aws(self, *arguments: str) -> str:
            if arguments[:2] == ("cloudformation", "deploy"):
                self.calls.append(arguments)
                return script
            return super().aws(*arguments)

    return Proposing("baykoo", "eu-central-1", "code", {}, answers)


def operations(target: ScriptedTarget) -> list[str]:
    return [call[1] for call in target.calls]


def test_changes_are_made_once_they_are_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, shown = proposing("UPDATE_COMPLETE"), []
    apply(tmp_path / "t.json", target, GIVEN, lambda changes: shown.append(changes) is None)
    assert operations(target) == ["deploy", "describe-change-set", "execute-change-set", "describe-stacks"]
    for call in target.calls:
        require_known(list(call), monkeypatch)
    assert "--no-execute-changeset" in target.calls[0]
    assert shown == [show(CHANGES)]


@pytest.mark.parametrize("state", ["UPDATE_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_changes_that_are_not_wanted_leave_nothing(tmp_path: Path, state: str) -> None:
    target = proposing(state)
    with pytest.raises(NotConfirmed):
        apply(tmp_path / "t.json", target, GIVEN, lambda _: False)
    assert "execute-change-set" not in operations(target)
    assert "delete-change-set" in operations(target)
    assert ("delete-stack" in operations(target)) == (state == "REVIEW_IN_PROGRESS")


def test_undeploy_keeps_the_tables_and_says_what_can_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undeploying, "wait", lambda _: "DELETE_COMPLETE")
    target = existing(
        cloudformation__delete_stack={},
        cloudformation__describe_stack_resource={"StackResourceDetail": {"PhysicalResourceId": "baykoo-files-1x"}},
        s3__rm={},
        dynamodb__list_tables={"TableNames": ["baykoo-messages", "baykoo-optouts", "other-x"]},
        ssm__get_parameters_by_path=["/baykoo/providers/generic", "/baykoo/providers/sns"],
    )
    text = undeploy(target)
    for name in ("baykoo-messages", "baykoo-optouts"):
        assert f"aws dynamodb delete-table --table-name {name}" in text
    assert "aws ssm delete-parameter --name /baykoo/providers/sns" in text
    assert "ADOPT=yes" in text
    assert "other-x" not in text
    changed = {call[:2] for call in target.calls if not call[1].startswith(("describe", "get", "list"))}
    deleted = ("cloudformation", "delete-stack")
    assert changed == {("cloudformation", "update-termination-protection"), ("s3", "rm"), deleted}
    order = [call[:2] for call in target.calls]
    assert order.index(("s3", "rm")) < order.index(deleted), "a bucket that holds files is not deleted"
    for call in target.calls:
        require_known(list(call), monkeypatch)
    for line in text.splitlines():
        if line.startswith("  aws "):
            require_known(shlex.split(line)[1:], monkeypatch)


def test_a_stack_of_a_release_without_a_bucket_is_removed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undeploying, "wait", lambda _: "DELETE_COMPLETE")
    absent = "ValidationError: Resource Files does not exist for stack baykoo"
    target = existing(
        cloudformation__delete_stack={},
        cloudformation__describe_stack_resource=absent,
        ssm__get_parameters_by_path=[],
    )
    undeploy(target)
    assert "s3" not in {call[0] for call in target.calls}
