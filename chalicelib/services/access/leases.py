"""Who has a task, as answers say it."""

import datetime as dt
from typing import Any

from chalicelib.services.access.operators import Operator
from chalicelib.store.calls import CallRow
from chalicelib.store.leases import LeaseRow


def lease_of(operator: Operator, row: CallRow | LeaseRow | None, now: dt.datetime) -> dict[str, Any] | None:
    """Return who has a row now and until when, a real instant.

    It is None where nobody has.
    """
    if row is None or row.until is None or not row.is_held(now):
        return None
    return {
        "holder": row.holder,
        "until": row.until.isoformat(timespec="seconds"),
        "is_mine": row.holder == operator.signature,
    }
