"""One headless page of Debian's Chromium, driven by Playwright, and what the tests ask of it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from chalicelib.observation.summaries.png import encode
from infra.browser import chromium

SAME_LETTERS_EVERYWHERE = ["--disable-lcd-text", "--font-render-hinting=none"]

# Pixels of two pictures of which a channel differs by more than `most`; -1 where their sizes differ.
DIFFERENT = """async ([one, other, most]) => {
  const read = async (png) => {
    const image = new Image(); image.src = 'data:image/png;base64,' + png; await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height), paper = canvas.getContext('2d');
    paper.drawImage(image, 0, 0);
    return paper.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await read(one), await read(other)];
  if (a.width !== b.width || a.height !== b.height) return -1;
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs(a.data[at + channel] - b.data[at + channel]) > most)) count++;
  return count;
}"""

# A picture in sixteen shades a channel: its palette, and each pixel's place in it.
PALETTE = """async (png) => {
  const image = new Image(); image.src = 'data:image/png;base64,' + png; await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), paper = canvas.getContext('2d');
  paper.drawImage(image, 0, 0);
  const data = paper.getImageData(0, 0, image.width, image.height).data, colours = new Map();
  let pixels = '';
  for (let at = 0; at < data.length; at += 4) {
    const colour = [0, 1, 2].map((channel) => 17 * Math.round(data[at + channel] / 17)).join();
    if (!colours.has(colour)) colours.set(colour, colours.size);
    pixels += String.fromCharCode(colours.get(colour));
  }
  return {width: image.width, palette: [...colours.keys()].join().split(','), pixels};
}"""

# What stands out to the right of the page, or has lost a part of its text.
CUT = """[...document.body.querySelectorAll('*')].filter((one) =>
  one.getBoundingClientRect().right > innerWidth + 0.5 || one.scrollWidth > one.clientWidth + 1 && one.clientWidth
).map((one) => one.textContent.trim().slice(0, 60))"""

HEIGHT = "Math.ceil(document.documentElement.getBoundingClientRect().height)"


class Browser:
    """A page whose content, width and colour scheme are set."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def show(self, html: str, width: int, *, dark: bool) -> None:
        self._page.set_viewport_size({"width": width, "height": 800})
        self._page.emulate_media(media="screen", color_scheme="dark" if dark else "light")
        self._page.set_content(html)

    def picture(self) -> bytes:
        """The whole page as a PNG, a row of pixels that it fills in part included."""
        width = self._page.evaluate("innerWidth")
        height = self._page.evaluate(HEIGHT)
        self._page.set_viewport_size({"width": width, "height": height})
        return self._page.screenshot()

    def cut(self) -> list[str]:
        """The beginnings of texts that are wider than their place."""
        return list(self._page.evaluate(CUT))

    def print(self) -> tuple[list[str], bytes]:
        """What is cut in print, and the page as a PDF on the paper that it asks for."""
        self._page.emulate_media(media="print")
        return self.cut(), self._page.pdf(print_background=True, prefer_css_page_size=True)

    def different(self, value: bytes, other: bytes, most: int) -> int:
        """How many pixels of two pictures differ by more than `most`; -1 where their sizes do."""
        return int(self._page.evaluate(DIFFERENT, [_text(value), _text(other), most]))

    def smaller(self, picture: bytes) -> bytes:
        """The picture with fewer shades, in a third of the bytes."""
        shown: dict[str, Any] = self._page.evaluate(PALETTE, _text(picture))
        width, palette = shown["width"], bytes(map(int, shown["palette"]))
        pixels = shown["pixels"].encode("latin-1")
        rows = [pixels[at : at + width] for at in range(0, len(pixels), width)]
        return encode(rows, palette)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a Chromium of one's own; raises `BrowserMissing` where the machine has none."""
    executable = chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=SAME_LETTERS_EVERYWHERE)
        yield Browser(running.new_page())
        running.close()


def _text(picture: bytes) -> str:
    return base64.b64encode(picture).decode()
