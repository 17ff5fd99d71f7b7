"""The picture of the turnout curve, read as a person does: ticks and grid lines first, then how high the line is."""

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import Picture, read

from chalicelib.observation.summaries.png import encode
from chalicelib.observation.summaries.turnout_chart import BEFORE, GRID, HEIGHT, NOW, SHOWN, WIDTH, WORDS, Point, draw

MOST_BYTES = 6000
"""A picture goes with every section of every coordinator's email."""


def groups(places: list[int]) -> list[tuple[int, int]]:
    """Neighbouring places together, first and last."""
    together = [
        [member for _, member in group] for _, group in groupby(enumerate(places), lambda pair: pair[1] - pair[0])
    ]
    return [(group[0], group[-1]) for group in together]


def middles(places: list[int]) -> list[float]:
    return [(first + last) / 2 for first, last in groups(places)]


def grid(picture: Picture) -> list[float]:
    """Rows of the grid lines, from the top: they end where nothing else is drawn."""
    return middles(picture.where(GRID, WIDTH - 45))


def ticks(picture: Picture) -> list[int]:
    """Columns of the rounds' ticks, right below the lowest grid line and any dot on it."""
    axis = round(grid(picture)[-1])
    begin = picture.rows[axis].index(GRID)
    row = picture.rows[axis + 11]
    return [round(place) for place in middles([place for place in range(begin, WIDTH) if row[place] == WORDS])]


def height_at(picture: Picture, colour: int, column: int, most: int) -> float | None:
    """The number that a line shows in a column."""
    rows = [row for row in picture.where(colour, column) if 2 <= row < HEIGHT - 2]  # without the frame
    if not rows:
        return None
    top, bottom = grid(picture)[0], grid(picture)[-1]
    return most * (bottom - (rows[0] + rows[-1]) / 2) / (bottom - top)


def curve(*numbers: int | None, before: tuple[int | None, ...] = ()) -> list[Point]:
    """Rounds every two hours from 08:00."""
    was = [*before, *[None] * (len(numbers) - len(before))]
    return [Point(480 + 120 * place, now, was[place]) for place, now in enumerate(numbers)]


@pytest.mark.parametrize(
    ("numbers", "most"),
    [
        ((0, 181, 395, 560), 600),
        ((1, 2), 2),
        ((999, 1001), 2000),
        ((0, 0, 0), 2),
        ((5,), 6),
        ((10**9, 3 * 10**9), 4 * 10**9),
    ],
)
def test_each_round_is_as_high_as_its_number_and_the_scale_is_round(numbers: tuple[int, ...], most: int) -> None:
    picture = read(draw(curve(*numbers)))
    assert len(grid(picture)) == 3
    assert len(ticks(picture)) == len(numbers)
    for column, number in zip(ticks(picture), numbers, strict=True):
        assert height_at(picture, NOW, column, most) == pytest.approx(number, abs=most / 100)


def test_between_two_rounds_the_line_is_straight_and_rounds_stand_where_their_hours_are() -> None:
    picture = read(draw([Point(480, 100, None), Point(600, 200, None), Point(1080, 400, None)]))
    first, second, third = ticks(picture)
    assert (second - first) / (third - first) == pytest.approx(120 / 600, abs=0.01)
    assert height_at(picture, NOW, (second + third) // 2, 400) == pytest.approx(300, abs=8)


def test_the_line_is_broken_where_a_round_has_no_reports_and_ends_before_those_to_come() -> None:
    picture = read(draw(curve(100, None, 300, 400, None, None)))
    columns = ticks(picture)
    assert [height_at(picture, NOW, column, 400) is not None for column in columns] == [
        *(True, False, True),
        *(True, False, False),
    ]
    drawn = [height_at(picture, NOW, (value + other) // 2, 400) is not None for value, other in pairwise(columns)]
    assert drawn == [False, False, True, False, False]


def test_what_was_known_before_is_a_line_of_its_own_thinner_and_behind() -> None:
    picture = read(draw(curve(200, 400, None, before=(100, 200))))
    first, second, _ = ticks(picture)
    assert height_at(picture, BEFORE, first, 400) == pytest.approx(100, abs=6)
    middle = (first + second) // 2
    assert height_at(picture, BEFORE, middle, 400) == pytest.approx(150, abs=6)
    within = [row for row in picture.where(BEFORE, middle) if 2 <= row < HEIGHT - 2]
    assert len(within) < len(picture.where(NOW, middle))
    same = read(draw(curve(200, 400, before=(200, 400))))
    assert height_at(same, BEFORE, middle, 400) is None


numbers = st.none() | st.integers(0, 10**12)
rounds = st.lists(st.tuples(st.integers(-20 * 1440, 3 * 1440), numbers, numbers), min_size=1, max_size=60).map(
    lambda drawn: [Point(*row) for row in sorted(drawn, key=lambda row: row[0])]
)


@given(rounds.filter(lambda points: any(point.now is not None for point in points)))
def test_any_curve_is_a_small_picture_with_its_line_on_the_scale(points: list[Point]) -> None:
    png = draw(points)
    picture = read(png)
    assert len(png) < MOST_BYTES
    assert picture.size == (WIDTH, HEIGHT) == (2 * SHOWN[0], 2 * SHOWN[1])
    lines = [row for row, colours in enumerate(picture.rows) if NOW in colours]
    top, bottom = grid(picture)[0], grid(picture)[-1]
    assert top - 10 <= lines[0] <= lines[-1] <= bottom + 10
    assert len({row[0] for row in picture.rows}) == 1, "the frame is whole"


def test_without_a_number_there_is_nothing_to_draw() -> None:
    for points in ([], curve(None, None)):
        with pytest.raises(ValueError, match="nothing to draw"):
            draw(points)


@pytest.mark.parametrize(
    ("rows", "palette", "problem"),
    [
        ([], b"abc", "rows"),
        ([b""], b"abc", "rows"),
        ([b"\0", b"\0\0"], b"abc", "rows"),
        ([b"\0"], b"", "palette"),
        ([b"\0"], b"abcd", "palette"),
        ([b"\0"], b"abc" * 257, "palette"),
    ],
)
def test_what_is_no_picture_is_refused(rows: list[bytes], palette: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        encode(rows, palette)
