"""./baykoo incident: see incidents and take them further."""

import datetime as dt
from typing import Any

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.incidents.lifecycle import STATES, STEPS, State, Step, StepRefused
from chalicelib.services.access.operators import Operator, at_the_command_line
from chalicelib.services.incidents.steps import list_incidents, show_incident, take_step
from chalicelib.services.versions import NoteMissing, VersionPassed
from chalicelib.store.elections import LoadedElection, existing

_election = click.option("--election", "election_id", required=True, metavar="ID")
_number = click.argument("number", type=click.IntRange(min=1))


@click.group()
def incident() -> None:
    """See incidents, and take them a step further, audited."""


@incident.command("list")
@_election
@click.option("--region", help="Only this region's.")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
def list_them(election_id: str, region: str | None, state: State | None) -> None:
    """List an election's incidents, the newest first."""
    use_stack()

    loaded, me = _loaded(election_id)
    if region is not None and region not in loaded.election.regions:
        raise click.ClickException(f"no such region: {region}; {election_id} has {', '.join(loaded.election.regions)}")
    before: int | None = None
    while True:
        page = list_incidents(loaded.election, me, region, state, before)
        for incident in page["incidents"]:
            show(_line(incident))
        if page["next"] is None:
            return
        before = int(page["next"])


@incident.command("show")
@_number
@_election
def show_one(number: int, election_id: str) -> None:
    """Show incident NUMBER with its history."""
    use_stack()
    loaded, me = _loaded(election_id)
    incident = _shown_incident(loaded, me, number)
    show(_line(incident))
    for name in ("text", "observer", "message", "report"):
        if incident[name]:
            show(f"  {name}: {incident[name]}")
    for entry in incident["history"]:
        note = f": {entry['note']}" if entry.get("note") else ""
        show(f"  {entry['at']} {entry['step']} by {entry['who'] + note}")


def _step_command(step: Step) -> click.Command:
    @click.command(step, help=f"{step.capitalize()} incident NUMBER.")
    @_number
    @_election
    @click.option("--note", default="", help="Why; rejecting and reopening want one.")
    def command(number: int, election_id: str, note: str) -> None:
        use_stack()
        _take(step, number, election_id, note)

    return command


for _step in STEPS:
    incident.add_command(_step_command(_step))


def _take(step: Step, number: int, election_id: str, note: str) -> None:

    loaded, me = _loaded(election_id)
    seen = _shown_incident(loaded, me, number)["version"]
    try:
        after = take_step(loaded, me, number, step, seen, note, dt.datetime.now(dt.UTC))
    except (StepRefused, NoteMissing) as refused:
        raise click.ClickException(f"not changed: {refused}") from refused
    except VersionPassed as passed:
        raise click.ClickException(f"not changed, look at it again: {passed}") from passed
    show(f"Incident {number} is now {after['state'] if after else 'gone'}.")


def _loaded(election_id: str) -> tuple[LoadedElection, Operator]:
    """Load the election, and who the command line is in it."""
    return existing(election_id), at_the_command_line(election_id)


def _shown_incident(loaded: LoadedElection, me: Operator, number: int) -> dict[str, Any]:

    incident = show_incident(loaded.election, me, number)
    if incident is None:
        raise click.ClickException(f"election {loaded.election.id} has no incident {number}")
    return incident


def _line(incident: dict[str, Any]) -> str:
    place = f"station {incident['station']}, {incident['region']}"
    what = f"{incident['number']} {incident['state']}, {incident['severity']}: {incident['what']}"
    return f"{what}; {place}, {incident['opened_at']}"
