"""The emails as a browser shows them: equal to the approved pictures, within the screen, and readable (WCAG AA).

BAYKOO_APPROVE=1 takes new pictures: look at them before they are committed. `make browser` brings Chromium.
"""

import os
import re
from itertools import product
from pathlib import Path

import pytest
from browser import Browser
from sample_day import PAGES, with_pictures

from chalicelib.observation.summaries.turnout_chart import BEFORE, GROUND, NOW, PALETTE, WORDS

APPROVED = Path(__file__).parent / "approved"
WIDTHS = {"phone": 360, "desktop": 900}
# One font that every machine can have, so that pictures can be compared.
FONT = "<style>body{font-family:'DejaVu Sans',sans-serif !important}</style></head>"
MOST_OF_A_CHANNEL = 48
DIFFERENT_AT_MOST = 0.02
"""Share of pixels: versions of Chromium smooth letters differently; a line that moved changes more."""


@pytest.mark.parametrize(("name", "screen", "dark"), list(product(PAGES, WIDTHS, (False, True))))
def test_an_email_looks_as_it_was_approved(chromium: Browser, name: str, screen: str, dark: bool) -> None:
    width = WIDTHS[screen]
    chromium.show(with_pictures(PAGES[name]()).replace("</head>", FONT), width, dark=dark)
    assert chromium.cut() == []
    seen = chromium.picture()
    approved = APPROVED / f"{name}.{screen}.{'dark' if dark else 'light'}.png"
    if os.environ.get("BAYKOO_APPROVE"):
        approved.write_bytes(chromium.smaller(seen))
    different = chromium.different(approved.read_bytes(), seen, MOST_OF_A_CHANNEL)
    assert different >= 0, f"{approved.name}: another size"
    height = int.from_bytes(seen[20:24], "big")
    assert different <= DIFFERENT_AT_MOST * width * height, f"{approved.name}: {different} pixels differ"


@pytest.mark.parametrize("name", PAGES)
def test_a_word_that_is_wider_than_the_screen_is_broken(chromium: Browser, name: str) -> None:
    page = PAGES[name]()
    for word in ("Chuy", "Alamudun", "Айбек", "Явка", "Катышуу", "Turnout"):
        page = page.replace(word, word * 12)
    chromium.show(page, WIDTHS["phone"], dark=False)
    assert chromium.cut() == []


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


def contrast(value: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2): 4.5 for text, 3 for what a chart shows."""
    light, dark = sorted((luminance(value), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_and_bar_stands_out_from_what_is_behind_it(name: str, dark: bool) -> None:
    css = re.search(r"<style>(.*?)</style>", PAGES[name](), re.DOTALL)[1]
    plain, _, night = css.partition("@media (prefers-color-scheme: dark) {")
    styles = colours(plain)
    for selector, changed in colours(night).items() if dark else ():
        styles[selector] = styles.get(selector, {}) | changed
    behind = styles["body"]["background"]
    texts = {selector: message["color"] for selector, message in styles.items() if "color" in message}
    assert {"body", "h3", ".small", "a", ".missing", ".urgent"} <= texts.keys()
    assert {selector: colour for selector, colour in texts.items() if contrast(colour, behind) < 4.5} == {}
    assert contrast(styles[".bar td.full"]["background"], styles[".bar td"]["background"]) >= 3
    assert contrast(styles[".bar td.full"]["background"], behind) >= 3


def test_the_picture_of_a_curve_stands_out_from_its_own_ground_whatever_is_behind_it() -> None:
    colour = [f"#{PALETTE[3 * place : 3 * place + 3].hex()}" for place in range(len(PALETTE) // 3)]
    assert contrast(colour[NOW], colour[GROUND]) >= 4.5
    assert contrast(colour[WORDS], colour[GROUND]) >= 4.5
    assert contrast(colour[BEFORE], colour[GROUND]) >= 3


@pytest.mark.parametrize("name", PAGES)
def test_nothing_remote_no_script_and_no_picture_but_the_curve_that_comes_with_the_email(name: str) -> None:
    page, pictures = re.subn(
        r'<img src="cid:turnout-1@baykoo" alt="[^"<>]{20,}" width="320" height="160">', "", PAGES[name]()
    )
    assert pictures == (1 if name.startswith("summary") else 0)
    assert not re.search(r"<script|<img|<link|url\(|@import|src=|cid:", page)
