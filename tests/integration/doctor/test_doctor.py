"""`./baykoo doctor` on a local stack that is put into each state."""

import datetime as dt
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from functions import call_function, run_schedules
from pipeline import Load, Pipeline

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.clients import provider_settings
from chalicelib.services.doctor.deployment import Deployment
from chalicelib.services.doctor.examine import examine
from chalicelib.services.doctor.finding import Finding
from chalicelib.services.elections import loading
from chalicelib.store import keys
from chalicelib.store.messages import Message
from chalicelib.store.queues import pending_in
from chalicelib.store.receipts import ReceiptRow
from chalicelib.store.routes import ROUTES, RouteRow
from infra.bundle import package
from infra.environments import ROOT
from infra.local import settings, write_settings
from infra.stack import Stack


def found(stack: Stack, *, later: dt.timedelta = dt.timedelta(0), api_url: str | None = None) -> dict[str, Finding]:
    provider_settings.forget()
    now = dt.datetime.now(dt.UTC) + later
    return {finding.subject: finding for finding in examine(stack.name, now, api_url or stack.api_url)}


@pytest.fixture(scope="module")
def deployed(services: Stack) -> Deployment:
    return Deployment.of(services.name)


@pytest.fixture(autouse=True)
def _schedules(services: Stack) -> Iterator[None]:
    """A stack as it is deployed."""
    run_schedules(services, enabled=True)
    yield
    run_schedules(services, enabled=False)


def test_a_stack_that_works_has_only_its_own_peculiarities(services: Stack, pipeline: Pipeline) -> None:
    call_function(services, "Sweep")
    faults = {subject for subject, incident in found(services).items() if incident.severity != "good"}
    assert faults <= {"stream ProcessMessages", "stream DeliverMessages", "who hears alarms", "held messages"} | {
        subject for subject in faults if subject.startswith("alarm ")
    }


def test_paused_streams(services: Stack, deployed: Deployment) -> None:
    # The emulator calls a mapping that CloudFormation made disabled enabled, until it is asked by the API.
    mapping = deployed.resources["AWS::Lambda::EventSourceMapping"]["ProcessMessages"]
    services.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    incident = found(services)["stream ProcessMessages"]
    assert (incident.severity, incident.text) == ("warning", "it is disabled: nothing comes by it")
    assert "StreamsEnabled=true" in incident.advice


def test_a_sweep_that_does_not_run(services: Stack) -> None:
    call_function(services, "Sweep")
    sweep = found(services, later=dt.timedelta(hours=1))["sweep"]
    assert sweep.severity == "problem"
    assert "it has not run since" in sweep.text


def test_a_clock_that_is_wrong(services: Stack) -> None:
    clock = found(services, later=dt.timedelta(minutes=5))["clock"]
    assert clock.severity == "warning"
    assert "+300 s" in clock.text or "+299 s" in clock.text or "+301 s" in clock.text


def test_messages_that_are_stuck(services: Stack) -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=10)
    key = keys.receipt("twilio", "doctor", "delivered")
    pending = pending_in("receipt", key)
    row = ReceiptRow(
        key, pending=pending, due_at=at, stored_at=at, provider="twilio", reference="doctor", receipt="delivered"
    )
    row.save()
    incident = found(services)["queue receipt"]
    row.delete()
    assert (incident.severity, incident.text) == ("problem", "1 overdue for more than 5 minutes")
    assert found(services)["queue receipt"].severity == "good"


def test_messages_that_wait_for_a_person(services: Stack) -> None:
    at, key = dt.datetime.now(dt.UTC), "doctor#held"
    row = Message(key, direction="in", state="held", pending=pending_in("held", key), due_at=at, stored_at=at)
    row.save()
    incident = found(services)["held messages"]
    row.delete()
    assert (incident.severity, incident.advice) == ("warning", "./baykoo messages held")


def test_settings_that_cannot_be_read(services: Stack, configure: Any) -> None:
    configure("generic-broken", "no object")
    incident = found(services)["provider generic-broken"]
    assert incident.severity == "problem"
    assert "holds no JSON object" in incident.text


