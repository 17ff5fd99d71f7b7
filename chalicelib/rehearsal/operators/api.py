"""The operators' API as a simulated operator calls it."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import urllib3

PATIENCE: Final = urllib3.Timeout(connect=5, read=30)
AGAIN: Final = urllib3.Retry(
    4, allowed_methods=None, status_forcelist=(429, 500, 502, 503, 504), backoff_factor=0.3, raise_on_status=False
)
"""A request is made again where it failed: its idempotency key is the same then."""
NO_ANSWER: Final = 0
"""The status of a request to which nothing came back, however often it was made."""


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """An answer of the API, whatever its status; NO_ANSWER where none came."""

    status: int
    document: Any
    etag: str | None

    @property
    def is_done(self) -> bool:
        """Whether the API did what was asked."""
        return self.status in (HTTPStatus.OK, HTTPStatus.CREATED)


class OperatorsApi:
    """One election's API for whoever bears a token."""

    def __init__(self, base: str, election_id: str, token: str, pool: urllib3.PoolManager) -> None:
        self._root = f"{base.rstrip('/')}/v1/elections/{election_id}/"
        self._token, self._pool = token, pool
        self._local = threading.local()

    @property
    def requests(self) -> int:
        """How many requests this thread has made."""
        count: int = getattr(self._local, "requests", 0)
        return count

    @property
    def sent_at(self) -> float:
        """When this thread sent its last request, in seconds since 1970."""
        instant: float = getattr(self._local, "sent_at", 0.0)
        return instant

    def get(self, *path: str, query: str = "") -> ApiAnswer:
        """GET a resource by the parts of its path."""
        return self._call("GET", path, query, None, {})

    def post(self, *path: str, body: Mapping[str, Any], seen: str | None = None) -> ApiAnswer:
        """POST an action by its path's parts, on a version."""
        named = {"Idempotency-Key": str(uuid4())} | ({"If-Match": seen} if seen is not None else {})
        return self._call("POST", path, "", json.dumps(body).encode(), named)

    def _call(
        self, method: str, path: tuple[str, ...], query: str, body: bytes | None, named: Mapping[str, str]
    ) -> ApiAnswer:
        self._local.requests = self.requests + 1
        self._local.sent_at = time.time()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **named}
        url = self._root + "/".join(quote(part, safe="") for part in path) + (f"?{query}" if query else "")
        try:
            answer = self._pool.request(method, url, body=body, headers=headers, timeout=PATIENCE, retries=AGAIN)
        except urllib3.exceptions.HTTPError:
            return ApiAnswer(NO_ANSWER, None, None)
        try:
            document = json.loads(answer.data)
        except ValueError:
            document = None
        return ApiAnswer(answer.status, document, answer.headers.get("ETag"))
