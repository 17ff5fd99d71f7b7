"""Draw a turnout curve: voters per station by round.

Thin behind it is what was known a summary before. It has a light ground of its own, so that it can be read in dark mail
programs too, and twice the pixels that it is shown with, for phones. No words are in it, only the hours and the scale:
what it shows stands beside it in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Final

from chalicelib.observation.summaries.png import encode

WIDTH, HEIGHT = 640, 320
SHOWN: Final = (WIDTH // 2, HEIGHT // 2)
"""The width and height that the picture is shown with, in CSS's pixels."""
GROUND, GRID, WORDS, BEFORE, NOW = range(5)
PALETTE: Final = bytes.fromhex("ffffff d0d7de 57606a 6e7781 0b6bcb")
"""Three bytes a colour, in the order above."""

_TOP, _RIGHT, _BOTTOM = 28, WIDTH - 40, HEIGHT - 52
_MARGIN = 12
_EDGE = 2
# Radii, of rounds and of the lines between them.
_DOT, _SMALL_DOT = 9, 5
_THICK, _THIN = 3, 1
_GLYPH, _GLYPH_WIDTH, _GLYPH_HEIGHT = 4, 3, 5
_GLYPHS: Final = {
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71111",
    "8": "75757",
    "9": "75717",
    ":": "02020",
}
"""Five rows of three dots from the top, each an octal digit."""
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Point:
    """A round of the curve, in local minutes since the day began.

    `now`: voters per station by now, None where no station has reported it; `before`: as of the summary before.
    """

    minute: int
    now: int | None
    before: int | None


def draw(points: Sequence[Point]) -> bytes:
    """Draw the curve as a PNG of WIDTH and HEIGHT.

    Broken where a round has no reports. Points are in order of time, no number is negative. Raises ValueError where
    there is no number at all.
    """
    canvas, scale = _Canvas(), _Scale.of(points)
    canvas.frame()
    for number in (0, scale.most // 2, scale.most):
        y, left = scale.y(number), scale.left - _MARGIN - _width(str(number))
        canvas.box(scale.left, y - 1, _RIGHT, y + 1, GRID)
        canvas.write(str(number), left, y - _GLYPH * _GLYPH_HEIGHT // 2)
    _draw_hours(canvas, scale, points)
    for line, colour, radius, dot in (
        ([point.before for point in points], BEFORE, _THIN, _SMALL_DOT),
        ([point.now for point in points], NOW, _THICK, _DOT),
    ):
        places = [
            None if voters is None else (scale.x(point.minute), scale.y(voters))
            for point, voters in zip(points, line, strict=True)
        ]
        for begin, end in pairwise(places):
            if begin and end:
                canvas.line(begin, end, radius, colour)
        for place in filter(None, places):
            canvas.dot(place, dot, colour)
    return canvas.png()


def _draw_hours(canvas: "_Canvas", scale: "_Scale", points: Sequence[Point]) -> None:
    """Each round's tick, and its hour where there is room for it."""
    free = 0
    for point in points:
        x = scale.x(point.minute)
        canvas.box(x - 1, _BOTTOM, x + 1, _BOTTOM + 12, WORDS)
        hour = _hour(point.minute)
        begin = x - _width(hour) // 2
        if begin >= free:
            canvas.write(hour, begin, _BOTTOM + 18)
            free = begin + _width(hour) + 2 * _GLYPH


def _hour(minute: int) -> str:
    hours, minutes = divmod(minute % _DAY, 60)
    return f"{hours:02}:{minutes:02}" if minutes else f"{hours:02}"


def _width(written: str) -> int:
    return (len(written) * (_GLYPH_WIDTH + 1) - 1) * _GLYPH


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where on the canvas a minute and a number stand.

    `most` is the number at the top.
    """

    first: int
    last: int
    most: int

    @classmethod
    def of(cls, points: Sequence[Point]) -> "_Scale":
        numbers = [number for point in points for number in (point.now, point.before) if number is not None]
        if not numbers:
            raise ValueError("no round of the curve has a number: there is nothing to draw")
        return cls(points[0].minute, points[-1].minute, _round_up(max(numbers)))

    @property
    def left(self) -> int:
        """Where the curve's ground begins, right of the widest number."""
        return min(2 * _MARGIN + _width(str(self.most)), WIDTH // 2)

    def x(self, minute: int) -> int:
        begin, end = self.left + 2 * _DOT, _RIGHT - 2 * _DOT
        if self.first == self.last:
            return (begin + end) // 2
        return begin + (minute - self.first) * (end - begin) // (self.last - self.first)

    def y(self, number: int) -> int:
        return _BOTTOM - number * (_BOTTOM - _TOP) // self.most


def _round_up(number: int) -> int:
    """Round up to 2, 4, 6, 8, 10, 20 and so on.

    Half of it is whole too.
    """
    return next(step for step in _steps() if step >= number)


def _steps() -> Iterator[int]:
    for power in count():
        yield from (step * 10**power for step in (2, 4, 6, 8, 10))


class _Canvas:
    """Pixels in which boxes are filled.

    What stands out of the canvas is left out.
    """

    def __init__(self) -> None:
        self._rows = [bytearray([GROUND]) * WIDTH for _ in range(HEIGHT)]

    def box(self, left: int, top: int, right: int, bottom: int, colour: int) -> None:
        """Fill from left and top up to, without, right and bottom."""
        left, right = max(left, 0), max(min(right, WIDTH), 0)
        for row in self._rows[max(top, 0) : max(bottom, 0)]:
            row[left:right] = bytes([colour]) * (right - left)

    def frame(self) -> None:
        self.box(0, 0, WIDTH, HEIGHT, BEFORE)
        self.box(_EDGE, _EDGE, WIDTH - _EDGE, HEIGHT - _EDGE, GROUND)

    def line(self, begin: tuple[int, int], end: tuple[int, int], radius: int, colour: int) -> None:
        """Dots, from one to the other, as close as pixels are."""
        (left, first), (right, last) = begin, end
        steps = max(abs(right - left), abs(last - first), 1)
        for step in range(steps + 1):
            share = step / steps
            self.dot((round(left + share * (right - left)), round(first + share * (last - first))), radius, colour)

    def dot(self, centre: tuple[int, int], radius: int, colour: int) -> None:
        x, y = centre
        for down in range(-radius, radius + 1):
            across = round((radius**2 - down**2) ** 0.5)
            self.box(x - across, y + down, x + across + 1, y + down + 1, colour)

    def write(self, written: str, left: int, top: int) -> None:
        """Digits and colons."""
        for place, character in enumerate(written):
            for row, dots in enumerate(_GLYPHS[character]):
                for column in range(_GLYPH_WIDTH):
                    if int(dots) >> (_GLYPH_WIDTH - 1 - column) & 1:
                        x = left + (place * (_GLYPH_WIDTH + 1) + column) * _GLYPH
                        y = top + row * _GLYPH
                        self.box(x, y, x + _GLYPH, y + _GLYPH, WORDS)

    def png(self) -> bytes:
        return encode([bytes(row) for row in self._rows], PALETTE)
