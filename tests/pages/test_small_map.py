"""The map on a small phone: its letters can be read, loaded there or made narrow there."""

from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect
from room import Room, visiting

SMALL: Final[Any] = {"width": 360, "height": 640}
PHONE: Final[dict[str, Any]] = {"viewport": SMALL, "device_scale_factor": 3, "is_mobile": True, "has_touch": True}
LEAST_PX = 11
LETTERS = """() => {
  const map = document.querySelector('svg.map');
  const frame = map.getBoundingClientRect();
  const scale = frame.width / map.viewBox.baseVal.width;
  return [...map.querySelectorAll('text')].map((text) => {
    const {left, right, top, bottom} = text.getBoundingClientRect();
    const isInside = left >= frame.left && right <= frame.right && top >= frame.top && bottom <= frame.bottom;
    return [text.textContent, scale * parseFloat(getComputedStyle(text).fontSize), isInside];
  });
}"""


def unreadable(page: Page) -> list[tuple[str, float, bool]]:
    """Names and numbers that are too small, or cut."""
    letters: list[tuple[str, float, bool]] = page.evaluate(LETTERS)
    assert letters
    return [(text, px, is_inside) for text, px, is_inside in letters if px < LEAST_PX or not is_inside]


@pytest.mark.parametrize("how", ["loaded", "resized"])
def test_p2_the_map_of_a_small_phone_can_be_read(chromium: Browser, room: Room, how: str) -> None:
    with visiting(chromium, room, room.link("headquarters"), **(PHONE if how == "loaded" else {})) as visit:
        page = visit.go("map", "svg.map a.cluster")
        expect(page.locator("svg.map text")).to_have_count(2 * len(set(room.regions.values())))
        assert unreadable(page) == []
        page.set_viewport_size(SMALL)
        page.wait_for_function("() => document.querySelector('svg.map').viewBox.baseVal.width < 360")
        assert unreadable(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
