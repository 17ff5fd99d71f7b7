"""How a described gateway writes its webhook.

One that has no code of its own: the values that `generic_settings` reads. docs/providers/generic.md lists every key
with examples.
"""

import base64
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.providers.contract import Answer
from chalicelib.providers.inbound import ReceiptState

TAKEN = Answer(200)
TOKEN = re.compile(r"\{(timestamp|body|url|method|secret|field:[^{}]+)\}")
FIELDS = ("id", "from", "to", "text", "received_at", "part_reference", "part_number", "part_total", "udh")

Condition = Mapping[str, frozenset[str] | None]
"""Values by the way to a field, all of which must hold: one of the values, or None for any value that is there."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Where a signature stands, and of what it is.

    `signs` is a text with {timestamp}, {body}, {url}, {method}, {field:NAME} and, for a hash without a key, {secret} in
    it.
    """

    header: str | None = None
    field: str | None = None
    prefix: str = ""
    algorithm: str = "hmac-sha256"
    encoding: str = "hex"
    signs: str = "{body}"
    timestamp_header: str | None = None
    timestamp_field: str | None = None

    def compute(self, secret: str, parts: Callable[[str], bytes]) -> str:
        """Compute the signature under a secret.

        `parts` gives what a token of `signs` stands for.
        """
        pieces = TOKEN.split(self.signs)
        signed = b"".join(
            (secret.encode() if piece == "secret" else parts(piece)) if index % 2 else piece.encode()
            for index, piece in enumerate(pieces)
        )
        name = self.algorithm.removeprefix("hmac-")
        if name == self.algorithm:
            digest = hashlib.new(name, signed, usedforsecurity=False).digest()
        else:
            digest = hmac.digest(secret.encode(), signed, name)
        return self.prefix + (base64.b64encode(digest).decode() if self.encoding == "base64" else digest.hex())


@dataclass(frozen=True, slots=True)
class TextCoding:
    """How the text is written.

    It is in the charset that `charset_field` names, by `charsets` where its values are codes. `written`: the text's
    bytes as they are in a form, or in hexadecimal or Base64.
    """

    charset_field: str | None = None
    charsets: Mapping[str, str] = field(default_factory=dict)
    written: Literal["plain", "hex", "base64"] = "plain"


@dataclass(frozen=True, slots=True)
class ReceiptFormat:
    """Which calls are receipts, and where their fields stand.

    Reference and state; a state that is in neither set is on its way.
    """

    when: Condition
    id: tuple[str, ...]
    state: tuple[str, ...]
    delivered: frozenset[str]
    failed: frozenset[str]

    def state_of(self, written: str) -> ReceiptState:
        """Return the state that a gateway's word means."""
        if written in self.delivered:
            return "delivered"
        return "failed" if written in self.failed else "on_its_way"


@dataclass(frozen=True, slots=True)
class Format:
    """One gateway's webhook.

    `fields` gives, by our names, the ways to its fields, the first that is there counting. `charset` is that of a form
    or query whose request names none. `messages` leads to a list of SMS. `when` holds for a call that brings an SMS,
    one of `ignore` for a call that brings nothing. `secret_field` proves a call.
    """

    fields: Mapping[str, tuple[str, ...]]
    method: Literal["POST", "GET"] = "POST"
    body: Literal["json", "form", "xml"] = "json"
    charset: str = "utf-8"
    text: TextCoding | None = None
    messages: str | None = None
    time: str = "iso"
    zone: dt.tzinfo | None = None
    when: Condition | None = None
    ignore: tuple[Condition, ...] = ()
    receipts: ReceiptFormat | None = None
    secret_field: str | None = None
    signature: Signature | None = None
    answer: Answer = TAKEN

    @property
    def is_form(self) -> bool:
        """Whether the call is a form or a query, in some charset."""
        return self.method == "GET" or self.body == "form"
