"""The packaged template, as AWS gets it."""

import functools
import json
from typing import Any

from infra.bundle import package

Template = dict[str, Any]


@functools.cache
def packaged_template() -> Template:
    read: Template = json.loads(package().template.read_text())
    return read


def of_type(template: Template, kind: str) -> dict[str, Any]:
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def statements_of(template: Template, policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]
    return found
