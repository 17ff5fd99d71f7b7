"""./baykoo rehearse: an election day in a few minutes.

Through the real webhook, with every message accounted for.
"""

import datetime as dt
import os
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from chalicelib.cli.rehearsed_operators import print_worked_off
from chalicelib.cli.target import use_stack
from chalicelib.providers.table import GENERIC, NAMES, canonical_name
from chalicelib.rehearsal.operators.call_centre import CallCentreResult
from chalicelib.rehearsal.operators.room import Room
from chalicelib.rehearsal.page import accounting, grouped, latencies, rehearsal_page, seconds, share
from chalicelib.rehearsal.provider import Webhook, WebhookUnusable
from chalicelib.rehearsal.report import Report, report_on
from chalicelib.rehearsal.run import OnProgress, TooFewObservers
from chalicelib.rehearsal.run import rehearse as run
from chalicelib.rehearsal.senders.sms import CannotSign
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.simulation.day import NothingDue, Plan
from chalicelib.rehearsal.training import training_figures
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable, provider_secrets
from chalicelib.services.rehearsals.training import keep_training

PERCENT = click.FloatRange(0, 100)
REPORT = Path(".baykoo/rehearsal.html")


@click.command()
@click.option("--observers", type=click.IntRange(1), default=100, show_default=True, help="How many take part.")
@click.option("--minutes", type=click.FloatRange(0.1), default=5, show_default=True, help="How long the day lasts.")
@click.option("--noise", type=PERCENT, default=20, show_default=True, help="Percent of SMS typed as people do.")
@click.option("--duplicates", type=PERCENT, default=10, show_default=True, help="Percent of SMS delivered again.")
@click.option("--incidents", type=PERCENT, default=3, show_default=True, help="Percent of observers who report one.")
@click.option("--codes", type=PERCENT, default=0, show_default=True, help="Percent of observers who have a code.")
@click.option("--seed", type=int, default=None, help="The same seed sends the same SMS.  [default: by chance]")
@click.option(
    "--provider",
    "providers",
    metavar="NAME[,NAME…]",
    default=GENERIC,
    show_default=True,
    callback=lambda _ctx, _param, written: _names(written),
    help="Whose webhooks the SMS come in by.",
)
@click.option("--answer-calls", is_flag=True, help="Simulated observers answer the call desk's calls.")
@click.option("--operators", type=click.IntRange(0, 50), default=0, show_default=True, help="How many are simulated.")
@click.option(
    "--pause",
    "pause_seconds",
    type=click.FloatRange(0, 600),
    default=0,
    show_default=True,
    help="Seconds that a simulated operator needs for a task.",
)
@click.option("--election", "election_id", metavar="ID", help="The election to copy.  [default: the local stack's]")
@click.option("--url", metavar="URL", help="The API of a stack on AWS, as its deployment printed it.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    default=REPORT,
    show_default=True,
    help="Where the page goes.",
)
def rehearse(
    *,
    observers: int,
    minutes: float,
    noise: float,
    duplicates: float,
    incidents: float,
    codes: float,
    seed: int | None,
    providers: tuple[str, ...],
    answer_calls: bool,
    operators: int,
    pause_seconds: float,
    election_id: str | None,
    url: str | None,
    report: Path,
) -> None:
    """Simulate an election day on a copy, and report on it.

    Exit 1 if any message is unaccounted for. The copy has a number and a clock of its own, and nobody real can be
    reached through it. With several providers, each observer texts through one of them, mostly, and each delivers,
    signs and judges the answer in its own way.

    With --answer-calls, operators in training ring simulated observers on the call desk. With --operators, simulated
    ones work off all queues by the API, and exit 1 says that something was left, done twice or counted wrong.
    """
    stack = use_stack()

    seed = random.getrandbits(32) if seed is None else seed
    plan = Plan(observers, minutes, noise, duplicates, incidents, seed, codes)
    source = _source(stack, election_id)
    webhooks = [_webhook(stack, provider, url) for provider in providers]
    room = Room(_base(stack, url), operators, answer_calls, plan.seed, pause_seconds)
    console = _console()
    console.print(f"Rehearsing {source}: {observers} observers, {minutes:g} minutes, seed {plan.seed}.")
    report_made, worked_off = _rehearse(console, source, plan, webhooks, room)
    _write_page(report, report_made)
    figures = training_figures(source, report_made, worked_off)
    keep_training(source, report_made.rehearsal.election.id, figures, dt.datetime.now(dt.UTC))
    _print(console, report_made)
    if worked_off is not None:
        print_worked_off(console, worked_off)
    console.print(f"Report: {report.resolve()}", soft_wrap=True)
    sys.exit(0 if report_made.is_whole and (worked_off is None or worked_off.is_clean) else 1)


def _rehearse(
    console: Console, source: str, plan: Plan, webhooks: Sequence[Webhook], room: Room
) -> tuple[Report, CallCentreResult | None]:
    """Play the day with a bar per stage; return the results."""
    try:
        with _progress(console) as on_progress:
            report = report_on(run(source, plan, webhooks, on_progress, room.prepare, room.begin))
            return report, room.finish()
    except (NothingDue, TooFewObservers, WebhookUnusable) as refused:
        raise click.ClickException(str(refused)) from refused


