"""Whoever calls the webhook as an SMS provider does: one sender for each provider, signing with the provider's own SDK.

The SDKs are tools of tests and rehearsals, so the senders stand in the checkout's tests/providers_signing, which no
bundle for Lambda holds; they are loaded from there when they are asked for.
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
    """With these settings nobody can call the webhook as the provider does; says what is missing."""


class SendersMissing(Exception):
    """There are no senders here; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sms:
    """An SMS that an observer sends; numbers in E.164. `sent_at` (aware) is when the provider received it."""

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
        """The URL as the provider has it, and what it adds to it."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Those that matter, the signature's among them."""

    @property
    def body(self) -> bytes:
        """Empty where everything is in the URL."""


class Sender(Protocol):
    """One provider's part, with one stack's settings."""

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> Signed:
        """The request that hands an SMS in, to the URL as it was pasted at the provider, signed at that moment."""

    def takes(self, status: int) -> bool:
        """Whether the provider counts an answer as success."""

    def texts_back(self, content_type: str, body: str) -> bool:
        """Whether the provider would text something of a successful answer to the observer."""

    @classmethod
    def with_settings(cls, settings: Mapping[str, Any]) -> "Sender":
        """The sender whose requests are authentic under a stack's settings; raises CannotSign."""

    @classmethod
    def fresh_settings(cls, url: str) -> dict[str, Any]:
        """Settings with new secrets, for a stack whose webhook has that URL."""


def senders() -> Mapping[str, Sender]:
    """A sender for each provider by the name that it has in the table; raises SendersMissing."""
    if not (TESTS / "providers_signing").is_dir():
        raise SendersMissing(f"the simulated providers are not in {TESTS}: use a whole checkout of Baykoo's source")
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    found: Mapping[str, Sender] = import_module(TABLE).SENDERS
    return found
