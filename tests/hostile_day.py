"""A day of hostile SMS in this process: every provider, the whole pipeline, on a DynamoDB in memory."""

import contextlib
import datetime as dt
import io
import json
import logging
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from fake_dynamodb import KEYS, FakeDynamoDB
from hostile_sms import Roster, hostile_sms
from sample_election import sample, with_stations

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.providers.contract import Answer
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.services.clients import retry
from chalicelib.services.clients.log_context import logger
from chalicelib.services.elections import loading
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.intake import receive as intake
from chalicelib.services.outreach.missing_list import queue_lists
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.final_report_email import send_report
from chalicelib.services.summaries.hourly import queue_summaries
from chalicelib.store import elections, routes
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.messages import Message

NUMBER = "+996312000000"
MORNING = dt.datetime(2017, 10, 15, 4, tzinfo=dt.UTC)
EVENING = dt.datetime(2017, 10, 15, 18, tzinfo=dt.UTC)
URL = "https://abc123.execute-api.eu-central-1.amazonaws.com/api/webhooks/"
STATIONS_PER_REGION = 3
LARGEST_ROW, LONGEST_KEY, LONGEST_SORT_KEY = 400 * 1024, 2048, 1024
KEY_NAMES = {name for names in KEYS.values() for name in names} | {"conversation", "attention", "pending"}
_WORDS = {"AND", "OR", "NOT", "BETWEEN", "SET", "REMOVE", "ADD"} | {
    "attribute_exists",
    "attribute_not_exists",
    "begins_with",
    "if_not_exists",
    "size",
}
"""All that an expression may hold beside the places of names and values."""


@cache
def small_election() -> Election:
    """The sample with some stations of two regions."""
    stations = [
        station
        for region in ("Bishkek", "Chuy")
        for station in sample().stations_by_region[region][:STATIONS_PER_REGION]
    ]
    return with_stations(stations, "hostile")


@dataclass
class HostileDay:
    """What came in, what was answered, and all that was written and logged meanwhile."""

    database: FakeDynamoDB
    log: io.StringIO
    seed: int = 0
    accepted: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    records: int = 0

    @property
    def loaded(self) -> LoadedElection:
        elections.forget("hostile")
        return existing("hostile")

    def take(self, seed: int, count: int) -> None:
        """Have all providers deliver so many SMS, and process what was stored."""
        chance = random.Random(seed)
        election = small_election()
        phones = [observer.phones[0] for observer in election.observers]
        heads = [coordinator.phone for coordinator in election.coordinators if coordinator.phone]
        for sms in hostile_sms(seed, count, Roster(phones, heads, NUMBER), MORNING):
            provider = chance.choice((*SENDERS, "generic", "kannel"))
            signed = _signed(provider, sms)
            if signed is not None:
                self.deliver(provider, _altered(chance, signed), sms.sent_at)

    def deliver(self, provider: str, signed: SignedRequest, at: dt.datetime) -> None:
        """Have a provider hand in a request, and process what it stores."""
        before = set(self.database.tables["messages"])
        answer = intake.receive(provider, signed.arriving(at))
        self.statuses[answer.status] += 1
        new = {key for (key,) in set(self.database.tables["messages"]) - before}
        stored = {key for key in new if not key.startswith("nonce#")}
        assert answer.status < 500 or _is_asked_for_again(provider, answer), (answer, signed)
        if answer.status >= 300:
            assert all("#unreadable#" in key for key in stored), (answer, stored)
        self.accepted |= stored
        for key in stored:
            row = self.database.tables["messages"][(key,)]
            if row["state"]["S"] == "received" and not key.startswith("receipt#"):
                message = Message.get(key)
                process(message, at)
                self.states[Message.get(key).state] += 1

    def end(self) -> None:
        """Let the schedules do what the day asks for: digests, summaries, lists, the final report."""
        for hours in range(2, 14, 3):
            now = MORNING + dt.timedelta(hours=hours)
            escalate_election(self.loaded, now)
            queue_summaries(self.loaded, now)
        queue_lists(self.loaded, [("OP", "-"), ("TU", "12:00")], MORNING + dt.timedelta(hours=5))
        send_report(self.loaded, EVENING)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return list(self.database.tables[table].values())

    def emails(self) -> list[Message]:
        rows = [row for row in self.rows("messages") if row.get("channel", {}).get("S") == "email"]
        return [Message.from_raw_data(row) for row in rows]


