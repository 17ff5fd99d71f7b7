"""./baykoo operator: who may read the API."""

import datetime as dt
from typing import cast

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access import operators
from chalicelib.services.access.operators import revoke_operator


@click.group()
def operator() -> None:
    """Give and end operators' access to the API."""


@operator.command()
@click.argument("name")
@click.option("--role", type=click.Choice(operators.ROLES), required=True)
@click.option("--election", "election_id", required=True, metavar="ID")
@click.option("--region", "regions", multiple=True, help="A region the operator sees; repeat for several. None: all.")
@click.option("--organisation", metavar="CODE", help="The member of the coalition they work for. None: all of it.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How long the token is valid.")
def add(name: str, role: str, election_id: str, regions: tuple[str, ...], organisation: str | None, days: int) -> None:
    """Give NAME access and print the token, once, as the last line."""
    use_stack()

    valid_for = dt.timedelta(days=days)
    try:
        token = operators.add_operator(
            name, cast(Role, role), election_id, regions, dt.datetime.now(dt.UTC), valid_for, organisation
        )
    except operators.OperatorInvalid as refused:
        raise click.ClickException(str(refused)) from refused
    seen = ", ".join(regions) or "all regions"
    show(f"{name} may read {election_id} as {role}, {seen}, for {days} days. The token is shown this once:")
    show(token)


@operator.command()
@click.argument("name")
@click.option("--election", "election_id", required=True, metavar="ID")
def revoke(name: str, election_id: str) -> None:
    """End all access of NAME to an election, at once."""
    use_stack()

    revoked = revoke_operator(name, election_id, dt.datetime.now(dt.UTC))
    if not revoked:
        raise click.ClickException(f"{name} has no access to {election_id}.")
    show(f"Revoked {revoked} token{'s' if revoked > 1 else ''} of {name}.")
