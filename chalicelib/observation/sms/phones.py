"""Telephone numbers: one written form for each, which of them may be a machine's, and what one may wish for."""

import re
from typing import Literal

OptOutState = Literal["out", "in"]
"""What a phone wants of SMS that it has not asked for: none of them, or them again."""

_FOREIGN = re.compile(r"[^\d+]")
SHORTEST_SUBSCRIBER = 7
"""Fewer digits than this is a short code, behind which no person reads a reply (ITU-T E.164 has no such limit;
national plans start at 7)."""


def international(number: str, default_region: str | None = None) -> str:
    """A number in E.164 where it is international or can be made so, else as it was written, blanks removed.

    `00` and a bare country code get the `+`; a national number is completed by the election's `default_region`
    (an ISO 3166 country). Short codes and alphanumeric senders stay as they are.
    """
    compact = number.strip()
    if re.search(r"[^\W\d_]", compact):
        return compact
    digits = _FOREIGN.sub("", compact)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+") or len(digits) < SHORTEST_SUBSCRIBER:
        return digits
    if default_region is not None:
        national = _national(digits, default_region)
        if national is not None:
            return national
    return digits if digits.startswith("0") else "+" + digits


def is_machine(number: str) -> bool:
    """Whether a sender is a short code or a name: nobody reads what is answered to it."""
    return len(re.sub(r"\D", "", number)) < SHORTEST_SUBSCRIBER or bool(re.search(r"[^\W\d_]", number))


def _national(digits: str, region: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - large, and most numbers come in international form

    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
