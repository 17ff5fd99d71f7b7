"""Keep connections to providers' APIs: one TLS handshake for many SMS.

They are kept for less than servers do (Apache: 5 s): a request that goes into a connection which its server closes at
that moment would be in doubt, though it was never read. So would one on a connection that died while Lambda had frozen
its worker; by the wall clock, which goes on then, such a connection is too old.
"""

import threading
import time
from urllib.parse import urlsplit

import urllib3

KEPT_SECONDS = 4.0
CONNECTIONS = 4

_pools: dict[str, tuple[float, urllib3.PoolManager]] = {}
_lock = threading.Lock()


def connections_to(url: str) -> urllib3.PoolManager:
    """Return connections to a URL's host.

    New ones where the kept ones are too old.
    """
    scheme, netloc, *_ = urlsplit(url)
    host = f"{scheme}://{netloc}"
    now = time.time()
    with _lock:
        used_at, pool = _pools.get(host, (0.0, None))
        if pool is None or not 0 <= now - used_at < KEPT_SECONDS:
            pool = urllib3.PoolManager(maxsize=CONNECTIONS)
        _pools[host] = (now, pool)
    return pool
