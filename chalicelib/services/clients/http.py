"""Read an HTTPS URL for a provider's verification.

It is a certificate, or a subscription's confirmation.
"""

from urllib.parse import urlsplit

import urllib3

_TIMEOUT = urllib3.Timeout(connect=2, read=3)
LARGEST = 64 * 1024


def fetch(url: str) -> bytes:
    """Read an HTTPS URL's body; redirects are not followed.

    Raises OSError if it cannot be read. The fault names the host alone: it is logged, and a subscription's confirmation
    has its token in the URL.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    if not url.startswith("https://"):
        raise OSError(f"{host} is not read: only https URLs are")
    try:
        # A host is read once: what is proven by it is kept, so no connection to it is.
        answer = urllib3.PoolManager().request(
            "GET", url, timeout=_TIMEOUT, redirect=False, retries=False, preload_content=False
        )
        body = answer.read(LARGEST + 1)
        answer.release_conn()
    except urllib3.exceptions.HTTPError as fault:
        raise OSError(f"{host} cannot be read: {type(fault).__name__}") from None
    if answer.status != 200 or len(body) > LARGEST:
        raise OSError(f"{host} answered {answer.status} with {len(body)} bytes")
    return body
