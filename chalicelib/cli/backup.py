"""./baykoo backup, restore, recover: a whole election in a file."""

import datetime as dt
import os
import time
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.services.backup.archive import ArchiveInvalid, header_of
from chalicelib.services.backup.backup import back_up
from chalicelib.services.backup.restore import RestoreRefused
from chalicelib.services.backup.restore import restore as restore_backup
from chalicelib.services.elections.audit import audit
from chalicelib.store import raw_rows
from chalicelib.store.elections import existing

ASKED_EVERY_SECONDS = 15.0

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@click.argument("election_id", metavar="ELECTION")
@file_argument
@click.option(
    "--tables", "prefix", metavar="PREFIX", help="Read copies of the tables, as `./baykoo recover` makes them."
)
def backup(election_id: str, file: Path, prefix: str | None) -> None:
    """Write all of ELECTION to FILE, with names and phones.

    Keep it where nobody else reads it. Take it while nothing comes in. What was broken off goes on when the same
    command is given again.
    """
    use_stack()
    if prefix is not None:
        os.environ["BAYKOO_TABLE_PREFIX"] = prefix
    loaded = existing(election_id)
    with Console(stderr=True).status("Reading …") as status:
        try:
            counted = back_up(
                loaded, file, dt.datetime.now(dt.UTC), lambda table, rows: status.update(f"{table}: {rows}")
            )
        except OSError as fault:
            raise click.ClickException(f"{file} cannot be written: {fault.strerror}") from fault
    show(f"{file}: {_listed(counted)}. Restore it into another stack: ./baykoo restore {file}")


@click.command()
@file_argument
@click.option("--as", "target_id", metavar="ELECTION", help="Under another name.")
def restore(file: Path, target_id: str | None) -> None:
    """Restore the election of a backup FILE into this stack.

    The stack must not have it; it is audited after. What waited to be sent when the backup was made is not sent. Given
    again after a failure, it writes all again.
    """
    use_stack()
    with Console(stderr=True).status("Writing …") as status:
        try:
            counted = restore_backup(file, target_id, lambda table, rows: status.update(f"{table}: {rows}"))
        except (ArchiveInvalid, RestoreRefused) as refused:
            raise click.ClickException(str(refused)) from refused
        except OSError as fault:
            raise click.ClickException(f"{file} cannot be read: {fault.strerror}") from fault
    election_id = target_id or str(header_of(file)["election"])
    show(f"{election_id}: {_listed(counted)}.")
    audited = audit(election_id)
    for difference in audited.differences:
        show(f"{election_id}: {difference}")
    show(f"Audit: {audited.messages} messages, {audited.reports} reports, {len(audited.differences)} differences.")
    if audited.differences:
        raise SystemExit(1)


@click.command()
@click.option("--at", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="2026-11-29T21:05:00+06:00")
@click.option("--to", "prefix", required=True, metavar="PREFIX", help="What the copies' names begin with.")
def recover(at: dt.datetime, prefix: str) -> None:
    """Copy this stack's tables as they were AT an instant.

    An instant of the last 35 days; to tables named PREFIX…. The stack itself is not touched. Then take a backup of the
    copies, and restore it into a new stack.
    """
    use_stack()
    names = raw_rows.recover(at, prefix)
    with Console(stderr=True).status("DynamoDB makes the copies, which takes minutes to hours …") as status:
        while left := raw_rows.not_active(names):
            status.update(f"{len(left)} of {len(names)} tables to go …")
            time.sleep(ASKED_EVERY_SECONDS)
    show(f"{len(names)} tables are there. Now: ./baykoo backup ELECTION FILE --tables {prefix}")


def _listed(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {table}" for table, count in counted.items() if count)
