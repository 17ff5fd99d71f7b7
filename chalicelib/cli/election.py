"""./baykoo election: load, copy, route, check, retire, delete."""

import datetime as dt
from getpass import getuser
from pathlib import Path

import click
from rich.console import Console

from chalicelib.cli.account import print_loaded
from chalicelib.cli.check import check
from chalicelib.cli.files import ElectionRefused, inspect_election_file
from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.election_file import moved_to
from chalicelib.observation.election_file.header import id_problem
from chalicelib.observation.elections.clock import REAL_TIME, Clock, ClockInvalid
from chalicelib.observation.elections.election import MOST_SHARDS, Election
from chalicelib.services.access.accounts import load_accounts
from chalicelib.services.backup.archive import ArchiveInvalid
from chalicelib.services.backup.deletion import DeleteRefused, delete, require_deletable
from chalicelib.services.elections import loading
from chalicelib.services.elections.numbers import NumberInUse, lead, require_free
from chalicelib.services.elections.retirement import RetireRefused, retire
from chalicelib.services.elections.shards import ShardsInUse, change_shards, require_not_under_way
from chalicelib.services.review.reprocess import reprocess, resolved_by
from chalicelib.store.election_removal import retired_elections
from chalicelib.store.elections import ElectionChanged, ElectionUnknown, list_elections
from chalicelib.store.routes import numbers_of


class ClockType(click.ParamType[Clock]):
    """START[,FACTOR] as a rehearsal's clock that begins now."""

    name = "START[,FACTOR]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Clock:
        """Convert to a clock, or fail with what to write."""
        try:
            return Clock.parse(str(value), dt.datetime.now(dt.UTC))
        except ClockInvalid as invalid:
            self.fail(str(invalid), param, ctx)


