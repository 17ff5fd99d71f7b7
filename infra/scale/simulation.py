"""Follow a burst of SMS to the tallies, event by event.

Each SMS takes the keys that the code gives it. Whatever refuses it is asked again as the code, the provider or Lambda
would ask; what is asked again is late, and nothing is dropped.
"""

import heapq
import itertools
import random
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.services.clients.retry import BACKOFF_SECONDS, LONGEST_BACKOFF_SECONDS
from chalicelib.services.processing.process import COMMITS

from infra.scale.aws_limits import (
    ACCOUNT_CONCURRENCY,
    LONGEST_RETRY_SECONDS,
    MEMORY_PER_CPU_MB,
    PARTITION_READ_UNITS,
    REQUEST_SECONDS,
    RETRY_AFTER_SECONDS,
    STREAM_SECONDS,
    TRANSACTION_SECONDS,
)
from infra.scale.capacity import Items, Tables, Workers
from infra.scale.design import Design
from infra.scale.measured_costs import MeasuredCosts
from infra.scale.nation import FORM, Sms, reports
from infra.scale.needs import needs_of

READ_UNIT_BYTES = 4096
PUT_TRIES = 3
RECORD_RETRY_SECONDS = 1.0
STEP_SECONDS = 5
END_SECONDS = 1_800.0
"""When the simulation gives up: what is not counted by then is told as such."""


@dataclass(slots=True)
class Lane:
    """A stream's shard and parallel batch: SMS that wait, and its worker."""

    waiting: deque[int] = field(default_factory=deque)
    batch: deque[int] = field(default_factory=deque)
    threads: int = 0
    batch_size: int = 0
    cpu_free: float = 0.0
    is_busy: bool = False


def _no_curves() -> defaultdict[str, Counter[int]]:
    return defaultdict(Counter)


@dataclass(slots=True)
class Run:
    """What a simulation came to; times in seconds.

    `stored` and `counted`: how long each SMS took from its first sending. `curves`: SMS in each step, by stage.
    """

    observers: int
    design: Design
    tables: Tables
    items: Items
    intake: Workers
    process: Workers
    stored: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    alerted: list[float] = field(default_factory=list)
    curves: defaultdict[str, Counter[int]] = field(default_factory=_no_curves)
    refused: Counter[str] = field(default_factory=Counter)
    replied_at: float = 0.0

    def note(self, stage: str, at: float) -> None:
        """Count an SMS at a stage."""
        self.curves[stage][int(at / STEP_SECONDS)] += 1