@contextlib.contextmanager
def hostile_day(seed: int, count: int) -> Iterator[HostileDay]:
    """Yield the day after so many SMS, on a database of its own that is still installed."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as log:
        day = HostileDay(FakeDynamoDB(), log, seed)
        _install(patch, day)
        loading.load(small_election(), REAL_TIME)
        loading.route(NUMBER, "hostile")
        day.take(seed, count)
        day.end()
        yield day


def _install(patch: pytest.MonkeyPatch, day: HostileDay) -> None:
    patch.setattr(retry.time, "sleep", lambda seconds: None)
    patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Baykoo")
    patch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    patch.setenv("BAYKOO_STACK", "hostile")
    patch.delenv("BAYKOO_PROCESS", raising=False)
    patch.setattr(intake, "_settings", _settings)
    patch.setattr(intake, "fetch", _unreachable)
    patch.setattr(logger.registered_handler, "stream", day.log)
    patch.setattr(logger.registered_handler, "filters", [_Counting(day)])
    day.database.install(patch)
    day.database.before = _require_sound
    for cached in (elections._recent, routes._recent, routes._all, routes._leading):
        cached.clear()
    elections._documents.clear()
    elections._assigned.clear()


class _Counting(logging.Filter):
    """Counts the entries that the code logs, whatever lines they become."""

    def __init__(self, day: HostileDay) -> None:
        super().__init__()
        self._day = day

    def filter(self, record: logging.LogRecord) -> bool:
        self._day.records += 1
        self._day.words.add(record.msg)
        return True


def _is_asked_for_again(provider: str, answer: Answer) -> bool:
    """Whether it is the one 503 of a caller's making: Vonage sends a request again, signed, after it."""
    return provider == "vonage-messages" and json.loads(answer.body)["code"] == "unsigned"


def _settings(provider: str, *, fresh: bool) -> Mapping[str, object] | None:
    return SENDERS[provider].secrets if provider in SENDERS else None


def _unreachable(url: str) -> bytes:
    raise OSError("not read in a test")


def _require_sound(operation: str, parameters: dict[str, Any]) -> None:
    """Fail where DynamoDB would refuse a call, or a text of somebody's could be read as an expression."""
    _require_placed(operation, parameters)
    _require_storable(operation, parameters)


def _require_storable(operation: str, parameters: Any) -> None:
    """Fail where something is no UTF-8, larger than its row, or an index's key that DynamoDB refuses."""
    assert len(json.dumps(parameters, ensure_ascii=False, default=repr).encode()) < LARGEST_ROW, operation
    for item in _items(parameters):
        for name in KEY_NAMES & item.keys():
            longest = LONGEST_KEY if name == "key" else LONGEST_SORT_KEY  # the others sort somewhere
            assert 0 < len(str(item[name].get("S", "-")).encode()) <= longest, (operation, name, item[name])


def _items(parameters: Any) -> Iterator[dict[str, Any]]:
    if isinstance(parameters, dict):
        for name, value in parameters.items():
            if name in ("Item", "Key"):
                yield value
            else:
                yield from _items(value)
    elif isinstance(parameters, list):
        for parameter in parameters:
            yield from _items(parameter)


def _require_placed(operation: str, parameters: dict[str, Any]) -> None:
    """Fail where an expression of DynamoDB holds anything but places of names and values."""
    for name, written in _expressions(parameters):
        words = set(re.findall(r"(?<![#:\w])[^\W\d]\w*", written))
        rest = re.sub(r"[#:]\w+|\w+|[\s<>=(),+\-\[\].]", "", written)
        assert words <= _WORDS, (operation, name, written)
        assert not rest, (operation, name, written)


def _expressions(parameters: Any) -> Iterator[tuple[str, str]]:
    if isinstance(parameters, dict):
        for name, value in parameters.items():
            if name.endswith("Expression") and isinstance(value, str):
                yield name, value
            elif not name.startswith("ExpressionAttribute") and name not in ("Item", "Key"):
                yield from _expressions(value)
    elif isinstance(parameters, list):
        for parameter in parameters:
            yield from _expressions(parameter)


def _signed(provider: str, sms: Sms) -> SignedRequest | None:
    """Return the provider's request; None where the provider's own SDK cannot write such an SMS."""
    try:
        return SENDERS[provider].sign(sms, URL + provider, sms.sent_at)
    except (UnicodeError, ValueError, KeyError):
        return None


def _altered(chance: random.Random, signed: SignedRequest) -> SignedRequest:
    """Return the request, one of ten altered on its way."""
    if chance.random() < 0.9:
        return signed
    cut = chance.randrange(len(signed.body) + 1)
    return chance.choice(
        (
            signed.but(headers={}),
            signed.but(body=signed.body[:cut]),
            signed.but(body=signed.body[:cut] + bytes([chance.randrange(256)]) + signed.body[cut:]),
            signed.but(body=b"[" * 20_000),
            signed.but(body=b"\xc0\xae\xff" + signed.body),
            signed.but(headers=signed.headers | {"Content-Type": chance.choice(("text/xml", "", "x" * 500))}),
            signed.but(headers=signed.headers | {"Content-Encoding": "gzip"}),
            signed.but(method=chance.choice(("GET", "PUT", "TRACE", "X" * 100))),
            signed.but(url=signed.url + chance.choice(("?a=b", "%00", "?%ff", "#x", "?" + "a" * 5000))),
        )
    )


def log_entries(day: HostileDay) -> list[dict[str, Any]]:
    """Return what was logged and measured, read back line by line as CloudWatch does."""
    return [json.loads(line) for line in day.log.getvalue().split("\n") if line]
