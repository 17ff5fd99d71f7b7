"""./baykoo messages: what waits for a person, what is done about it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from chalicelib.cli.printable import show
from chalicelib.cli.target import use_stack
from chalicelib.observation.reports.entry_fields import FieldsRefused
from chalicelib.services.access.operators import at_the_command_line
from chalicelib.services.actions.perform import Action
from chalicelib.services.desk import assignment, decisions, entries, log, queue
from chalicelib.services.desk.assignment import Owner
from chalicelib.services.desk.entries import Entry
from chalicelib.services.desk.message import message_of
from chalicelib.services.desk.refusals import NoSuchMessage, NotDone, TooManyAssigned
from chalicelib.services.desk.undo import undo as undo_decision
from chalicelib.services.review.held_rows import NotHeld, held_rows, try_again
from chalicelib.services.versions import NotInRegion, VersionPassed
from chalicelib.store.desk import DESKS, tag_of
from chalicelib.store.elections import LoadedElection, existing

_REFUSALS = (FieldsRefused, NoSuchMessage, NotDone, NotInRegion, TooManyAssigned, VersionPassed)
election_option = click.option("--election", "election_id", required=True, metavar="ID")
note_option = click.option("--note", default="", help="Why; it stands in the audit trail.")


@click.group()
def messages() -> None:
    """See what waits for a person, and do something about it."""


@messages.command("list")
@election_option
@click.option("--state", help="Those of the last hours in this state, instead of those that wait for a person.")
@click.option(
    "--hours", type=click.IntRange(1, 720), default=24, show_default=True, help="How many hours, with --state."
)
@click.option("--desk", type=click.Choice(DESKS), default="messages", show_default=True, help="Where they wait.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many at most.")
def list_messages(election_id: str, state: str | None, hours: int, desk: Any, limit: int) -> None:
    """List messages: key, since when, kind or state, of whom, text."""
    use_stack()
    loaded, now = existing(election_id), dt.datetime.now(dt.UTC)
    operator = at_the_command_line(election_id)
    if state is None:
        listed = queue.queue(loaded, operator, queue.QueueFilter(desk=desk, limit=limit), (), now)["messages"]
    else:
        listed = list(_logged(loaded, state, now - dt.timedelta(hours=hours), now, limit))
    for message in listed:
        whose = f"observer {message['observer']}" if message["observer"] else message["from"] or "-"
        identical = f"  x{message['identical']}" if message.get("identical", 1) > 1 else ""
        what = message["kind"] or message["state"]
        show(f"{message['key']}  {message['stored_at'][:16]}  {what}  {whose}{identical}  {message['text'] or ''}")


def _logged(
    loaded: LoadedElection, state: str, since: dt.datetime, until: dt.datetime, limit: int
) -> Iterator[dict[str, Any]]:
    """Yield messages of a state from the log, the newest first."""
    operator, after = at_the_command_line(loaded.election.id), None
    while limit > 0:
        criteria = log.LogFilter(since, until, state=state, after=after, limit=min(limit, 100))
        page = log.log(loaded, operator, criteria, (), until)
        yield from page["messages"]
        limit -= len(page["messages"])
        if page["next"] is None:
            return
        after = (page["next"][0], page["next"][1])


@messages.command()
@click.argument("key")
@election_option
@click.option("--observer", metavar="NUMBER", help="The observer whose it is.")
@click.option("--coordinator", metavar="NAME", help="The coordinator whose phone it is.")
@click.option("--nobody", is_flag=True, help="It is nobody's: its SMS wait for nobody and are not answered.")
@click.option("--only-this", is_flag=True, help="This SMS alone is the observer's, and not what else the phone sends.")
@note_option
def assign(
    key: str,
    election_id: str,
    observer: str | None,
    coordinator: str | None,
    nobody: bool,
    only_this: bool,
    note: str,
) -> None:
    """Say whose the phone is that sent KEY.

    Its SMS are then read by that.
    """
    if sum((observer is not None, coordinator is not None, nobody)) != 1:
        raise click.UsageError("say whose it is: --observer, --coordinator or --nobody")
    if only_this and observer is None:
        raise click.UsageError("one SMS alone can be an observer's only")
    loaded, action, seen = _begun(election_id, key, note)
    with _refusals():
        if only_this:
            assignment.assign_this(loaded, action, key, seen, str(observer))
            show(f"{key} is observer {observer}'s.")
            return
        owner = Owner("nobody")
        if observer is not None:
            owner = Owner("observer", observer)
        elif coordinator is not None:
            owner = Owner("coordinator", coordinator)
        read = assignment.assign(loaded, action, key, seen, owner)["read"]
    show(f"The phone of {key} is {owner.kind} {owner.whose or ''}".rstrip() + f"'s; {read} SMS are read by that.")


@messages.command()
@click.argument("text")
@election_option
@click.option("--observer", metavar="NUMBER", help="For whom it is entered; without it, the message's observer.")
@click.option("--about", metavar="KEY", help="The message that says it; without it, it was said by phone.")
@click.option("--dry-run", is_flag=True, help="Only say what would count.")
@note_option
def enter(text: str, election_id: str, observer: str | None, about: str | None, dry_run: bool, note: str) -> None:
    """Enter TEXT for an observer, as the SMS that would say it."""
    loaded, action, seen = _begun(election_id, about, note)
    entry = Entry(text, observer, about)
    with _refusals():
        read = entries.preview(loaded, action.operator, entry, action.now)
        for report in read["reports"]:
            answers = " ".join(f"{code}={value}" for code, value in report.get("answers", {}).items())
            failed = "".join(f"; fails {check['rule']}" for check in report["failed_checks"])
            show(f"{report['form']} {report.get('station')} {report.get('round')}: {answers}{failed}")
        if not dry_run:
            show(f"Entered as {entries.enter(loaded, action, entry, seen)['entered']}.")


@messages.command()
@click.argument("key")
@election_option
@click.option("--identical", is_flag=True, help="And all that were not understood and say the same.")
@note_option
def dismiss(key: str, election_id: str, identical: bool, note: str) -> None:
    """Take KEY from those that wait: it says nothing that counts."""
    loaded, action, seen = _begun(election_id, key, note)
    with _refusals():
        answer = decisions.dismiss(loaded, action, key, seen, identical=identical)
    show(f"{len(answer['dismissed'])} dismissed, {answer['left']} that say the same are left.")


@messages.command()
@click.argument("key")
@election_option
@note_option
def undo(key: str, election_id: str, note: str) -> None:
    """Undo what was done last about KEY."""
    loaded, action, seen = _begun(election_id, key, note)
    with _refusals():
        answer = undo_decision(loaded, action, key, seen)
    show(f"Undone: {answer['undone']}.")


def _begun(election_id: str, key: str | None, note: str) -> tuple[LoadedElection, Action, str]:
    """Return the election, the action and the message's present version."""
    use_stack()
    loaded = existing(election_id)
    action = Action.at_the_command_line(at_the_command_line(election_id), dt.datetime.now(dt.UTC), note)
    with _refusals():
        return loaded, action, tag_of(message_of(action.operator, key)) if key is not None else ""


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except _REFUSALS as refused:
        raise click.ClickException(f"Not done: {refused}.") from refused


@messages.command()
def held() -> None:
    """List what is held, the longest held first, each with its reason."""
    use_stack()
    listing = held_rows()
    for row in listing.rows:
        since = f"{row.since:%Y-%m-%d %H:%M}" if row.since else "-"
        show(f"{row.key}  {since}  {row.state or '-'}  {row.reason}  {row.error or ''}")
    if listing.is_cut:
        show(f"and more; these are the {len(listing.rows)} that are held the longest")


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
    show(f"{key} is tried again within a minute.")
