"""./baykoo opt-outs: who wants no bulk SMS and reminders."""

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.services.opt_outs.listing import OptOut, list_opt_outs
from chalicelib.store.elections import existing


@click.command()
@click.option("--election", "election_id", required=True, metavar="ID")
def opt_outs(election_id: str) -> None:
    """Print who wants no bulk SMS and reminders, and since when."""
    use_stack()

    election = existing(election_id).election
    listed = list_opt_outs(election)
    for opt_out in listed:
        show(f"{opt_out.phone}  {opt_out.since.astimezone(election.zone):%Y-%m-%d %H:%M}  {whose(opt_out)}")
    show(f"{election_id}: {len(listed)} opted out.")


def whose(opt_out: OptOut) -> str:
    """Whose phone it is, and who told that it has opted out."""
    holders = [f"observer {observer.number}, station {observer.station}" for observer in opt_out.observers]
    holders += [f"coordinator {name}" for name in opt_out.coordinators]
    source = " (the provider says so)" if opt_out.source == "provider" else ""
    return ("; ".join(holders) or "an unknown sender") + source
