"""A room of operators, and the browser that draws their pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from room import Room, Visit, visiting

from infra.browser import chromium as executable
from infra.stack import Stack

expect.set_options(timeout=30_000)  # a function that was not asked before takes its time on a busy machine


@pytest.fixture(scope="session")
def room(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Room:
    """The stack with an election whose noon reports have come from some stations."""
    made = Room(stack, tmp_path_factory.mktemp("room"))
    made.load()
    return made


@pytest.fixture(scope="module")  # two of Playwright cannot run in one process
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable())
        yield running
        running.close()


@pytest.fixture
def lead(chromium: Browser, room: Room) -> Iterator[Visit]:
    """Headquarters, signed in."""
    with visiting(chromium, room, room.link("headquarters")) as visit:
        yield visit
