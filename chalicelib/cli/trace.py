"""./baykoo trace: the way of one SMS, from rows and logs."""

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cli.printable import show, show_json
from chalicelib.cli.target import use_stack
from chalicelib.services.clients.logs import LogLine, lines_of
from chalicelib.services.doctor.deployment import Deployment
from chalicelib.services.views.trace import RowUnknown, Step, Trace
from chalicelib.services.views.trace import trace as trace_rows

BEFORE, AFTER = dt.timedelta(minutes=1), dt.timedelta(minutes=20)
"""How far beyond the rows' instants lines are looked for: a sweep or a receipt may come later than what a row tells."""


@click.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Every step as one JSON object per line.")
def trace(key: str, *, as_json: bool) -> None:
    """Show the way of the SMS KEY, from webhook to receipts.

    Alerts and replies too.

    KEY is the SMS's, as PROVIDER#ID, or that of a row it led to. Lines of the functions' logs stand between the rows'
    instants, each with the id of its Lambda request.
    """
    use_stack()
    try:
        way = trace_rows(key)
    except RowUnknown as unknown:
        raise click.ClickException(str(unknown)) from unknown
    if not as_json:
        show(f"{way.key}  correlation id {way.correlation_ids[0]}")
    for step in _in_order([*map(_row_step, way.steps), *_log_steps(way)]):
        if as_json:
            show_json(step)
        else:
            show(_line(step))


def _log_steps(way: Trace) -> Iterator[dict[str, Any]]:
    """Yield the log lines; say on stderr where they cannot be read."""
    try:
        functions = Deployment.of(os.environ["BAYKOO_PARAMETERS"].removeprefix("/")).functions
        instants = way.instants
        yield from map(
            _log_step, lines_of(functions, way.correlation_ids, min(instants) - BEFORE, max(instants) + AFTER)
        )
    except (ClientError, BotoCoreError) as fault:
        show(f"The logs cannot be read: {fault}", err=True)


def _row_step(step: Step) -> dict[str, Any]:
    return {"at": step.at.isoformat() if step.at else None, "row": step.row, "what": step.what}


def _log_step(line: LogLine) -> dict[str, Any]:
    what = " ".join([line.words, *(f"{name}={value}" for name, value in sorted(line.known.items()))])
    return {
        "at": line.at.astimezone(dt.UTC).isoformat(),
        "function": line.function,
        "request": line.request,
        "level": line.level,
        "what": what,
    }


def _in_order(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(steps, key=lambda step: (step["at"] is None, step["at"] and dt.datetime.fromisoformat(step["at"])))


def _line(step: dict[str, Any]) -> str:
    at = step["at"]
    instant = f"{dt.datetime.fromisoformat(at):%Y-%m-%d %H:%M:%S.%f}"[:-3] if at else " " * 23
    if "row" in step:
        return f"{instant}  {step['row']}  {step['what']}"
    return f"{instant}    {step['function']} {step['level']}: {step['what']}  (request {step['request']})"
