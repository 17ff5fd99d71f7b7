"""Deploy: check, show the changes, ask, deploy, and try the stack.

`make deploy` runs it. Where the stack does not work, it goes back.

``python -m infra.deploy STACK --region REGION --bucket BUCKET Parameter=value …`` deploys to AWS with the credentials
that are set up for its command line.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.bundle import Package, PackageFailed, package
from infra.deploying.adoption import adopt
from infra.deploying.preflight import preflight
from infra.deploying.rollback import roll_back
from infra.deploying.smoke_test import SmokeTestFailed, smoke_test
from infra.deploying.stack_update import Confirm, deploy, deployed_template
from infra.deploying.target import DeployFailed, Target
from infra.deploying.terminal import asks

NEW = (None, "REVIEW_IN_PROGRESS")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the person who deploys has chosen, beside the parameters."""

    confirm: Confirm
    alert_to: str | None = None
    adopts: bool = False
    is_tried: bool = True


def release(made: Package, target: Target, parameters: Mapping[str, str], choices: Choices) -> dict[str, str]:
    """Check, deploy, try; return the stack's outputs.

    Raises `DeployFailed`, and `SmokeTestFailed` after the stack is back at the release before.
    """
    template: dict[str, Any] = json.loads(made.template.read_text())
    require_ready(target, parameters, template, adopts=choices.adopts)
    if choices.adopts:
        if target.describe() is not None:
            raise DeployFailed(f"the stack {target.stack} is there: nothing is to be adopted. Leave ADOPT out.")
        print(f"Adopted: {', '.join(adopt(target, template, parameters))}")
    described = target.describe()
    is_new = (described or {}).get("StackStatus") in NEW
    before = None if is_new or choices.adopts else deployed_template(target)
    if is_new:
        # Without deletion protection, so that a first deployment that fails takes its tables with it.
        outputs = deploy(made, target, {**parameters, "Protect": "false"}, choices.confirm)
        if parameters.get("Protect", "true") == "true":
            outputs = deploy(made, target, {**parameters, "Protect": "true"})
    else:
        outputs = deploy(made, target, parameters, choices.confirm)
    if parameters.get("Protect", "true") == "true":
        guard = ["--enable-termination-protection", "--stack-name", target.stack]
        target.aws("cloudformation", "update-termination-protection", *guard)
    if choices.is_tried:
        _try(target, outputs, before, choices.alert_to)
    return outputs


def require_ready(
    target: Target, parameters: Mapping[str, str], template: Mapping[str, Any], *, adopts: bool = False
) -> None:
    """Print every check; raises `DeployFailed` where one is a problem."""
    defaults = {
        name: str(parameter["Default"]) for name, parameter in template["Parameters"].items() if "Default" in parameter
    }
    problems = 0
    for check in preflight(target, parameters, defaults, runtime_of(template)):
        print(check)
        problems += check.severity == "problem" and not (adopts and check.subject == "tables")
    if problems:
        raise DeployFailed(f"Nothing was made. Mend what is marked ✗ ({problems}), then call it again.")


def runtime_of(template: Mapping[str, Any]) -> str:
    """Return the one runtime of a template's functions."""
    functions = [
        resource for resource in template["Resources"].values() if resource["Type"] == "AWS::Serverless::Function"
    ]
    [runtime] = {function["Properties"]["Runtime"] for function in functions}
    return str(runtime)


def _try(target: Target, outputs: Mapping[str, str], before: Mapping[str, Any] | None, alert_to: str | None) -> None:
    try:
        for step in smoke_test(target, outputs, alert_to):
            print(f"✓ {step}")
    except SmokeTestFailed as failed:
        if before is None:
            raise SmokeTestFailed(f"{failed}\nThe stack is new: nothing is there to go back to.") from None
        print(f"✗ {failed}\nGoing back to the release before …")
        roll_back(target, before, deployed_template(target))
        raise SmokeTestFailed(f"{failed}\nThe stack is back at the release before.") from None


def main() -> int:
    """Package, release to AWS and print the stack's outputs.

    Returns the exit status.
    """
    reader = argparse.ArgumentParser(description="Package Baykoo and deploy it to AWS.")
    reader.add_argument("stack", help="the stack's name; tables, parameters and logs are named by it")
    reader.add_argument("--region", required=True, help="for example eu-central-1")
    reader.add_argument("--bucket", required=True, help="an S3 bucket in that region for the code")
    reader.add_argument("--alert-to", help="who gets a test alert by email; else AlarmEmail")
    reader.add_argument("--adopt", action="store_true", help="take up the tables of an earlier stack of this name")
    reader.add_argument("--yes", action="store_true", help="do not ask")
    reader.add_argument("--no-smoke-test", action="store_true", help="do not try the stack after")
    reader.add_argument("parameters", nargs="*", help="Name=value of the template's parameters (infra/template/)")
    given = reader.parse_args()
    try:
        parameters = dict(text.split("=", 1) for text in given.parameters)
    except ValueError:
        reader.error("parameters are written Name=value")
    choices = Choices(
        confirm=_show if given.yes else lambda changes: _show(changes) and asks("Make these changes?"),
        alert_to=given.alert_to or parameters.get("AlarmEmail") or None,
        adopts=given.adopt,
        is_tried=not given.no_smoke_test,
    )
    try:
        made = package()
        print(made.describe())
        outputs = release(made, Target(given.stack, given.region, given.bucket), parameters, choices)
    except (PackageFailed, DeployFailed, SmokeTestFailed) as failed:
        print(failed, file=sys.stderr)
        return 1
    for name, value in sorted(outputs.items()):
        print(f"{name}: {value}")
    return 0


def _show(changes: str) -> bool:
    print(changes)
    return True


if __name__ == "__main__":
    sys.exit(main())
