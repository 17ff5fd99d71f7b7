"""Join the parts of a long SMS, once.

They become one message, which is then read like any other. Which parts are there is noted in one row, guarded by its
version: of workers that have parts of one SMS at the same time, the one that notes its part last sees them all, and the
joined message is written in the transaction that notes it. A part's own outcome follows from that row, whenever the
part is processed again.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from chalicelib.observation.sms.multipart import (
    LONGEST_JOINED,
    LongSms,
    TooManyParts,
    joined_text,
    with_piece,
    without_repetition,
)
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.reports.tally_changes import uncounting
from chalicelib.store import elections, message_queries
from chalicelib.store.elections import LoadedElection
from chalicelib.store.long_sms import KnownParts, known_parts, noting, part_text, piece_of
from chalicelib.store.messages import Message, received_sms
from chalicelib.store.outcome import PartsChanged, adding_to_tallies, queued, write
from chalicelib.store.writes import Write


def join(part: Message, loaded: LoadedElection | None, now: dt.datetime) -> Message | None:
    """Note a part, and join its SMS when it is due.

    If all of it is there or nothing more is waited for; the part gets its outcome. Returns the message that the parts
    are read as, if it was stored just now; the stream brings it too. A part that waits stays unfinished, due when the
    waiting ends; one too many is held unjoined. Raises StoreUnavailable: then do it again.
    """
    try:
        sms, joined = until_uncontended(
            lambda: _noted(part, known_parts(part), loaded, now),
            also=(PartsChanged,),
            what=f"the SMS of part {part.key}",
        )
    except TooManyParts as many:
        part.hold(MessageState.HELD, now, reason=Reason.TOO_MANY_PARTS, last_error=str(many))
        return None
    _settle(part, sms, loaded, now)
    return joined


def _noted(
    part: Message, stored: KnownParts, loaded: LoadedElection | None, now: dt.datetime
) -> tuple[LongSms, Message | None]:
    """Note a part; return its SMS and what it is read as.

    It returns the latter if that was due. Raises PartsChanged, Contended, StoreUnavailable.
    """
    long_ones = with_piece(stored.known, piece_of(part), part.part[2])
    sms = _long_sms_with(long_ones, part.key)
    if sms.is_due(now):
        if not sms.is_complete:
            long_ones = without_repetition(long_ones, sms)
            sms = _long_sms_with(long_ones, part.key)
        if sms.is_due(now):
            return _read(stored, long_ones, sms, loaded, now)
    if long_ones != stored.known:
        write([noting(stored, long_ones)])
    return sms, None


def _read(
    stored: KnownParts, long_ones: Sequence[LongSms], sms: LongSms, loaded: LoadedElection | None, now: dt.datetime
) -> tuple[LongSms, Message]:
    """Store what an SMS is read as, and settle its parts.

    It stands in place of what it was read as before.
    """
    read = replace(sms, read=len(sms.pieces))
    rows = message_queries.get_many(piece.key for piece in sms.pieces)
    joined = _joined(read, rows, now)
    noted = noting(stored, [read if long_sms is sms else long_sms for long_sms in long_ones])
    write([queued(joined), noted, *_superseding(sms.read_as, joined, loaded, now)])
    for row in rows:
        _settle(row, read, loaded, now)
    return read, joined


def _long_sms_with(long_ones: Iterable[LongSms], key: str) -> LongSms:
    return next(sms for sms in long_ones if sms.has(key))


def _joined(sms: LongSms, rows: list[Message], now: dt.datetime) -> Message:
    """Make the message that the parts are read as; raises TooManyParts."""
    rows.sort(key=lambda row: (row.part[1], row.stored_at, row.key))
    first = min(rows, key=lambda row: (row.received_at or row.stored_at, row.key))
    sent = [row.provider_at for row in rows if row.provider_at is not None]
    text = joined_text(sms.total, map(part_text, rows), mixed=sms.is_mixed)
    if len(text) > LONGEST_JOINED:
        raise TooManyParts(
            f"{len(rows)} parts have {len(text)} characters together, and an SMS at most {LONGEST_JOINED}"
        )
    return received_sms(
        str(sms.read_as),
        now,
        stored_at=max(row.stored_at for row in rows),
        joined_at=now,
        provider=first.provider,
        sender=first.sender,
        recipient=first.recipient,
        conversation=first.conversation,
        text_as_sent=text,
        provider_at=min(sent) if len(sent) == len(rows) else None,
        received_at=first.received_at,
        parts=[row.key for row in rows],
        flag=None if sms.is_complete else Flag.INCOMPLETE,
    )


def _superseding(before: str | None, joined: Message, loaded: LoadedElection | None, now: dt.datetime) -> list[Write]:
    """End the message read before a late part, and its counts."""
    row = next(iter(message_queries.get_many([before])), None) if before else None
    if row is None:
        return []
    counted_by = elections.current(row.election) if row.election else None
    whose = {} if counted_by else _whose(row, loaded)
    ended = row.ending(MessageState.SUPERSEDED, now, kind="parts", about=joined.key, **whose)
    return [ended, *(adding_to_tallies(counted_by.election, uncounting(row)) if counted_by else [])]


def _settle(part: Message, sms: LongSms, loaded: LoadedElection | None, now: dt.datetime) -> None:
    """Give a part its outcome, or let it wait.

    Does nothing if it has one.
    """
    if part.state != MessageState.RECEIVED:
        return
    first = dict(sms.repeats).get(part.key)
    if first is not None:
        part.finish(MessageState.DUPLICATE, now, about=first, reason=Reason.SAME_SMS, **_whose(part, loaded))
    elif sms.is_read(part.key):
        part.finish(MessageState.JOINED, now, about=str(sms.read_as), **_whose(part, loaded))
    else:
        part.wait(sms.waits_until)


def _whose(part: Message, loaded: LoadedElection | None) -> dict[str, str]:
    """By what the part is shown to those who may see it."""
    if loaded is None:
        return {}
    election = loaded.election
    phone = international(part.sender or "", election.default_region)
    long_ones = {"election": election.id}
    for observer in election.observers_by_phone.get(phone, ())[:1]:
        long_ones |= {"observer": observer.number, "region": election.region_of(observer.station)}
    return long_ones
