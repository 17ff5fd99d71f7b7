"""What the simulated providers have in common."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from chalicelib.providers.inbound import ReceiptState
from chalicelib.rehearsal.senders.sms import CannotSign, SignedRequest, Sms


class Sender:
    """A provider that counts every 2xx as success.

    It reads no answer's body.
    """

    name: ClassVar[str]
    signs_url: ClassVar[bool] = False
    words: ClassVar[tuple[str, str, str]]
    """What a delivery receipt calls an SMS that is on its way, delivered, failed."""
    secrets: Mapping[str, Any]
    """The settings under which its requests are authentic."""

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> "Sender":
        """Make the sender for a stack's settings; raises CannotSign."""
        raise NotImplementedError

    @classmethod
    def fresh_settings(cls, url: str) -> dict[str, Any]:
        """Make settings with new secrets for a webhook's URL."""
        made = dict(cls(secret=secrets.token_hex(32)).secrets)  # type: ignore[call-arg]
        return made | ({"public_url": url} if cls.signs_url else {})

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        """Sign the request that hands an SMS in.

        It goes to the URL as it was pasted at the provider, signed at that moment.
        """
        raise NotImplementedError

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> SignedRequest:
        """Sign what became of an SMS that the provider sent.

        The SMS is named by the id that the provider gave it or was given.
        """
        raise NotImplementedError(f"{self.name} has no delivery receipts")

    def word(self, state: ReceiptState) -> str:
        """Return what a receipt calls a state."""
        return self.words[("on_its_way", "delivered", "failed").index(state)]

    def takes(self, status: int) -> bool:
        """Tell whether the provider counts an answer as success."""
        return 200 <= status < 300

    def texts_back(self, content_type: str, body: str) -> bool:
        """Tell whether the provider would text an answer's body to the observer."""
        return False


def current(settings: Mapping[str, Any], *names: str) -> str:
    """Return the current value of the first setting that is set.

    During a rotation that is the first of two. Raises CannotSign.
    """
    for kept in map(settings.get, names):
        value = kept[0] if isinstance(kept, list | tuple) and kept else kept
        if isinstance(value, str) and value:
            return value
    raise CannotSign(f"the setting {' or '.join(names)} is not set")
