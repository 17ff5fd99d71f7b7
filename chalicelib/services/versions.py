"""What every change by a person has in common.

It names the version that they have seen, and the note that says why.
"""

LONGEST_NOTE = 500


class NoteMissing(ValueError):
    """A change that nobody makes without saying why."""


class VersionPassed(Exception):
    """Somebody changed it since the version that the caller has seen."""


class NotInRegion(LookupError):
    """An observer or station is none that the operator sees."""
