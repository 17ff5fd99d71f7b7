"""./baykoo provider check, send and reconcile: a provider on a stack."""

import datetime as dt
from uuid import uuid4

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.sms.segments import count_segments
from chalicelib.providers.contract import CannotSend, OutboundSms
from chalicelib.providers.listed_sms import CannotList, ListFailed
from chalicelib.providers.refusals import NotConfigured as UnknownProvider
from chalicelib.services.clients.provider_api import AnswerLost, NotReached, hand_over
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable
from chalicelib.services.delivery.carriers import SNS
from chalicelib.services.doctor.sns import check_sns
from chalicelib.services.intake.provider_check import Finding
from chalicelib.services.intake.provider_check import check as look
from chalicelib.services.intake.reconcile import reconcile as run
from chalicelib.store.tables import StoreUnavailable

_MARKS = {True: "ok     ", False: "FAILED ", None: "unknown"}


@click.command()
@click.argument("name")
@click.option("--url", metavar="URL", help="The API of a stack on AWS, as its deployment printed it.")
@click.option("--to", metavar="PHONE", help="Of sns: who gets a test by SMS, as +996700123456.")
def check(name: str, url: str | None, to: str | None) -> None:
    """Check a provider's settings, webhook, clocks and account.

    From end to end; exit 1 if anything failed. The webhook gets a self-test signed as the provider signs, and a forged
    and an unsigned one that it must refuse. `sns`, which only sends, is looked at in the account: sandbox, limit,
    sender and its policy, delivery logs.
    """
    stack = use_stack()

    if name == SNS:
        _check_sns(to)
        return
    if to is not None:
        raise click.UsageError(f"send an SMS by {name}: ./baykoo provider send {name} --to {to} --text …")
    api = url or stack.get("api_url")
    if not api:
        raise click.UsageError("where is the API of the stack on AWS? Name it with --url URL.")
    findings = []
    for finding in look(name, f"{api.rstrip('/')}/webhooks/{name}", _now()):
        _print(finding)
        findings.append(finding)
    if any(finding.is_good is False for finding in findings):
        raise click.exceptions.Exit(1)


def _check_sns(to: str | None) -> None:
    severities = []
    for finding in check_sns(_now(), to):
        is_good = {"good": True, "warning": None, "problem": False}[finding.severity]
        _print(Finding(finding.subject, is_good, finding.text, finding.advice))
        severities.append(finding.severity)
    if "problem" in severities:
        raise click.exceptions.Exit(1)


def _print(finding: "Finding") -> None:
    show(f"{_MARKS[finding.is_good]} {finding.what}: {finding.text}")
    if finding.advice:
        show(f"        → {finding.advice}")


@click.command()
@click.argument("name")
@click.option("--to", required=True, metavar="PHONE", help="Who gets it, as +996700123456.")
@click.option("--text", required=True, help="What is sent.")
def send(name: str, to: str, text: str) -> None:
    """Send one SMS by a provider's API and print the answer.

    Past the outbox; exit 1 unless it was sent.
    """
    use_stack()

    counted = count_segments(text)
    answered = hand_over(name, OutboundSms(f"cli-{uuid4()}", to, text, _now()))
    show(f"{answered.verdict}: {counted.count} {counted.encoding} segments")
    if answered.reference:
        show(f"reference: {answered.reference}")
    if answered.reason:
        show(f"reason: {answered.reason}")
    if answered.verdict != "sent":
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("name")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="From then on, UTC.  [default: where the last run ended, or a day ago]",
)
def reconcile(name: str, since: dt.datetime | None) -> None:
    """Take in what the provider lists and its webhook never brought."""
    use_stack()

    refusals = (CannotList, CannotSend, ListFailed, UnknownProvider, NotReached, AnswerLost)
    try:
        reconciled = run(name, _now(), since.replace(tzinfo=dt.UTC) if since else None)
    except (*refusals, NotConfigured, SecretsUnavailable, StoreUnavailable) as fault:
        raise click.ClickException(f"not reconciled: {fault}. What was read is stored; call it again.") from fault
    show(f"listed {reconciled.listed}, known {reconciled.known}, taken in {reconciled.taken_in}")
    if reconciled.unreadable:
        show(f"{reconciled.unreadable} entries of the list could not be read: they are held, as they came")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
