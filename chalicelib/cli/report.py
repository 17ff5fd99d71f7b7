"""./baykoo report: the day's final report, to be printed."""

import datetime as dt
from pathlib import Path

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.services.summaries.final_report import final_report
from chalicelib.store.elections import existing


@click.command()
@click.argument("election_id", metavar="ELECTION")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The HTML to write.")
@click.option("--language", help="One of the election's languages; the first of them without it.")
def report(election_id: str, output: Path, language: str | None) -> None:
    """Write ELECTION's final report as one page for printing."""
    use_stack()

    loaded = existing(election_id)
    languages = loaded.election.languages
    if language is not None and language not in languages:
        raise click.BadParameter(f"{language!r} is none of {', '.join(languages)}", param_hint="--language")
    page = final_report(loaded, dt.datetime.now(dt.UTC), language or languages[0])
    try:
        output.write_text(page, "utf-8")
    except OSError as fault:
        raise click.ClickException(f"{output} cannot be written: {fault.strerror}") from fault
    show(f"{output}: {len(loaded.election.stations)} stations. Open it in a browser to print it.")
