"""Make or change a stack, on AWS or here, by the template."""

import json
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.bundle import Package
from infra.deploying.target import AwsFailed, DeployFailed, Target

POLL_SECONDS = 5.0
_CHANGE_SET = re.compile(r"--change-set-name (\S+)")
_NEW = "REVIEW_IN_PROGRESS"
"""The state of a stack that has a change set and nothing else."""

Confirm = Callable[[str], bool]
"""Shown what would change, whether to go on."""


class NotConfirmed(DeployFailed):
    """The person who deploys did not want these changes; nothing was changed."""


def deploy(
    made: Package, target: Target, parameters: Mapping[str, str], confirm: Confirm | None = None
) -> dict[str, str]:
    """Deploy a package as a stack; return the stack's outputs.

    Without `confirm` the changes are made unseen. Raises `DeployFailed`.
    """
    with tempfile.TemporaryDirectory() as folder:
        uploaded = Path(folder) / "uploaded.json"
        source = ["--template-file", str(made.template), "--use-json", "--output-template-file", str(uploaded)]
        target.aws("cloudformation", "package", *source, *_code(target))
        apply(uploaded, target, parameters, confirm)
    return target.outputs()


def apply(template: Path, target: Target, parameters: Mapping[str, str], confirm: Confirm | None = None) -> None:
    """Bring a stack to a template whose code is uploaded; raises `DeployFailed`."""
    changes = ["--template-file", str(template), "--stack-name", target.stack, "--no-fail-on-empty-changeset"]
    options = ["--capabilities", "CAPABILITY_IAM", *_code(target), "--tags", "project=baykoo"]
    given = [f"{name}={value}" for name, value in parameters.items()]
    options += ["--parameter-overrides", *given] if given else []
    try:
        if confirm is None:
            target.aws("cloudformation", "deploy", *changes, *options)
        else:
            output = target.aws("cloudformation", "deploy", *changes, *options, "--no-execute-changeset")
            change_set = _CHANGE_SET.search(output)
            if change_set:
                _execute_if_confirmed(target, change_set[1], confirm)
    except AwsFailed as failed:
        raise DeployFailed(f"{failed}\n{what_failed(target)}") from None


def _code(target: Target) -> list[str]:
    return ["--s3-bucket", target.bucket, "--s3-prefix", target.stack]


def _execute_if_confirmed(target: Target, change_set: str, confirm: Confirm) -> None:
    described = target.ask("cloudformation", "describe-change-set", "--change-set-name", change_set)
    if not confirm(show(described["Changes"])):
        target.aws("cloudformation", "delete-change-set", "--change-set-name", change_set)
        if (target.describe() or {}).get("StackStatus") == _NEW:
            target.aws("cloudformation", "delete-stack", "--stack-name", target.stack)
        raise NotConfirmed("nothing was changed")
    target.aws("cloudformation", "execute-change-set", "--change-set-name", change_set)
    wait(target)


def show(changes: list[dict[str, Any]]) -> str:
    """Show a change set, a line per resource, the dangerous first.

    What it would add, change, replace or remove.
    """
    marks = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "<"}
    lines = []
    for change in (change["ResourceChange"] for change in changes):
        replaced = {"True": "  REPLACED", "Conditional": "  perhaps replaced"}.get(change.get("Replacement", ""), "")
        mark = marks.get(change["Action"], "?")
        is_dangerous = mark == "-" or bool(replaced)
        lines.append((not is_dangerous, f"{mark} {change['ResourceType']} {change['LogicalResourceId']}{replaced}"))
    return "\n".join(line for _, line in sorted(lines))


def wait(target: Target) -> str:
    """Wait until the stack is at rest; return its state.

    Raises `DeployFailed` where it failed or rolled back.
    """
    while True:
        described = target.describe()
        state = described["StackStatus"] if described else "DELETE_COMPLETE"
        if not state.endswith("_IN_PROGRESS"):
            if state.endswith("FAILED") or "ROLLBACK" in state:
                raise DeployFailed(f"the stack {target.stack} is {state}\n{what_failed(target)}")
            return str(state)
        time.sleep(POLL_SECONDS)


def what_failed(target: Target) -> str:
    """List resources that could not be made or changed, with reasons."""
    try:
        history = target.ask("cloudformation", "describe-stack-events", "--stack-name", target.stack)
    except AwsFailed as failed:
        return str(failed)
    events = [event for event in history["StackEvents"] if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(
        f"{event['LogicalResourceId']} {event['ResourceStatus']}: {event.get('ResourceStatusReason', '')}"
        for event in events
    )


def deployed_template(target: Target) -> dict[str, Any]:
    """Return the template that the stack was deployed by.

    Its code lies in the bucket. Raises `AwsFailed`.
    """
    answer = target.ask("cloudformation", "get-template", "--stack-name", target.stack, "--template-stage", "Original")
    body = answer["TemplateBody"]
    template: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    return template
