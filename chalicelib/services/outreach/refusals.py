"""Why an SMS to many is not sent."""


class BatchRefused(ValueError):
    """A batch that cannot be sent as it was asked for."""


class SendUnknown(LookupError):
    """There is no such send.

    Or it goes to regions that the operator does not see.
    """


class SendRefused(ValueError):
    """A send that is not begun as it was asked for.

    Or not changed.
    """
