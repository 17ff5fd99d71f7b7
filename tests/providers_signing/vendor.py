"""What the simulated providers have in common: how they judge an answer, and settings for a new stack."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from providers_signing.sms import Signed

from chalicelib.providers.contract import ReceiptState
from chalicelib.rehearsal.senders import CannotSign


class Vendor:
    """A provider that counts every 2xx as success and reads no answer's body."""

    name: ClassVar[str]
    signs_url: ClassVar[bool] = False
    words: ClassVar[tuple[str, str, str]]
    """What a delivery receipt calls an SMS that is on its way, delivered, failed."""
    secrets: Mapping[str, Any]

    @classmethod
    def fresh_settings(cls, url: str) -> dict[str, Any]:
        made = dict(cls(secret=secrets.token_hex(32)).secrets)
        return made | ({"public_url": url} if cls.signs_url else {})

    def sign_receipt(self, reference: str, state: ReceiptState, url: str, at: dt.datetime) -> Signed:
        """What became of an SMS that the provider sent, by the id that it gave it or was given."""
        raise NotImplementedError(f"{self.name} has no delivery receipts")

    def word(self, state: ReceiptState) -> str:
        return self.words[("on_its_way", "delivered", "failed").index(state)]

    def takes(self, status: int) -> bool:
        return 200 <= status < 300

    def texts_back(self, content_type: str, body: str) -> bool:
        return False


def current(settings: Mapping[str, Any], *names: str) -> str:
    """The current value of the first setting that is set; during a rotation that is the first of two."""
    for kept in map(settings.get, names):
        value = kept[0] if isinstance(kept, list | tuple) and kept else kept
        if isinstance(value, str) and value:
            return value
    raise CannotSign(f"the setting {' or '.join(names)} is not set")
