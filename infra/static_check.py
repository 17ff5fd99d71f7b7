"""Have checkov read the packaged template; compare with `checkov.yaml`'s answers.

Runs in an environment of its own (`environments.py`, LINT), since checkov pins another boto3. ``python -m
infra.static_check TEMPLATE …`` fails on a finding without an answer and on an answer that nothing needs.
"""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from infra.environments import LINT, ROOT

ANSWERS = ROOT / "infra" / "checkov.yaml"
FEWEST_PASSED = 100
"""Checks that pass over the whole template: with fewer the checker has not read it."""


class NotChecked(Exception):
    """The checker did not do its work.

    The message holds its output.
    """


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a check's findings stay, and for which resources.

    `resources`: by logical id; None for all.
    """

    reason: str
    resources: frozenset[str] | None = None

    def covers(self, resource: str) -> bool:
        """Tell whether the answer holds for a resource."""
        return self.resources is None or resource in self.resources


@dataclass(frozen=True, slots=True, order=True)
class TemplateFinding:
    """A check that failed on a resource."""

    check: str
    resource: str
    name: str


def answers(path: Path = ANSWERS) -> dict[str, Answer]:
    """Read the answers by check."""
    written: dict[str, dict[str, Any]] = YAML(typ="safe").load(path)
    return {
        check: Answer(entry["answer"], frozenset(entry["of"]) if "of" in entry else None)
        for check, entry in written.items()
    }


def faults(findings: Collection[TemplateFinding], answered: Mapping[str, Answer]) -> Iterator[str]:
    """Yield what is wrong: findings without an answer, answers without a finding."""
    for finding in sorted(findings):
        answer = answered.get(finding.check)
        if answer is None or not answer.covers(finding.resource):
            yield f"{finding.check} {finding.resource}: {finding.name}: mend it, or answer it in {ANSWERS.name}"
    for check, answer in answered.items():
        resources = {finding.resource for finding in findings if finding.check == check}
        if not resources:
            yield f"{check}: nothing is found any more: remove its answer from {ANSWERS.name}"
        elif answer.resources is not None and answer.resources - resources:
            idle = ", ".join(sorted(answer.resources - resources))
            yield f"{check}: nothing is found any more of {idle}: remove it from {ANSWERS.name}"


def read_report(report: str) -> list[TemplateFinding]:
    """Return what a report of checkov's finds; raises `NotChecked`.

    It is raised where it is no whole report.
    """
    try:
        parts = json.loads(report)
    except ValueError:
        raise NotChecked(f"checkov wrote no report: {report[:500]}") from None
    parts = parts if isinstance(parts, list) else [parts]
    if any(part["summary"]["parsing_errors"] for part in parts):
        raise NotChecked("checkov could not read a template")
    if sum(part["summary"]["passed"] for part in parts) < FEWEST_PASSED:
        raise NotChecked(f"fewer than {FEWEST_PASSED} checks passed: the template was not read")
    return [
        TemplateFinding(failed["check_id"], failed["resource"].rpartition(".")[2], failed["check_name"])
        for part in parts
        for failed in part["results"]["failed_checks"]
    ]


def flat(template: dict[str, Any]) -> dict[str, Any]:
    """Return a SAM template whose functions have their global properties themselves.

    checkov 3.3.30 mixes a function's own variable with the global one of its name, and fails over what comes of it.
    """
    common = template.get("Globals", {}).get("Function", {})
    shared = common.get("Environment", {}).get("Variables", {})
    made = {**template, "Resources": dict(template["Resources"])}
    made["Globals"] = {kind: given for kind, given in template.get("Globals", {}).items() if kind != "Function"}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            variables = resource["Properties"].get("Environment", {}).get("Variables", {})
            properties = {**common, **resource["Properties"], "Environment": {"Variables": {**shared, **variables}}}
            made["Resources"][name] = {**resource, "Properties": properties}
    return made


def check(templates: Iterable[Path], checkov: Path = LINT.folder / "bin" / "checkov") -> list[TemplateFinding]:
    """Have checkov read templates, without the network; raises `NotChecked`."""
    with TemporaryDirectory() as folder:
        named: list[str] = []
        for number, template in enumerate(templates):
            read = template
            if template.suffix == ".json":
                read = Path(folder) / f"{number}.json"
                read.write_text(json.dumps(flat(json.loads(template.read_text())), indent=1))
            named += ["-f", str(read)]
        return _run(checkov, named)


def _run(checkov: Path, named: Sequence[str]) -> list[TemplateFinding]:
    quiet = ["--quiet", "--compact", "--skip-download", "--output", "json"]
    environ = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "BC_API_KEY"}}
    command = [str(checkov), "--framework", "cloudformation", *named, *quiet]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    if done.returncode not in (0, 1):
        raise NotChecked(f"checkov ended with {done.returncode}: {done.stdout}{done.stderr}")
    return read_report(done.stdout)


def main() -> int:
    """Check the templates named on the command line; return the exit status."""
    try:
        findings = check(map(Path, sys.argv[1:]))
    except (NotChecked, OSError) as fault:
        print(fault, file=sys.stderr)
        return 2
    wrong = list(faults(findings, answers()))
    print("\n".join([*wrong, f"checkov: {len(findings)} findings, {len(wrong)} of them not answered"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
