"""The function reconcile: what webhooks never brought, every ten minutes."""

import datetime as dt

from chalicelib.entrypoints.request_log import logged
from chalicelib.services.clients.metrics import measure
from chalicelib.services.intake.reconcile import reconcile_all
from chalicelib.services.intake.silence import hours_began


@logged
def reconcile(event: object, context: object) -> None:
    """Take in what providers list, while an election is under way."""
    now = dt.datetime.now(dt.UTC)
    if hours_began(now) is not None:
        reconciled = reconcile_all(now)
        measure(MessagesReconciled=reconciled.taken_in, ListedUnreadable=reconciled.unreadable)
