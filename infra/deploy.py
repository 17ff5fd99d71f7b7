"""Deploys the package: to AWS and to one machine alike, they differ by endpoint and parameters only.

``python -m infra.deploy STACK --region REGION --bucket BUCKET Parameter=value …`` deploys to AWS with the credentials
that are set up for its command line.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.bundle import Package, PackageFailed, package


class DeployFailed(Exception):
    """A step of the deployment failed; the message holds the command and what it said."""


@dataclass(frozen=True)
class Target:
    """Where a stack goes: its name, region, the bucket for its code, and the environment that `aws` runs in."""

    stack: str
    region: str
    bucket: str
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def aws(self, *arguments: str) -> str:
        """Run the `aws` command there and return what it prints; raises `DeployFailed`."""
        command = [str(Path(sys.executable).with_name("aws")), "--region", self.region, "--output", "json", *arguments]
        environ = {**self.environ, "AWS_PAGER": ""}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
        if done.returncode:
            raise DeployFailed(f"aws {' '.join(arguments)}\n{done.stdout}{done.stderr}".rstrip())
        return done.stdout

    def outputs(self) -> dict[str, str]:
        """The deployed stack's outputs by name."""
        described: dict[str, Any] = json.loads(
            self.aws("cloudformation", "describe-stacks", "--stack-name", self.stack)
        )
        return {output["OutputKey"]: output["OutputValue"] for output in described["Stacks"][0].get("Outputs", [])}


def deploy(made: Package, target: Target, parameters: Mapping[str, str]) -> dict[str, str]:
    """Deploy a package as a stack, new or changed; return the stack's outputs. Raises `DeployFailed`."""
    code = ["--s3-bucket", target.bucket, "--s3-prefix", target.stack]
    with tempfile.TemporaryDirectory() as folder:
        uploaded = str(Path(folder) / "uploaded.json")
        source = ["--template-file", str(made.template), "--use-json", "--output-template-file", uploaded]
        target.aws("cloudformation", "package", *source, *code)
        changes = ["--template-file", uploaded, "--stack-name", target.stack, "--no-fail-on-empty-changeset"]
        options = ["--capabilities", "CAPABILITY_IAM", *code, "--tags", "project=baykoo"]
        given = ["--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())]
        try:
            target.aws("cloudformation", "deploy", *changes, *options, *(given if parameters else []))
        except DeployFailed as failed:
            raise DeployFailed(f"{failed}\n{_what_failed(target)}") from None
    return target.outputs()


def _what_failed(target: Target) -> str:
    """The resources that could not be made or changed, each with its reason."""
    try:
        found: dict[str, Any] = json.loads(
            target.aws("cloudformation", "describe-stack-events", "--stack-name", target.stack)
        )
    except DeployFailed as failed:
        return str(failed)
    events = [event for event in found["StackEvents"] if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(
        f"{event['LogicalResourceId']} {event['ResourceStatus']}: {event.get('ResourceStatusReason', '')}"
        for event in events
    )


def main() -> int:
    """Package, deploy to AWS and print the stack's outputs; return the exit status."""
    reader = argparse.ArgumentParser(description="Package Baykoo and deploy it to AWS.")
    reader.add_argument("stack", help="the stack's name; tables, parameters and logs are named by it")
    reader.add_argument("--region", required=True, help="for example eu-central-1")
    reader.add_argument("--bucket", required=True, help="an S3 bucket in that region for the code")
    reader.add_argument("parameters", nargs="*", help="Name=value of the template's parameters (infra/template/)")
    given = reader.parse_args()
    try:
        parameters = dict(text.split("=", 1) for text in given.parameters)
    except ValueError:
        reader.error("parameters are written Name=value")
    try:
        made = package()
        print(made.describe())
        outputs = deploy(made, Target(given.stack, given.region, given.bucket), parameters)
    except (PackageFailed, DeployFailed) as failed:
        print(failed, file=sys.stderr)
        return 1
    for name, value in sorted(outputs.items()):
        print(f"{name}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
