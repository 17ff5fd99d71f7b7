"""./baykoo export: an election's rows as files in a folder."""

import datetime as dt
import os
import time
from pathlib import Path
from typing import cast

import click
import urllib3

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.services.access.operators import at_the_command_line
from chalicelib.services.actions.perform import Action
from chalicelib.services.doctor.deployment import Deployment
from chalicelib.services.exports.request import ask, link, show_export
from chalicelib.services.exports.table import ExportRequest, Format, What
from chalicelib.store.elections import existing

WHAT = ("reports", "incidents", "messages", "audit", "roster", "contacts")
ASKED_EVERY_SECONDS = 1.0


@click.command()
@click.argument("what", type=click.Choice(WHAT))
@click.option("--election", "election_id", required=True, metavar="ID")
@click.option("--format", "file_format", type=click.Choice(("csv", "xlsx")), default="csv", show_default=True)
@click.option("--region", "regions", multiple=True, help="Only of a region; repeat for several.")
@click.option("--form", "forms", multiple=True, help="Only of a form; repeat for several.")
@click.option("--people", is_flag=True, help="With names, phones and texts.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Where they go.")
def export(
    what: str,
    election_id: str,
    file_format: str,
    regions: tuple[str, ...],
    forms: tuple[str, ...],
    people: bool,
    folder: Path,
) -> None:
    """Export WHAT of an election.

    Have it made, wait, and fetch the files.
    """
    stack = use_stack()
    os.environ["BAYKOO_BUCKET"] = Deployment.of(stack["stack"]).outputs["Files"]
    os.environ["BAYKOO_JOB"] = f"{stack['stack']}-job"

    operator = at_the_command_line(election_id)
    export_request = ExportRequest(cast(What, what), cast(Format, file_format), regions, forms, people=people)
    job = ask(existing(election_id).election, export_request, Action.at_the_command_line(operator, _now()))
    while job["state"] not in ("done", "failed"):
        time.sleep(ASKED_EVERY_SECONDS)
        job = show_export(operator, job["id"], _now())
    if job["state"] == "failed":
        raise click.ClickException(f"the export failed: {job['error']}")
    folder.mkdir(parents=True, exist_ok=True)
    for file in link(operator, job["id"], Action.at_the_command_line(operator, _now()))["files"]:
        path = folder / file["name"]
        path.write_bytes(urllib3.PoolManager().request("GET", file["url"]).data)
        show(f"{path}  {file['bytes']} bytes")
    show(f"{job['rows']} rows")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
