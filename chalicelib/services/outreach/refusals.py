"""Why an SMS to many is not sent."""


class BatchRefused(ValueError):
    """A batch that cannot be sent as it was asked for."""


class SendUnknown(LookupError):
    """There is no such send to regions that the operator sees."""


class SendRefused(ValueError):
    """A send is not begun or changed as it was asked for."""
