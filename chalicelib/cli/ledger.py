"""./baykoo seal, prove, verify: the ledger of messages and reports."""

import datetime as dt
import sys
from pathlib import Path

import click

from chalicelib.cli.printable import printable, printable_json, show, show_json
from chalicelib.cli.target import use_stack
from chalicelib.services.ledger.prove import NotProvable
from chalicelib.services.ledger.prove import prove as prove_row
from chalicelib.services.ledger.seal import seal as seal_election
from chalicelib.services.ledger.verify import verify as verify_election
from chalicelib.store.elections import existing

election_option = click.option("--election", "election_id", required=True, metavar="ID")


@click.command()
@election_option
def seal(election_id: str) -> None:
    """Seal messages and reports that are in no root yet.

    Each hour does so by itself, from a day before the election until three days after. Prints the root.
    """
    use_stack()

    sealed = seal_election(existing(election_id), dt.datetime.now(dt.UTC))
    if sealed is None:
        raise click.ClickException("another run is sealing at this moment: call it again in a minute")
    show(f"{election_id}: {sealed.hour}, {sealed.header['size']} entries, root {sealed.root}")


@click.command()
@click.argument("key")
@election_option
@click.option("--out", type=click.Path(path_type=Path), help="Write the proof to a file instead.")
def prove(key: str, election_id: str, out: Path | None) -> None:
    """Print the proof that a row is in its hour's root.

    The row of a message or a report.

    KEY is the SMS's, as PROVIDER#ID, or a report's, as STATION#FORM#ROUND. The proof is JSON and holds the row itself:
    hand it to the SMS's sender alone. How anybody checks it: docs/ledger.md.
    """
    use_stack()

    try:
        proof = prove_row(existing(election_id).election.id, key)
    except NotProvable as why:
        raise click.ClickException(printable(str(why))) from why
    if out is None:
        show_json(proof, indent=2)
    else:
        out.write_text(printable_json(proof, indent=2) + "\n", encoding="utf-8")
        show(f"{out}: in the root of {proof['seal']['hour']}, {proof['published']}")


@click.command()
@election_option
@click.option("--root", "roots", multiple=True, metavar="HEX", help="A root, or its beginning, as it was published.")
def verify(election_id: str, roots: tuple[str, ...]) -> None:
    """Compute every root again, and name what differs from it.

    What was changed, added or taken away since; exit 1 if anything was. A root that was rewritten whole is told by
    those that were published: give them with --root.
    """
    use_stack()

    verified = verify_election(existing(election_id).election.id, roots)
    for difference in verified.differences:
        show(f"{election_id}: {difference}")
    for key in verified.forgotten:
        show(f"{election_id}: {key}: forgotten, commitment kept")
    kept = f"{verified.seals} roots over {verified.entries} entries, {verified.unsealed} not sealed yet"
    show(f"{election_id}: {kept}, {len(verified.differences)} differences.")
    sys.exit(1 if verified.differences else 0)