def _write_page(path: Path, report: Report) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(rehearsal_page(report), encoding="utf-8")


def _names(written: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in written.split(",") if name.strip()))
    for name in names:
        if canonical_name(name) is None:
            raise click.BadParameter(f"there is no provider {name!r}. Known are {', '.join(NAMES)}; generic-NAME too.")
    if not names:
        raise click.BadParameter("name at least one provider.")
    return names


def _source(stack: dict[str, Any], election_id: str | None) -> str:
    source: str | None = election_id or stack.get("election")
    if not source:
        raise click.UsageError("which election? Name it with --election ID.")
    return source


def _base(stack: dict[str, Any], url: str | None) -> str:
    base: str | None = url or stack.get("api_url")
    if not base:
        raise click.UsageError("where is the API of the stack on AWS? Name it with --url URL.")
    return base


def _webhook(stack: dict[str, Any], provider: str, url: str | None) -> "Webhook":

    called = f"{_base(stack, url).rstrip('/')}/webhooks/{provider}"
    try:
        settings = provider_secrets(provider)
        sender = SENDERS[canonical_name(provider) or provider].with_settings(settings)
    except NotConfigured as fault:
        raise click.ClickException(f"{provider}: the stack has no settings for it. {_how_to_put(provider)}") from fault
    except CannotSign as fault:
        raise click.ClickException(f"{provider} cannot be simulated: {fault}. {_how_to_put(provider)}") from fault
    except SecretsUnavailable as fault:
        raise click.ClickException(f"{provider}: {fault}") from fault
    pasted = str(settings.get("public_url") or called).partition("#")[0]
    return Webhook(provider, called, sender, pasted)


def _how_to_put(provider: str) -> str:
    put = "aws ssm put-parameter --type SecureString --overwrite"
    where = f"--name {os.environ['BAYKOO_PARAMETERS']}/providers/{provider} --value file://{provider}.json"
    return f"Put them so: {put} {where} (what is in the file: docs/providers/)."


def _console() -> Console:

    return Console(highlight=False)


@contextmanager
def _progress(console: Console) -> Iterator[OnProgress]:
    """Show a bar for each stage, as it begins."""
    stages: dict[str, TaskID] = {}
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:

        def on_progress(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total)
            bars.update(stages[stage], completed=done, total=total)

        yield on_progress


def _print(console: Console, report: Report) -> None:

    counts = Table("What", "SMS", title="Accounting", title_justify="left")
    for name, number in accounting(report).items():
        counts.add_row(name, grouped(number))
    counts.add_row("[bold]Acknowledged − accounted", f"[bold]{grouped(report.acknowledged - report.accounted)}")
    console.print(counts)
    console.print(_by_provider(report))
    for answer, number in report.faults.items():
        console.print(f"The webhook answered {number} times: {answer}")
    for key in report.lost:
        console.print(f"No outcome: {key}")
    on_time = f"{grouped(report.reports_on_time)} of {grouped(report.reports)} reports"
    console.print(f"On time: {on_time} ({share(report.reports_on_time, report.reports)}).")
    if report.reports_elsewhere:
        console.print(f"Taken for another station, round or observer: {grouped(report.reports_elsewhere)} reports.")
    times = Table("From → to", "times", "p50", "p95", "p99", title="Latency", title_justify="left")
    for name, latency in latencies(report).items():
        cells = [grouped(latency.count), *map(seconds, (latency.p50, latency.p95, latency.p99))] if latency else ["0"]
        times.add_row(name, *cells)
    console.print(times)
    console.print(f"{report.incidents} incidents, {report.alerts} alerts, {report.alerts_failed} of them failed.")
    questions = Table("Question", "answers", "asked again", "misread", "errors", title="Errors", title_justify="left")
    for question in report.questions:
        errors = share(question.asked_again + question.misread, question.typed)
        questions.add_row(
            f"{question.form} {question.code}",
            *map(grouped, (question.typed, question.asked_again, question.misread)),
            errors,
        )
    console.print(questions)
    bands = ", ".join(f"{band}: {grouped(number)}" for band, number in report.bands.items())
    console.print(f"Observers by share of SMS not accepted whole: {bands}.")
    for worst in report.worst:
        console.print(f"  observer {worst.observer}: {worst.not_accepted} of {worst.messages} SMS")


def _by_provider(report: Report) -> "Table":

    names = ("Provider", "sent", "acknowledged", "accounted", "p50", "p99")
    shares = Table(*names, title="By provider", title_justify="left")
    for provider in report.providers:
        times = (provider.acknowledgement.p50, provider.acknowledgement.p99) if provider.acknowledgement else ()
        counts = provider.sent, provider.acknowledged, provider.accounted
        shares.add_row(provider.provider, *map(grouped, counts), *map(seconds, times))
    return shares
