"""The browser that draws emails."""

from collections.abc import Iterator

import pytest
from browser import Browser, browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running
