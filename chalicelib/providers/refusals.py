"""Why a webhook's request is not taken."""

from typing import ClassVar


class WebhookRefused(Exception):
    """A request that is not taken.

    `status` and `detail` for the provider, `code` a stable word, `field` the one at fault. `hint` is for those who may
    read the settings: it can show them, so it never stands in an answer.
    """

    status: ClassVar[int]

    def __init__(self, code: str, detail: str, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(f"{code}: {detail}" + (f": {hint}" if hint else ""))
        self.code, self.detail, self.field = code, detail, field


class Unsigned(WebhookRefused):
    """The request carries no proof of its sender."""

    status = 401


class NotAuthentic(WebhookRefused):
    """The request carries a proof that is wrong."""

    status = 403


class Stale(WebhookRefused):
    """An authentic request, signed too long ago or ahead of our time."""

    status = 403


class Malformed(WebhookRefused):
    """The request cannot be read."""

    status = 400


class TooLarge(WebhookRefused):
    """The request's body is over the limit."""

    status = 413


class NotConfigured(WebhookRefused):
    """No such provider, or none that this stack takes messages from."""

    status = 404


class Undecidable(WebhookRefused):
    """Nobody can say now whether the request is authentic.

    The reason is our own: it must come again.
    """

    status = 503
