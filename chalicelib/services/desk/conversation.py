"""What was exchanged with an observer, or with a message's sender.

An observer's is on all their phones.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, Final

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reports.suggestions import suggestions
from chalicelib.services.access.operators import Operator
from chalicelib.services.access.permissions import Permission
from chalicelib.services.desk.message import message_of, sees
from chalicelib.services.desk.queue import describe
from chalicelib.services.desk.refusals import NoSuchObserver
from chalicelib.services.views.message import described_with_reply, failure_of
from chalicelib.store.desk import tag_of
from chalicelib.store.elections import LoadedElection
from chalicelib.store.keys import is_from_phone, is_sign_in
from chalicelib.store.message_queries import conversation_between, get_many
from chalicelib.store.messages import Message

LATEST: Final = 5
MOST_BETWEEN: Final = 30
"""Messages of a phone among which one of its own is looked for: the others went to it."""
AT_ONE_INSTANT: Final = 10
"""Messages of one phone that may be stored at the very same instant, at most."""
_BEGINNING: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_END: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
Before = tuple[dt.datetime, str] | None
"""The last message of the page before: when it was stored, and its key; None for the first page."""


def with_observer(
    loaded: LoadedElection,
    operator: Operator,
    number: str,
    before: Before,
    limit: int,
    withheld: Collection[str] = (),
) -> dict[str, Any]:
    """Return what was exchanged with an observer, the newest first.

    Raises NoSuchObserver, StoreUnavailable.
    """
    observer = loaded.election.observer_by_number.get(number)
    if observer is None or not operator.sees_message(loaded.election.region_of(observer.station), number):
        raise NoSuchObserver(f"there is no observer {number} in this election, or not in your regions")
    page = _page(loaded.election, operator, _written(observer.phones), before, limit, withheld)
    return {"observer": _describe(loaded.election, observer), **page}


def with_sender(
    loaded: LoadedElection,
    operator: Operator,
    key: str,
    before: Before,
    limit: int,
    withheld: Collection[str] = (),
) -> dict[str, Any]:
    """Return what was exchanged with whoever sent a message, the newest first.

    Raises NoSuchMessage, StoreUnavailable.
    """
    row = message_of(operator, key)
    observer = loaded.election.observer_by_number.get(row.reporter or "")
    is_shown = operator.toward(row.reporter).sees_phones()
    phones = [phone for phone in (row.conversation,) if phone and is_shown]
    page = _page(loaded.election, operator, _written(phones), before, limit, withheld)
    return {"observer": _describe(loaded.election, observer) if observer is not None else None, **page}


def whole(
    loaded: LoadedElection, operator: Operator, key: str, withheld: Collection[str]
) -> tuple[dict[str, Any], str]:
    """Return a message with its version and what its decider needs.

    What came, how it was read and why, what was answered, the last of the conversation, what it may say, and what was
    done about it. Raises NoSuchMessage, StoreUnavailable.
    """
    row = message_of(operator, key)
    document = described_with_reply(operator, row, withheld)
    operator = operator.toward(row.reporter)
    is_shown = operator.sees_phones() and not document["is_withheld"]
    readings = (
        suggestions(loaded.election, row.text or "", row.reading or {}) if is_shown and row.direction == "in" else ()
    )
    latest = with_sender(loaded, operator, key, None, LATEST, withheld)["messages"] if operator.sees_phones() else []
    return document | {
        "version": tag_of(row),
        # The provider's own words hold codes as they were typed, of other SMS of the same request too.
        "raw": row.raw if operator.may(Permission.READ_AUDIT) and is_shown and not _has_codes(loaded) else None,
        "author": row.author,
        "on_behalf_of": row.on_behalf_of,
        "note": row.note if is_shown else None,
        "resolution": _resolution(row, is_shown=is_shown),
        "conversation": latest,
        "suggestions": [
            {
                "form": fields.form,
                "station": fields.station,
                "round": fields.round,
                "answers": dict(fields.answers),
                "comment": fields.comment,
            }
            for fields in readings
        ],
    }, tag_of(row)


def has_written_since(election: Election, row: Message, since: dt.datetime) -> bool:
    """Tell whether a message's sender has written since.

    From any of their phones. Raises StoreUnavailable.
    """
    observer = election.observer_by_number.get(row.reporter or "")
    phones = {*(observer.phones if observer is not None else ()), *filter(None, (row.conversation,))}
    newest = (key for phone in _written(phones) for key in conversation_between(phone, since, _END, MOST_BETWEEN))
    return any(is_from_phone(key) for key in newest)


def _has_codes(loaded: LoadedElection) -> bool:
    """Tell whether anybody of an election has a code."""
    election = loaded.election
    return any(observer.code for observer in election.observers) or any(
        coordinator.code for coordinator in election.coordinators
    )


def _resolution(row: Message, *, is_shown: bool) -> dict[str, Any] | None:
    if row.resolution is None:
        return None
    kept = {name: value for name, value in row.resolution.items() if name not in ("was", "incidents", "entries")}
    if not is_shown:
        kept.pop("note", None)
        kept["earlier"] = [{**decision, "note": None} for decision in kept.get("earlier", ())]
    return kept | {"call_requested": kept.get("how") == "call"}


def _page(
    election: Election,
    operator: Operator,
    phones: Iterable[str],
    before: Before,
    limit: int,
    withheld: Collection[str],
) -> dict[str, Any]:
    at = before[0] if before is not None else _END
    keys = {key for phone in phones for key in conversation_between(phone, _BEGINNING, at, limit + AT_ONE_INSTANT)}
    rows = [row for row in get_many(keys) if row.election == election.id and not is_sign_in(row.key)]
    rows = [row for row in rows if before is None or (row.stored_at, row.key) < before]
    rows.sort(key=lambda row: (row.stored_at, row.key), reverse=True)
    page = [row for row in rows[:limit] if sees(operator, row) or row.direction == "out"]
    return {
        "messages": [describe(election, operator, row, withheld) | _delivery(operator, row) for row in page],
        "next": [rows[limit - 1].stored_at.isoformat(), rows[limit - 1].key] if len(rows) > limit else None,
    }


def _delivery(operator: Operator, row: Message) -> dict[str, Any]:
    """Tell how a message was typed, or how one of ours went."""
    return {
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "provider_at": row.provider_at.isoformat() if row.provider_at else None,
        "carrier": row.carrier,
        "receipt": row.receipt,
        "failure": failure_of(operator.toward(row.reporter), row),
        "lost": row.lost or [],
        "about": row.about,
        "author": row.author,
    }


def _written(phones: Iterable[str]) -> list[str]:
    """Return the ways in which providers write phones."""
    return sorted({form for phone in phones for form in (phone, phone.removeprefix("+"))})


def _describe(election: Election, observer: Observer) -> dict[str, Any]:
    return {
        "number": observer.number,
        "name": observer.name,
        "phones": list(observer.phones),
        "language": observer.language,
        "station": observer.station,
        "region": election.region_of(observer.station),
    }
