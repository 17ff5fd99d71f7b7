"""./baykoo forget, retire: remove people, and keep the numbers."""

import datetime as dt
import os

import click
from rich.console import Console

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.sms.phones import international, is_machine
from chalicelib.services.clients.bucket import BucketUnavailable
from chalicelib.services.doctor.deployment import Deployment
from chalicelib.services.elections.retirement import RetireRefused
from chalicelib.services.elections.retirement import retire as retire_election
from chalicelib.services.privacy.forget import ForgetRefused, ForgetResult, forget_everybody, forget_phone
from chalicelib.store import raw_rows
from chalicelib.store.election_removal import retired_at
from chalicelib.store.elections import ElectionChanged, ElectionUnreadable, existing

KEPT_BY_AWS = dt.timedelta(days=35)
"""How far back point-in-time recovery reaches."""
yes_option = click.option("--yes", is_flag=True, help="Do it; without it, what would be removed is counted alone.")


@click.command()
@click.argument("phone")
@click.option("--election", "election_id", metavar="ID", help="One election; all of them without it.")
@yes_option
def forget(phone: str, election_id: str | None, *, yes: bool) -> None:
    """Forget PHONE: its SMS, and the names of who has it.

    What was counted stays counted. Given again after it was broken off, it goes on.
    """
    _use_stack()
    region = existing(election_id).election.default_region if election_id else None
    number = international(phone, region)
    if is_machine(number) or not number.startswith("+"):
        raise click.ClickException(f"{phone} is no phone with its country code, as +996700123456")
    with Console(stderr=True).status("Reading …") as status:
        try:
            forgotten = forget_phone(
                number, election_id, _now(), lambda table, rows: status.update(f"{table}: {rows}"), is_done=yes
            )
        except (ForgetRefused, ElectionChanged, ElectionUnreadable, BucketUnavailable) as refused:
            raise click.ClickException(str(refused)) from refused
    _tell(forgotten, is_done=yes)
    if forgotten.other_phones:
        show(f"These people have other phones too, which stay: {', '.join(forgotten.other_phones)}")
    if yes and any(forgotten.rows.values()):
        show("A file that names this phone brings it back: take it out of the roster's file too.")


@click.command()
@click.argument("election_id", metavar="ELECTION")
@click.option("--after", "days", type=click.IntRange(0), required=True, metavar="DAYS", help="Days since it was held.")
@yes_option
def retire(election_id: str, days: int, *, yes: bool) -> None:
    """Retire ELECTION, and forget everybody in it, DAYS after it was held.

    Reports, numbers, incidents without their words, and the audit trail without names stay. Accounts and operators'
    access end. Given again after it was broken off, it goes on.
    """
    _use_stack()
    loaded = existing(election_id)
    begins = loaded.election.date + dt.timedelta(days=days)
    if loaded.clock.at(_now()).astimezone(loaded.election.zone).date() < begins:
        show(f"{election_id} was held on {loaded.election.date}: nobody is forgotten before {begins}.")
        return
    try:
        if yes and retired_at(election_id) is None:
            retire_election(election_id, _now())
        with Console(stderr=True).status("Reading …") as status:
            forgotten = forget_everybody(
                election_id, _now(), lambda table, rows: status.update(f"{table}: {rows}"), is_done=yes
            )
    except (RetireRefused, ForgetRefused, ElectionChanged, BucketUnavailable) as refused:
        raise click.ClickException(str(refused)) from refused
    _tell(forgotten, is_done=yes)


def _use_stack() -> None:
    stack = use_stack()
    os.environ["BAYKOO_BUCKET"] = Deployment.of(stack["stack"]).outputs["Files"]


def _tell(forgotten: ForgetResult, *, is_done: bool) -> None:
    """Print what was removed, or would be, and which copies stay."""
    changed = {table: rows for table, rows in forgotten.rows.items() if rows}
    listed = ", ".join(f"{rows} {table}" for table, rows in changed.items()) or "nothing"
    show(f"{'Forgotten' if is_done else 'Would be forgotten'}: {listed}.")
    for key in forgotten.files:
        show(f"{'Deleted' if is_done else 'Would be deleted'}: {key}")
    kept = raw_rows.recoverable([*changed]) if changed else []
    if kept:
        until = (_now() + KEPT_BY_AWS).date()
        show(f"Point-in-time recovery keeps what was there until {until}: {', '.join(kept)}.")
    if changed:
        show("Backups that you made by ./baykoo backup or recover, and files of exports, are yours to delete.")
    if changed and not is_done:
        show("Nothing was changed. To do it: the same command with --yes")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