class ElectionId(click.ParamType[str]):
    """An election's id."""

    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Convert to an id, or fail with what is wrong."""
        problem = id_problem(str(value))
        if problem:
            self.fail(problem, param, ctx)
        return str(value)


clock_option = click.option(
    "--clock",
    type=ClockType(),
    default=None,
    help="A rehearsal's clock: 2017-10-15T06:00:00+06:00,60 runs 60 times faster.",
)
number_option = click.option("--number", help="The number that observers text to, which then leads to this election.")
taking_option = click.option(
    "--although-under-way", is_flag=True, help="Take the number even while another election's observers text to it."
)

shards_type = click.IntRange(1, MOST_SHARDS)


@click.group()
def election() -> None:
    """Load, copy, route and check elections."""


election.add_command(check)


@election.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "election_id", type=ElectionId(), help="Load it under another id than the file's.")
@number_option
@clock_option
@click.option("--shards", type=shards_type, help="Spread its counts over so many rows, before the first report.")
@click.option("--today", is_flag=True, help="Move the election day to today, for trying things out.")
@taking_option
def load(
    file: Path,
    election_id: str | None,
    number: str | None,
    clock: Clock | None,
    shards: int | None,
    *,
    today: bool,
    although_under_way: bool,
) -> None:
    """Load FILE with its stations, observers, coordinators and accounts, or nothing."""
    inspection = inspect_election_file(file)
    if inspection.election is None:
        raise ElectionRefused(inspection.problems)
    checked = inspection.election
    if election_id:
        checked = checked.model_copy(update={"id": election_id})
    if today:
        checked = _moved_to_today(checked)
    use_stack()

    now = dt.datetime.now(dt.UTC)
    try:
        if number:
            require_free(number, checked, now, although_under_way=although_under_way)
        if shards is not None:
            require_not_under_way(checked.id, shards, now)
        version = loading.load(checked, clock or REAL_TIME, shards=shards)
    except (NumberInUse, ShardsInUse, loading.RemovesReported, ElectionChanged) as refused:
        raise click.ClickException(str(refused)) from refused
    counts = f"{len(checked.stations)} stations, {len(checked.observers)} observers, {len(checked.regions)} regions"
    show(f"Loaded {checked.id}, version {version}: {counts}.")
    if inspection.accounts:
        print_loaded(load_accounts(checked.id, inspection.accounts, dt.datetime.now(dt.UTC)))
    if number:
        show(lead(number, checked.id, now, although_under_way=although_under_way))
    resolved = sum(1 for _ in resolved_by(checked.id))
    if resolved:
        show(f"{resolved} SMS that did not count may count now: ./baykoo election reprocess {checked.id}")


@election.command(name="shards")
@click.argument("election_id", metavar="ELECTION")
@click.argument("shards", type=shards_type)
def shards_command(election_id: str, shards: int) -> None:
    """Spread ELECTION's counts over SHARDS rows, before its first report.

    docs/scale.md says how many an election needs.
    """
    use_stack()

    try:
        version = change_shards(election_id, shards, dt.datetime.now(dt.UTC))
    except (ShardsInUse, ElectionUnknown, loading.RemovesReported, ElectionChanged) as refused:
        raise click.ClickException(str(refused)) from refused
    show(f"{election_id}, version {version}: every count is spread over {shards} rows.")


@election.command(name="reprocess")
@click.argument("election_id", metavar="ELECTION")
def reprocess_command(election_id: str) -> None:
    """Read again what did not count before ELECTION's file was mended.

    It reads those that wait for want of something that the file has now.
    """
    use_stack()

    try:
        count = reprocess(election_id, dt.datetime.now(dt.UTC))
    except ElectionUnknown as unknown:
        raise click.ClickException(str(unknown)) from unknown
    show(f"{count} SMS are read again by the next sweep, within a minute.")


@election.command(name="copy")
@click.argument("source")
@click.argument("target", type=ElectionId())
@number_option
@clock_option
@taking_option
def copy_command(
    source: str, target: str, number: str | None, clock: Clock | None, *, although_under_way: bool
) -> None:
    """Copy election SOURCE to TARGET, without its reports, for a rehearsal."""
    use_stack()

    try:
        loading.copy_election(source, target, clock or REAL_TIME)
        show(f"Copied {source} to {target}.")
        if number:
            show(lead(number, target, dt.datetime.now(dt.UTC), although_under_way=although_under_way))
    except (NumberInUse, loading.RemovesReported) as refused:
        raise click.ClickException(str(refused)) from refused


@election.command()
@click.argument("number")
@click.argument("election_id", metavar="ELECTION")
@taking_option
def route(number: str, election_id: str, *, although_under_way: bool) -> None:
    """Let a number that observers text lead to ELECTION alone."""
    use_stack()

    try:
        show(lead(number, election_id, dt.datetime.now(dt.UTC), although_under_way=although_under_way))
    except (NumberInUse, loading.ElectionRetired) as refused:
        raise click.ClickException(str(refused)) from refused


@election.command(name="list")
def list_command() -> None:
    """Name every election that is loaded, with its numbers.

    Retired ones are named with the day.
    """
    use_stack()

    for election_id in list_elections():
        show(" ".join([election_id, *numbers_of(election_id)]))
    for election_id, retired in retired_elections().items():
        show(f"{election_id} (retired {retired:%Y-%m-%d})")


@election.command(name="retire")
@click.argument("election_id", metavar="ELECTION")
@click.option("--although-under-way", is_flag=True, help="Even while its observers report.")
def retire_command(election_id: str, *, although_under_way: bool) -> None:
    """Take ELECTION, which is over, off all schedules.

    Its numbers lead nowhere from here on. All of it stays and can be read; loading its file again sets it to work.
    """
    use_stack()

    try:
        numbers = retire(election_id, dt.datetime.now(dt.UTC), although_under_way=although_under_way)
    except (RetireRefused, ElectionUnknown) as refused:
        raise click.ClickException(str(refused)) from refused
    show(f"{election_id} is retired. Numbers that lead nowhere now: {', '.join(numbers) or 'none'}.")


@election.command(name="delete")
@click.argument("election_id", metavar="ELECTION")
@click.option("--backup", type=click.Path(dir_okay=False, path_type=Path), help="A backup of it since it was retired.")
@click.option("--without-backup", is_flag=True, help="Nothing of it shall be left anywhere.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete_command(election_id: str, backup: Path | None, *, without_backup: bool, yes: bool) -> None:
    """Delete ELECTION, which is retired, with every row of it."""
    if (backup is None) != without_backup:
        raise click.UsageError("one of --backup FILE and --without-backup")
    use_stack()

    try:
        require_deletable(election_id, backup)
    except (DeleteRefused, ElectionUnknown, ArchiveInvalid, OSError) as refused:
        raise click.ClickException(str(refused)) from refused
    if not yes and click.prompt(f"All of {election_id} will be gone. Type its id") != election_id:
        raise click.ClickException("that is not its id: nothing was deleted")
    with Console(stderr=True).status("Deleting …") as status:
        removed = delete(
            election_id, getuser(), dt.datetime.now(dt.UTC), lambda table, rows: status.update(f"{table}: {rows}")
        )
    listed = ", ".join(f"{count} {table}" for table, count in removed.items() if count)
    show(f"{election_id} is deleted: {listed}.")


def _moved_to_today(election: Election) -> "Election":

    return moved_to(election, dt.datetime.now(election.zone).date())
