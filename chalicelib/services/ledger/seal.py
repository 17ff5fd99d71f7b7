"""Seal each hour all rows that are in no hour yet.

The tables are scanned: four rows come in a read unit where a row that is asked for by its key costs one, and the log of
the day, which is written at best, may lack any of them (docs/decisions/0018-ledger.md).
"""

import datetime as dt
import hashlib
import secrets
import time
from collections.abc import Iterator
from itertools import chain
from typing import Final

from aws_lambda_powertools import Logger

from chalicelib.observation.elections.schedule import hours_of
from chalicelib.observation.ledger.entries import SALT_BYTES, Entry, Kind, message_entry, report_entry
from chalicelib.observation.ledger.merkle import root_of
from chalicelib.services.isolation import NO_DEADLINE, for_each, shares_of
from chalicelib.services.summaries.hourly import MISSED_AFTER, hour_of
from chalicelib.store import elections, ledger
from chalicelib.store.elections import LoadedElection
from chalicelib.store.ledger import MOST_ENTRIES, MOST_KEY_BYTES, Seal, SealedPart, SealOpening
from chalicelib.store.ledger_rows import RowPage, cursor_after, message_pages, report_pages

STRAGGLES_WITHIN: Final = dt.timedelta(minutes=20)
"""How long after the instant that it bears a row may be put: no function runs longer. The next hour takes such a row;
one that bears an older instant was added later, and no hour takes it."""
BEFORE, AFTER = dt.timedelta(days=1), dt.timedelta(days=3)
"""How long before and after an election's hours its ledger is kept by itself: practice, and what is corrected later."""
KINDS: Final[tuple[Kind, ...]] = ("message", "report")
NO_ROOT: Final = "0" * 64
"""What the first seal names as the one before."""
_DIGEST_BYTES = 8

logger = Logger()


def seal_due(now: dt.datetime, *, catching_up: bool = False, until: float = NO_DEADLINE) -> int:
    """Seal the hour of every election that has not; return how many.

    Nothing is begun after `until` (time.monotonic); the next run goes on. `catching_up`: only where the hourly schedule
    does not do, as for summaries.
    """
    names = elections.list_elections()
    shares = dict(zip(names, shares_of(until, len(names)), strict=True))

    def seal_one(election_id: str) -> int:
        loaded = elections.current(election_id)
        if loaded is None or not _is_kept(loaded, now) or not _is_due(loaded, now, catching_up=catching_up):
            return 0
        return seal(loaded, now, shares[election_id]) is not None

    return sum(for_each("election's ledger", names, seal_one).results)


def seal(loaded: LoadedElection, now: dt.datetime, until: float = NO_DEADLINE) -> Seal | None:
    """Seal all rows that are in no hour yet; return the seal.

    It is None where the time did not suffice or another run is at it: the next call goes on where this one ended, with
    the same rows. Raises StoreUnavailable.
    """
    election_id = loaded.election.id
    last = ledger.last_seal(election_id)
    number, since = (last.number + 1, last.cut) if last else (1, None)
    opening = ledger.open_hour(election_id, SealOpening(number, hour_of(loaded, now), since, now))
    if not all(_EntryWriter(election_id, opening, kind).fill(until) for kind in KINDS):
        return None
    parts = ledger.parts_of(election_id, number)
    size = 0

    def leaves() -> Iterator[bytes]:
        nonlocal size
        for leaf in chain.from_iterable(part.each_leaf() for part in parts):
            size += 1
            yield leaf

    root = root_of(leaves()).hex()
    header = {
        "election": election_id,
        "number": number,
        "hour": opening.hour,
        "cut": opening.cut.astimezone(dt.UTC).isoformat(),
        "size": size,
        "root": root,
        "previous": last.root if last else NO_ROOT,
    }
    ledger.put_seal(election_id, header, now)
    logger.info("ledger sealed", extra={"election": election_id, "hour": opening.hour, "entries": size})
    return ledger.last_seal(election_id)


