"""The URL as the provider called it, which some sign: what stood before API Gateway is not always what it says."""

import re
from collections.abc import Iterator

from chalicelib.providers.content import query_fields
from chalicelib.providers.contract import Malformed, Secrets, WebhookRequest

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#]*?)(?P<port>:[0-9]+)?(?P<path>[/][^?#]*)?(?P<query>\?[^#]*)?")
_USUAL_PORT = {"https": ":443", "http": ":80"}


def called_urls(request: WebhookRequest, secrets: Secrets) -> list[str]:
    """The URLs that the provider may have called, its own port written or not, none twice.

    The setting `public_url`, the URL as it was pasted at the provider, decides where it is set; its query replaces
    the request's only where both say the same, for API Gateway writes a query anew. Else it is the request's
    URL, and that with a proxy's X-Forwarded-Proto, -Host and -Port: path and query are the request's own,
    so that nothing in a header can replace what was called.
    """
    return list(dict.fromkeys(url for base in _bases(request, secrets) for url in _with_and_without_port(base)))


def without_query(url: str) -> str:
    """Scheme, host and path of a URL: what may be shown."""
    return url.partition("#")[0].partition("?")[0]


def _bases(request: WebhookRequest, secrets: Secrets) -> Iterator[re.Match[str]]:
    called = _match(request.url.partition("#")[0])
    pasted = secrets.get("public_url")
    if isinstance(pasted, str) and pasted:
        settled = _match(pasted.partition("#")[0])
        same = sorted(query_fields(settled[0])) == sorted(query_fields(called[0]))
        yield settled if same else _match(without_query(pasted) + (called["query"] or ""))
        return
    yield called
    headers = {
        name: request.headers.get(f"x-forwarded-{name}", "").partition(",")[0] for name in ("proto", "host", "port")
    }
    if any(headers.values()):
        scheme = headers["proto"].strip().lower() or called["scheme"]
        host = headers["host"].strip() or called["host"]
        port = f":{headers['port'].strip()}" if headers["port"].strip() and ":" not in host else ""
        port = "" if port == _USUAL_PORT.get(scheme) else port
        proxied = _URL.fullmatch(f"{scheme}://{host}{port}{called['path'] or ''}{called['query'] or ''}")
        if proxied is not None:
            yield proxied


def _match(url: str) -> re.Match[str]:
    matched = _URL.fullmatch(url)
    if matched is None:
        raise Malformed("bad_url", "the URL must begin with https:// or http:// and a host", "url")
    return matched


def _with_and_without_port(url: re.Match[str]) -> Iterator[str]:
    rest = (url["path"] or "") + (url["query"] or "")
    yield f"{url['scheme']}://{url['host']}{url['port'] or ''}{rest}"
    yield f"{url['scheme']}://{url['host']}{rest}"
    yield f"{url['scheme']}://{url['host']}{url['port'] or _USUAL_PORT[url['scheme']]}{rest}"
