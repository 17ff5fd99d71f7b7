"""When an SMS counts as received."""

import datetime as dt

AHEAD_AT_MOST = dt.timedelta(minutes=5)
OLDEST = dt.timedelta(days=2)


def received_at(sent_at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """At the provider's time where that is sane, else at `now`, when it arrived here (both aware)."""
    if sent_at is not None and now - OLDEST <= sent_at <= now + AHEAD_AT_MOST:
        return sent_at
    return now
