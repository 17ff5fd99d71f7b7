"""Which stack the command line works on.

It is one on AWS that was named, else the one that runs on this machine.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

import click

LOCAL = Path(".baykoo/local.json")
READ_TIMEOUT_SECONDS: Final = "30"
"""A command waits longer for a busy stack than a webhook may: a rehearsal's hour is not lost to one slow answer."""
_SETTINGS = ("endpoint_url", "region", "stack")


def use_stack() -> dict[str, Any]:
    """Point this process at a stack; return what is known of it.

    BAYKOO_STACK names one on AWS (with the usual AWS settings); without it, the stack of `make run` is used, as
    `.baykoo/local.json` tells, or the file that BAYKOO_LOCAL names.
    """
    named = os.environ.get("BAYKOO_STACK")
    if named:
        _use(named)
        return {"stack": named}
    path = Path(os.environ.get("BAYKOO_LOCAL", LOCAL))
    try:
        local: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise click.ClickException(
            f"no stack: {path} is missing. Start one here with `make run`, or name one on AWS with BAYKOO_STACK=NAME."
        ) from None
    except ValueError:
        local = {}
    if not (isinstance(local, dict) and all(isinstance(local.get(name), str) for name in _SETTINGS)):
        raise click.ClickException(
            f"{path} does not tell of a stack. Start one anew with `make run`, which writes it; or name one on AWS "
            "with BAYKOO_STACK=NAME."
        )
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ.update(
        AWS_ENDPOINT_URL=local["endpoint_url"],
        AWS_DEFAULT_REGION=local["region"],
        AWS_REGION=local["region"],
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106 - what the emulator takes for its own account
    )
    _use(local["stack"])
    return local


def _use(stack: str) -> None:
    os.environ["BAYKOO_TABLE_PREFIX"] = f"{stack}-"
    os.environ["BAYKOO_READ_TIMEOUT"] = READ_TIMEOUT_SECONDS
    os.environ["BAYKOO_PARAMETERS"] = f"/{stack}"
