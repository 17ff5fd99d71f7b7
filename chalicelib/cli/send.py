"""./baykoo send: an SMS to many observers."""

import datetime as dt
from decimal import Decimal

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.services.outreach import broadcast
from chalicelib.services.outreach.broadcast import Batch, Choice, missing_place
from chalicelib.services.outreach.refusals import BatchRefused
from chalicelib.store.elections import LoadedElection, existing


class Price(click.ParamType[Decimal]):
    """An amount of money, exact."""

    name = "AMOUNT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Convert to an amount, or fail with what to write."""
        try:
            price = Decimal(str(value))
        except ArithmeticError:
            price = Decimal(-1)
        if not price.is_finite() or price < 0:
            self.fail(f"{value!r} is no price: write for instance 0.045", param, ctx)
        return price


@click.command()
@click.option("--election", "election_id", required=True, metavar="ID")
@click.option("--name", required=True, help="Names the batch: sent again under its name, it goes on where it was.")
@click.option(
    "--text",
    required=True,
    help="What is sent: {name}, {station} and, with --missing, {deadline} are the observer's own.",
)
@click.option("--all", "everybody", is_flag=True, help="To every observer.")
@click.option("--region", "regions", multiple=True, help="To observers of this region; repeat for several.")
@click.option("--station", "stations", multiple=True, help="To observers of this station; repeat, or 1001,1002.")
@click.option("--language", help="To observers of this language.")
@click.option("--missing", metavar="FORM[:ROUND]", help="To those who owe this form; without a round the last begun.")
@click.option("--per-second", type=click.FloatRange(0.1, 200), default=10, show_default=True, help="How many a second.")
@click.option("--price", type=Price(), help="What one segment costs, for the estimate.")
@click.option("--dry-run", is_flag=True, help="Only say to how many it would go, and what it would cost.")
def send(
    *,
    election_id: str,
    name: str,
    text: str,
    regions: tuple[str, ...],
    stations: tuple[str, ...],
    language: str | None,
    missing: str | None,
    per_second: float,
    price: Decimal | None,
    everybody: bool,
    dry_run: bool,
) -> None:
    """Send one SMS to many observers, each phone once.

    They are those who are all of what is named. Killed or stopped with Ctrl-C, it goes on where it was when it is
    called again with the same --name and --text.
    """
    limited = bool(regions or stations or language or missing)
    if everybody == limited:
        raise click.UsageError("say to whom: --all, or some of --region, --station, --language, --missing")
    use_stack()

    try:
        loaded = existing(election_id)
        choice = _choice(loaded, regions, stations, language, missing)
        batch = broadcast.prepare(loaded, name, BulkText(text), choice)
        show(estimate(batch, price))
        if not dry_run and batch.remaining:
            _send(loaded, batch, per_second)
    except BatchRefused as refused:
        raise click.ClickException(str(refused)) from refused


def estimate(batch: "Batch", price: Decimal | None) -> str:
    """Say in words what sending a batch takes."""
    each, count = batch.each, len(batch.remaining)
    beside = [f"{len(batch.sent_before)} have it already"] if batch.sent_before else []
    beside += [f"{batch.unwilling} want{'s' if batch.unwilling == 1 else ''} no SMS"] if batch.unwilling else []
    before = f" ({', '.join(beside)})" if beside else ""
    segments = "segment" if each.count == 1 else "segments"
    lengths = f"{batch.shortest} to {each.count}" if batch.shortest < each.count else str(each.count)
    cost = f"{count} SMS{before}, {lengths} {each.encoding} {segments} each, {batch.segments} in all"
    return f"{cost}; {batch.segments} x {price} = {batch.segments * price}." if price is not None else f"{cost}."


def _choice(
    loaded: LoadedElection,
    regions: tuple[str, ...],
    stations: tuple[str, ...],
    language: str | None,
    missing: str | None,
) -> "Choice":

    listed = tuple(
        number.strip() for listed_together in stations for number in listed_together.split(",") if number.strip()
    )
    at = loaded.clock.at(dt.datetime.now(dt.UTC))
    return Choice(regions, listed, language, missing_place(loaded.election, missing, at) if missing else None)


def _send(loaded: LoadedElection, batch: "Batch", per_second: float) -> None:

    columns = (TextColumn(batch.name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    queued = 0
    try:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(batch.name, total=len(batch.remaining))
            for _ in broadcast.send(loaded, batch, per_second, lambda: dt.datetime.now(dt.UTC)):
                queued += 1
                bar.advance(task)
    except KeyboardInterrupt:
        raise click.ClickException(
            f"stopped after {queued} of {len(batch.remaining)}: the same command goes on from there"
        ) from None
    unwilling = len(batch.remaining) - queued
    since = f", {unwilling} have opted out meanwhile" if unwilling else ""
    show(f"{queued} SMS queued{since}.")
