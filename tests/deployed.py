"""A deployed stack as its users meet it; the tests here speak to nothing else."""

import datetime as dt
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli_process import call_baykoo
from sample_election import small_sample

from infra.stack import Stack

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "infra/sample/election.yaml"
PATIENCE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Answered:
    """An HTTP answer, whatever its status."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Deployed:
    """A deployed stack as its users meet it: the webhook, the API, the command line and the mailboxes."""

    stack: Stack
    folder: Path

    @property
    def secret(self) -> str:
        return self.stack.webhook_secrets["generic"]["secrets"][0]

    def baykoo(self, *arguments: str, expect: int = 0) -> str:
        """Run ./baykoo on this stack; its output."""
        local = self.folder / "local.json"
        local.write_text(
            json.dumps(
                {
                    "endpoint_url": self.stack.endpoint_url,
                    "region": self.stack.region,
                    "stack": self.stack.name,
                    "api_url": self.stack.api_url,
                    "webhook_secrets": self.stack.webhook_secrets,
                }
            )
        )
        done = call_baykoo(arguments, {"BAYKOO_LOCAL": str(local), "PATH": "/usr/bin:/bin"})
        assert done.status == expect, done.output + done.errors
        return done.output

    def load_small(self, election: str, number: str, *options: str) -> Path:
        """Load a small sample under a name, reached by a number; return its file."""
        file = small_sample(self.folder / election)
        self.baykoo("election", "load", str(file), "--id", election, "--number", number, *options)
        return file

    def operator(self, election: str, *options: str, role: str = "operator") -> str:
        """A new operator's token."""
        return self.baykoo("operator", "add", "Ann", "--role", role, "--election", election, *options).splitlines()[-1]

    def sms(self, text: str, sender: str, to: str, **changed: Any) -> Answered:
        """Hand an SMS in by the generic webhook, signed; `changed` replaces fields of the body."""
        sms = {"id": str(uuid4()), "from": sender, "to": to, "text": text, "received_at": _now()} | changed
        return self.webhook(json.dumps(sms).encode())

    def webhook(self, body: bytes, *, at: int | None = None, signature: str | None = None) -> Answered:
        """POST a body to the generic webhook, rightly signed unless told otherwise."""
        timestamp = str(int(time.time()) if at is None else at)
        right = hmac.new(self.secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Baykoo-Timestamp": timestamp,
            "X-Baykoo-Signature": signature if signature is not None else f"sha256={right}",
        }
        return call(f"{self.stack.api_url}/webhooks/generic", body, {k: v for k, v in headers.items() if v})

    def get(self, path: str, token: str | None, **headers: str) -> Answered:
        """GET from the API; `headers` with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        proof = {"Authorization": f"Bearer {token}"} if token else {}
        return call(self.stack.api_url + path, None, {**proof, **named})

    def post(self, path: str, body: Any, token: str | None, **headers: str) -> Answered:
        """POST a document to the API; `headers` with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        proof = {"Authorization": f"Bearer {token}"} if token else {}
        written = json.dumps(body).encode()
        return call(self.stack.api_url + path, written, {"Content-Type": "application/json", **proof, **named})

    def message(self, key: str) -> dict[str, Any] | None:
        """A row of the Messages table, its values plain."""
        table = f"{self.stack.name}-messages"
        item = self.stack.client("dynamodb").get_item(TableName=table, Key={"key": {"S": key}}, ConsistentRead=True)
        return {name: next(iter(typed.values())) for name, typed in item["Item"].items()} if "Item" in item else None

    def texts_to(self, phone: str) -> list[str]:
        """The SMS that were sent to a phone."""
        sent = call(f"{self.stack.endpoint_url}/_ministack/sns/sms-messages", None, {}).json()
        return [row["Message"] for row in sent["sms_messages"].get(phone, [])]

    def emails_to(self, address: str) -> list[dict[str, Any]]:
        """The emails that were sent to an address."""
        sent = call(self.stack.mailbox(), None, {}).json()
        return [row for many in sent["messages"].values() for row in many if address in row["To"]]


def call(url: str, body: bytes | None, headers: dict[str, str], method: str | None = None) -> Answered:
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answered(answer.status, answer.headers.get("Content-Type", ""), answer.read(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        return Answered(error.code, error.headers.get("Content-Type", ""), error.read(), dict(error.headers))


def eventually(check: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What a check gives, as soon as that is something."""
    end, pause = time.monotonic() + seconds, 0.02
    while not (found := check()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    return found


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