class _EntryWriter:
    """Writes the entries of one kind of an hour, part by part."""

    def __init__(self, election_id: str, opening: SealOpening, kind: Kind) -> None:
        self._election_id = election_id
        self._opening = opening
        self._kind = kind
        self._begin()

    def _begin(self) -> None:
        self._place = 0
        self._entries: list[tuple[str, bytes, bytes]] = []
        self._key_bytes = 0

    def fill(self, until: float) -> bool:
        """Write what is not written yet; return whether that is all.

        If another run puts a part first, this one goes on after it.
        """
        while not (is_all := self._go_on(until)) and time.monotonic() < until:
            pass
        return is_all

    def _go_on(self, until: float) -> bool:
        """Go on after the last part that is there.

        False where the time is over, or another run has put the next part.
        """
        self._begin()
        written: SealedPart | None = None
        sealed: set[int] = set()
        for part in ledger.parts_of(self._election_id, self._opening.number, self._kind):
            written, self._place = part, self._place + 1
            sealed.update(map(digest_of, part.keys))
        if written is not None and written.following is None:
            return True
        sealed |= self._sealed()
        for page in self._pages(written.following if written else None):
            for row in page.rows:
                entry = message_entry(row) if self._kind == "message" else report_entry(row)
                if digest_of(entry.key) not in sealed:
                    self._add(entry)
                if self._is_full() and not self._put(cursor_after(self._kind, row)):
                    return False
            if page.following and time.monotonic() >= until:
                self._put(page.following)
                return False
        return self._put(None)

    def _pages(self, cursor: ledger.Cursor | None) -> Iterator[RowPage]:
        if self._kind == "report":
            return report_pages(self._election_id, cursor)
        since = self._opening.since
        return message_pages(self._election_id, since - STRAGGLES_WITHIN if since else None, self._opening.cut, cursor)

    def _sealed(self) -> set[int]:
        """Return digests of what is sealed already and comes again.

        Of messages that is what the hours took that reach into the time that is read, of reports every version.
        """
        sealed: set[int] = set()
        for seal in reversed(ledger.seals_of(self._election_id)):
            if self._kind == "message" and self._opening.since and seal.cut <= self._opening.since - STRAGGLES_WITHIN:
                break
            for part in ledger.parts_of(self._election_id, seal.number, self._kind):
                sealed.update(map(digest_of, part.keys))
        return sealed

    def _add(self, entry: Entry) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._entries.append((entry.key, salt, entry.leaf(salt)))
        self._key_bytes += len(entry.key.encode())

    def _is_full(self) -> bool:
        return len(self._entries) >= MOST_ENTRIES or self._key_bytes >= MOST_KEY_BYTES

    def _put(self, following: ledger.Cursor | None) -> bool:
        keys, salts, leaves = zip(*self._entries, strict=True) if self._entries else ((), (), ())
        part = SealedPart(self._kind, keys, b"".join(salts), b"".join(leaves), following)
        is_put = ledger.put_part(self._election_id, self._opening.number, self._place, part)
        self._place += 1
        self._entries, self._key_bytes = [], 0
        return is_put


def digest_of(key: str) -> int:
    """Return a short digest by which many keys fit in memory."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:_DIGEST_BYTES])


def _is_kept(loaded: LoadedElection, now: dt.datetime) -> bool:
    hours = hours_of(loaded.election)
    return hours is None or hours[0] - BEFORE <= loaded.clock.at(now) <= hours[1] + AFTER


def _is_due(loaded: LoadedElection, now: dt.datetime, *, catching_up: bool) -> bool:
    last = ledger.last_seal(loaded.election.id)
    if last is not None and last.hour >= hour_of(loaded, now):
        return False
    return not catching_up or loaded.clock.factor > 1 or hour_of(loaded, now) == hour_of(loaded, now - MISSED_AFTER)
