"""An election's day in a database in memory: SMS come, are processed, and what they came to is looked at."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from fake_dynamodb import FakeDynamoDB
from sample_election import changed, forget_elections, sample, with_stations

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.clients import retry
from chalicelib.services.elections import loading
from chalicelib.services.elections.audit import audit
from chalicelib.services.processing.process import process
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.reports import all_reports

NUMBER = "+996312000000"
MORNING = dt.datetime(2017, 10, 15, 1, 30, tzinfo=dt.UTC)


def small_election(name: str, **changes: object) -> Election:
    """Two stations of the sample's first region."""
    full = sample()
    stations = full.stations[:2]
    coordinators = [coordinator for coordinator in full.coordinators if coordinator.covers(stations[0].region)]
    return with_stations(stations, name, **({"coordinators": coordinators} | changes))


@dataclass
class DayInMemory:
    """An election's day, and `now`, which nothing but the test moves."""

    election: Election
    database: FakeDynamoDB
    now: dt.datetime = MORNING
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    def begun(cls, election: Election, patch: pytest.MonkeyPatch) -> Self:
        patch.setattr(retry.time, "sleep", lambda seconds: None)
        database = FakeDynamoDB()
        database.install(patch)
        forget_elections()
        loading.load(election, REAL_TIME)
        loading.route(NUMBER, election.id)
        return cls(election, database)

    def load(self, **changes: object) -> None:
        """Load the election anew, with some fields otherwise."""
        self.election = changed(self.election, **changes)
        loading.load(self.election, REAL_TIME)

    @property
    def current(self) -> LoadedElection:
        return existing(self.election.id)

    def phone(self, place: int = 0) -> str:
        return self.election.observers[place].phones[0]

    def send(self, phone: str, text: str, sent_at: dt.datetime | None = None) -> Message:
        """Store an SMS as intake does; each comes a second after the one before."""
        self.now += dt.timedelta(seconds=1)
        key, sent = f"generic#{next(self.numbers):05}", sent_at or self.now
        times = {"stored_at": self.now, "received_at": sent, "provider_at": sent}
        row = received_sms(key, self.now, text_as_sent=text, sender=phone, conversation=phone, raw=text, **times)
        row.recipient, row.provider = NUMBER, "generic"
        row.save()
        return row

    def say(self, phone: str, text: str, sent_at: dt.datetime | None = None) -> Message:
        """Have an SMS stored and processed; returns its row after it."""
        return self.process(self.send(phone, text, sent_at))

    def process(self, message: Message) -> Message:
        process(message, self.now)
        return self.stored(message.key)

    def stored(self, key: str) -> Message:
        row = get(key)
        assert row is not None, key
        return row

    def reply(self, message: Message) -> str | None:
        row = get(f"reply#{message.key}")
        return None if row is None else row.text or ""

    def rows(self, direction: str | None = None) -> list[Message]:
        raw = [
            message
            for message in self.database.tables["messages"].values()
            if message["direction"]["S"] in ("in", "out")
        ]
        return [Message.from_raw_data(row) for row in raw if direction in (None, row["direction"]["S"])]

    def told(self, kind: str = "alert") -> Mapping[str, list[str]]:
        """Who was told, by name: the channels, in order."""
        found: dict[str, list[str]] = {}
        for row in sorted(self.rows("out"), key=lambda row: str(row.key)):
            if row.key.startswith(f"{kind}#"):
                whose = (
                    coordinator.name
                    for coordinator in self.election.coordinators
                    if row.recipient in (coordinator.phone, coordinator.email)
                )
                found.setdefault(next(whose), []).append(row.channel)
        return found

    def incident(self, number: int) -> Incident:
        found = incident_of_number(self.election.id, number)
        assert found is not None
        return found

    def answers(self) -> int:
        """Answers that count in any report."""
        kept = all_reports(self.election, self.election.station_by_number)
        return sum(len(given.answers) for row in kept for given in row.report.given.values())

    def differences(self) -> tuple[str, ...]:
        return audit(self.election.id).differences

    def action(self) -> Action:
        """An operator's action of its own, now."""
        self.now += dt.timedelta(seconds=1)
        operator = Operator("Aida", "operator", self.election.id, ())
        return Action(operator, self.now, f"k{next(self.numbers)}", "digest", "")

    def everything(self) -> dict[str, dict[Any, Any]]:
        """All rows of all tables, as they are stored."""
        return {name: dict(rows) for name, rows in self.database.tables.items()}
