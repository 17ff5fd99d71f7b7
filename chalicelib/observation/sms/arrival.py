"""When an SMS counts as received."""

import datetime as dt

AHEAD_AT_MOST = dt.timedelta(minutes=5)
OLDEST = dt.timedelta(days=2)


def received_at(sent_at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Date at the provider's time where sane, else at `now`.

    `now` is when the SMS arrived here; both are aware.
    """
    if sent_at is not None and now - OLDEST <= sent_at <= now + AHEAD_AT_MOST:
        return sent_at
    return now
