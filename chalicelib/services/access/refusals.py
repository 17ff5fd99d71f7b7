"""Why somebody may not try to sign in now."""

import datetime as dt


class TooManyAttempts(Exception):
    """Somebody asks too often; `until`: when it can be tried again."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(f"too many attempts: try again after {until:%H:%M} UTC")
        self.until = until
