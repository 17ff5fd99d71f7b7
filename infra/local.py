"""`make run`: Baykoo on this machine, with the sample election, until Ctrl-C.

``python -m infra.local [--empty] [--port N] [--no-streams]``. While it runs, .baykoo/local.json tells where it is; the
command line finds it there.
"""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from infra.bundle import PackageFailed
from infra.demo import DemoFailed, account_link, rehearsing
from infra.deploying.target import DeployFailed
from infra.emulator import EmulatorFailed, is_alive, kept_in, last_words
from infra.environments import ROOT, STATE
from infra.stack import Stack, local_stack

PORT = 4510
LOCAL = STATE / "local.json"
FOLDER = STATE / "stacks" / "run"
SAMPLE = ROOT / "infra" / "sample" / "election.yaml"
ELECTION = "kg-2017"
NUMBER = "+996700000000"
OBSERVER = "+996502000000"
LOOKED_EVERY_SECONDS = 0.2
LEAD = "shift@example.org"
"""The address of the account that is made beside the sample election: its mail goes to the emulator's mailbox."""
SMS = "OP A1 B0702 C9 D2 E1450"  # boxes not shown sealed: a coordinator is told at once


class SeedFailed(Exception):
    """The sample election could not be loaded.

    The message holds the output of ./baykoo.
    """


def settings(
    stack: Stack, operator_token: str | None = None, election: str | None = None, sign_in: str | None = None
) -> dict[str, Any]:
    """Return what .baykoo/local.json holds."""
    return {
        "api_url": stack.api_url,
        "host_header": stack.host_header,
        "operator_token": operator_token,
        "webhook_secrets": {"generic": stack.webhook_secrets["generic"]["secrets"]},
        "election": election,
        "sign_in": sign_in,
        "endpoint_url": stack.endpoint_url,
        "stack": stack.name,
        "region": stack.region,
    }


def write_settings(path: Path, content: Mapping[str, Any]) -> None:
    """Put the settings in place at once, readable by this user.

    By nobody else, for there are secrets in them.
    """
    making = path.with_suffix(".making")
    making.touch(mode=0o600)
    making.write_text(json.dumps(content, indent=2) + "\n")
    making.rename(path)


def seed(stack: Stack, path: Path, call: Callable[..., str] | None = None, file: Path = SAMPLE) -> dict[str, Any]:
    """Load the sample election or another file, dated today; return the settings.

    An operator's token and an account are made by ./baykoo, which `call` calls.

    `path` is where the settings are written first, for ./baykoo to find the stack by. Raises `SeedFailed`.
    """
    write_settings(path, settings(stack))
    call = call or baykoo
    call(stack, path, "election", "load", str(file), "--today", "--id", ELECTION, "--number", NUMBER)
    output = call(stack, path, "operator", "add", "local", "--role", "headquarters", "--election", ELECTION)
    account = ("Shift lead", "--address", LEAD, "--role", "headquarters", "--election", ELECTION)
    link = call(stack, path, "account", "add", *account).split()[-1]
    return settings(stack, output.split()[-1], ELECTION, link)


def baykoo(stack: Stack, path: Path, *arguments: str) -> str:
    """Run ./baykoo on a stack; return what it prints.

    Raises SeedFailed where it fails.
    """
    environ = stack.environ | {"BAYKOO_LOCAL": str(path)}
    command = [str(ROOT / "baykoo"), *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, env=environ)
    if done.returncode:
        raise SeedFailed(f"./baykoo {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout


def curl_lines(local: Mapping[str, Any], mailbox: str) -> str:
    """Return three lines for a shell.

    A signed SMS, the summary, and the coordinators' mailbox.
    """
    url, token, election = local["api_url"], local["operator_token"], local["election"]
    secret = shlex.quote(local["webhook_secrets"]["generic"][0])
    sms = {"id": "try-'$t'", "from": OBSERVER, "to": NUMBER, "text": SMS, "received_at": "'$(date -u +%FT%TZ)'"}
    signature = f'$(printf %s "$t.$b" | openssl dgst -sha256 -hmac {secret} -r | cut -d" " -f1)'
    headers = "Content-Type: application/json", "X-Baykoo-Timestamp: $t", f"X-Baykoo-Signature: sha256={signature}"
    options = " ".join(f'-H "{header}"' for header in headers)
    lines = (
        f"t=$(date +%s); b='{json.dumps(sms)}'; curl -sS {url}/webhooks/generic {options} --data-binary \"$b\"",
        f'curl -sS -H "Authorization: Bearer {token}" {url}/elections/{election}/summary',
        f"curl -sS {mailbox}",
    )
    return "\n\n".join(f"  {line}" for line in lines)


class _Signals:
    """Whether a signal to end has come.

    A handler takes no lock: a second signal that came while the first one's held it would wait for itself for ever.
    """

    def __init__(self) -> None:
        self.have_come = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._note())

    def _note(self) -> None:
        self.have_come = True


