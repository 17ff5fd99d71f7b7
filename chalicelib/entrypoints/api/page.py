"""The operators' page: its shell, and the files that it loads.

The shell is small and always asked for anew; the files' address holds the hash of their folder, so they never change.
"""

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from chalice.app import Response

from chalicelib.entrypoints.api.problem import Problem, problem_response

WEB: Final = Path(__file__).parents[2] / "web"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""The files that are served, by how their names end."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def shell(request: Any) -> Response:
    """Answer the page's shell, or 304 where the browser has it.

    An address without a slash at its end would be another folder's, and so would every file's beside it.
    """
    if not request.context.get("path", "/").endswith("/"):
        stage = request.context["path"].rpartition("/")[2]
        return Response("", headers={"Location": f"./{stage}/"}, status_code=HTTPStatus.PERMANENT_REDIRECT)
    tag = f'"{page_version()}"'
    headers: dict[str, str | list[str]] = {**HEADERS, "Cache-Control": "no-cache", "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response("", headers=headers, status_code=HTTPStatus.NOT_MODIFIED)
    written = (WEB / "shell.html").read_text("utf-8").replace("VERSION", page_version())
    return Response(written, headers={**headers, "Content-Type": "text/html; charset=utf-8"})


def file(request: Any, version: str, **steps: str) -> Response:
    """Answer one of the page's files, to be kept for ever.

    404 where it has none of that name.

    Another version's address is answered with this one's file, not to be kept: that browser has an old shell.
    """
    name = "/".join(steps[key] for key in sorted(steps))
    path = _files().get(name)
    if path is None:
        return problem_response(Problem(HTTPStatus.NOT_FOUND, f"The page has no file {name}."))
    is_current = version == page_version()
    kept = "public, max-age=31536000, immutable" if is_current else "no-store"
    headers: dict[str, str | list[str]] = {**HEADERS, "Content-Type": TYPES[path.suffix], "Cache-Control": kept}
    return Response(path.read_text("utf-8"), headers=headers)


@cache
def page_version() -> str:
    """Return the hash of every file of the page and its shell."""
    digest = hashlib.sha256((WEB / "shell.html").read_bytes())
    for name, path in sorted(_files().items()):
        digest.update(f"\0{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _files() -> dict[str, Path]:
    """Every file that is served, by its name below the folder.

    No other file can be named.
    """
    return {
        str(path.relative_to(WEB)): path
        for path in WEB.rglob("*")
        if path.suffix in TYPES and path.name != "shell.html"
    }
