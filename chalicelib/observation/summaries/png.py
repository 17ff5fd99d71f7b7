"""Encode a picture of few colours as PNG.

It writes the chunks of the specification's sections 5 and 11 that such a picture needs.
"""

import struct
import zlib
from collections.abc import Sequence

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BITS, _INDEXED = 8, 3
_UNFILTERED = b"\0"


def encode(rows: Sequence[bytes], palette: bytes) -> bytes:
    """Encode rows of pixels, from the top, a byte per pixel.

    The byte is the colour's place in the palette, which has three bytes per colour. Raises ValueError where the rows
    are none or not of one width, or the palette has not 1 to 256 whole colours.
    """
    widths = {len(row) for row in rows}
    if len(widths) != 1 or widths == {0}:
        raise ValueError(f"the rows of a picture are of one width and not empty; these are of {sorted(widths)}")
    if len(palette) % 3 or not 1 <= len(palette) // 3 <= 256:
        raise ValueError(f"a palette has three bytes for each of 1 to 256 colours; this has {len(palette)} bytes")
    # Compression, filtering and interlacing: the one method that there is, twice, and none.
    header = struct.pack(">IIBBBBB", widths.pop(), len(rows), _BITS, _INDEXED, 0, 0, 0)
    pixels = zlib.compress(b"".join(_UNFILTERED + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", pixels), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
