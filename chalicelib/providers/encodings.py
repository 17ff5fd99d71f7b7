"""Character encodings in which gateways hand SMS on, and parts' headers.

GSM-7 and its extension table: 3GPP TS 23.038, 6.2.1 and 6.2.1.1. User data header: 3GPP TS 23.040, 9.2.3.24.
"""

import codecs
import re

from chalicelib.providers.inbound import Part

GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_ESCAPE = 0x1B
_UNREADABLE = "\ufffd"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_GSM_NAMES = frozenset({"gsm", "gsm7", "gsm0338", "gsm0338default", "gsm7bit"})
_UCS2_NAMES = frozenset({"ucs2", "utf16", "utf16be", "iso10646ucs2"})
_EIGHT_BIT_NAMES = frozenset({"8bit", "binary"})


def has_lone_surrogate(text: str) -> bool:
    """Tell whether a text has half a surrogate pair in it.

    No encoding of texts can write one.
    """
    return _LONE_SURROGATE.search(text) is not None


def whole_characters(text: str, *, is_part: bool = False) -> str:
    """Replace half surrogate pairs by U+FFFD.

    A cut UCS-2 SMS ends with one. A part of a long SMS keeps those at its ends: the part beside it may have the other
    half.
    """
    joined = _LONE_SURROGATE.sub(_UNREADABLE, text)
    if is_part and "\udc00" <= text[:1] <= "\udfff":
        joined = text[0] + joined[1:]
    if is_part and "\ud800" <= text[-1:] <= "\udbff":
        joined = joined[:-1] + text[-1]
    return joined


def is_charset(name: str) -> bool:
    """Whether `decode_text` knows a charset by this name."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    if plain in _GSM_NAMES | _UCS2_NAMES | _EIGHT_BIT_NAMES:
        return True
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def decode_text(content: bytes, charset: str, *, is_part: bool = False) -> str:
    """Decode a text in a charset, by any name gateways use.

    A byte order mark is dropped. What the charset cannot mean becomes U+FFFD: a text that is damaged in one place must
    not be lost whole; but see `whole_characters` for a part. Eight-bit content, which names no charset, is UTF-8 if it
    can be, else Windows-1252.
    """
    name = re.sub(r"[^a-z0-9]", "", charset.lower())
    if name in _GSM_NAMES:
        return decode_gsm7(content)
    if name in _UCS2_NAMES:
        return _decode_ucs2(content, is_part=is_part)
    if name in _EIGHT_BIT_NAMES:
        return _decode_unknown(content)
    try:
        text = content.decode(codecs.lookup(charset).name, errors="replace").removeprefix("\ufeff")
    except (LookupError, UnicodeError, ValueError):
        return _decode_unknown(content)
    return whole_characters(text, is_part=is_part)


def decode_gsm7(septets: bytes) -> str:
    """Decode unpacked septets, one per byte.

    An escape before a code that the extension table lacks is dropped, the code read by the main table; a doubled or
    last escape is a space (6.2.1.1).
    """
    text, escaped = [], False
    for septet in septets:
        if escaped:
            text.append(EXTENSION.get(septet) or (" " if septet == _ESCAPE else _basic(septet)))
            escaped = False
        elif septet == _ESCAPE:
            escaped = True
        else:
            text.append(_basic(septet))
    return "".join(text) + (" " if escaped else "")


def concatenation(header: bytes) -> Part | None:
    """Return a user data header's concatenation, 8-bit or 16-bit, or None."""
    elements = header[1 : header[0] + 1] if header else b""
    while len(elements) >= 2:
        kind, length = elements[0], elements[1]
        value, elements = elements[2 : 2 + length], elements[2 + length :]
        if (kind, length) in {(0x00, 3), (0x08, 4)} and len(value) == length:
            total, number = value[-2], value[-1]
            return Part(str(int.from_bytes(value[:-2])), number, total) if 1 <= number <= total and total > 1 else None
    return None


def _basic(septet: int) -> str:
    return GSM7[septet] if septet < len(GSM7) else _UNREADABLE


def _decode_ucs2(content: bytes, *, is_part: bool) -> str:
    codec = "utf-16-le" if content.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    units, rest = content[: len(content) // 2 * 2], _UNREADABLE * (len(content) % 2)
    text = units.decode(codec, "surrogatepass").removeprefix("\ufeff")
    return whole_characters(text + rest, is_part=is_part)


def _decode_unknown(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")
