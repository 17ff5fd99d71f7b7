"""Serve ministack by a server whose loop and parser are C.

Runs in the emulator's process. ministack 1.5.33 is served by Hypercorn, whose parser, streams and tasks are Python's
own: they took more of a request's processor time than all that ministack does for it. Uvicorn serves the same
application by libuv's loop and Node's parser.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn  # type: ignore[import-not-found]
import uvloop  # type: ignore[import-not-found]
from hypercorn import asyncio as hypercorn  # type: ignore[import-not-found]


class _Name(bytes):
    """A header's name: sent as written, compared in lower case."""

    __hash__ = bytes.__hash__

    def __eq__(self, other: object) -> bool:
        return super().lower() == other

    def lower(self) -> "_Name":
        """Return itself: Uvicorn would send all names in lower case."""
        return self


def _named_as_written(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Wrap an application whose headers keep the names that it gives."""

    async def called(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        async def sent(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": [(_Name(name), value) for name, value in message["headers"]]}
            await send(message)

        await app(scope, receive, sent)

    return called


async def _serve(app: Any, config: Any, **_: Any) -> None:
    """Serve as Hypercorn's `serve` does, by its settings."""
    host, _, port = config.bind[0].rpartition(":")
    settings = uvicorn.Config(
        _named_as_written(app),
        host=host,
        port=int(port),
        http="httptools",
        ws="none",
        lifespan="on",
        log_level=config.loglevel.lower(),
        access_log=False,
        timeout_keep_alive=config.keep_alive_timeout,
        backlog=config.backlog,
        proxy_headers=False,
        reset_contextvars=True,  # whose account and region a request is of is its own
        server_header=False,
        date_header=False,  # ministack's own is there
    )
    await uvicorn.Server(settings).serve()


def serve_in_c() -> None:
    """Have ministack be served so.

    It takes Hypercorn's `serve` by its name once it runs.
    """
    uvloop.install()
    hypercorn.serve = _serve
