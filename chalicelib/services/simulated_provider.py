"""An SMS provider as the webhook sees it: signed requests over HTTP, retried, from a few connections kept open."""

import hashlib
import heapq
import hmac
import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTIONS = 8
TIMEOUT_SECONDS = 15.0
MOST_TRIES = 8
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 20.0
TRY_AGAIN = frozenset({408, 429})
"""These and every 5xx are retried; any other answer but a 2xx is a refusal."""
HOPELESS = 40
"""After so many answers without one acknowledgement the webhook is not the right one, or its secret is not."""


class WebhookUnusable(Exception):
    """The webhook has taken nothing at all; says what it answered."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages are delivered: the whole URL, and a secret that the webhook takes."""

    url: str
    secret: str

    def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
        """The signature over timestamp and body that the generic webhook verifies."""
        signature = hmac.new(self.secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Baykoo-Timestamp": str(timestamp),
            "X-Baykoo-Signature": f"sha256={signature}",
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of the webhook: at `due` (seconds since 1970), with a message of that id as its body."""

    due: float
    message_id: str
    body: bytes


@dataclass(slots=True)
class Answers:
    """What the webhook answered.

    `acknowledged`: messages by id, and `seconds` that each acknowledgement took, a repeated one too; `retried`: how
    many answers of a kind made a delivery be tried again; `failed`: the last answer to a message that was refused
    or given up.
    """

    acknowledged: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    retried: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)

    def faults(self) -> Counter[str]:
        """How many answers of each kind were no acknowledgement."""
        return self.retried + Counter(self.failed.values())


@dataclass(order=True, slots=True)
class _Waiting:
    due: float
    place: int
    delivery: Delivery = field(compare=False)
    tries: int = field(compare=False, default=0)


class SimulatedProvider:
    """Makes deliveries when they are due, several at a time, and again where the webhook could not take them."""

    def __init__(self, webhook: Webhook, on_made: Callable[[], None] = lambda: None) -> None:
        self._webhook = webhook
        self._on_made = on_made
        self._waiting: list[_Waiting] = []
        self._places = itertools.count()
        self._being_made = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._answers = Answers()

    def deliver(self, deliveries: Iterable[Delivery]) -> Answers:
        """Make all deliveries; returns when each was acknowledged, refused or given up. Raises WebhookUnusable."""
        self._waiting = [_Waiting(delivery.due, next(self._places), delivery) for delivery in deliveries]
        heapq.heapify(self._waiting)
        workers = [threading.Thread(target=self._work, daemon=True) for _ in range(CONNECTIONS)]
        for worker in workers:
            worker.start()
        try:
            for worker in workers:
                worker.join()
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()
        if self._is_hopeless():
            said = ", ".join(f"{answer} ({times} times)" for answer, times in self._answers.faults().items())
            raise WebhookUnusable(f"{self._webhook.url} took none of the first messages: {said}")
        return self._answers

    def _work(self) -> None:
        line = _Line(self._webhook)
        while (waiting := self._next_due()) is not None:
            started = time.monotonic()
            answer = line.post(waiting.delivery.body)
            self._take(waiting, answer, time.monotonic() - started)
        line.close()

    def _next_due(self) -> _Waiting | None:
        with self._changed:
            while not self._stopped and (self._waiting or self._being_made):
                wait = self._waiting[0].due - time.time() if self._waiting else None
                if wait is not None and wait <= 0:
                    self._being_made += 1
                    return heapq.heappop(self._waiting)
                self._changed.wait(wait)
            self._changed.notify_all()
            return None

    def _take(self, waiting: _Waiting, answer: "_Answer", seconds: float) -> None:
        message_id, answers = waiting.delivery.message_id, self._answers
        with self._changed:
            self._being_made -= 1
            is_tried_again = answer.is_temporary and waiting.tries + 1 < MOST_TRIES
            if is_tried_again:
                answers.retried[str(answer)] += 1
                due = time.time() + _pause(waiting.tries)
                heapq.heappush(self._waiting, _Waiting(due, next(self._places), waiting.delivery, waiting.tries + 1))
            elif answer.is_acknowledgement:
                answers.acknowledged.add(message_id)
                answers.seconds.append(seconds)
            else:
                answers.failed[message_id] = str(answer)
            if not is_tried_again:
                self._on_made()
            self._stopped = self._stopped or self._is_hopeless()
            self._changed.notify_all()

    def _is_hopeless(self) -> bool:
        return not self._answers.acknowledged and sum(self._answers.faults().values()) >= HOPELESS


def _pause(tries: int) -> float:
    return min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0**tries) * random.uniform(0.5, 1)  # noqa: S311


@dataclass(frozen=True, slots=True)
class _Answer:
    """A status and the beginning of its body; status 0 where no answer came."""

    status: int
    said: str

    @property
    def is_acknowledgement(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_temporary(self) -> bool:
        return self.status == 0 or self.status >= 500 or self.status in TRY_AGAIN

    def __str__(self) -> str:
        return f"{self.status} {self.said}".strip() if self.status else self.said


_CLOSED = (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)


class _Line:
    """One connection, opened again where it broke."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        parts = urlsplit(webhook.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection: http.client.HTTPConnection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
        self._path = parts.path

    def post(self, body: bytes) -> _Answer:
        """One request; made once more where the server had closed the connection while it was idle."""
        was_open = self._connection.sock is not None
        try:
            try:
                return self._request(body)
            except _CLOSED:
                self._connection.close()
                if not was_open:
                    raise
                return self._request(body)
        except (OSError, http.client.HTTPException) as fault:
            self._connection.close()
            return _Answer(0, type(fault).__name__)

    def _request(self, body: bytes) -> _Answer:
        self._connection.request("POST", self._path, body, self._webhook.headers(body, int(time.time())))
        response = self._connection.getresponse()
        said = response.read().decode(errors="replace")
        return _Answer(response.status, _title(said) if response.status >= 300 else "")

    def close(self) -> None:
        self._connection.close()


def _title(body: str) -> str:
    """What a problem document calls itself, else the beginning of whatever was answered."""
    try:
        title = json.loads(body)["title"]
    except (ValueError, KeyError, TypeError):
        return " ".join(body.split())[:80]
    return str(title)
