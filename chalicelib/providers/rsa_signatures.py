"""RSA signatures verified with a certificate's key, in the standard library alone.

Verifying needs no secret, so nothing here can leak one by its timing, and it is one modular power; a native
library would tie the bundle to one processor, and pure-Python `rsa` is no longer maintained. PKCS #1 v1.5 is
verified by building what must stand in the signature and comparing (RFC 8017, 8.2.2), never by taking apart what
does stand there, which is where forgeries have come in. Certificates: RFC 5280, 4.1; DER: X.690.
"""

import base64
import binascii
import hashlib
import re
from typing import Final, Literal, NamedTuple

Digest = Literal["sha1", "sha256"]

_DIGEST_INFO: Final = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
_RSA_ENCRYPTION = bytes.fromhex("2a864886f70d010101")
_BLOCK = r"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----\s*"
_CERTIFICATES = re.compile(rf"\s*{_BLOCK}(?:{_BLOCK})*")
_INTEGER, _BIT_STRING, _OBJECT, _SEQUENCE, _VERSION = 0x02, 0x03, 0x06, 0x30, 0xA0
_SMALLEST_MODULUS = 2048
_LARGEST_MODULUS = 8192


class NotACertificate(ValueError):
    """The text is no PEM certificate with a usable RSA key.

    Usable keys have 2048 to 8192 bits.
    """


class PublicKey(NamedTuple):
    """An RSA public key."""

    modulus: int
    exponent: int


def public_key(pem: str) -> PublicKey:
    """Return the key in a PEM text's first certificate.

    Raises NotACertificate.
    """
    armoured = _CERTIFICATES.fullmatch(pem)
    if armoured is None:
        raise NotACertificate("it must be a certificate in PEM, and nothing else")
    try:
        key = _key_in(base64.b64decode("".join(armoured[1].split()), validate=True))
    except (binascii.Error, IndexError, ValueError) as fault:
        raise NotACertificate(f"the certificate cannot be read: {fault}") from fault
    if not _SMALLEST_MODULUS <= key.modulus.bit_length() <= _LARGEST_MODULUS or key.exponent.bit_length() > 64:
        raise NotACertificate("the certificate's key is too small or too large")
    return key


def verifies(key: PublicKey, digest: Digest, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that of a message, by RSASSA-PKCS1-v1_5."""
    size = (key.modulus.bit_length() + 7) // 8
    value = int.from_bytes(signature)
    if len(signature) != size or value >= key.modulus:
        return False
    ending = _DIGEST_INFO[digest] + hashlib.new(digest, message, usedforsecurity=False).digest()
    expected = b"\x00\x01" + b"\xff" * (size - len(ending) - 3) + b"\x00" + ending
    return pow(value, key.exponent, key.modulus).to_bytes(size) == expected


def _key_in(certificate: bytes) -> PublicKey:
    """SubjectPublicKeyInfo is the sixth field of TBSCertificate after the optional version."""
    signed, _ = _element(_element(certificate, _SEQUENCE)[0], _SEQUENCE)
    if signed[0] == _VERSION:
        _, signed = _element(signed, _VERSION)
    for tag in (_INTEGER, _SEQUENCE, _SEQUENCE, _SEQUENCE, _SEQUENCE):
        _, signed = _element(signed, tag)
    algorithm, rest = _element(_element(signed, _SEQUENCE)[0], _SEQUENCE)
    if _element(algorithm, _OBJECT)[0] != _RSA_ENCRYPTION:
        raise ValueError("its key is not RSA")
    bits, _ = _element(rest, _BIT_STRING)
    numbers, _ = _element(bits[1:], _SEQUENCE)
    modulus, numbers = _element(numbers, _INTEGER)
    exponent, _ = _element(numbers, _INTEGER)
    return PublicKey(int.from_bytes(modulus), int.from_bytes(exponent))


def _element(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return the content of DER's first element, and the rest.

    The element must have the tag.
    """
    if der[0] != tag:
        raise ValueError(f"tag {der[0]:#x} where {tag:#x} must stand")
    length, start = der[1], 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(der[2:start])
    if len(der) < start + length:
        raise ValueError("an element is cut off")
    return der[start : start + length], der[start + length :]
