"""People who work on a small election over HTTP, and what it came to: numbers, audit trail, a clean audit."""

import json
import urllib.parse
from typing import Any
from uuid import uuid4

from deployed import Answered, Deployed, call, eventually

NUMBER = "+996312000092"
ELECTION = "stories"
API = f"/v1/elections/{ELECTION}"
CLOCK = "2017-10-15T11:00:00+06:00"
DONE = (200, 201, 202)
OPENING = "OP A1 B0730 C12 D1 E1600"


class Person:
    """Somebody's requests to the deployed API, by a program's token or a session's cookie."""

    def __init__(self, deployed: Deployed, name: str, role: str = "operator", cookie: str = "") -> None:
        self.deployed, self.signature = deployed, f"{name} ({role})"
        if cookie:
            self._proof = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
        else:
            arguments = ("operator", "add", name, "--role", role, "--election", ELECTION)
            self._proof = {"Authorization": f"Bearer {deployed.baykoo(*arguments).splitlines()[-1]}"}

    def ask(self, path: str) -> Answered:
        return call(self.deployed.stack.api_url + _whole(path), None, self._proof)

    def get(self, path: str) -> Any:
        answer = self.ask(path)
        assert answer.status == 200, answer.body
        return answer.json()

    def post(self, path: str, body: Any = None, seen: str | None = None, key: str | None = None) -> Answered:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid4())}
        headers |= self._proof | ({"If-Match": seen if seen.startswith('"') else f'"{seen}"'} if seen else {})
        written = self.deployed.stack.api_url + _whole(path)
        return call(written, _json(body), headers)

    def done(self, path: str, body: Any = None, seen: str | None = None) -> Any:
        """Do something twice under one key: it is done once, and answered alike."""
        key = str(uuid4())
        first, again = (self.post(path, body, seen, key) for _ in range(2))
        assert first.status in DONE, (path, first.body)
        assert again.body == first.body, path
        return first.json()

    def tag(self, path: str) -> str:
        return self.ask(path).headers["ETag"]

    def nation(self) -> Any:
        return self.get("summary")["nation"]

    def form(self, code: str, round_name: str = "-") -> Any:
        return self.nation()["forms"][code][round_name]

    def trail(self, who: "Person") -> list[str]:
        """What somebody did, the first thing first."""
        lines = self.get("audit?limit=100")["lines"]
        return [line["action"] for line in reversed(lines) if line["who"] == who.signature]

    def decide(self, key: str, action: str, body: Any) -> Any:
        path = f"messages/{urllib.parse.quote(key, safe='')}"
        return self.done(f"{path}/{action}", body, self.tag(path))


def _whole(path: str) -> str:
    return path if path.startswith("/v1") else f"{API}/{path}"


def _json(body: Any) -> bytes:
    return json.dumps(body or {}).encode()


def say(deployed: Deployed, text: str, sender: str) -> str:
    """Hand an SMS in, wait for its outcome, and return its key."""
    name = str(uuid4())
    assert deployed.sms(text, sender, NUMBER, id=name).status == 200
    eventually(lambda: (row := deployed.message(f"generic#{name}")) and row["state"] != "received")
    return f"generic#{name}"


def audited(deployed: Deployed) -> bool:
    return "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
