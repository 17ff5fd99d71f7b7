"""One headless Chromium for all pictures, spoken to by its DevTools protocol over a pipe."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalicelib.observation.summaries.png import encode

CHROMIUM = shutil.which("chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--hide-scrollbars"),
    *("--disable-lcd-text", "--font-render-hinting=none", "--remote-debugging-pipe"),
]
PIPED = '"$@" 3<&{} 4>&{}'
"""Chromium reads commands from descriptor 3 and answers on 4."""

# Pixels of two pictures of which a channel differs by more than `most`; -1 where their sizes differ.
DIFFERENT = """(async ([one, other, most]) => {
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
})"""

# A picture in sixteen shades a channel: its palette, and each pixel's place in it.
PALETTE = """(async ([png]) => {
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
})"""

# What stands out to the right of the page, or has lost a part of its text.
CUT = """[...document.body.querySelectorAll('*')].filter((one) =>
  one.getBoundingClientRect().right > innerWidth + 0.5 || one.scrollWidth > one.clientWidth + 1 && one.clientWidth
).map((one) => one.textContent.trim().slice(0, 60))"""


class Browser:
    """A page whose content, width and colour scheme are set."""

    def __init__(self, commands: Any, answers: Any) -> None:
        self._commands, self._answers = commands, answers
        self._last = 0
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._frame = self.ask("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def ask(self, method: str, **parameters: object) -> Any:
        self._last += 1
        command = {"id": self._last, "method": method, "params": parameters}
        command |= {"sessionId": self._session} if self._session else {}
        self._commands.write(json.dumps(command).encode() + b"\0")
        self._commands.flush()
        while (answer := json.loads(self._read())).get("id") != self._last:
            pass  # an event, which nobody waits for
        assert "result" in answer, answer
        return answer["result"]

    def show(self, page: str, width: int, *, dark: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("Page.setDocumentContent", frameId=self._frame, html=page)

    def evaluate(self, expression: str) -> Any:
        answer = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, width: int) -> bytes:
        """The whole page as a PNG."""
        height = self.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        taken = self.ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(taken["data"])

    def cut(self) -> list[str]:
        """The beginnings of texts that are wider than their place."""
        return list(self.evaluate(CUT))

    def different(self, one: bytes, other: bytes, most: int) -> int:
        """How many pixels of two pictures differ by more than `most`; -1 where their sizes do."""
        return int(self._call(DIFFERENT, _text(one), _text(other), most))

    def smaller(self, picture: bytes) -> bytes:
        """The picture with fewer shades, in a third of the bytes."""
        shown = self._call(PALETTE, _text(picture))
        width, palette = shown["width"], bytes(map(int, shown["palette"]))
        pixels = shown["pixels"].encode("latin-1")
        rows = [pixels[at : at + width] for at in range(0, len(pixels), width)]
        return encode(rows, palette)

    def _call(self, function: str, *arguments: object) -> Any:
        return self.evaluate(f"{function}({json.dumps(arguments)})")

    def _read(self) -> bytes:
        read = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "Chromium has ended"
            read += byte
        return bytes(read)


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A Chromium of one's own."""
    (commands, to_browser), (from_browser, answers) = os.pipe(), os.pipe()
    piped = f"exec {PIPED.format(commands, answers)}"
    started = [*("bash", "-c", piped, "bash"), str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}"]
    running = subprocess.Popen(started, pass_fds=(commands, answers), stderr=subprocess.DEVNULL)
    os.close(commands)
    os.close(answers)
    try:
        with os.fdopen(to_browser, "wb") as writer, os.fdopen(from_browser, "rb") as reader:
            yield Browser(writer, reader)
    finally:
        running.terminate()
        running.wait(30)


def _text(picture: bytes) -> str:
    return base64.b64encode(picture).decode()
