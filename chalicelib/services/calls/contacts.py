"""The contact log of a station, the newest first."""

from typing import Any

from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Election
from chalicelib.services.access.operators import Operator
from chalicelib.services.calls.lease import row_of
from chalicelib.services.calls.listing import sees_phone
from chalicelib.store.contacts import UNDONE, ContactRow, contacts_of
from chalicelib.store.elections import LoadedElection


def list_contacts(
    loaded: LoadedElection, operator: Operator, station: str, limit: int, before: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of a station's contacts, and where it continues.

    Raises StationUnknown, StoreUnavailable.
    """
    row_of(loaded, operator, station)
    rows = contacts_of(loaded.election.id, station, limit + 1, before)
    page = rows[:limit]
    election = loaded.election
    seen = [row for row in page if sees_phone(operator, row.phone)]
    documents = [contact_document(operator, election, row) for row in seen]
    return documents, page[-1].id if len(rows) > limit else None


def contact_document(operator: Operator, election: Election, row: ContactRow) -> dict[str, Any]:
    """Return a contact as an operator sees it.

    Without a phone it may be another member's observer: name and note are then told to whoever called alone.
    """
    is_told = row.phone is not None or row.who == operator.signature or operator.sight is None
    is_told = is_told or (operator.sight is not None and operator.sight.sees.phones == "all")
    return {
        "id": row.id,
        "at": local_time(row.at, election.zone),
        "who": row.who,
        "outcome": row.outcome,
        "undoes": row.undoes if row.outcome == UNDONE else None,
        "person": row.person,
        "name": row.name if is_told else None,
        "phone": row.phone,
        "note": row.note if is_told else None,
        "owed": row.owed or [],
        "snoozed_until": local_time(row.snoozed_until, election.zone),
        "entered": row.entered,
    }
