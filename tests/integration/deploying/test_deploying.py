"""Deploying to an emulator as to AWS: a failed first try, the smoke test, the way back, and tables adopted again."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stack import folder_of

from infra.bundle import Package, package
from infra.deploying.adoption import adopt
from infra.deploying.rollback import roll_back
from infra.deploying.smoke_test import SmokeTestFailed, smoke_test
from infra.deploying.stack_update import deploy, deployed_template
from infra.deploying.target import DeployFailed, Target
from infra.deploying.undeploy import undeploy
from infra.emulator import emulator
from infra.stack import BUCKET, EMAIL_FROM, LOCAL_PARAMETERS, REGION, client, environ_for

REFUSED_HERE = {"Type": "AWS::CloudWatch::Alarm", "DependsOn": "Messages", "Properties": {"Metrics": []}}
"""What the emulator refuses to make, after the tables."""
NEW_TABLE = "Contacts"


@pytest.fixture(autouse=True)
def _looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in ("smoke_test", "stack_update"):
        monkeypatch.setattr(f"infra.deploying.{room}.POLL_SECONDS", 0.1)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """An empty account."""
    with emulator(folder_of("deploying")) as endpoint:
        client("s3", endpoint).create_bucket(Bucket=BUCKET)
        client("ses", endpoint).verify_email_identity(EmailAddress=EMAIL_FROM)
        yield Target("baykoo", REGION, BUCKET, environ_for(endpoint))


def changed(folder: Path, **resources: Any) -> Package:
    """The package with more resources in its template."""
    made = package()
    folder.mkdir(exist_ok=True)
    template = json.loads(made.template.read_text())
    template["Resources"] |= resources
    (folder / "sam.json").write_text(json.dumps(template))
    shutil.copy(made.zip, folder)
    return Package(folder)


def tables(target: Target) -> set[str]:
    return {name.removeprefix("baykoo-") for name in target.ask("dynamodb", "list-tables")["TableNames"]}


def state(target: Target) -> str | None:
    described = target.describe()
    return described and described["StackStatus"]


def test_b1_a_failed_first_deployment_leaves_no_table_and_its_name_is_free(target: Target, tmp_path: Path) -> None:
    with pytest.raises(DeployFailed, match="Refused"):
        deploy(changed(tmp_path, Refused=REFUSED_HERE), target, LOCAL_PARAMETERS)
    assert state(target) == "ROLLBACK_COMPLETE"
    assert tables(target) == set()
    target.aws("cloudformation", "delete-stack", "--stack-name", "baykoo")
    shown: list[str] = []
    outputs = deploy(package(), target, LOCAL_PARAMETERS, lambda changes: shown.append(changes) is None)
    assert "+ AWS::DynamoDB::Table Messages" in shown[0]
    assert state(target) == "CREATE_COMPLETE"
    assert "messages" in tables(target)
    assert outputs["Parameters"] == "/baykoo"


def at_the_emulator(target: Target) -> dict[str, str]:
    outputs = target.outputs()
    return {**outputs, "ApiUrl": f"{target.environ['AWS_ENDPOINT_URL']}/_aws/execute-api/{outputs['RestAPIId']}/api"}


def test_the_smoke_test_goes_the_whole_way_and_leaves_nothing(target: Target) -> None:
    steps = list(smoke_test(target, at_the_emulator(target), "oncall@example.org"))
    assert steps == [
        "a signed SMS was taken by the webhook",
        "the SMS was processed: quarantined",
        "an alert was sent to oncall@example.org: see that it came",
    ]
    assert target.ask("dynamodb", "scan", "--table-name", "baykoo-messages")["Count"] == 0
    assert target.ask("ssm", "get-parameters-by-path", "--path", "/baykoo/providers")["Parameters"] == []


def test_the_smoke_test_says_what_does_not_work(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.deploying.smoke_test.WITHIN_SECONDS", 0.0)
    outputs = {**at_the_emulator(target), "ApiUrl": "http://127.0.0.1:9/api"}
    with pytest.raises(SmokeTestFailed, match=r"http://127.0.0.1:9/api/webhooks/generic-smoke-test answered 0"):
        list(smoke_test(target, outputs, None))
    assert target.ask("ssm", "get-parameters-by-path", "--path", "/baykoo/providers")["Parameters"] == []


def test_the_way_back_keeps_a_new_table_and_brings_the_code_before(target: Target, tmp_path: Path) -> None:
    before = deployed_template(target)
    template = json.loads(package().template.read_text())
    table = json.loads(json.dumps(template["Resources"]["Operators"]).replace("-operators", "-spare"))
    intake = json.loads(json.dumps(template["Resources"]["Intake"]))
    intake["Properties"]["MemorySize"] = 2048
    deploy(changed(tmp_path, **{NEW_TABLE: table, "Intake": intake}), target, {})
    assert "spare" in tables(target)
    roll_back(target, before, deployed_template(target))
    assert "spare" in tables(target)
    after = deployed_template(target)["Resources"]
    assert after["Intake"] == before["Resources"]["Intake"]
    assert NEW_TABLE in after
    deploy(package(), target, {})


def test_undeploy_keeps_the_tables_and_a_new_stack_adopts_them(target: Target) -> None:
    row = {"id": {"S": "kept"}}
    target.aws("dynamodb", "put-item", "--table-name", "baykoo-providers", "--item", json.dumps(row))
    text = undeploy(target)
    assert "baykoo-providers" in text
    assert state(target) in (None, "DELETE_COMPLETE")
    assert "messages" in tables(target)
    adopted = adopt(target, json.loads(package().template.read_text()), LOCAL_PARAMETERS)
    assert "baykoo-messages" in adopted
    deploy(package(), target, LOCAL_PARAMETERS)
    kept = target.ask("dynamodb", "scan", "--table-name", "baykoo-providers")["Items"]
    assert row in kept
