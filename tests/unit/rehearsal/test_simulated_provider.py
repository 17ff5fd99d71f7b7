"""The simulated provider against a real HTTP server: signs, retries what a provider retries, gives up what it must."""

import datetime as dt
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.webhook import hear
from chalicelib.services import simulated_provider
from chalicelib.services.simulated_provider import Delivery, SimulatedProvider, Webhook, WebhookUnusable

SECRET = "a secret"


class Server:
    """Answers each message by a list of statuses, the last for ever; keeps what it was asked."""

    def __init__(self, statuses):
        self.statuses, self.asked, self.headers = statuses, [], []
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with server.lock:
                    message = json.loads(body)["id"]
                    server.asked.append(message)
                    server.headers.append((dict(self.headers), body, self.path, self.client_address))
                    times = server.asked.count(message)
                statuses = server.statuses(message)
                status = statuses[min(times, len(statuses)) - 1]
                said = b'{"title": "Try again"}' if status >= 300 else b""
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/webhooks/generic"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(simulated_provider, "FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(simulated_provider, "LONGEST_RETRY_SECONDS", 0.02)
    made = []

    def start(statuses):
        one = Server(statuses)
        made.append(one)
        threading.Thread(target=one.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return one

    yield start
    for one in made:
        one.http.shutdown()
        one.http.server_close()


def deliveries(*ids, due=0.0):
    return [Delivery(due, message_id, json.dumps({"id": message_id}).encode()) for message_id in ids]


def test_every_delivery_is_made_once_and_signed(server):
    to = server(lambda message: [200])
    answers = SimulatedProvider(Webhook(to.url, SECRET)).deliver(deliveries("a", "b", "b", "c"))
    assert answers.acknowledged == {"a", "b", "c"}
    assert Counter(to.asked) == {"a": 1, "b": 2, "c": 1}
    assert len(answers.seconds) == 4
    assert all(0 < seconds < 5 for seconds in answers.seconds)
    for headers, body, path, _ in to.headers:
        timestamp = headers["X-Baykoo-Timestamp"]
        expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        assert headers["X-Baykoo-Signature"] == f"sha256={expected}"
        assert abs(int(timestamp) - dt.datetime.now(dt.UTC).timestamp()) < 10
        assert path == "/webhooks/generic"


def test_the_signature_is_what_the_webhook_verifies():
    at = dt.datetime(2017, 10, 15, 2, 0, tzinfo=dt.UTC)
    sms = {"id": "1", "from": "+12015550100", "to": "+12015550101", "text": "OP A1", "received_at": at.isoformat()}
    body = json.dumps(sms).encode()
    headers = Webhook("http://x", SECRET).headers(body, int(at.timestamp()))
    heard = hear(
        "generic", WebhookRequest("POST", "http://x", headers, body, at), {"secrets": [SECRET]}, lambda url: b""
    )
    assert heard.authentic, heard.reason
    assert heard.answer.status == 200


@pytest.mark.parametrize("temporary", [503, 429, 500, 0])
def test_what_a_provider_retries_is_retried_until_it_is_acknowledged(server, temporary):
    to = server(lambda message: [temporary, temporary, 200] if message == "a" else [200])
    made = []
    answers = SimulatedProvider(Webhook(to.url, SECRET), lambda: made.append(1)).deliver(deliveries("a", "b"))
    assert answers.acknowledged == {"a", "b"}
    assert not answers.failed
    assert answers.retried.total() == 2
    assert len(made) == 2


def test_a_refusal_is_not_retried(server):
    to = server(lambda message: [403] if message == "a" else [200])
    answers = SimulatedProvider(Webhook(to.url, SECRET)).deliver(deliveries("a", "b"))
    assert answers.acknowledged == {"b"}
    assert answers.failed == {"a": "403 Try again"}
    assert to.asked.count("a") == 1


def test_it_gives_up_after_as_many_tries_as_a_provider_makes(server):
    to = server(lambda message: [503] if message == "a" else [200])
    answers = SimulatedProvider(Webhook(to.url, SECRET)).deliver(deliveries("a", "b"))
    assert to.asked.count("a") == simulated_provider.MOST_TRIES
    assert answers.failed == {"a": "503 Try again"}
    assert answers.faults() == {"503 Try again": simulated_provider.MOST_TRIES}


def test_a_webhook_that_takes_nothing_is_told_soon(server):
    to = server(lambda message: [403])
    later = time.time() + 3600
    with pytest.raises(WebhookUnusable, match="403 Try again"):
        SimulatedProvider(Webhook(to.url, SECRET)).deliver(
            [*deliveries(*map(str, range(60))), *deliveries("z", due=later)]
        )
    assert "z" not in to.asked


def test_deliveries_are_made_when_they_are_due_and_not_before(server):
    to = server(lambda message: [200])
    start = time.time()
    answers = SimulatedProvider(Webhook(to.url, SECRET)).deliver(
        [*deliveries("late", due=start + 0.3), *deliveries("now")]
    )
    assert to.asked == ["now", "late"]
    assert time.time() - start >= 0.3
    assert answers.acknowledged == {"now", "late"}


def test_connections_are_kept_and_few(server):
    to = server(lambda message: [200])
    SimulatedProvider(Webhook(to.url, SECRET)).deliver(deliveries(*map(str, range(200))))
    assert len({address for _, _, _, address in to.headers}) <= simulated_provider.CONNECTIONS
