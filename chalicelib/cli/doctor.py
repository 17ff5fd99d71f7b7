"""./baykoo doctor: what is wrong with the deployed stack, what to do."""

import datetime as dt
import os
import sys
from dataclasses import asdict

import click

from chalicelib.cli.printable import show, show_json
from chalicelib.cli.target import use_stack
from chalicelib.services.doctor.examine import examine
from chalicelib.services.doctor.finding import gravest

_MARKS = {"good": "✓", "warning": "!", "problem": "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Every finding as one JSON object per line.")
@click.option("--all", "shows_good", is_flag=True, help="Show what is good, too.")
def doctor(*, as_json: bool, shows_good: bool) -> None:
    """Look at the deployed stack for warnings and problems.

    Exit 1 where there is a warning, 2 where there is a problem.
    """
    local = use_stack()
    stack = os.environ["BAYKOO_PARAMETERS"].removeprefix("/")
    findings = []
    for finding in examine(stack, dt.datetime.now(dt.UTC), local.get("api_url")):
        findings.append(finding)
        if as_json:
            show_json(asdict(finding))
        elif shows_good or finding.severity != "good":
            show(f"{_MARKS[finding.severity]} {finding.subject}: {finding.text}")
            if finding.advice:
                show(f"    {finding.advice}")
    if not as_json:
        counts = {severity: sum(finding.severity == severity for finding in findings) for severity in _MARKS}
        show(f"{counts['good']} good, {counts['warning']} warnings, {counts['problem']} problems.")
    sys.exit(gravest(findings))
