"""One test's own election on the emulator, at a time of its own, and what it has come to."""

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sample_election import sample

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.sms.multipart import name_of
from chalicelib.providers.contract import Answer
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.services.elections import loading
from chalicelib.services.elections.audit import audit
from chalicelib.services.intake.receive import receive
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.current import current_summary
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.incidents import incidents_of
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportRow, all_reports, to_row
from chalicelib.store.tallies import shards_of_cells

STATIONS = 20
FIRST_DAY = dt.date(2090, 10, 15)
VOLATILE = frozenset(
    {"stored_at", "joined_at", "due_at", "processed_at", "sent_at", "provider_at", "received_at", "raw"}
)
_serial = itertools.count()
_NUMBERED = re.compile(r'("number": |[Ии]нцидент |[Ii]ncident |ОК |OK |№)\d+')
"""An incident's number: one that was taken by a process that died is never given again."""


def small_election(serial: int, day: dt.date, size: int, **changes: object) -> Election:
    """The sample cut to some stations of two regions, with phones that no other test's election has."""
    full = sample()
    stations = [
        station
        for region in ("Bishkek", "Chuy")
        for station in [station for station in full.stations if station.region == region][: size // 2]
    ]
    kept = {station.number for station in stations}
    observers = [
        row.model_copy(update={"phones": (f"+99670{serial:04}{place:03}",)})
        for place, row in enumerate(observer for observer in full.observers if observer.station in kept)
    ]
    coordinators = [
        coordinator for coordinator in full.coordinators if coordinator.regions[0] in ("Bishkek", "Chuy", "*")
    ]
    fields = {name: getattr(full, name) for name in Election.model_fields}
    fields |= {"id": f"e{serial}", "date": day, "quick_count": None}
    fields |= {"stations": stations, "observers": observers, "coordinators": coordinators}
    return Election.model_validate(fields | changes)


@dataclass
class Pipeline:
    """An election of a test's own, its number, and `now`, which nothing but the test moves.

    Every test's day is before that of the test before it, and all are far ahead: neither the stack's own sweep nor
    another test's finds its rows due.
    """

    secret: str
    election: Election
    number: str
    now: dt.datetime
    ids: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    def loaded(cls, secret: str, *, size: int = STATIONS, **changes: object) -> "Pipeline":
        serial = next(_serial)
        day = FIRST_DAY - dt.timedelta(days=20 * serial)
        election = small_election(serial, day, size, **changes)
        loading.load(election, REAL_TIME)
        number = loading.route(f"+9963120{serial:05}", election.id)
        nine = dt.datetime.combine(day, dt.time(9), election.zone).astimezone(dt.UTC)
        return cls(secret, election, number, nine)

    @property
    def current(self) -> LoadedElection:
        return existing(self.election.id)

    def observers(self, station: int = 0) -> tuple[Observer, ...]:
        """Observers of a station by its place in the roster, the lead first."""
        return self.election.observers_by_station[self.election.stations[station].number]

    def phone(self, place: int = 0) -> str:
        return self.election.observers[place].phones[0]

    def key(self, message_id: str) -> str:
        return f"generic#{self.election.id}-{message_id}"

    def post(
        self,
        phone: str,
        text: str,
        *,
        message_id: str | None = None,
        sent_at: dt.datetime | None = None,
        to: str | None = None,
    ) -> tuple[str, Answer]:
        """Have the provider deliver an SMS, and return the message's key and what was answered."""
        name = message_id or f"m{next(self.ids):04}"
        sms = Sms(f"{self.election.id}-{name}", phone, to or self.number, text, sent_at or self.now)
        signed = GenericSender(self.secret).sign(sms, "https://example.org/webhooks/generic", self.now)
        return self.key(name), receive("generic", signed.arriving(self.now))

    def send(self, phone: str, text: str, **options: Any) -> Message:
        """Have an SMS stored; returns its row as the stream tells it."""
        key, answer = self.post(phone, text, **options)
        assert answer.status == 200, answer
        return stored(key)

    def say(self, phone: str, text: str, **options: Any) -> Message:
        """Have an SMS stored and processed; returns its row after it."""
        message = self.send(phone, text, **options)
        process(message, self.now)
        return stored(message.key)

    def reply(self, message: Message) -> Message | None:
        return get(f"reply#{message.key}")

    def rows(self) -> list[Message]:
        """Every message of the election, and those that are not assigned to it yet."""
        mine = Message.election == self.election.id
        return list(Message.scan(mine | Message.key.startswith(self.key("")), consistent_read=True))

    def outgoing(self) -> list[Message]:
        return [row for row in self.rows() if row.direction == "out"]

    def differences(self) -> tuple[str, ...]:
        return audit(self.election.id).differences

    def summary(self) -> dict[str, Any]:
        return current_summary(self.current, self.now).document()

    def end_state(self) -> str:
        """All that the messages have come to, comparable between elections: a text with a line a row."""
        election, rows = self.election, self.rows()
        lines = [
            *(_line("message", row.attribute_values) for row in rows),
            *(_line("report", to_row(election, report).attribute_values) for report in self.reports()),
            *(_line("tally", {"at": at, **counters}) for at, counters in shards_of_cells(election).items()),
            *(_line("incident", row.attribute_values) for row in incidents_of(election.id)),
        ]
        named = self._names(rows)
        return "\n".join(sorted(_NUMBERED.sub(r"\1N", _neutral(line, named)) for line in lines))

    def reports(self) -> list[Any]:
        return all_reports(self.election, self.election.station_by_number)

    def report_row(self, station: str, form: str, round_name: str = "-") -> ReportRow:
        return ReportRow.get(f"{self.election.id}#{station}", f"{form}#{round_name}")

    def _names(self, rows: Sequence[Message]) -> dict[str, str]:
        """What this election's rows name in their own way, and a name for it that is the same in every election."""
        opened = sorted(incidents_of(self.election.id), key=_origin)
        parted = sorted({name_of(row.key) for row in rows if row.parts})
        return {
            f"+99670{int(self.election.id[1:]):04}": "+PHONE",
            self.number: "+NUMBER",
            **{incident.id: f"INCIDENT{place}" for place, incident in enumerate(opened)},
            **{name: f"JOINED{place}" for place, name in enumerate(parted)},
            f"{self.election.id}-": "E-",
            f"{self.election.id}#": "E#",
            f'"{self.election.id}"': '"E"',
            self.election.date.isoformat(): "DAY",
        }


def stored(key: str) -> Message:
    found = get(key)
    assert found is not None, key
    return found


def _neutral(line: str, names: Mapping[str, str]) -> str:
    for name, neutral in names.items():
        line = line.replace(name, neutral)
    return line


def _origin(incident: Any) -> str:
    return json.dumps([incident.station, incident.report, incident.message])


def _line(kind: str, values: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in values.items() if name not in VOLATILE and value is not None}
    if "pending" in kept:
        kept["pending"] = kept["pending"].partition("#")[0]  # without the shard, which hangs on the key
    return kind + " " + json.dumps(kept, default=str, sort_keys=True, ensure_ascii=False)


Load = Callable[..., Pipeline]
"""Makes an election of a test's own; arguments replace fields of the sample."""
