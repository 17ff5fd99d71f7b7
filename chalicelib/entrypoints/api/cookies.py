"""Cookies that browsers give back to this stack alone."""

import datetime as dt
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, Literal

SESSION: Final = "__Host-baykoo"
"""The session's cookie; by its prefix a browser takes it from this host alone, over HTTPS alone."""
OIDC: Final = "__Host-baykoo-oidc"
"""What is kept of a sign-in while its browser is at the OpenID provider."""
NOTHING: Final = dt.timedelta()


def cookie(http: Any, name: str) -> str | None:
    """Return the value of a request's cookie, None where there is none."""
    try:
        morsel = SimpleCookie(http.headers.get("cookie") or "").get(name)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None


def setting(name: str, value: str, lasts: dt.timedelta, same_site: Literal["Strict", "Lax"] = "Strict") -> str:
    """Write the header that sets a cookie, or ends it: `lasts` NOTHING."""
    seconds = max(0, int(lasts.total_seconds()))
    return f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite={same_site}"
