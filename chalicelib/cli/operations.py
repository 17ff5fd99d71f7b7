"""./baykoo summarize, ./baykoo audit: what operators run by hand."""

import datetime as dt
import sys

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.services.elections.audit import audit as audit_election
from chalicelib.services.summaries.hourly import queue_summaries
from chalicelib.store.elections import existing, list_elections

election_option = click.option("--election", "election_id", metavar="ID", help="One election; all of them without it.")


@click.command()
@election_option
def summarize(election_id: str | None) -> None:
    """Send this hour's summary to every coordinator who has not got it."""
    use_stack()

    for name in _elections(election_id):
        queued = queue_summaries(existing(name), dt.datetime.now(dt.UTC))
        show(f"{name}: {queued} summaries queued.")


@click.command()
@election_option
def audit(election_id: str | None) -> None:
    """Recompute reports and tallies, and print every difference.

    Reports from messages, tallies from reports; exit 1 if anything differs.
    """
    use_stack()

    differences = 0
    for name in _elections(election_id):
        audited = audit_election(name)
        for difference in audited.differences:
            show(f"{name}: {difference}")
        differences += len(audited.differences)
        waiting = f", {audited.waiting} waiting to be processed" if audited.waiting else ""
        seen = f"{audited.messages} messages{waiting}, {audited.reports} reports"
        show(f"{name}: {seen}, {len(audited.differences)} differences.")
    sys.exit(1 if differences else 0)


def _elections(election_id: str | None) -> list[str]:

    if election_id is None:
        return list_elections()
    return [existing(election_id).election.id]
