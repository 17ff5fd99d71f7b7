"""The emails as a browser shows them: equal to the approved pictures, within the screen, and readable (WCAG AA).

BAYKOO_APPROVE=1 takes new pictures: look at them before they are committed. Needs Chromium and Debian's DejaVu fonts.
"""

import os
import re
import shutil
import struct
import subprocess
import zlib
from itertools import product
from pathlib import Path

import pytest
from telling import PAGES

APPROVED = Path(__file__).parent / "approved"
CHROMIUM = shutil.which("chromium")
SHOWN = ("summary.ru", "missing.ru")
WIDTHS = {"phone": 360, "desktop": 900}
HEIGHT = 1700
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    *("--force-device-scale-factor=1", "--disable-lcd-text", "--font-render-hinting=none"),
]
# One font that every machine can have, so that pictures can be compared.
FONT = "<style>body{font-family:'DejaVu Sans',sans-serif !important}</style></head>"
DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
DIFFERENT_AT_MOST = 0.02
"""Share of pixels: versions of Chromium smooth letters differently; a line that moved changes more."""


def shown(page: str, picture: Path, width: int, *, dark: bool) -> bytes:
    source = picture.with_suffix(".html")
    source.write_text(page.replace("</head>", FONT), "utf-8")
    profile = picture.parent / "profile"
    frame = picture.parent / "frame.html"
    # Headless windows are no narrower than 500 px: a frame is.
    frame.write_text(
        f'<meta name="color-scheme" content="light dark"><body style="margin:0"><iframe src="{source.name}" '
        f'style="border:0;width:{width}px;height:{HEIGHT}px;display:block"></iframe>'
    )
    command = [CHROMIUM, *FLAGS, DARK if dark else LIGHT, f"--user-data-dir={profile}"]
    command += [f"--window-size={max(width, 500)},{HEIGHT}", f"--screenshot={picture}", frame.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=90)
    return picture.read_bytes()


def pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and rows of an 8-bit RGB or RGBA picture, by the PNG specification's filters."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    depth = {2: 3, 6: 4}[kind]
    packed = b"".join(body for name, body in _chunks(png) if name == b"IDAT")
    raw = zlib.decompress(packed)
    rows, above = [], bytearray(width * depth)
    for place in range(height):
        start = place * (width * depth + 1)
        row = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + width * depth]), above, depth)
        rows.append(b"".join(row[at : at + 3] for at in range(0, len(row), depth)))
        above = row
    return width, height, rows


def _chunks(png: bytes):
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _unfiltered(kind: int, row: bytearray, above: bytearray, depth: int) -> bytearray:
    for at in range(len(row)):
        left = row[at - depth] if at >= depth else 0
        up, corner = above[at], above[at - depth] if at >= depth else 0
        if kind == 4:
            guess = left + up - corner
            predicted = min((left, up, corner), key=lambda one: abs(guess - one))
        else:
            predicted = (0, left, up, (left + up) // 2)[kind]
        row[at] = (row[at] + predicted) & 255
    return row


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt install chromium")
@pytest.mark.parametrize(("name", "screen", "dark"), list(product(SHOWN, WIDTHS, (False, True))))
def test_an_email_looks_as_it_was_approved(name: str, screen: str, dark: bool, tmp_path: Path) -> None:
    picture = f"{name}.{screen}.{'dark' if dark else 'light'}.png"
    seen = shown(PAGES[name](), tmp_path / picture, WIDTHS[screen], dark=dark)
    approved = APPROVED / picture
    if os.environ.get("BAYKOO_APPROVE"):
        APPROVED.mkdir(exist_ok=True)
        approved.write_bytes(seen)
    if seen == approved.read_bytes():
        return
    (width, height, was), (now_width, now_height, now) = pixels(approved.read_bytes()), pixels(seen)
    assert (width, height) == (now_width, now_height)
    different = sum(
        any(abs(a - b) > 48 for a, b in zip(one[at : at + 3], other[at : at + 3], strict=True))
        for one, other in zip(was, now, strict=True)
        if one != other
        for at in range(0, len(one), 3)
    )
    assert different <= DIFFERENT_AT_MOST * width * height, f"{picture}: {different} pixels differ"


def colours(css: str) -> dict[str, dict[str, str]]:
    """Declarations of colours by selector."""
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        for selector in selectors.split(","):
            for name, value in re.findall(r"(?<![-\w])(color|background): (#[0-9a-f]{6})", body):
                found.setdefault(selector.strip(), {})[name] = value
    return found


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2): 4.5 for text, 3 for what a chart shows."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_and_bar_stands_out_from_what_is_behind_it(name: str, dark: bool) -> None:
    css = re.search(r"<style>(.*?)</style>", PAGES[name](), re.DOTALL)[1]
    plain, _, night = css.partition("@media (prefers-color-scheme: dark) {")
    told = colours(plain)
    for selector, changed in colours(night).items() if dark else ():
        told[selector] = told.get(selector, {}) | changed
    behind = told["body"]["background"]
    texts = {selector: one["color"] for selector, one in told.items() if "color" in one}
    assert {"body", "h3", ".small", "a", ".missing", ".urgent"} <= texts.keys()
    assert {selector: colour for selector, colour in texts.items() if contrast(colour, behind) < 4.5} == {}
    assert contrast(told[".bar td.full"]["background"], told[".bar td"]["background"]) >= 3
    assert contrast(told[".bar td.full"]["background"], behind) >= 3


@pytest.mark.parametrize("name", PAGES)
def test_nothing_remote_and_no_script(name: str) -> None:
    assert not re.search(r"<script|<img|<link|url\(|@import|src=", PAGES[name]())
