"""Read one field of what a provider sent: texts, ids, numbers, times.

Every fault names its field.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.observation.sms.phones import international
from chalicelib.providers.contract import Secrets
from chalicelib.providers.encodings import whole_characters
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.refusals import Malformed

LONGEST_ID = 200
LONGEST_NUMBER = 64
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNIX = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?", re.ASCII)
_BARE_INTERNATIONAL = re.compile(r"[1-9][0-9]{10,14}", re.ASCII)
_TEL_URI = re.compile(r"tel:\s*(?P<number>[^;\s][^;]*)", re.IGNORECASE)
_EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def text_field(fields: Mapping[str, Any], name: str, default: str | None = None, *, is_part: bool = False) -> str:
    """Read a text, possibly empty, of whole characters."""
    value = fields.get(name)
    if value is None:
        if default is not None:
            return default
        raise Malformed("missing_field", f"the field {name} is missing", name)
    if not isinstance(value, str):
        raise Malformed("not_a_text", f"the field {name} must be a text", name)
    return whole_characters(value.removeprefix("\ufeff"), is_part=is_part)


def id_field(fields: Mapping[str, Any], name: str) -> str:
    """Read an identifier: 1 to 200 printable characters."""
    return _token(fields, name, LONGEST_ID)


def number_field(fields: Mapping[str, Any], name: str) -> str:
    """Read a number or sender's name as the provider wrote it.

    It may be a telephone number or short code too: 1 to 64 printable characters. Of a `tel:` URI (RFC 3966) its number.
    """
    written = _token(fields, name, LONGEST_NUMBER)
    uri = _TEL_URI.match(written)
    return uri["number"] if uri else written


def international_field(fields: Mapping[str, Any], name: str) -> str:
    """Read a number of a provider that writes international ones.

    It may come with or without +: E.164, short codes as they are.
    """
    return international(number_field(fields, name))


def phone_field(fields: Mapping[str, Any], name: str) -> str:
    """Read a number as some phone or operator saw it.

    E.164 where it is surely international, else as it was written.
    """
    written = number_field(fields, name)
    surely = written.startswith(("+", "00")) or _BARE_INTERNATIONAL.fullmatch(written)
    return international(written) if surely else written


def own_number(fields: Mapping[str, Any], name: str, secrets: Secrets) -> str:
    """Return the number that an SMS was sent to, or "".

    If the phone that took it does not know its own, it is the setting `recipient`.
    """
    if fields.get(name):
        return phone_field(fields, name)
    recipient = secrets.get("recipient")
    return recipient if isinstance(recipient, str) else ""


def made_id(sender: str, recipient: str, text: str, sent_at: dt.datetime | None, *more: object) -> str:
    """Make an id for an SMS whose gateway gives none.

    The same SMS has the same, another time another.
    """
    if sent_at is None:
        raise Malformed("missing_field", "there is neither an id nor a time to make one of", "id")
    told_apart = repr((sender, recipient, text, sent_at.astimezone(dt.UTC), *more))
    return "made-" + hashlib.sha256(told_apart.encode(errors="replace")).hexdigest()[:40]


def time_field(fields: Mapping[str, Any], name: str, read: Callable[[object, str], dt.datetime]) -> dt.datetime | None:
    """Read a provider's time of an SMS, or None.

    None, so that its arrival counts, where there is none or none that can be read: no SMS is refused for the sake of
    its time.
    """
    try:
        return read(fields[name], name) if fields.get(name) else None
    except Malformed:
        return None


def read_each(
    entries: list[Any], name: str, read: Callable[[Mapping[str, Any], int], InboundSms | Receipt | None]
) -> Delivery:
    """Read the entries of a list; a fault names its entry.

    It is None for one that brings nothing. One that cannot be read does not hide the others; raises Malformed where
    none can.
    """
    readable: list[InboundSms | Receipt] = []
    faults: list[Malformed] = []
    for index, fields in enumerate(entries):
        try:
            entry = _entry(fields, index, f"{name}[{index}]", read)
        except Malformed as fault:
            faults.append(fault)
        else:
            readable += [entry] if entry is not None else []
    if faults and not readable:
        raise faults[0]
    messages = tuple(entry for entry in readable if isinstance(entry, InboundSms))
    receipts = tuple(entry for entry in readable if isinstance(entry, Receipt))
    return Delivery(messages, receipts, unread=tuple(map(str, faults)))


def _entry(
    fields: object, index: int, place: str, read: Callable[[Mapping[str, Any], int], InboundSms | Receipt | None]
) -> InboundSms | Receipt | None:
    if not isinstance(fields, Mapping):
        raise Malformed("not_an_object", f"{place} must be an object", place)
    try:
        return read(fields, index)
    except Malformed as fault:
        raise Malformed(fault.code, f"{place}: {fault.detail}", f"{place}.{fault.field}") from fault


def utc_time(written: object, name: str) -> dt.datetime:
    """Read an ISO 8601 moment, aware.

    One without an offset is in UTC.
    """
    return iso_time(written, name, dt.UTC)


def iso_time(written: object, name: str, zone: dt.tzinfo | None = None) -> dt.datetime:
    """Read an ISO 8601 moment, aware.

    One without an offset is in `zone`, or Malformed if there is none.
    """
    try:
        moment = dt.datetime.fromisoformat(str(written).strip())
    except ValueError as fault:
        raise Malformed("bad_time", f"the field {name} must be an ISO 8601 time with its offset", name) from fault
    if moment.tzinfo is None:
        if zone is None:
            raise Malformed("bad_time", f"the field {name} must say its offset from UTC", name)
        moment = moment.replace(tzinfo=zone)
    return _plausible(moment, name)


def unix_time(written: object, name: str) -> dt.datetime:
    """Read a moment in seconds since 1970, a number or text."""
    if isinstance(written, bool) or not _UNIX.fullmatch(str(written).strip()):
        raise Malformed("bad_time", f"the field {name} must be a time in seconds since 1970", name)
    return _plausible(dt.datetime.fromtimestamp(float(str(written).strip()), dt.UTC), name)


def _token(fields: Mapping[str, Any], name: str, longest: int) -> str:
    value = text_field(fields, name).strip()
    if not value:
        raise Malformed("empty_field", f"the field {name} is empty", name)
    if len(value) > longest:
        raise Malformed("too_long", f"the field {name} has {len(value)} characters, the limit is {longest}", name)
    if _CONTROL.search(value):
        raise Malformed("control_character", f"the field {name} has a control character", name)
    return value


def _plausible(moment: dt.datetime, name: str) -> dt.datetime:
    if not _EARLIEST <= moment <= _EARLIEST.replace(year=9000):
        raise Malformed("bad_time", f"the field {name} is a time of another age", name)
    return moment