def run(port: int, *, streams: bool, empty: bool, demo: bool = False) -> None:
    """Run until a signal ends it.

    Raises EmulatorFailed where the emulator dies, and what starting raises.
    """
    signals = _Signals()
    print("Starting Baykoo …", flush=True)
    try:
        with local_stack(FOLDER, port=port, streams=streams, keep=True) as stack:
            _serve(stack, signals, empty=empty, demo=demo)
    except (DemoFailed, DeployFailed, EmulatorFailed, PackageFailed, SeedFailed):
        if not signals.have_come:  # a Ctrl-C ends aws and ./baykoo too, which is no failure of theirs
            raise
    print("\nBaykoo has ended.")


def _serve(stack: Stack, signals: _Signals, *, empty: bool, demo: bool) -> None:
    try:
        local = _gone_on_with(stack) or (settings(stack) if empty else seed(stack, LOCAL))
        write_settings(LOCAL, local)
        write_settings(kept_in(FOLDER) / LOCAL.name, local)
        print(_announcement(stack, local), flush=True)
        with _demo(stack) if demo else nullcontext():
            while not signals.have_come:
                _require_emulator()
                time.sleep(LOOKED_EVERY_SECONDS)
    finally:
        LOCAL.unlink(missing_ok=True)


def _gone_on_with(stack: Stack) -> dict[str, Any] | None:
    """Return the settings of the run that died here, if one did.

    With a new link, for the old one may be used up or out of date.
    """
    kept = kept_in(FOLDER) / LOCAL.name
    before = json.loads(kept.read_text()) if kept.is_file() else {}
    if before.get("election") is None:
        return None
    print("Going on with all rows of the run that died here. Ctrl-C ends it for good.", flush=True)
    again = settings(stack, before["operator_token"], before["election"])
    write_settings(LOCAL, again)
    link = baykoo(stack, LOCAL, "account", "link", LEAD, "--election", ELECTION).split()[-1]
    return {**again, "sign_in": link}


@contextmanager
def _demo(stack: Stack) -> Iterator[None]:
    """Rehearse a day behind the page, and print its links."""
    environ = stack.environ | {"BAYKOO_LOCAL": str(LOCAL)}
    with rehearsing(environ) as election:
        lead, wall = account_link(environ, election), account_link(environ, election, "wall")
        print(f"\nA day at 60 times speed: {election}\nBoard      {lead}\nWall       {wall}", flush=True)
        yield


def _require_emulator() -> None:
    if not is_alive(FOLDER):
        words = last_words(FOLDER / "emulator.log")
        raise EmulatorFailed(
            f"The emulator has died. Start again: make run. All rows are kept. Its last words:\n{words}"
        )


def _announcement(stack: Stack, local: Mapping[str, Any]) -> str:
    where = (
        f"API        {local['api_url']}\n"
        f"Mailboxes  {stack.mailbox()} and {stack.endpoint_url}/_ministack/sns/sms-messages\n"
        f"Logs       {FOLDER / 'emulator.log'}"
    )
    if local["election"] is None:
        return f"Page       {local['api_url']}/\n{where}\n\nCtrl-C ends it."
    return (
        f"Page       {local['api_url']}/\n"
        f"Wall       {local['api_url']}/#/wall\n"
        f"Sign in    {local['sign_in']}\n"
        f"           once, within a quarter of an hour; another: ./baykoo account link {LEAD} --election {ELECTION}\n\n"
        f"{where}\n"
        f"Election   {local['election']}, by SMS to {NUMBER}\n"
        f"Operator   {local['operator_token']}\n\n"
        f"Try, in another shell: an SMS of an observer, the summary, the coordinators' mailbox\n\n"
        f"{curl_lines(local, stack.mailbox())}\n\n"
        f"Ctrl-C ends it."
    )


def main() -> int:
    """Read the arguments, run, return the exit status."""
    reader = argparse.ArgumentParser(description="Run Baykoo on this machine.")
    reader.add_argument("--port", type=int, default=int(os.environ.get("BAYKOO_PORT") or PORT))
    reader.add_argument("--empty", action="store_true", help="load no election")
    reader.add_argument("--no-streams", action="store_true", help="leave all work to the sweep of every minute")
    reader.add_argument("--demo", action="store_true", help="rehearse a day at 60 times speed behind the page")
    given = reader.parse_args()
    try:
        run(given.port, streams=not given.no_streams, empty=given.empty, demo=given.demo)
    except (DemoFailed, EmulatorFailed, PackageFailed, DeployFailed, SeedFailed) as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
