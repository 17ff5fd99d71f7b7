"""SVG pictures of simulations: the same run gives the same bytes."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 280, 64, 36, 44
COLOURS = ("#4477aa", "#ee6677", "#228833", "#aa3377")
Series = Mapping[str, Sequence[float]]
"""A name, and what happened a second in each step."""


def curves(title: str, series: Series, step_seconds: int) -> str:
    """Draw what happened a second, over minutes."""
    highest = max((max(values) for values in series.values() if values), default=1.0) or 1.0
    steps = max(len(values) for values in series.values())
    wide, high = WIDTH - LEFT - 16, HEIGHT - TOP - BOTTOM
    parts = [_text(LEFT, 18, title, size=14)]
    for place, (name, values) in enumerate(series.items()):
        points = " ".join(
            f"{LEFT + wide * at / max(1, steps - 1):.1f},{TOP + high * (1 - value / highest):.1f}"
            for at, value in enumerate(values)
        )
        colour = COLOURS[place % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>')
        parts.append(_text(LEFT + 150 * place, 36, name, colour=colour))
    parts += [
        _text(LEFT - 6, TOP + high * (1 - share) + 4, f"{highest * share:,.0f}", anchor="end")
        for share in (0.0, 0.5, 1.0)
    ]
    minutes = steps * step_seconds / 60
    every = max(1, round(minutes / 8))
    parts += [
        _text(LEFT + wide * minute / minutes, HEIGHT - 14, f"{minute} min", anchor="middle")
        for minute in range(0, int(minutes) + 1, every)
    ]
    parts.append(f'<path d="M{LEFT},{TOP} V{HEIGHT - BOTTOM} H{WIDTH - 16}" fill="none" stroke="#888"/>')
    return _svg(parts, HEIGHT)


def bars(title: str, rows: Sequence[tuple[str, float]], limit: float) -> str:
    """Draw what the hottest keys are asked, and what a key gives."""
    high = TOP + 24 * len(rows) + 16
    widest = max([limit, *(amount for _, amount in rows)])
    left, wide = 250, WIDTH - 250 - 80
    parts = [_text(16, 18, title, size=14)]
    for place, (name, amount) in enumerate(rows):
        y = TOP + 24 * place
        colour = COLOURS[1] if amount > limit else COLOURS[0]
        parts.append(_text(left - 8, y + 13, name, anchor="end"))
        parts.append(f'<rect x="{left}" y="{y}" width="{wide * amount / widest:.1f}" height="18" fill="{colour}"/>')
        parts.append(_text(left + wide * amount / widest + 6, y + 13, f"{amount:,.0f}"))
    x = left + wide * limit / widest
    parts.append(f'<path d="M{x:.1f},{TOP - 8} V{high - 8}" stroke="#333" stroke-dasharray="4 3"/>')
    parts.append(_text(x, TOP - 12, f"limit {limit:,.0f}", anchor="middle"))
    return _svg(parts, high)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, colour: str = "#222") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"'
    return f"<text {where}>{escape(words)}</text>"


def _svg(parts: Sequence[str], high: float) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high:.0f}" font-family="sans-serif">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>", ""])
