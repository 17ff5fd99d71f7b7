"""A stack whose emulator enforces roles, and what it refused."""

import json
from pathlib import Path
from typing import Any

from deployed import Deployed
from functions import call_function, physical_name

from infra.local import ELECTION
from infra.stack import Stack

COORDINATOR = "+996555900000"  # of Bishkek, where OBSERVER is
SILENT_DAY = {
    "election.yaml": """
id: hush
name: {en: "Hush"}
date: 2017-10-15
timezone: Asia/Bishkek
languages: [en]
station_pattern: '\\d{4}'
stations: stations.csv
observers: observers.csv
coordinators: coordinators.csv
reminders: {at_most: 0}
forms:
  - {code: OP, title: {en: "Opening"}, due: {from: "07:00", by: "08:30"}, questions: [{code: A, type: integer}]}
""",
    "stations.csv": "station,region,district,name,registered\n1001,Bishkek,,School,\n",
    "observers.csv": "observer,name,phone,language,station\n0001,Ann,+996502000999,en,1001\n",
    "coordinators.csv": "name,email,phone,language,regions,alerts\n"
    "Bob,bob@example.org,,en,Bishkek,email\nEve,eve@example.org,,en,*,email\n",
}


def allow_as_the_emulator_asks(stack: Stack) -> None:
    """ministack 1.5.33 asks whether email may be sent by any identity, and whether any parameter may be listed; AWS
    asks for the identity that sends and the path that is listed. It speaks plain HTTP, and the bucket wants TLS."""
    email, listing = "ses:SendEmail", "ssm:GetParametersByPath"
    sends = {role: [email, listing] for role in ("DeliverRole", "ProcessRole", "SweepRole")}
    roles = {"IntakeRole": [listing], "ReconcileRole": [listing], **sends}
    for role, actions in roles.items():
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        stack.client("iam").put_role_policy(
            RoleName=physical_name(stack, role), PolicyName="emulator", PolicyDocument=policy
        )
    stack.client("s3").delete_bucket_policy(Bucket=physical_name(stack, "Files"))


def rows(stack: Stack) -> dict[str, dict[str, Any]]:
    found = stack.client("dynamodb").scan(TableName=f"{stack.outputs['TablePrefix']}messages")["Items"]
    return {row["key"]["S"]: row for row in found}


def refusals(stack: Stack) -> list[str]:
    logs = stack.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    events = [event for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]]
    texts = [event["message"] for event in events] + [json.dumps(row) for row in rows(stack).values()]
    return [text for text in texts if "AccessDenied" in text or "not authorized" in text]


def opened_by(deployed: Deployed, token: str, key: str) -> Any:
    """The incident that an SMS has opened, or opened again."""
    path = f"/v1/elections/{ELECTION}/incidents"
    for row in deployed.get(path, token).json()["incidents"]:
        shown = deployed.get(f"{path}/{row['number']}", token).json()
        if shown["message"] == key:
            return shown
    return None


def silent_day(folder: Path) -> Path:
    """Write the files of a day of one station that says nothing; its election file."""
    for name, written in SILENT_DAY.items():
        (folder / name).write_text(written)
    return folder / "election.yaml"


def tells(stack: Stack, election: str, kind: str) -> bool:
    """Let the schedules pass; whether an election was looked at, and a message of this kind is there.

    What was overdue before the first look is nobody's to chase.
    """
    for function in ("Chase", "Summarize"):
        call_function(stack, function)
    key = {"election": {"S": election}, "id": {"S": "progress#chase"}}
    progress = stack.client("dynamodb").get_item(TableName=f"{stack.outputs['TablePrefix']}summaries", Key=key)
    names = (name for name, row in rows(stack).items() if row.get("election") == {"S": election})
    return "Item" in progress and kind in {name.partition("#")[0] for name in names}


def has_unsettled(stack: Stack) -> bool:
    """Whether stations between which an observer moved are still to be counted anew."""
    found = stack.client("dynamodb").scan(TableName=f"{stack.outputs['TablePrefix']}elections")["Items"]
    return any("unsettled" in str(row.get("changes")) for row in found)
