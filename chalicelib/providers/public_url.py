"""The URL as the provider called it, which some sign.

What stood before API Gateway is not always what it says.
"""

import re
from collections.abc import Iterator

from chalicelib.providers.content import query_fields
from chalicelib.providers.contract import Secrets, WebhookRequest
from chalicelib.providers.refusals import Malformed, Undecidable

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>[^/?#]*?)(?P<port>:[0-9]+)?(?P<path>[/][^?#]*)?(?P<query>\?[^#]*)?")
_FORWARDED = (re.compile("(https?)?"), re.compile(r"([A-Za-z0-9.-]+(:[0-9]+)?)?"), re.compile("([0-9]{1,5})?"))
_USUAL_PORT = {"https": ":443", "http": ":80"}


def called_urls(request: WebhookRequest, secrets: Secrets) -> list[str]:
    """Return the URLs that the provider may have called.

    Each is there with its own port written and not, and none twice. The setting `public_url`, the URL as it was pasted
    at the provider, decides where it is set; its query replaces the request's only where both say the same, for API
    Gateway writes a query anew. Else it is the request's URL, and that with a proxy's X-Forwarded-Proto, -Host and
    -Port: path and query are the request's own, so that nothing in a header can replace what was called.
    """
    return list(dict.fromkeys(url for base in _bases(request, secrets) for url in _with_and_without_port(base)))


def without_query(url: str) -> str:
    """Scheme, host and path of a URL: what may be shown."""
    return url.partition("#")[0].partition("?")[0]


def _bases(request: WebhookRequest, secrets: Secrets) -> Iterator[re.Match[str]]:
    called = _URL.fullmatch(request.url.partition("#")[0])
    if called is None:
        raise Malformed("bad_url", "the URL must begin with https:// or http:// and a host", "url")
    pasted = secrets.get("public_url")
    if not pasted:
        yield called
        yield from _proxied(request, called)
        return
    settled = _URL.fullmatch(str(pasted).partition("#")[0])
    if settled is None:
        raise Undecidable("bad_setting", "public_url must begin with https:// or http:// and a host")
    if sorted(query_fields(settled[0])) != sorted(query_fields(called[0])):
        settled = _URL.fullmatch(without_query(settled[0]) + (called["query"] or ""))
    if settled is not None:
        yield settled


def _proxied(request: WebhookRequest, called: re.Match[str]) -> Iterator[re.Match[str]]:
    """Return the URL as a proxy says that it was called.

    Headers that are no scheme, host or port say nothing.
    """
    headers = request.headers
    written = [headers.get(f"x-forwarded-{name}", "").partition(",")[0].strip() for name in ("proto", "host", "port")]
    if not any(written) or not all(form.fullmatch(value) for form, value in zip(_FORWARDED, written, strict=True)):
        return
    scheme, host, port = written[0] or called["scheme"], written[1] or called["host"], f":{written[2]}"
    port = "" if port in {":", _USUAL_PORT[scheme]} or ":" in host else port
    proxied = _URL.fullmatch(f"{scheme}://{host}{port}{called['path'] or ''}{called['query'] or ''}")
    if proxied is not None:
        yield proxied


def _with_and_without_port(url: re.Match[str]) -> Iterator[str]:
    rest = (url["path"] or "") + (url["query"] or "")
    yield f"{url['scheme']}://{url['host']}{url['port'] or ''}{rest}"
    yield f"{url['scheme']}://{url['host']}{rest}"
    yield f"{url['scheme']}://{url['host']}{url['port'] or _USUAL_PORT[url['scheme']]}{rest}"