class Simulation:
    """One design under one burst; the same seed gives the same run."""

    def __init__(self, design: Design, measured: MeasuredCosts, observers: int, seed: int = 17) -> None:
        self._design, self._measured, self._observers = design, measured, observers
        self._chance = random.Random(seed)  # noqa: S311 - a simulation
        self._sms: list[Sms] = list(reports(observers, design, seed))
        self._tries: Counter[int] = Counter()
        self._handed_in: Counter[int] = Counter()
        tables = Tables(design.warm_write_units)
        self._lanes = [Lane() for _ in range(tables.partitions * design.parallelization)]
        reserved = min(design.intake_concurrency, ACCOUNT_CONCURRENCY - 100)
        self._run = Run(
            observers, design, tables, Items(), Workers(reserved), Workers(ACCOUNT_CONCURRENCY - reserved - 100)
        )
        self._events: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._serial = itertools.count()
        self._api: Counter[int] = Counter()
        self._document_free = self._sms_free = 0.0

    def run(self) -> Run:
        """Run to the end of all work, or to END_SECONDS."""
        for number, sms in enumerate(self._sms):
            self._work_until(sms.at)
            self._run.note("sent", sms.at)
            self._arrive(sms.at, number)
        self._work_until(END_SECONDS)
        return self._run

    def _work_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            at, _, act, arguments = heapq.heappop(self._events)
            act(at, *arguments)

    def _later(self, at: float, act: Callable[..., None], *arguments: object) -> None:
        heapq.heappush(self._events, (at, next(self._serial), act, arguments))

    def _refuse(self, at: float, cause: str, number: int) -> None:
        """Answer 503: the provider hands the SMS in again, later each time."""
        self._run.refused[cause] += 1
        self._handed_in[number] += 1
        wait = min(LONGEST_RETRY_SECONDS, RETRY_AFTER_SECONDS * 2.0 ** self._handed_in[number] / 2)
        self._later(at + wait * self._chance.uniform(1, 2), self._arrive, number)

    def _arrive(self, at: float, number: int) -> None:
        if self._api[int(at)] >= self._design.api_requests:
            return self._refuse(at, "API Gateway", number)
        self._api[int(at)] += 1
        is_warm = self._run.intake.claim(at)
        if is_warm is None:
            return self._refuse(at, "intake's concurrency", number)
        took = REQUEST_SECONDS + self._measured.webhook_cpu * MEMORY_PER_CPU_MB / self._design.intake_memory
        end = at + took + (0.0 if is_warm else self._measured.import_cpu)
        self._run.intake.release(end)
        return self._later(end, self._put, number, 1)

    def _put(self, at: float, number: int, attempt: int) -> None:
        sms = self._sms[number]
        refusing = self._run.tables.take(at, needs_of(self._run.tables, self._measured.stored, sms, at))
        if refusing is not None and attempt < PUT_TRIES:
            return self._later(at + self._pause(attempt), self._put, number, attempt + 1)
        if refusing is not None:
            return self._refuse(at, refusing, number)
        self._run.stored.append(at - sms.at)
        self._run.note("stored", at)
        place = self._run.tables.partition_of(sms.key) * self._design.parallelization
        lane = self._lanes[place + zlib.crc32(sms.key.encode()) % self._design.parallelization]
        if sms.kind == "incident":  # intake calls process for it
            lane = Lane()
        return self._later(at + (0.0 if sms.kind == "incident" else STREAM_SECONDS), self._offer, lane, number)

    def _offer(self, at: float, lane: Lane, number: int) -> None:
        lane.waiting.append(number)
        self._invoke(at, lane)

    def _invoke(self, at: float, lane: Lane) -> None:
        if lane.is_busy or not lane.waiting:
            return
        is_warm = self._run.process.claim(at)
        if is_warm is None:
            self._run.refused["process's concurrency"] += 1
            self._later(at + RECORD_RETRY_SECONDS, self._invoke, lane)
            return
        lane.is_busy = True
        lane.batch.extend(lane.waiting.popleft() for _ in range(min(len(lane.waiting), self._design.batch_size)))
        lane.batch_size = len(lane.batch)
        begun = at if is_warm else self._when_loaded(at)
        for _ in range(min(self._design.threads, len(lane.batch))):
            lane.threads += 1
            self._later(begun, self._process, lane, lane.batch.popleft())

    def _when_loaded(self, at: float) -> float:
        """Return when a new worker has the code and the election.

        The election lies under one key.
        """
        size = self._measured.document_bytes_per_observer * self._observers
        self._document_free = max(at, self._document_free) + size / READ_UNIT_BYTES / PARTITION_READ_UNITS
        cpu = self._measured.document_cpu_per_observer * self._observers
        return self._document_free + self._measured.import_cpu + self._slowed(cpu)

    def _slowed(self, cpu: float) -> float:
        return cpu * max(1.0, MEMORY_PER_CPU_MB / self._design.process_memory)

    def _process(self, at: float, lane: Lane, number: int) -> None:
        """Read an SMS and its report: threads share the worker's processor."""
        lane.cpu_free = max(at, lane.cpu_free) + self._slowed(self._measured.processing_cpu)
        self._later(lane.cpu_free + REQUEST_SECONDS, self._commit, lane, number)

    def _commit(self, at: float, lane: Lane, number: int) -> None:
        sms, run = self._sms[number], self._run
        if not run.items.hold(sms.tally, at):
            self._tries[number] += 1
            again = self._process if self._tries[number] % COMMITS == 0 else self._commit
            self._later(at + self._pause(self._tries[number] % COMMITS), again, lane, number)
            return
        refusing = run.tables.take(at, needs_of(run.tables, getattr(self._measured, sms.kind), sms, at))
        if refusing is not None:
            run.refused[refusing] += 1
            lane.waiting.append(number)
            self._later(at + RECORD_RETRY_SECONDS, self._end, lane)
            return
        done = at + TRANSACTION_SECONDS
        (run.alerted if sms.kind == "incident" else run.counted).append(done - sms.at)
        run.note("counted", done)
        if sms.kind != "stranger":
            self._later(done + STREAM_SECONDS, self._queue_reply, number)
        self._later(done, self._end, lane)

    def _end(self, at: float, lane: Lane) -> None:
        """Let a thread take its batch's next SMS, or end the batch."""
        if lane.batch:
            self._process(at, lane, lane.batch.popleft())
            return
        lane.threads -= 1
        if lane.threads == 0:
            lane.is_busy = False
            self._run.process.release(at)
            units = -(-lane.batch_size * self._measured.feed_bytes // 1024)
            self._run.tables.ask(at, "work", f"feed#{FORM}", units)
            self._later(at, self._invoke, lane)

    def _queue_reply(self, at: float, number: int) -> None:
        """Let a reply wait for its place within the carriers' rate."""
        self._sms_free = max(at, self._sms_free) + 1 / self._design.sms_per_second
        self._run.replied_at = self._sms_free
        if self._sms_free < END_SECONDS:
            self._later(self._sms_free, self._send, number)

    def _send(self, at: float, number: int) -> None:
        run, sms = self._run, self._sms[number]
        refusing = run.tables.take(at, needs_of(run.tables, self._measured.sent, sms, at, is_reply=True))
        if refusing is not None:
            run.refused[refusing] += 1
            self._later(at + RECORD_RETRY_SECONDS * self._chance.uniform(1, 2), self._send, number)
            return
        run.note("replied", at)

    def _pause(self, attempt: int) -> float:
        """Return the code's own pause (services/clients/retry.py)."""
        return self._chance.uniform(0, min(LONGEST_BACKOFF_SECONDS, BACKOFF_SECONDS * 2**attempt))
