"""The lag of a provider's time behind an SMS's arrival.

Sampled where a provider is noted as heard, and its median. A gateway or SMSC whose clock is hours off would put reports
into another round and let older answers win. One late SMS tells nothing; a median of many does.
"""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.providers.contract import Secrets
from chalicelib.store.messages import Message

LAG_MINUTES = 30
FEWEST_SAMPLES = 5
"""Fewer tell nothing of a clock."""
SAMPLES_KEPT = 31

_lags: dict[str, deque[int]] = {}


def note_lag(message: Message) -> list[int]:
    """Return this worker's last lags of the provider, in seconds.

    This message's is among them.
    """
    lags = _lags.setdefault(str(message.provider), deque(maxlen=SAMPLES_KEPT))
    if message.provider_at is not None:
        lags.append(round((message.stored_at - message.provider_at).total_seconds()))
    return list(lags)


def kept_samples(before: Mapping[str, Any] | None, noted: Iterable[int], *, is_new: bool) -> list[int]:
    """Return the samples to be kept.

    Those that were noted since the last time are among them.
    """
    kept = [int(lag) for lag in (before or {}).get("lags", [])]
    return (kept + [int(lag) for lag in noted if is_new])[-SAMPLES_KEPT:]


def described_clock(samples: list[int], settings: Secrets) -> dict[str, Any]:
    """Describe a provider's clock by its samples.

    `lagging` where its median is beyond the setting `lag_minutes`. Not where `arrival_counts` is set, for then its time
    decides nothing; nor where `lag_minutes` is 0.
    """
    median = _median(samples) if len(samples) >= FEWEST_SAMPLES else None
    counts = arrival_counts(settings)
    limit = dt.timedelta(minutes=_lag_minutes(settings)).total_seconds()
    is_beyond = median is not None and limit > 0 and abs(median) >= limit
    return {"lag_seconds": median, "arrival_counts": counts, "lagging": is_beyond and not counts, "lags": samples}


def arrival_counts(settings: Secrets) -> bool:
    """Return the setting `arrival_counts`.

    With it an SMS counts at its arrival, whatever time the provider tells.
    """
    return settings.get("arrival_counts") is True


def _lag_minutes(settings: Secrets) -> int:
    chosen = settings.get("lag_minutes", LAG_MINUTES)
    return chosen if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen >= 0 else LAG_MINUTES


def _median(samples: Sequence[float]) -> int:
    """Return the median, to the second.

    It does without `statistics`, which intake would load for it.
    """
    ordered, count = sorted(samples), len(samples)
    return round((ordered[(count - 1) // 2] + ordered[count // 2]) / 2)
