"""Senders that call the webhook as each SMS provider does.

Each signs with the provider's own SDK. The SDKs are tools of tests and rehearsals, so the senders stand in the
checkout's tests/providers_signing, which no bundle for Lambda holds; they are loaded from there when they are asked
for.
"""

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

TESTS = Path(__file__).parents[2] / "tests"
TABLE = "providers_signing.table"


class CannotSign(ValueError):
    """The settings lack what the provider signs with."""


class SendersMissing(Exception):
    """There are no senders here; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS that an observer sends; numbers in E.164.

    `sent_at` (aware) is when the provider received it.
    """

    id: str
    sender: str
    recipient: str
    text: str
    sent_at: dt.datetime


class Signed(Protocol):
    """The HTTP request that a provider makes of an SMS."""

    @property
    def method(self) -> str:
        """GET or POST."""

    @property
    def url(self) -> str:
        """The URL as the provider has it, with what it adds."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Those that matter, the signature's among them."""

    @property
    def body(self) -> bytes:
        """Empty where everything is in the URL."""


class Sender(Protocol):
    """One provider's part, with one stack's settings."""

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> Signed:
        """Sign the request that hands an SMS in.

        To the URL as it was pasted at the provider, signed at that moment.
        """

    def takes(self, status: int) -> bool:
        """Whether the provider counts an answer as success."""

    def texts_back(self, content_type: str, body: str) -> bool:
        """Tell whether the provider would text an answer's body to the observer."""

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> "Sender":
        """Make the sender for a stack's settings; raises CannotSign."""

    @classmethod
    def fresh_settings(cls, url: str) -> dict[str, Any]:
        """Make settings with new secrets for a webhook's URL."""


def senders() -> Mapping[str, Sender]:
    """Return each provider's sender by its name; raises SendersMissing."""
    if not (TESTS / "providers_signing").is_dir():
        raise SendersMissing(f"the simulated providers are not in {TESTS}: use a whole checkout of Baykoo's source")
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    found: Mapping[str, Sender] = import_module(TABLE).SENDERS
    return found
