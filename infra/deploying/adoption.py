"""Adopt an earlier stack's tables, by CloudFormation's import.

They become tables of a new stack of the same name.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deploying.stack_update import wait
from infra.deploying.target import DeployFailed, Target

TABLE = "AWS::DynamoDB::Table"
CHANGE_SET = "adopt-tables"


def adopt(target: Target, template: Mapping[str, Any], parameters: Mapping[str, str]) -> list[str]:
    """Make a stack of the existing tables; return their names.

    The deployment completes it.

    Raises `DeployFailed`.
    """
    existing = set(target.ask("dynamodb", "list-tables")["TableNames"])
    named = {logical: table_name(target.stack, made) for logical, made in tables_of(template).items()}
    kept = {logical: name for logical, name in named.items() if name in existing}
    if not kept:
        raise DeployFailed(f"there is no table of a stack {target.stack} to adopt")
    imported = [
        {"ResourceType": TABLE, "LogicalResourceId": logical, "ResourceIdentifier": {"TableName": name}}
        for logical, name in sorted(kept.items())
    ]
    with tempfile.TemporaryDirectory() as folder:
        body, resources = Path(folder) / "tables.json", Path(folder) / "resources.json"
        body.write_text(json.dumps(tables_alone(template, set(kept))))
        resources.write_text(json.dumps(imported))
        chosen = {name: parameters[name] for name in ("Protect", "TableKeyArn") if name in parameters}
        given = [f"ParameterKey={name},ParameterValue={value}" for name, value in chosen.items()]
        named_set = ["--stack-name", target.stack, "--change-set-name", CHANGE_SET]
        target.aws(
            *("cloudformation", "create-change-set", "--change-set-type", "IMPORT", *named_set),
            *("--template-body", f"file://{body}", "--resources-to-import", f"file://{resources}"),
            *(["--parameters", *given] if given else []),
        )
        target.aws("cloudformation", "wait", "change-set-create-complete", *named_set)
        target.aws("cloudformation", "execute-change-set", *named_set)
    wait(target)
    return sorted(kept.values())


def tables_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template's tables by logical id."""
    return {name: made for name, made in template["Resources"].items() if made["Type"] == TABLE}


def tables_alone(template: Mapping[str, Any], logical_ids: set[str]) -> dict[str, Any]:
    """Return a template of some tables, with what they refer to."""
    parameters = {name: template["Parameters"][name] for name in ("Protect", "TableKeyArn")}
    conditions = {name: template["Conditions"][name] for name in ("IsProtected", "HasTableKey")}
    resources = {name: made for name, made in tables_of(template).items() if name in logical_ids}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": parameters,
        "Conditions": conditions,
        "Resources": resources,
    }


def table_name(stack: str, table: Mapping[str, Any]) -> str:
    """Return a table's name in a stack."""
    written: str = table["Properties"]["TableName"]["Fn::Sub"]
    return written.replace("${AWS::StackName}", stack)
