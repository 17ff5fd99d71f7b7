"""Bring the tests' browser: Debian's Chromium with its DejaVu fonts.

It is brought where this process may.

Runs with nothing installed: ``python3 infra/browser.py``. Playwright drives the browser but downloads none: Debian
keeps its own safe, and it comes from where the machine's other packages come from.
"""

import os
import shutil
import subprocess
import sys

SHELL = "chromium-headless-shell"
"""The package and the program: Chromium that has no windows, at half the processor time of one that hides them."""
PACKAGES = (SHELL, "fontconfig", "fonts-dejavu-core")
FONT = "DejaVu Sans"
INSTALL = f"sudo apt-get update && sudo apt-get install {' '.join(PACKAGES)}"


class BrowserMissing(Exception):
    """No browser to test with; the message says what brings it."""


def chromium() -> str:
    """Return the path of Chromium; raises `BrowserMissing`.

    It is missing where its fonts are not installed too.
    """
    path = shutil.which(SHELL)
    if path is None:
        raise BrowserMissing(f"The emails' tests need Chromium, which is not installed. On Debian: {INSTALL}")
    if not _has_font():
        raise BrowserMissing(f"The emails' tests need the font {FONT}, which is not installed. On Debian: {INSTALL}")
    return path


def ensure() -> None:
    """Bring the browser where it is missing; raises `BrowserMissing`.

    Apt is asked only where it may be.
    """
    try:
        chromium()
    except BrowserMissing:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise
        print(f"Installing {', '.join(PACKAGES)} …", file=sys.stderr)
        _apt("update", "-qq")
        _apt("install", "-qq", "--yes", "--no-install-recommends", *PACKAGES)
        chromium()


def _has_font() -> bool:
    lister = shutil.which("fc-list")
    return lister is not None and FONT in _run([lister, ":", "family"]).stdout


def _apt(*arguments: str) -> None:
    done = _run(["apt-get", *arguments])
    if done.returncode:
        raise BrowserMissing(f"{done.stdout}{done.stderr}\napt-get could not bring Chromium. By hand: {INSTALL}")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environ)


def main() -> int:
    """Bring the browser; return the exit status."""
    try:
        ensure()
    except BrowserMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
