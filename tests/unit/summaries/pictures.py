"""A PNG of indexed colours read back: by the specification, and by nothing of the code that writes it."""

import struct
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """`rows` of places in `colours`, which are as CSS writes them."""

    rows: list[bytes]
    colours: list[str]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows[0]), len(self.rows)

    def where(self, colour: int, column: int) -> list[int]:
        """The rows, from the top, in which a column has a colour."""
        return [place for place, row in enumerate(self.rows) if row[column] == colour]


def read(png: bytes) -> Picture:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = [], 8
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        body = png[at + 4 : at + 8 + length]
        assert png[at + 8 + length : at + 12 + length] == struct.pack(">I", zlib.crc32(body))
        chunks.append((body[:4], body[4:]))
        at += 12 + length
    assert [name for name, _ in chunks] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    assert rest == [8, 3, 0, 0, 0], "8 bits, indexed, deflated, filtered by row, not interlaced"
    pixels = zlib.decompress(chunks[2][1])
    assert len(pixels) == (width + 1) * height
    assert not any(pixels[:: width + 1]), "no row is filtered"
    palette = chunks[1][1]
    return Picture(
        [pixels[begin + 1 : begin + 1 + width] for begin in range(0, len(pixels), width + 1)],
        [f"#{palette[place : place + 3].hex()}" for place in range(0, len(palette), 3)],
    )
