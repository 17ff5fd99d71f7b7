"""Telephone numbers: one written form, machines, and what may opt out."""

import re
from functools import lru_cache
from typing import Literal

OptOutState = Literal["out", "in"]
"""What a phone wants of SMS that it has not asked for: none of them, or them again."""

_FOREIGN = re.compile(r"[^\d+]")
_TEL_URI = re.compile(r"tel:\s*([^;]*).*", re.IGNORECASE | re.DOTALL)
SHORTEST_SUBSCRIBER = 7
"""Fewer digits than this is a short code, behind which no person reads a reply (ITU-T E.164 has no such limit;
national plans start at 7)."""

_COUNTRY = r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}"
"""Country codes by their first digits (ITU-T E.164, list of assigned codes): of one digit, of two, else of three."""
_TRUNK_ZERO = re.compile(rf"\+(?:{_COUNTRY})0")
_MOBILE_TOKENS = (
    (re.compile(r"\+54(?:0?9)?(\d{10})"), r"+549\1"),  # Argentina: 9 before a mobile number called from abroad
    (re.compile(r"\+521(\d{10})"), r"+52\1"),  # Mexico: 1, until 2019
    (re.compile(r"\+55(\d\d)([6-9]\d{7})"), r"+55\g<1>9\2"),  # Brazil: a ninth digit before mobile numbers
)
"""What some networks write of a mobile number and others leave out; written as the plan of today has it."""


@lru_cache(maxsize=4096)  # the same number is asked some four times per SMS
def international(number: str, default_region: str | None = None) -> str:
    """Write a number in E.164 where that is possible.

    Another stays as it is, blanks removed.

    `00` and a bare country code get the `+`; a national number is completed by the election's `default_region` (an ISO
    3166 country). A trunk zero after the country code is left out, mobile tokens are as today's plan has them, and of a
    `tel:` URI the number counts. Short codes and alphanumeric senders stay as they are.
    """
    compact = _TEL_URI.sub(r"\1", number.strip()).strip()
    if re.search(r"[^\W\d_]", compact):
        return compact
    digits = _FOREIGN.sub("", compact)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        return _as_today(digits)
    if len(digits) < SHORTEST_SUBSCRIBER:
        return digits
    if default_region is not None:
        national = _parsed(digits, default_region, is_assigned=True)
        if national is not None:
            return _as_today(national)
    return digits if digits.startswith("0") else _as_today("+" + digits)


def written_forms(number: str) -> tuple[str, ...]:
    """Return how gateways write a number: E.164, without sign, nationally."""
    forms = [number, number.removeprefix("+")]
    national = _national(number)
    return tuple(dict.fromkeys(forms if national is None else (*forms, national)))


@lru_cache(maxsize=4096)
def _national(number: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - large, and seldom needed

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    return re.sub(r"\D", "", phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))


def is_international(number: str) -> bool:
    """Tell whether a number has its country code, after `+` or `00`."""
    return _TEL_URI.sub(r"\1", number.strip()).strip().startswith(("+", "00"))


def is_machine(number: str) -> bool:
    """Tell whether a sender is a short code or a name.

    What is answered to it is not read.
    """
    return len(re.sub(r"\D", "", number)) < SHORTEST_SUBSCRIBER or bool(re.search(r"[^\W\d_]", number))


def _as_today(number: str) -> str:
    """Rewrite a number that begins with + by today's plan.

    It loses its trunk zero and gets the mobile token that its plan has today.
    """
    if _TRUNK_ZERO.match(number):
        number = _parsed(number, None, is_assigned=False) or number
    for pattern, written in _MOBILE_TOKENS:
        match = pattern.fullmatch(number)
        if match:
            return match.expand(written)
    return number


@lru_cache(maxsize=4096)
def _parsed(number: str, region: str | None, *, is_assigned: bool) -> str | None:
    """Return a number in E.164, or None for an impossible one.

    With `is_assigned` its plan must have assigned it, else have room for it.
    """
    import phonenumbers  # noqa: PLC0415 - large, and most numbers come in international form

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not (phonenumbers.is_valid_number if is_assigned else phonenumbers.is_possible_number)(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
