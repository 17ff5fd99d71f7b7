"""What is asked over HTTPS, of servers on this machine whose certificates nobody has vouched for."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.providers.contract import OutboundRequest
from chalicelib.rehearsal.senders.sns import key_and_certificate
from chalicelib.services.clients.http import fetch
from chalicelib.services.clients.provider_api import AnswerLost, NotReached, exchange


class Server:
    """Takes one connection, and closes it without an answer; `read` is what came of a request."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.read = b""
        self.context = context
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.settimeout(10)
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        with contextlib.suppress(OSError), self.listening, self.listening.accept()[0] as plain:
            plain.settimeout(5)
            connection = self.context.wrap_socket(plain, server_side=True) if self.context else plain
            self.read = connection.recv(1000)
            connection.close()

    def done(self) -> bytes:
        self.thread.join(10)
        return self.read


@pytest.fixture
def unproven(tmp_path: Path) -> Iterator[Server]:
    key, certificate = key_and_certificate()
    chain = tmp_path / "chain.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    chain.write_bytes(certificate.encode() + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = Server(context)
    yield server
    server.done()


def asked(scheme: str, server: Server) -> OutboundRequest:
    return OutboundRequest("POST", f"{scheme}://127.0.0.1:{server.port}/send", {}, b"text=OP")


def test_a_server_without_a_valid_certificate_is_told_nothing(unproven: Server) -> None:
    with pytest.raises(NotReached, match="CERTIFICATE_VERIFY_FAILED"):
        exchange(asked("https", unproven))
    assert unproven.done() == b""


def test_a_connection_that_ends_after_the_request_leaves_it_in_doubt() -> None:
    server = Server(None)
    with pytest.raises(AnswerLost):
        exchange(asked("http", server))
    assert b"POST /send" in server.done()


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_fault_of_fetching_names_no_more_than_the_host(scheme: str, unproven: Server) -> None:
    url = f"{scheme}://127.0.0.1:{unproven.port}/?Action=ConfirmSubscription&Token=s3cret"
    with pytest.raises(OSError, match=f"127.0.0.1:{unproven.port}") as fault:
        fetch(url)
    assert "s3cret" not in str(fault.value)
    assert fault.value.__cause__ is None
    if scheme == "http":
        socket.create_connection(("127.0.0.1", unproven.port)).close()
