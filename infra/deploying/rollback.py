"""The way back to the release before, where the smoke test fails.

Code, roles and what feeds the functions go back together, as the template before says: an alias would move the code
alone, under roles and filters that it does not know. Tables that only the new release has stay in the template: out of
it they would be kept without a stack, and the next deployment could not make them.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deploying.stack_update import apply
from infra.deploying.target import Target

TABLE = "AWS::DynamoDB::Table"


def roll_back(target: Target, before: Mapping[str, Any], failed: Mapping[str, Any]) -> None:
    """Deploy the release before, with the failed one's tables.

    Raises `DeployFailed`.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "before.json"
        path.write_text(json.dumps(with_tables_of(failed, before)))
        apply(path, target, {})


def with_tables_of(failed: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template before, with the tables that it lacks.

    All that these refer to comes with them.
    """
    resources = dict(before["Resources"])
    resources |= {
        name: made
        for name, made in failed["Resources"].items()
        if made["Type"] == TABLE and name not in before["Resources"]
    }
    sections = {name: {**failed.get(name, {}), **before.get(name, {})} for name in ("Parameters", "Conditions")}
    return {**before, **{name: section for name, section in sections.items() if section}, "Resources": resources}
