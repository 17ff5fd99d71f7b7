"""ECDSA signatures on P-256 verified with the standard library alone.

As in rsa_signatures.py: verifying needs no secret, so timing tells nothing, and a native library would tie the bundle
to one processor and double it. The curve and the steps: FIPS 186-5, 6.4.2; SP 800-186, 3.2.1.3.
"""

import hashlib
from typing import Final, NamedTuple

_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_N: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SIZE: Final = 32


class Point(NamedTuple):
    """A point of the curve; a public key is one."""

    x: int
    y: int


_G: Final = Point(
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def is_key(key: Point) -> bool:
    """Whether a point is on the curve."""
    return 0 <= key.x < _P and 0 <= key.y < _P and (key.y**2 - key.x**3 + 3 * key.x - _B) % _P == 0


def verifies(key: Point, message: bytes, signature: bytes) -> bool:
    """Whether a signature is that of a message, by ECDSA with SHA-256.

    It is r and s in 32 bytes each.
    """
    r, s = int.from_bytes(signature[:_SIZE]), int.from_bytes(signature[_SIZE:])
    if len(signature) != 2 * _SIZE or not 0 < r < _N or not 0 < s < _N or not is_key(key):
        return False
    digest = int.from_bytes(hashlib.sha256(message).digest())
    inverse = pow(s, -1, _N)
    point = _added(_times(digest * inverse % _N, _G), _times(r * inverse % _N, key))
    return point is not None and point.x % _N == r


def _added(point: Point | None, other: Point | None) -> Point | None:
    """Add two points; None is the point at infinity."""
    if point is None or other is None:
        return point or other
    if point.x == other.x:
        if (point.y + other.y) % _P == 0:
            return None
        slope = (3 * point.x * point.x - 3) * pow(2 * point.y, -1, _P)
    else:
        slope = (other.y - point.y) * pow(other.x - point.x, -1, _P)
    x = (slope * slope - point.x - other.x) % _P
    return Point(x, (slope * (point.x - x) - point.y) % _P)


def _times(factor: int, point: Point) -> Point | None:
    total: Point | None = None
    doubled: Point | None = point
    while factor:
        if factor & 1:
            total = _added(total, doubled)
        doubled = _added(doubled, doubled)
        factor >>= 1
    return total
