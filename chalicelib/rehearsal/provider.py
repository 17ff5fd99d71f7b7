"""Simulated SMS providers: signed requests over kept connections, retried."""

import datetime as dt
import heapq
import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chalicelib.rehearsal.senders.sender import Sender
from chalicelib.rehearsal.senders.sms import Sms

CONNECTIONS = 8
TIMEOUT_SECONDS = 15.0
MOST_TRIES = 8
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 20.0
TRY_AGAIN = frozenset({408, 429})
"""These and every 5xx are retried; any other answer that the provider does not count as success is a refusal."""
HOPELESS = 40
"""After so many answers without one acknowledgement the webhook is not the right one, or its secret is not."""


class WebhookUnusable(Exception):
    """The webhook has taken nothing at all; says what it answered."""


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request to a webhook."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a provider, by its name in the stack, delivers to.

    `url` is called, `pasted` is what the provider was told. They differ where something in front of the stack rewrites
    URLs, or the stack is called past it.
    """

    provider: str
    url: str
    sender: Sender
    pasted: str

    def call(self, sms: Sms, at: dt.datetime) -> Call:
        """Return the call that hands an SMS in, signed now."""
        signed = self.sender.sign(sms, self.pasted, at)
        added = signed.url.removeprefix(self.pasted)
        return Call(signed.method, self.url + added, dict(signed.headers), signed.body)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook call with an SMS, at `due` (seconds since 1970)."""

    due: float
    sms: Sms
    webhook: Webhook


@dataclass(slots=True)
class Answers:
    """What a provider's webhook answered.

    `acknowledged`: messages by id, and `seconds` that each acknowledgement took, a repeated one too; `retried`: how
    many answers of a kind made a delivery be tried again; `failed`: the last answer to a message that was refused
    or given up; `texted`: how many acknowledgements had a content that the provider texts to the observer.
    """

    acknowledged: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    retried: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    texted: Counter[str] = field(default_factory=Counter)

    def faults(self) -> Counter[str]:
        """Count the answers that a provider does not want, by kind."""
        return self.retried + Counter(self.failed.values()) + self.texted

    def are_hopeless(self) -> bool:
        """Tell whether the webhook or the secret must be wrong.

        It must if so many came without one acknowledgement.
        """
        return not self.acknowledged and sum(self.faults().values()) >= HOPELESS


@dataclass(order=True, slots=True)
class _PendingDelivery:
    due: float
    place: int
    delivery: Delivery = field(compare=False)
    tries: int = field(compare=False, default=0)


