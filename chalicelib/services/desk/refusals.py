"""Why something is not done at the desk."""


class NoSuchMessage(LookupError):
    """The operator's regions have no such message."""


class NoSuchObserver(LookupError):
    """There is no such observer, or not in the operator's regions."""


class NotDone(ValueError):
    """A decision that cannot be made about a message as it is."""


class TooManyAssigned(Exception):
    """The election has as many assigned phones as it can keep."""
