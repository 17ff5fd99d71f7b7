"""Where a stack goes, and the `aws` command that is asked there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CODE = re.compile(r"An error occurred \((\w+)\)")
ABSENT = "does not exist"


class DeployFailed(Exception):
    """A step of the deployment failed.

    The message holds the command and its output.
    """


class AwsFailed(DeployFailed):
    """The `aws` command failed; `code` is AWS's code of the error.

    It is empty where AWS did not answer.
    """

    def __init__(self, output: str) -> None:
        super().__init__(output)
        code = _CODE.search(output)
        self.code = code[1] if code else ""


def run_aws(arguments: list[str], environ: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the `aws` command; return its status, its output and its errors."""
    command = [str(Path(sys.executable).with_name("aws")), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    return done.returncode, done.stdout, done.stderr


@dataclass(frozen=True)
class Target:
    """Where a stack goes: name, region, bucket, and the command's environment.

    The bucket holds its code; `aws` runs in the environment.
    """

    stack: str
    region: str
    bucket: str
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def aws(self, *arguments: str) -> str:
        """Run the `aws` command there and return what it prints; raises `AwsFailed`."""
        environ = {**self.environ, "AWS_PAGER": ""}
        status, output, errors = run_aws(["--region", self.region, "--output", "json", *arguments], environ)
        if status:
            raise AwsFailed(f"aws {' '.join(arguments)}\n{output}{errors}".rstrip())
        return output

    def ask(self, *arguments: str) -> Any:
        """Run the `aws` command there and read its JSON; raises `AwsFailed`."""
        return json.loads(self.aws(*arguments) or "null")

    def describe(self) -> dict[str, Any] | None:
        """Describe the stack as CloudFormation does; raises `AwsFailed`.

        It is None where there is none.
        """
        try:
            stacks = self.ask("cloudformation", "describe-stacks", "--stack-name", self.stack)
        except AwsFailed as failed:
            if ABSENT in str(failed):
                return None
            raise
        described: dict[str, Any] = stacks["Stacks"][0]
        return described

    def outputs(self) -> dict[str, str]:
        """Return the deployed stack's outputs by name; raises `DeployFailed`."""
        described = self.describe()
        if described is None:
            raise DeployFailed(f"there is no stack {self.stack} in {self.region}")
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    def parameters(self) -> dict[str, str]:
        """Return the deployed stack's parameters by name; raises `AwsFailed`.

        It is None where there is no stack.
        """
        described = self.describe() or {}
        return {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in described.get("Parameters", [])}
