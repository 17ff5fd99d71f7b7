"""Compute every root again, and compare rows with what was sealed.

Reads everything: for a person's machine, minutes for a nation.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.observation.ledger.entries import Entry, message_entry, report_entry, seal_hash, split_report_key
from chalicelib.observation.ledger.merkle import root_of
from chalicelib.services.elections.audit import report_differences, reports_from_messages
from chalicelib.services.ledger.seal import NO_ROOT, STRAGGLES_WITHIN
from chalicelib.store import ledger
from chalicelib.store.elections import existing
from chalicelib.store.ledger import Seal, SealedPart
from chalicelib.store.ledger_rows import message_pages, message_rows, put_at, report_pages
from chalicelib.store.message_queries import messages_of
from chalicelib.store.reports import ReportKey, StoredReport, get_reports
from chalicelib.store.requests import AT_ONCE


@dataclass(frozen=True, slots=True)
class Verification:
    """What the ledger holds, and each difference in words.

    `unsealed`: rows that came since the last root, or versions of reports. `forgotten`: keys whose salts are destroyed.
    """

    seals: int
    entries: int
    unsealed: int
    forgotten: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _SealedEntry:
    """A sealed entry: its hour, and its salt unless destroyed."""

    hour: str
    leaf: bytes
    salt: bytes | None


def verify(election_id: str, published: Collection[str] = ()) -> Verification:
    """Compare an election's rows with its ledger, and that with itself.

    `published`: beginnings of roots as they were published; each must be one of the ledger's. Raises ElectionUnknown,
    StoreUnavailable.
    """
    seals = ledger.seals_of(election_id)
    comparison = _Comparison(election_id)
    differences = [
        *comparison.read(seals),
        *_unknown(seals, published),
        *comparison.messages(seals[-1].cut if seals else None),
        *comparison.reports(),
    ]
    return Verification(len(seals), comparison.entries, comparison.unsealed, comparison.forgotten, tuple(differences))


def _unknown(seals: Sequence[Seal], published: Collection[str]) -> Iterator[str]:
    for root in published:
        if not any(seal.root.startswith(root.lower()) for seal in seals):
            yield f"ledger: {root} was published, and is no root of it"


class _Comparison:
    """Compares rows with the entries that the ledger has of them."""

    def __init__(self, election_id: str) -> None:
        self._election_id = election_id
        self._messages: dict[str, _SealedEntry] = {}
        self._reports: defaultdict[str, dict[int, _SealedEntry]] = defaultdict(dict)
        self.unsealed = 0

    @property
    def entries(self) -> int:
        """How many entries the ledger has."""
        return len(self._messages) + sum(map(len, self._reports.values()))

    @property
    def forgotten(self) -> tuple[str, ...]:
        """Keys of the entries whose salts are destroyed."""
        reports = {key: versions.values() for key, versions in self._reports.items()}
        messages = {key: (rows,) for key, rows in self._messages.items()}
        return tuple(key for key, every in {**messages, **reports}.items() if any(row.salt is None for row in every))

    def read(self, seals: Sequence[Seal]) -> Iterator[str]:
        """Read all entries; yield what of the ledger does not add up."""
        previous = NO_ROOT
        for number, seal in enumerate(seals, 1):
            leaves: list[bytes] = []
            for part in ledger.parts_of(self._election_id, seal.number):
                leaves += part.each_leaf()
                yield from self._add(part, seal.hour)
            if seal.number != number or seal.header["previous"] != previous or seal_hash(seal.header) != seal.root:
                yield f"ledger: the root of {seal.hour} does not follow from the one before"
            if len(leaves) != seal.header["size"] or root_of(leaves).hex() != seal.header["root"]:
                yield f"ledger: the entries of {seal.hour} do not add up to its root"
            previous = seal.root

    def _add(self, part: SealedPart, hour: str) -> Iterator[str]:
        for place, key in enumerate(part.keys):
            sealed = _SealedEntry(hour, part.leaf(place), part.salt(place))
            if part.kind == "report":
                report, version = split_report_key(key)
                self._reports[report][version] = sealed
            else:
                if key in self._messages:
                    yield f"ledger: {key} is in the root of {self._messages[key].hour} and of {hour}"
                self._messages[key] = sealed

    def messages(self, cut: dt.datetime | None) -> Iterator[str]:
        """Yield messages that were changed, added or taken away.

        `cut`: before when all are sealed.
        """
        missing = set(self._messages)
        for page in message_pages(self._election_id, None, None):
            for row in page.rows:
                entry = message_entry(row)
                missing.discard(entry.key)
                if entry.key in self._messages:
                    yield from _changed(f"message {entry.key}", entry, self._messages[entry.key])
                elif cut is not None and (at := put_at(row)) < cut - STRAGGLES_WITHIN:
                    yield f"message {entry.key}: added, it bears {at:%Y-%m-%d %H:%M:%S} UTC and is in no root"
                else:
                    self.unsealed += 1
        # Not among the election's: taken away, or by now another election's, whose row is as it was.
        elsewhere = {entry.key: entry for entry in map(message_entry, message_rows(sorted(missing)))}
        for key in sorted(missing):
            if key in elsewhere:
                yield from _changed(f"message {key}", elsewhere[key], self._messages[key])
            elif self._messages[key].salt is not None:
                yield f"message {key}: taken away, it is in the root of {self._messages[key].hour}"

    def reports(self) -> Iterator[str]:
        """Yield reports that were changed, set back or taken away.

        A version that no hour has sealed yet must be what the messages make of it.
        """
        missing, newer = set(self._reports), set()
        for page in report_pages(self._election_id):
            for row in page.rows:
                entry = report_entry(row)
                report, version = split_report_key(entry.key)
                missing.discard(report)
                versions = self._reports.get(report, {})
                last = max(versions, default=0)
                if version in versions:
                    yield from _changed(f"{_named(report)}, version {version}", entry, versions[version])
                if version < last:
                    hour = versions[last].hour
                    yield f"{_named(report)}: set back to version {version}, {last} is in the root of {hour}"
                elif version > last:
                    newer.add(report)
        for report in sorted(missing):
            newest = self._reports[report][max(self._reports[report])]
            if newest.salt is not None:
                yield f"{_named(report)}: taken away, it is in the root of {newest.hour}"
        self.unsealed += len(newer)
        yield from _not_from_messages(self._election_id, newer)


def _changed(name: str, entry: Entry, sealed: _SealedEntry) -> Iterator[str]:
    if sealed.salt is not None and entry.leaf(sealed.salt) != sealed.leaf:
        yield f"{name}: changed since the root of {sealed.hour}"


def _named(report: str) -> str:
    return "report " + " ".join(report.split("#", 2))


def _not_from_messages(election_id: str, newer: Collection[str]) -> Iterator[str]:
    """Yield reports that are not what their messages add up to."""
    if not newer:
        return
    election = existing(election_id).election
    keys: list[ReportKey] = []
    for report in sorted(newer):
        station, form, round_name = report.split("#", 2)
        keys.append((station, form, round_name))
    stored: dict[ReportKey, StoredReport] = {}
    for begin in range(0, len(keys), AT_ONCE):
        stored |= get_reports(election, keys[begin : begin + AT_ONCE])
    made = reports_from_messages(
        election, (message for message in messages_of(election_id) if message.direction == "in")
    )
    yield from report_differences({key: report for key, report in made.items() if key in stored}, stored)
