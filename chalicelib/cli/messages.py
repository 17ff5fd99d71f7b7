"""./baykoo messages: what is held for a person to look at."""

import datetime as dt

import click

from chalicelib.cli.printable import printable
from chalicelib.cli.target import use_stack
from chalicelib.services.review.held import NotHeld, held_rows, try_again


@click.group()
def messages() -> None:
    """See what is held for a person, and have it tried again."""


@messages.command()
def held() -> None:
    """List what is held, the longest held first, each with its reason."""
    use_stack()
    listing = held_rows()
    for row in listing.rows:
        since = f"{row.since:%Y-%m-%d %H:%M}" if row.since else "-"
        click.echo(f"{row.key}  {since}  {row.state or '-'}  {row.reason}  {printable(row.error or '')}")
    if listing.is_cut:
        click.echo(f"and more; these are the {len(listing.rows)} that are held the longest")


@messages.command()
@click.argument("key")
def retry(key: str) -> None:
    """Have a row that could not be processed tried again.

    After its cause was mended.
    """
    use_stack()
    try:
        try_again(key, dt.datetime.now(dt.UTC))
    except NotHeld as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{key} is tried again within a minute.")