class SimulatedProvider:
    """Makes deliveries when they are due, several at a time.

    What the webhook could not take comes again. It plays as many providers as the deliveries are for; a repetition has
    the same id and a signature of its own.
    """

    def __init__(self, on_made: Callable[[], None] = lambda: None) -> None:
        self._on_made = on_made
        self._waiting: list[_PendingDelivery] = []
        self._places = itertools.count()
        self._being_made = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._answers: dict[str, Answers] = {}
        self._fault: Exception | None = None

    def deliver(self, deliveries: Iterable[Delivery]) -> Mapping[str, Answers]:
        """Make all deliveries; return the answers by provider.

        When each was acknowledged, refused or given up. Raises WebhookUnusable.
        """
        self._waiting = [_PendingDelivery(delivery.due, next(self._places), delivery) for delivery in deliveries]
        self._answers = {waiting.delivery.webhook.provider: Answers() for waiting in self._waiting}
        urls = {waiting.delivery.webhook.provider: waiting.delivery.webhook.url for waiting in self._waiting}
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
        if self._fault is not None:
            raise self._fault
        for provider, answers in self._answers.items():
            if answers.are_hopeless():
                faults = ", ".join(f"{answer} ({times} times)" for answer, times in answers.faults().items())
                raise WebhookUnusable(f"{urls[provider]} took none of the first messages: {faults}")
        return self._answers

    def _work(self) -> None:
        line = _Line()
        try:
            while (waiting := self._next_due()) is not None:
                call = waiting.delivery.webhook.call(waiting.delivery.sms, dt.datetime.now(dt.UTC))
                started = time.monotonic()
                answer = line.make(call)
                self._take(waiting, answer, time.monotonic() - started)
        except Exception as fault:  # noqa: BLE001 - it is raised where the workers are waited for
            with self._changed:
                self._fault, self._stopped = fault, True
                self._changed.notify_all()
        finally:
            line.close()

    def _next_due(self) -> _PendingDelivery | None:
        with self._changed:
            while not self._stopped and (self._waiting or self._being_made):
                wait = self._waiting[0].due - time.time() if self._waiting else None
                if wait is not None and wait <= 0:
                    self._being_made += 1
                    return heapq.heappop(self._waiting)
                self._changed.wait(wait)
            self._changed.notify_all()
            return None

    def _take(self, waiting: _PendingDelivery, answer: "_Answer", seconds: float) -> None:
        webhook, message_id = waiting.delivery.webhook, waiting.delivery.sms.id
        answers, is_taken = self._answers[webhook.provider], webhook.sender.takes(answer.status)
        with self._changed:
            self._being_made -= 1
            is_tried_again = not is_taken and answer.is_temporary and waiting.tries + 1 < MOST_TRIES
            if is_tried_again:
                answers.retried[str(answer)] += 1
                due = time.time() + _pause(waiting.tries)
                heapq.heappush(
                    self._waiting, _PendingDelivery(due, next(self._places), waiting.delivery, waiting.tries + 1)
                )
            elif is_taken:
                answers.acknowledged.add(message_id)
                answers.seconds.append(seconds)
                if webhook.sender.texts_back(answer.content_type, answer.body):
                    answers.texted[f"{answer}, which is texted to the observer"] += 1
            else:
                answers.failed[message_id] = str(answer)
            if not is_tried_again:
                self._on_made()
            self._stopped = self._stopped or answers.are_hopeless()
            self._changed.notify_all()


def _pause(tries: int) -> float:
    return min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0**tries) * random.uniform(0.5, 1)  # noqa: S311


@dataclass(frozen=True, slots=True)
class _Answer:
    """An HTTP answer, or with status 0 why none came."""

    status: int
    content_type: str
    body: str

    @property
    def is_temporary(self) -> bool:
        return self.status == 0 or self.status >= 500 or self.status in TRY_AGAIN

    def __str__(self) -> str:
        return f"{self.status} {_title(self.body)}".strip() if self.status else self.body


_CLOSED = (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)


class _Line:
    """A connection to each host, opened again where it broke."""

    def __init__(self) -> None:
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def make(self, call: Call) -> _Answer:
        """Make a call; once more where the idle connection was closed."""
        parts = urlsplit(call.url)
        connection = self._connection(parts.scheme, parts.netloc)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        was_open = connection.sock is not None
        try:
            try:
                return _answer(connection, call, target)
            except _CLOSED:
                connection.close()
                if not was_open:
                    raise
                return _answer(connection, call, target)
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            return _Answer(0, "", type(fault).__name__)

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _connection(self, scheme: str, host: str) -> http.client.HTTPConnection:
        if (scheme, host) not in self._connections:
            kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
            self._connections[scheme, host] = kind(host, timeout=TIMEOUT_SECONDS)
        return self._connections[scheme, host]


def _answer(connection: http.client.HTTPConnection, call: Call, target: str) -> _Answer:
    connection.request(call.method, target, call.body or None, dict(call.headers))
    response = connection.getresponse()
    body = response.read().decode(errors="replace")
    return _Answer(response.status, response.headers.get("Content-Type", ""), body)


def _title(body: str) -> str:
    """Return a problem's title, else the beginning of the answer."""
    try:
        title = json.loads(body)["title"]
    except (ValueError, KeyError, TypeError):
        return " ".join(body.split())[:80]
    return str(title)
