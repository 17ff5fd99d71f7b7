"""What a page's first requests meet: an abort, a fault, no answer, a session that has ended. None leaves it empty."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from room import COLD_MS, Visit

Fate = Callable[[Route], None]


def aborted(route: Route) -> None:
    route.abort()


def unavailable(route: Route) -> None:
    route.fulfill(status=503, body="{}", content_type="application/problem+json")


def unanswered(route: Route) -> None:
    """Leave a request without any answer; the page gives it up by itself."""


def once(page: Page, path: str, fate: Fate, times: int = 1) -> None:
    """Have the next requests of a path meet a fate, and no later ones."""
    page.route(path, fate, times=times)


@pytest.mark.parametrize(
    ("path", "fate"),
    [
        ("**/v1/session", aborted),
        pytest.param("**/v1/elections/pages", unavailable, marks=pytest.mark.long),
        pytest.param("**/v1/session", unavailable, marks=pytest.mark.long),
        pytest.param("**/v1/elections/pages", aborted, marks=pytest.mark.long),
        pytest.param("**/board", unanswered, marks=pytest.mark.long),
        pytest.param("**/board.js", aborted, marks=pytest.mark.long),
        pytest.param("**/texts/en.json", aborted, marks=pytest.mark.long),
    ],
    ids=lambda value: value.strip("*/").replace("/", "-") if isinstance(value, str) else value.__name__,
)
def test_a_reload_whose_first_request_fails_shows_the_board_soon(lead: Visit, path: str, fate: Fate) -> None:
    once(lead.page, path, fate)
    lead.page.reload()
    expect(lead.page.locator("table.board")).to_be_visible(timeout=25_000)
    expect(lead.page.locator(".signin")).to_have_count(0)


def test_while_nothing_answers_the_page_says_so(lead: Visit) -> None:
    once(lead.page, "**/v1/session", aborted, times=3)
    lead.page.reload()
    expect(lead.page.locator(".waiting")).to_have_text("Baykoo does not answer. The page tries again.")
    expect(lead.page.locator("table.board")).to_be_visible(timeout=25_000)


def test_a_poll_that_is_refused_once_asks_to_sign_in_and_takes_it_back(lead: Visit) -> None:
    """The session was there when the page was opened: the card loads when it is needed."""
    lead.page.reload()
    expect(lead.page.locator("table.board")).to_be_visible(timeout=COLD_MS)
    once(lead.page, "**/board", lambda route: route.fulfill(status=401, body="{}"))
    expect(lead.page.locator("dialog.over")).to_contain_text("Email or phone", timeout=10_000)
    expect(lead.page.locator("dialog.over")).to_have_count(0, timeout=10_000)
