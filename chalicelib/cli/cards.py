"""./baykoo cards: the observers' cards, from the election file."""

from collections.abc import Iterable
from pathlib import Path

import click

from chalicelib.cli.files import ElectionRefused, inspect_election_file
from chalicelib.cli.printable import show
from chalicelib.observation.election_file import CodeSlip
from chalicelib.observation.elections.election import Election
from chalicelib.observation.form_design.cards import Card
from chalicelib.observation.form_design.cards import cards as cards_of
from chalicelib.observation.reading.reading import read
from chalicelib.services.email_templates import render, words_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder to write into."
)
@click.option("--language", help="Only the cards in this language; without it, every language of the election.")
@click.option("--form", "code", help="Only this form's card, by its code.")
def cards(file: Path, output: Path, language: str | None, code: str | None) -> None:
    """Write the observers' cards of the election in FILE.

    One page per form, and a file to print for each language; beside it the slips of those who have a code, to cut and
    to hand out.
    """
    inspection = inspect_election_file(file)
    election = inspection.election
    if election is None:
        raise ElectionRefused(inspection.problems)
    if language is not None and language not in election.languages:
        raise click.BadParameter(f"{language!r} is none of {', '.join(election.languages)}", param_hint="--language")
    output.mkdir(parents=True, exist_ok=True)
    for each in [language] if language else election.languages:
        chosen = [card for card in cards_of(election, each) if code in (None, card.code)]
        if not chosen:
            codes = ", ".join(card.code for card in cards_of(election, each))
            raise click.BadParameter(f"{code!r} is none of {codes}", param_hint="--form")
        for card in chosen:
            _check_example(election, card)
        path = output / f"cards.{each}.html"
        path.write_text(page(election, each, chosen), "utf-8")
        show(f"{path}: {len(chosen)} {'card' if len(chosen) == 1 else 'cards'}")
        _write_slips(output / f"codes.{each}.html", election, each, inspection.slips)


def _write_slips(path: Path, election: Election, language: str, slips: Iterable[CodeSlip]) -> None:
    """Write the slips of a language, readable by their owner alone.

    It is None where nobody has a code.
    """
    chosen = [slip for slip in slips if slip.language == language]
    if not chosen:
        return
    path.touch(mode=0o600)
    path.write_text(slips_page(election, language, chosen), "utf-8")
    show(f"{path}: {len(chosen)} {'code' if len(chosen) == 1 else 'codes'}, secret: hand each to its own person")


def slips_page(election: Election, language: str, slips: list[CodeSlip]) -> str:
    """Render the slips of codes in a language as HTML, for printing."""
    return _rendered("slips.html.j2", election, language, slips=slips)


def page(election: Election, language: str, chosen: list[Card]) -> str:
    """Render cards in a language as HTML, for printing on A5."""
    return _rendered("cards.html.j2", election, language, cards=chosen)


def _rendered(template: str, election: Election, language: str, **shown: object) -> str:
    words = words_of("cards", election, language)

    def say(key: str, **values: object) -> str:
        return words[key].format(**values) if values else words[key]

    named = {"election": election.text(election.name, language), "language": language, "say": say}
    return render(template, named | shown)


def _check_example(election: Election, card: Card) -> None:
    """Require that a card's example is read as what it says.

    An observer copies it.
    """
    reading = read(card.example.text, election)
    report = reading.reports[0] if len(reading.reports) == 1 and not reading.held else None
    example = (card.code, card.example.answers, card.example.comment)
    if report is None or (report.form, report.answers, report.comment) != example or report.rejected:
        raise click.ClickException(
            f"the example of form {card.code} ({card.example.text}) is not read as it is meant: "
            "run `election check` and change the codes or names that it warns of"
        )
