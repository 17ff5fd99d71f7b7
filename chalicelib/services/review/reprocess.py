"""Read again the SMS that lacked what the election's file has now."""

import datetime as dt
from collections.abc import Iterator

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.reading import read
from chalicelib.observation.reports.entries import sms_name
from chalicelib.observation.reports.resolve import REASSIGNED, interpret
from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.providers.self_test import NOBODY
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.codes.proof import is_in_doubt, readable_text
from chalicelib.services.incidents.alerts import opens_incident
from chalicelib.services.reports.tally_changes import uncounting
from chalicelib.store import message_queries, routes
from chalicelib.store.elections import LoadedElection, existing
from chalicelib.store.messages import NO_ELECTION, NO_REGION, Message, attention_of
from chalicelib.store.outcome import AlreadyProcessed, adding_to_tallies, write

_BY_FILE = (None, Reason.REASSIGNED, Reason.CODE_MISSING, Reason.CODE_WRONG)
"""Reasons of an SMS of a known observer that an election's file may remove."""
_AT_ONCE = 100


def resolved_by(election_id: str) -> Iterator[Message]:
    """Yield SMS of which nothing counted, and something may now.

    They are chosen by the election as it is now. Raises ElectionUnknown, StoreUnavailable.
    """
    loaded = existing(election_id)
    regions = (NO_REGION, *loaded.election.regions)
    keys = [key for region in regions for key in message_queries.needing_attention(attention_of(election_id, region))]
    keys += message_queries.needing_attention(NO_ELECTION)
    for begin in range(0, len(keys), _AT_ONCE):
        rows = message_queries.get_many(keys[begin : begin + _AT_ONCE])
        yield from (row for row in rows if row.attention is not None and _is_resolved(loaded, row))


def reprocess(election_id: str, now: dt.datetime) -> int:
    """Let sweep read again what `resolved_by` names, and count it.

    Idempotent. Raises ElectionUnknown, StoreUnavailable: then some may wait already, and doing it again finds the
    others.
    """
    election = existing(election_id).election
    return sum(_put_back(election, row, now) for row in resolved_by(election_id))


def _put_back(election: Election, row: Message, now: dt.datetime) -> bool:
    """Let an SMS wait to be read, and uncount its outcome.

    False if somebody else has changed it.
    """
    writes = [row.reading_again(now), *adding_to_tallies(election, uncounting(row))]
    try:
        until_uncontended(lambda: write(writes), what=str(row.key))
    except AlreadyProcessed:
        return False
    return True


def _is_resolved(loaded: LoadedElection, row: Message) -> bool:
    if row.direction != "in" or row.sender in (None, NOBODY):
        return False
    if row.reason == Reason.NO_ELECTION:
        route = routes.route_to(row.recipient or "", fresh=True)
        return route is not None and route.election == loaded.election.id
    phone = international(row.sender or "", loaded.election.default_region)
    if row.reason == Reason.UNKNOWN_SENDER:
        return _is_known(loaded.election, phone, row.text or "")
    return row.reason in _BY_FILE and not _counts(row) and _may_count(loaded, row, phone)


def _is_known(election: Election, phone: str, text: str) -> bool:
    """Return whether somebody known sent an SMS that may be read late.

    That is an observer, or a coordinator who reports an incident: late commands are not obeyed.
    """
    if phone in election.observers_by_phone:
        return True
    return phone in election.coordinators_by_phone and opens_incident(election, read(text, election))


def _counts(row: Message) -> bool:
    """Return whether something of an SMS has counted, or opened an incident."""
    reports = (row.reading or {}).get("reports", ())
    return any(not report.get("held") or report.get("critical") for report in reports)


def _may_count(loaded: LoadedElection, row: Message, phone: str) -> bool:
    """Tell whether a report of an SMS counts by the election now."""
    counted_at = loaded.clock.at(row.received_at or row.stored_at)
    is_incomplete = row.flag == Flag.INCOMPLETE
    sharing, name = loaded.election.observers_by_phone.get(phone, ()), sms_name(row.key)
    text = readable_text(row, sharing)
    if is_in_doubt(row, sharing):
        return False
    interpretation = interpret(loaded.election, sharing, text, counted_at, sms=name, is_incomplete=is_incomplete)
    if interpretation.state not in (MessageState.ACCEPTED, MessageState.PARTLY_ACCEPTED):
        return False
    return any(
        report.counts and (row.reason != Reason.REASSIGNED or REASSIGNED not in report.flags)
        for report in interpretation.reports
    )
