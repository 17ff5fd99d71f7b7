"""A provider's own list of what came in, page by page."""

from dataclasses import dataclass

from chalicelib.providers.inbound import InboundSms


@dataclass(frozen=True, slots=True)
class ListedSms:
    """An SMS in the provider's own list of what came in.

    `raw`: its entry there.
    """

    sms: InboundSms
    raw: str


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """A list's entry as it came that cannot be read, and why."""

    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the provider's list.

    `next_page`: what the following page is asked for with, None after the last. `resume`: where the next listing
    begins, for a list that goes by ids and not by time.
    """

    messages: tuple[ListedSms, ...]
    next_page: str | None = None
    resume: str | None = None
    unreadable: tuple[UnreadableEntry, ...] = ()


class CannotList(Exception):
    """The provider has no list of what came in."""


class ListFailed(Exception):
    """The provider did not give its list.

    It is not to be asked again before `retry_after` seconds. `is_refused`: what was asked for is at fault, such as a
    page that the provider no longer knows.
    """

    def __init__(self, reason: str, retry_after: int | None = None, *, is_refused: bool = False) -> None:
        super().__init__(reason)
        self.retry_after, self.is_refused = retry_after, is_refused
