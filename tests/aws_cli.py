"""What the pinned `aws` command knows: its services, operations and options."""

from pathlib import Path
from typing import Any

import awscli
import pytest
from awscli.clidriver import create_clidriver

GLOBAL_OPTIONS = {"query", "output", "region", "profile"}


def require_known(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the command has no such service, operation or option; `words` without `aws`."""
    monkeypatch.setenv("AWS_DATA_PATH", str(Path(awscli.__file__).parent / "data"))
    service, operation, *rest = words
    services: Any = create_clidriver().create_help_command().command_table
    assert service in services, f"aws has no {service}"
    operations = services[service].create_help_command().command_table
    assert operation in operations, f"aws {service} has no {operation}"
    options = {word.removeprefix("--") for word in rest if word.startswith("--")}
    unknown = options - set(operations[operation].arg_table) - GLOBAL_OPTIONS
    assert not unknown, f"aws {service} {operation} has no {unknown}"
