"""What to do where somebody else changes the same rows: try again shortly, not at the same moment."""

import random
import time

ATTEMPTS = 12
BACKOFF_SECONDS = 0.02
LONGEST_BACKOFF_SECONDS = 1.0


def pause(attempt: int) -> None:
    """Wait with full jitter, so that those who collided do not collide again (AWS, Exponential Backoff and Jitter)."""
    time.sleep(random.uniform(0, min(LONGEST_BACKOFF_SECONDS, BACKOFF_SECONDS * 2**attempt)))  # noqa: S311
