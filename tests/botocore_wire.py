"""botocore's requests to the emulator, over sockets that are kept: whoever imports this has them.

urllib3, http.client and email's parser take a third of a request's processor time, of which tests make hundreds of
thousands. All before and after stays botocore's own: parameters, endpoint, signature, retries, parsing. What leaves
this machine, is a stream or cannot connect goes the usual way.
"""

import atexit
import select
import socket
from collections import defaultdict
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

HERE = "http://127.0.0.1:"
ENDS = b"\r\n\r\n"

own_send = URLLib3Session.send
_idle: dict[str, list[socket.socket]] = defaultdict(list)
_lock = Lock()


def send(session: Any, request: AWSPreparedRequest) -> AWSResponse:
    """Send a request, and read its answer; raises what botocore's own session raises."""
    if not request.url.startswith(HERE) or request.stream_output or not isinstance(request.body, bytes | None):
        return own_send(session, request)
    parts = urlsplit(request.url)
    wire = _kept(parts.netloc)
    try:
        wire = wire or socket.create_connection((parts.hostname, parts.port))
    except OSError:
        return own_send(session, request)  # which says how it could not be reached
    try:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.settimeout(_patience(session, request))
        wire.sendall(_written(request, parts.netloc))
        status, headers, body, is_kept = _answer(wire, request.method)
    except TimeoutError as error:
        wire.close()
        raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
    except (OSError, ValueError) as error:
        wire.close()
        raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
    with _lock:
        _idle[parts.netloc].append(wire) if is_kept else wire.close()
    answer = AWSResponse(request.url, status, headers, None)
    answer._content = body
    return answer


def _kept(netloc: str) -> socket.socket | None:
    """Take a socket that nobody uses and that its other side has not closed."""
    while True:
        with _lock:
            if not _idle[netloc]:
                return None
            wire = _idle[netloc].pop()
        if not select.select([wire], [], [], 0)[0]:
            return wire
        wire.close()


def _patience(session: Any, request: AWSPreparedRequest) -> float | None:
    named = (getattr(request, "context", None) or {}).get("read_timeout")
    timeout = session._timeout
    return named if named is not None else getattr(timeout, "read_timeout", timeout)


def _written(request: AWSPreparedRequest, host: str) -> bytes:
    target = request.url.partition(host)[2] or "/"
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {host}"]
    for name, value in request.headers.items():
        lines.append(f"{name}: {value.decode() if isinstance(value, bytes) else value}")
    body = request.body or b""
    if "Content-Length" not in request.headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + ENDS + body


def _answer(wire: socket.socket, method: str) -> tuple[int, dict[str, str], bytes, bool]:
    """Read status, headers and body, and whether the socket may be asked again."""
    head, body = _until(wire, b"", ENDS)
    first, *lines = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ", 2)[1])
    if status == 100:
        head, body = _until(wire, body, ENDS)
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if method == "HEAD" or status in (204, 304):
        return status, headers, b"", True
    if headers.get("transfer-encoding") == "chunked":
        return status, headers, _chunks(wire, body), True
    length = int(headers["content-length"])
    while len(body) < length:
        body += _more(wire)
    return status, headers, body, headers.get("connection", "") != "close"


def _until(wire: socket.socket, read: bytes, mark: bytes) -> tuple[bytes, bytes]:
    while mark not in read:
        read += _more(wire)
    before, _, after = read.partition(mark)
    return before, after


def _chunks(wire: socket.socket, read: bytes) -> bytes:
    body = b""
    while True:
        size, read = _until(wire, read, b"\r\n")
        length = int(size.split(b";")[0], 16)
        while len(read) < length + 2:
            read += _more(wire)
        if not length:
            return body
        body, read = body + read[:length], read[length + 2 :]


def _more(wire: socket.socket) -> bytes:
    """Read on; raises ConnectionResetError at the end."""
    read = wire.recv(1 << 20)
    if not read:
        raise ConnectionResetError("the emulator closed the connection")
    return read


@atexit.register
def _close() -> None:
    for wires in _idle.values():
        for wire in wires:
            wire.close()


URLLib3Session.send = send  # type: ignore[method-assign]
