"""Ways in which handing a message to a carrier can fail."""


class SendRefused(Exception):
    """The carrier will never take this message: sending it again is pointless.

    `opted_out`: because its recipient has told the carrier to send no more.
    """

    def __init__(self, reason: str, *, opted_out: bool = False) -> None:
        super().__init__(reason)
        self.opted_out = opted_out


class NotSent(Exception):
    """The carrier certainly did not take the message this time.

    `wait`: the seconds that it asks to be left alone for.
    """

    def __init__(self, reason: str, wait: int = 0) -> None:
        super().__init__(reason)
        self.wait = wait


class NotAsked(NotSent):
    """No carrier was asked; no attempt was made.

    Those that there are want to be left alone, have their circuit open, or have no room.
    """


class CircuitOpen(NotAsked):
    """The carrier has failed too often, and its rest is not over."""


class RateUsedUp(NotAsked):
    """The carrier has as much as its rate allows for now."""


class InDoubt(Exception):
    """Nobody knows whether `carrier` took the message.

    It is None for email; not to be asked before `wait` seconds.
    """

    def __init__(self, reason: str, carrier: str | None = None, wait: int = 0) -> None:
        super().__init__(reason)
        self.carrier, self.wait = carrier, wait
