"""./baykoo account: who may sign in to the page."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import click

from chalicelib.cli.files import ElectionRefused
from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.election_file import inspect_accounts
from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access.accounts import (
    Invitation,
    add_account,
    address_of,
    list_accounts,
    load_accounts,
    revoke_account,
)
from chalicelib.services.access.operators import ROLES, OperatorInvalid
from chalicelib.services.access.sign_in import link_of, make_proof
from chalicelib.store.elections import existing

_LOADED: Final = {
    "added": "added",
    "changed": "changed",
    "same": "as they were",
    "revoked": "revoked before, and left so",
}


@click.group()
def account() -> None:
    """Give and end people's access to the page."""


@account.command()
@click.argument("name")
@click.option("--address", required=True, help="An email address, or a phone with its country code.")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--election", "election_id", required=True, metavar="ID")
@click.option("--region", "regions", multiple=True, help="A region they see; repeat for several. None: all.")
@click.option("--organisation", metavar="CODE", help="The member of the coalition they work for. None: all of it.")
@click.option("--language", help="The language of what they are sent.")
@click.option("--url", metavar="URL", help="The page of a stack on AWS, as its deployment printed it.")
def add(
    *,
    name: str,
    address: str,
    role: str,
    election_id: str,
    regions: tuple[str, ...],
    organisation: str | None,
    language: str | None,
    url: str | None,
) -> None:
    """Give NAME an account, and print a link as the last line.

    The link signs in once.
    """
    page = _page(use_stack(), url)

    invitation = Invitation(name, address, cast(Role, role), regions, organisation, language=language)
    try:
        add_account(election_id, invitation, dt.datetime.now(dt.UTC))
    except OperatorInvalid as refused:
        raise click.ClickException(str(refused)) from refused
    show(f"{name} may sign in to {election_id} as {role}, {', '.join(regions) or 'all regions'}.")
    _print_link(election_id, address, page)


@account.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--election", "election_id", required=True, metavar="ID")
def load(file: Path, election_id: str) -> None:
    """Give everybody of FILE, a table of accounts, an account.

    What the file says stands, also for whoever has one already.
    """
    use_stack()

    text = file.read_bytes().decode("utf-8", errors="surrogateescape")
    filed, findings = inspect_accounts(file.name, text, existing(election_id).election)
    if findings.problems:
        raise ElectionRefused(sorted(set(findings.problems)))
    print_loaded(load_accounts(election_id, filed, dt.datetime.now(dt.UTC)))


def print_loaded(counts: Mapping[str, int]) -> None:
    """Print what became of a file's accounts."""
    read_in = ", ".join(f"{counts[what]} {words}" for what, words in _LOADED.items() if counts.get(what))
    show(f"Accounts: {read_in or 'none'}.")


@account.command()
@click.argument("address")
@click.option("--election", "election_id", required=True, metavar="ID")
@click.option("--url", metavar="URL", help="The page of a stack on AWS, as its deployment printed it.")
def link(address: str, election_id: str, url: str | None) -> None:
    """Print a link that signs ADDRESS in once, within fifteen minutes."""
    _print_link(election_id, address, _page(use_stack(), url))


@account.command("list")
@click.option("--election", "election_id", required=True, metavar="ID")
def list_them(election_id: str) -> None:
    """List who may sign in, as what, and when they last did."""
    use_stack()

    for row in list_accounts(election_id)["accounts"]:
        state = "revoked" if row["revoked"] else f"last used {row['last_used_at'] or 'never'}"
        regions = ", ".join(row["regions"]) or "all regions"
        organisation = f" of {row['organisation']}" if row["organisation"] else ""
        show(f"{row['name']}  {row['address']}  {row['role']}{organisation}, {regions}  {state}")


@account.command()
@click.argument("name")
@click.option("--election", "election_id", required=True, metavar="ID")
def revoke(name: str, election_id: str) -> None:
    """End all access of NAME, and every session, at once."""
    use_stack()

    revoked = revoke_account(election_id, name, dt.datetime.now(dt.UTC))
    if not revoked:
        raise click.ClickException(f"{name} has no account in {election_id}.")
    show(f"Revoked {revoked} account{'s' if revoked > 1 else ''} of {name}.")


def _page(stack: dict[str, Any], url: str | None) -> str:
    page: str | None = url or stack.get("api_url")
    if not page:
        raise click.UsageError("where is the page of the stack on AWS? Name it with --url URL.")
    return page


def _print_link(election_id: str, address: str, page: str) -> None:
    region = existing(election_id).election.default_region
    token, _ = make_proof(address_of(address, region), dt.datetime.now(dt.UTC))
    show("The link signs in once, within a quarter of an hour:")
    show(link_of(page, token))
