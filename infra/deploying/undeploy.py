"""Remove a stack and keep its tables.

`make undeploy` runs it. It says how to remove the tables, or to adopt them again.

``python -m infra.deploying.undeploy STACK --region REGION``.
"""

import argparse
import sys

from infra.deploying.stack_update import wait
from infra.deploying.target import ABSENT, AwsFailed, DeployFailed, Target
from infra.deploying.terminal import asks

BUCKET = "Files"


def undeploy(target: Target) -> str:
    """Delete the stack; return what is kept and its use.

    Raises `DeployFailed`.
    """
    described = target.describe()
    if described is None:
        raise DeployFailed(f"there is no stack {target.stack} in {target.region}")
    guard = ["--no-enable-termination-protection", "--stack-name", target.stack]
    target.aws("cloudformation", "update-termination-protection", *guard)
    _empty_bucket(target)
    target.aws("cloudformation", "delete-stack", "--stack-name", target.stack)
    wait(Target(described["StackId"], target.region, target.bucket, target.environ))
    return left_behind(target)


def _empty_bucket(target: Target) -> None:
    """Remove the files of exports and imports, which live for a day.

    A bucket that holds any is not deleted.
    """
    named = ["--stack-name", target.stack, "--logical-resource-id", BUCKET]
    try:
        resource = target.ask("cloudformation", "describe-stack-resource", *named)["StackResourceDetail"]
    except AwsFailed as failed:
        if ABSENT in str(failed):  # a stack of a release before there was one
            return
        raise
    target.aws("s3", "rm", f"s3://{resource['PhysicalResourceId']}", "--recursive", "--only-show-errors")


def left_behind(target: Target) -> str:
    """Describe what an undeployed stack leaves; raises `AwsFailed`.

    The commands that remove or adopt it stand there too.
    """
    prefix = f"{target.stack}-"
    tables = [name for name in target.ask("dynamodb", "list-tables")["TableNames"] if name.startswith(prefix)]
    path = f"/{target.stack}/"
    query = ["--path", path, "--recursive", "--query", "Parameters[].Name"]
    settings = target.ask("ssm", "get-parameters-by-path", *query) or []
    lines = ["Kept tables:", *(f"  {name}" for name in tables)]
    lines += ["To remove them, with all that they hold:"]
    for name in tables:
        lines += [f"  aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled"]
        lines += [f"  aws dynamodb delete-table --table-name {name}"]
    lines += ["To remove the providers' settings:"]
    lines += [f"  aws ssm delete-parameter --name {name}" for name in settings]
    lines += [
        "To have a new stack adopt the tables:",
        f'  make deploy STACK={target.stack} REGION={target.region} BUCKET=… ADOPT=yes PARAMETERS="…"',
    ]
    return "\n".join(lines)


def main() -> int:
    """Ask, undeploy, and print what is kept; return the exit status."""
    reader = argparse.ArgumentParser(description="Remove a stack from AWS and keep its tables.")
    reader.add_argument("stack")
    reader.add_argument("--region", required=True)
    given = reader.parse_args()
    target = Target(given.stack, given.region, "")
    question = f"Remove the stack {target.stack} in {target.region}? SMS are refused from then on; its tables are kept."
    if not asks(question):
        return 1
    try:
        print(undeploy(target))
    except DeployFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
