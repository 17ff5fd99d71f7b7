"""Connections to providers: one TLS handshake for many SMS, and none that is too old to be trusted."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chalicelib.providers.contract import OutboundRequest
from chalicelib.rehearsal.senders.sns import key_and_certificate
from chalicelib.services.clients import kept_connections
from chalicelib.services.clients.provider_api import AnswerLost, exchange

BODY = b"text=OP"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Provider:
    """An HTTPS server that counts handshakes and requests, and closes a connection after `most` of these."""

    def __init__(self, chain: Path, most: int = 1000) -> None:
        self.handshakes = self.requests = 0
        self.most = most
        self.answers = True
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                plain, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.converse, args=(plain,), daemon=True).start()

    def converse(self, plain: socket.socket) -> None:
        with self.context.wrap_socket(plain, server_side=True) as connection:
            self.handshakes += 1
            for _ in range(self.most):
                if not self.read(connection):
                    return
                self.requests += 1
                if not self.answers:
                    return
                connection.sendall(ANSWER)

    def read(self, connection: ssl.SSLSocket) -> bool:
        """Read a request whole; False where the connection ends."""
        octets = b""
        while not octets.endswith(BODY):
            received = connection.recv(10_000)
            if not received:
                return False
            octets += received
        return True

    def request(self) -> OutboundRequest:
        return OutboundRequest("POST", f"https://localhost:{self.port}/send", {}, BODY)


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this process trusts whoever it is of: what is looked at is the connection."""
    key, certificate = key_and_certificate()
    path = tmp_path / "chain.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    path.write_bytes(certificate.encode() + private)
    make = kept_connections.urllib3.PoolManager
    trusting = {"cert_reqs": "CERT_NONE", "assert_hostname": False}
    monkeypatch.setattr(kept_connections.urllib3, "PoolManager", lambda **named: make(**named, **trusting))
    return path


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    yield
    for _, pool in kept_connections._pools.values():
        pool.clear()
    kept_connections._pools.clear()


pytestmark = pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")


def test_many_sms_cost_one_handshake(chain: Path) -> None:
    provider = Provider(chain)
    for _ in range(20):
        assert exchange(provider.request())[0] == 200
    assert (provider.requests, provider.handshakes) == (20, 1)


def test_a_connection_that_was_idle_is_not_used_again(chain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(chain)
    exchange(provider.request())
    later = time.time() + kept_connections.KEPT_SECONDS
    monkeypatch.setattr(kept_connections.time, "time", lambda: later)
    exchange(provider.request())
    assert provider.handshakes == 2


def test_a_connection_that_its_server_closed_is_replaced(chain: Path) -> None:
    provider = Provider(chain, most=1)
    for _ in range(3):
        assert exchange(provider.request())[0] == 200
        time.sleep(0.05)  # for the server's end to come
    assert (provider.requests, provider.handshakes) == (3, 3)


def test_a_request_is_not_repeated_where_its_answer_is_lost(chain: Path) -> None:
    provider = Provider(chain)
    exchange(provider.request())
    provider.answers = False
    with pytest.raises(AnswerLost):
        exchange(provider.request())
    assert provider.requests == 2
