"""Where the page is: as the template says, else where the request was made, on AWS, under a domain, on an emulator."""

from types import SimpleNamespace

import pytest

from chalicelib.entrypoints.api.session import page_url

SIGN_IN = "/v1/session/request"
WALL = "/v1/elections/{election_id}/wall-links"
AWS = "abc.execute-api.eu-central-1.amazonaws.com"


def url(route: str, path: str, host: str | None) -> str:
    context = {"resourcePath": route, "path": path, "apiId": "abc", "stage": "api"}
    return page_url(SimpleNamespace(context=context | ({"domainName": host} if host else {})))


@pytest.mark.parametrize(
    ("route", "path", "host", "expected"),
    [
        (SIGN_IN, f"/api{SIGN_IN}", AWS, f"https://{AWS}/api"),
        (WALL, "/api/v1/elections/kg-2017/wall-links", AWS, f"https://{AWS}/api"),
        (WALL, "/v1/elections/kg-2017/wall-links", "page.example.org", "https://page.example.org"),
        (SIGN_IN, f"/api{SIGN_IN}", None, "http://127.0.0.1:4566/_aws/execute-api/abc/api"),
        (WALL, "/api/v1/elections/kg-2017/wall-links", None, "http://127.0.0.1:4566/_aws/execute-api/abc/api"),
    ],
)
@pytest.mark.parametrize("configured", ["", "https://board.example.org"])
def test_the_page_is_where_the_request_was_made_unless_the_template_says_it(
    monkeypatch: pytest.MonkeyPatch, configured: str, route: str, path: str, host: str | None, expected: str
) -> None:
    monkeypatch.setenv("BAYKOO_DASHBOARD", configured)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert url(route, path, host) == (configured or expected)
