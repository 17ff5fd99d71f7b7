from collections.abc import Iterator

import pytest
from browser import CHROMIUM, Browser, browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt install chromium")
    with browser(tmp_path_factory.mktemp("profile")) as running:
        yield running