def test_a_number_that_leads_to_no_election_and_an_election_without_number(load: Load, services: Stack) -> None:
    loaded = load()
    [way] = list(RouteRow.query(ROUTES, RouteRow.part == loaded.number))
    way.election = "gone"
    way.save()
    seen = found(services)
    way.delete()
    assert seen[f"number {loaded.number}"].severity == "problem"
    assert seen[f"election {loaded.election.id}"].severity == "warning"
    assert "./baykoo election route" in seen[f"election {loaded.election.id}"].advice


def test_an_alarm_that_rings_and_nobody_to_hear_it(services: Stack, deployed: Deployment) -> None:
    name = deployed.resources["AWS::CloudWatch::Alarm"]["SmsDropped"]
    services.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    seen = found(services)
    services.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="OK", StateReason="a test")
    assert seen["alarm SmsDropped"].advice == "docs/runbook.md#smsdropped"
    assert (seen["who hears alarms"].severity, seen["who hears alarms"].text) == ("problem", "nobody")


def test_a_schedule_that_is_off(services: Stack, deployed: Deployment) -> None:
    logical, rule = min(deployed.resources["AWS::Events::Rule"].items())
    services.client("events").disable_rule(Name=rule)
    incident = found(services)[f"schedule {logical}"]
    services.client("events").enable_rule(Name=rule)
    assert (incident.severity, incident.advice) == ("problem", f"aws events enable-rule --name {rule}")


def test_a_function_that_runs_other_code(services: Stack, deployed: Deployment) -> None:
    functions, name = services.client("lambda"), deployed.functions["Chase"]
    with zipfile.ZipFile(code := io.BytesIO(), "w") as archive:
        archive.writestr("app.py", "")
    functions.update_function_code(FunctionName=name, ZipFile=code.getvalue())
    version = found(services)["versions"]
    functions.update_function_code(FunctionName=name, ZipFile=package().zip.read_bytes())
    assert (version.severity, version.text) == ("problem", "Chase: other code than the rest")


def test_functions_that_were_throttled(services: Stack, deployed: Deployment) -> None:
    services.client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {
                "MetricName": "Throttles",
                "Dimensions": [{"Name": "FunctionName", "Value": deployed.functions["Process"]}],
                "Value": 3.0,
                "Unit": "Count",
            }
        ],
    )
    throttle = found(services)["throttles"]
    assert (throttle.severity, throttle.text) == ("problem", "within the hour: Process")


def test_a_number_that_an_earlier_version_routed_does_not_know_its_country(services: Stack, load: Load) -> None:
    loaded = load()
    subject = f"country of {loaded.election.id}"
    assert subject not in found(services)
    [way] = list(RouteRow.query(ROUTES, RouteRow.part == loaded.number))
    way.update(actions=[RouteRow.region.remove()])
    incident = found(services)[subject]
    assert (incident.severity, loaded.number in incident.text) == ("warning", True)
    assert "election load" in incident.advice
    loading.load(loaded.election, REAL_TIME)
    assert subject not in found(services)


def test_an_api_that_does_not_answer(services: Stack) -> None:
    assert found(services, api_url="http://127.0.0.1:9/api")["API"].severity == "problem"


def test_a_stack_that_is_not_there(services: Stack) -> None:
    [finding] = examine("nobody", dt.datetime.now(dt.UTC))
    assert finding.severity == "problem"
    assert "BAYKOO_STACK" in finding.advice


def test_the_command_says_it_in_json_and_by_its_exit_code(services: Stack, tmp_path: Path) -> None:
    path = tmp_path / "local.json"
    write_settings(path, settings(services))
    environ = services.environ | {"BAYKOO_LOCAL": str(path)}
    command = [str(ROOT / "baykoo"), "doctor"]
    plain = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, env=environ)
    assert plain.returncode == 2, plain.stderr
    assert "✗ who hears alarms: nobody\n    deploy with AlarmEmail=" in plain.stdout
    as_json = subprocess.run([*command, "--json"], cwd=ROOT, check=False, capture_output=True, text=True, env=environ)
    findings = {line["subject"]: line for line in map(json.loads, as_json.stdout.splitlines())}
    assert findings["who hears alarms"]["severity"] == "problem"
    assert findings["versions"]["severity"] == "good"
    assert as_json.returncode == 2
