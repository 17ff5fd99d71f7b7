"""The command line ./baykoo.

Every command is loaded when it is called, so that none needs what others need.
"""

import sys
from importlib import import_module
from typing import Any

import click

from chalicelib.cli.advice import advice
from chalicelib.cli.printable import printable

COMMANDS = {
    "account": "chalicelib.cli.account:account",
    "audit": "chalicelib.cli.operations:audit",
    "backup": "chalicelib.cli.backup:backup",
    "cards": "chalicelib.cli.cards:cards",
    "doctor": "chalicelib.cli.doctor:doctor",
    "election": "chalicelib.cli.election:election",
    "export": "chalicelib.cli.export:export",
    "forget": "chalicelib.cli.forget:forget",
    "incident": "chalicelib.cli.incident:incident",
    "messages": "chalicelib.cli.messages:messages",
    "operator": "chalicelib.cli.operator:operator",
    "opt-outs": "chalicelib.cli.opt_outs:opt_outs",
    "parse": "chalicelib.cli.parse:parse",
    "prove": "chalicelib.cli.ledger:prove",
    "provider": "chalicelib.cli.provider:provider",
    "quickcount": "chalicelib.cli.quickcount:quickcount",
    "recover": "chalicelib.cli.backup:recover",
    "rehearse": "chalicelib.cli.rehearse:rehearse",
    "report": "chalicelib.cli.report:report",
    "restore": "chalicelib.cli.backup:restore",
    "retire": "chalicelib.cli.forget:retire",
    "seal": "chalicelib.cli.ledger:seal",
    "send": "chalicelib.cli.send:send",
    "summarize": "chalicelib.cli.operations:summarize",
    "trace": "chalicelib.cli.trace:trace",
    "verify": "chalicelib.cli.ledger:verify",
}


class LazyGroup(click.Group):
    """A group whose commands' modules are imported when they are asked for.

    What any command may meet is told here: a stack that cannot be reached, an election that it does not have, a file
    that cannot be read or written.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Call a command."""
        try:
            return super().invoke(ctx)
        except click.ClickException as refused:
            lines = refused.message.split("\n")
            if "".join(lines).isprintable():
                raise
            raise click.ClickException("\n".join(map(printable, lines))) from refused
        except Exception as fault:
            if _is(fault, "chalicelib.store.elections", "ElectionUnknown"):
                raise click.ClickException(str(fault)) from fault
            if isinstance(fault, OSError) and fault.filename is not None:
                raise click.ClickException(
                    f"{fault.filename}: {fault.strerror}. Is it the right path, and may you read and write there?"
                ) from fault
            if not _is(fault, "chalicelib.store.tables", "StoreUnavailable"):
                raise
            what = str(fault).rstrip(".")
            raise click.ClickException(f"the stack cannot be asked now: {what}. {advice(fault)}") from fault

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, None if there is none."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


def _is(fault: Exception, module: str, name: str) -> bool:
    """Tell whether a fault is a module's exception.

    What never loaded the module never raised it.
    """
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(fault, getattr(loaded, name))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Baykoo carries election observers' SMS to the people who act on them."""
