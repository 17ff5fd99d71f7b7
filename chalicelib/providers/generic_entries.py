"""The SMS and receipts in a document of the generic provider."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.providers.contract import Secrets, WebhookRequest
from chalicelib.providers.encodings import concatenation, has_lone_surrogate
from chalicelib.providers.fields import id_field, iso_time, made_id, own_number, phone_field, text_field, unix_time
from chalicelib.providers.generic_document import coded_text, document_of, first_at, holds, text_of, value_at
from chalicelib.providers.generic_format import Format
from chalicelib.providers.inbound import InboundSms, Part, Receipt
from chalicelib.providers.refusals import Malformed


@dataclass(frozen=True, slots=True)
class EntryReader:
    """Reads entries in a format; `is_own`: in Baykoo's own."""

    format: Format
    secrets: Secrets
    is_own: bool

    def read(self, documents: list[Any], request: WebhookRequest) -> InboundSms | Receipt | None:
        """Read an SMS or a receipt; None for what is passed over.

        Fields are looked for in each document in turn.
        """
        receipts = self.format.receipts
        if any(holds(condition, documents) for condition in self.format.ignore):
            return None
        if receipts is not None and holds(receipts.when, documents):
            ways = {"id": receipts.id, "state": receipts.state}
            fields = {ours: text_of(first_at(documents, theirs)) for ours, theirs in ways.items()}
            state = text_field(fields, "state")
            return Receipt(id_field(fields, "id"), receipts.state_of(state), state)
        if self.format.when is not None and not holds(self.format.when, documents):
            raise Malformed("unknown_event", "the call is none that the settings know", ", ".join(self.format.when))
        return self._sms(documents, request)

    def _sms(self, documents: list[Any], request: WebhookRequest) -> InboundSms:
        if self.is_own:
            fields = {ours: value_at(documents[0], ours) for ours in self.format.fields}
            _require_whole_characters(fields)
        else:
            fields = {ours: text_of(first_at(documents, ways)) for ours, ways in self.format.fields.items()}
        part = _part(fields)
        if self.format.text is not None:
            sources = [document_of(request, self.format, as_bytes=True)] if self.format.is_form else documents
            fields["text"] = coded_text(sources, self.format, self.format.text, is_part=part is not None)
        sender, recipient = phone_field(fields, "from"), self._recipient(fields)
        text, sent_at = text_field(fields, "text", is_part=part is not None), self._sent_at(fields)
        if "id" in self.format.fields:
            key = id_field(fields, "id") + (f"#{part.number}" if part else "")
        else:
            key = made_id(sender, recipient, text, sent_at or request.at.replace(second=0, microsecond=0), part)
        return InboundSms(key, sender, recipient, text, sent_at, part)

    def _recipient(self, fields: Mapping[str, Any]) -> str:
        number = own_number(fields, "to", self.secrets)
        return number or phone_field(fields, "to")

    def _sent_at(self, fields: Mapping[str, Any]) -> dt.datetime | None:
        """Read the gateway's time, or None.

        None, so that the arrival counts, where a described one tells none that can be read.
        """
        if self.is_own:
            return iso_time(text_field(fields, "received_at").strip(), "received_at")
        written = fields.get("received_at")
        try:
            return self._moment_of(written.strip()) if isinstance(written, str) else None
        except (ValueError, Malformed):
            return None

    def _moment_of(self, written: str) -> dt.datetime:
        zone = self.format.zone
        if self.format.time == "iso":
            return iso_time(written, "received_at", zone)
        if self.format.time in {"unix", "unix_ms"}:
            milliseconds = self.format.time == "unix_ms" and re.fullmatch(r"[0-9]{4,14}", written, re.ASCII)
            return unix_time(f"{written[:-3]}.{written[-3:]}" if milliseconds else written, "received_at")
        read = dt.datetime.strptime(written, self.format.time)  # noqa: DTZ007 - iso_time asks for the zone
        return iso_time(read.isoformat(), "received_at", zone)


def _part(fields: Mapping[str, Any]) -> Part | None:
    """Read the part of a long SMS that the fields tell.

    It is None where they tell none, or none that makes sense.
    """
    udh = fields.get("udh")
    if isinstance(udh, str) and re.fullmatch(r"(?:[0-9A-Fa-f]{2}){1,140}", udh):
        return concatenation(bytes.fromhex(udh))
    reference = fields.get("part_reference")
    number, total = (_count(fields.get(name)) for name in ("part_number", "part_total"))
    if not isinstance(reference, str) or not 0 < len(reference) <= 100 or not 1 <= number <= total <= 255 or total == 1:
        return None
    return Part(reference, number, total)


def _count(written: object) -> int:
    return int(written) if isinstance(written, str) and re.fullmatch(r"[0-9]{1,3}", written, re.ASCII) else 0


def _require_whole_characters(fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if isinstance(value, str) and has_lone_surrogate(value):
            raise Malformed("lone_surrogate", f"the field {name} has half of a surrogate pair", name)
