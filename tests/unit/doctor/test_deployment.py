"""A stack of more than 100 resources is described whole: what CloudFormation tells comes in pages."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.services.doctor import deployment
from chalicelib.services.doctor.deployment import Deployment


class CloudFormation:
    """Answers as AWS does: 100 resources on a page, and a stack's description beside."""

    def __init__(self, resources: int) -> None:
        made = {"ResourceType": "AWS::Lambda::Function", "ResourceStatus": "CREATE_COMPLETE"}
        self.resources = [
            made | {"LogicalResourceId": f"F{number}", "PhysicalResourceId": f"baykoo-F{number}"}
            for number in range(resources)
        ]

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": [], "Parameters": []}]}

    def get_paginator(self, operation: str) -> "CloudFormation":
        assert operation == "list_stack_resources"
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        for begin in range(0, len(self.resources), 100):
            yield {"StackResourceSummaries": self.resources[begin : begin + 100]}


def test_every_page_of_the_resources_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "client", lambda *_: CloudFormation(131))
    assert len(Deployment.of("baykoo").functions) == 131
