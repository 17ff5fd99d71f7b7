"""Simulated providers against a real HTTP server: they sign, retry what a provider retries, give up what they must."""

import datetime as dt
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal import provider
from chalicelib.rehearsal.provider import Delivery, SimulatedProvider, Webhook, WebhookUnusable
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.senders.twilio import TwilioSender

SENDER = GenericSender("a secret")
SENT = dt.datetime(2017, 10, 15, 4, 0, tzinfo=dt.UTC)
EMPTY = ("text/plain", b"")


class Server:
    """Answers each message by a list of statuses, the last for ever, a 2xx with `content`; keeps what it was asked."""

    def __init__(self, statuses, content=EMPTY):
        self.statuses, self.content, self.asked, self.requests = statuses, content, [], []
        self.lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with server.lock:
                    message = next(name for name in MESSAGES if name in f"{self.path} {body.decode()}")
                    server.asked.append(message)
                    called = f"http://{self.headers['Host']}{self.path}"
                    arrived = WebhookRequest(self.command, called, dict(self.headers), body, dt.datetime.now(dt.UTC))
                    server.requests.append((arrived, self.client_address))
                    times = server.asked.count(message)
                statuses = server.statuses(message)
                status = statuses[min(times, len(statuses)) - 1]
                kind, answer_body = server.content if status < 300 else ("application/json", b'{"title": "Try again"}')
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer_body)))
                self.end_headers()
                self.wfile.write(answer_body)

            def do_GET(self):
                self.do_POST()

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}/webhooks"

    def webhook(self, provider="generic", sender=SENDER, pasted=None):
        called = f"{self.base}/{provider}"
        return Webhook(provider, called, sender, pasted or called)

    def take(self, deliveries, provider="generic"):
        """What a provider was answered to its deliveries."""
        return SimulatedProvider().deliver(deliveries)[provider]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(provider, "FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(provider, "LONGEST_RETRY_SECONDS", 0.02)
    made = []

    def start(statuses=lambda message: [200], content=EMPTY):
        stored_server = Server(statuses, content)
        made.append(stored_server)
        threading.Thread(target=stored_server.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return stored_server

    yield start
    for row in made:
        row.http.shutdown()
        row.http.server_close()


MESSAGES = [f"id-{number:03}" for number in range(200)]


def sms(message_id):
    return Sms(message_id, "+996700123456", "+996555000111", "OP 1234 A1 рахмат", SENT)


def deliveries(webhook, *ids, due=0.0):
    return [Delivery(due, sms(message_id), webhook) for message_id in ids]


A, B, C, LATER = "id-000", "id-001", "id-002", "id-003"


def test_every_delivery_is_made_once_and_signed_for_the_moment(server):
    to = server()
    answers = to.take(deliveries(to.webhook(), A, B, B, C))
    assert answers.acknowledged == {A, B, C}
    assert Counter(to.asked) == {A: 1, B: 2, C: 1}
    assert len(answers.seconds) == 4
    assert all(0 < seconds < 5 for seconds in answers.seconds)
    for request, _ in to.requests:
        heard = handle("generic", request, SENDER.secrets, lambda url: b"")
        assert heard.authentic, heard.reason
        assert heard.delivery.messages[0].sent_at == SENT


@pytest.mark.parametrize("name", SENDERS)
def test_each_provider_calls_as_its_webhook_verifies(name, server):
    url = "https://sms.example.org/api/webhooks/" + name
    sender = type(SENDERS[name]).with_settings(settings := SENDERS[name].fresh_settings(url))
    to = server()
    answers = to.take(deliveries(to.webhook(name, sender, url), A), name)
    assert answers.acknowledged == {A}
    heard = handle(name, to.requests[0][0], settings, lambda url: b"")
    assert heard.authentic, heard.reason
    assert [message.text for message in heard.delivery.messages] == ["OP 1234 A1 рахмат"]
    assert sender.takes(heard.answer.status)
    assert not sender.texts_back(heard.answer.content_type or "", heard.answer.body)


def test_several_providers_are_told_apart(server):
    to = server(lambda message: [403] if message == B else [200])
    twilio = to.webhook("twilio", TwilioSender())
    answers = SimulatedProvider().deliver([*deliveries(to.webhook(), A, B), *deliveries(twilio, A, C)])
    assert {name: answer.acknowledged for name, answer in answers.items()} == {"generic": {A}, "twilio": {A, C}}
    assert answers["generic"].failed == {B: "403 Try again"}


@pytest.mark.parametrize(
    ("status", "takers"), [(200, {"telerivet", "kannel", "infobip"}), (202, {"kannel", "infobip"}), (204, {"infobip"})]
)
def test_each_provider_has_its_own_idea_of_success(status, takers, server):
    to = server(lambda message: [status])
    webhooks = [to.webhook(name, SENDERS[name]) for name in ("telerivet", "kannel", "infobip")]
    answers = SimulatedProvider().deliver([delivery for webhook in webhooks for delivery in deliveries(webhook, A)])
    assert {name for name, answer in answers.items() if answer.acknowledged} == takers
    assert {name for name, answer in answers.items() if answer.faults()} == set(answers) - takers


@pytest.mark.parametrize(
    ("name", "content", "is_texted"),
    [
        ("twilio", ("text/plain; charset=utf-8", b"OK"), True),
        ("twilio", ("text/xml", b"<Response/>"), False),
        ("twilio", ("text/xml", b"<Response><Message>OK</Message></Response>"), True),
        ("plivo", ("application/xml", b"<Response/>"), False),
        ("kannel", ("text/plain", b"OK"), True),
        ("kannel", EMPTY, False),
        ("telerivet", ("application/json", b'{"messages": [{"content": "OK"}]}'), True),
        ("infobip", ("text/plain", b"OK"), False),
    ],
)
def test_what_would_be_texted_to_the_observer_is_a_fault(name, content, is_texted, server):
    to = server(content=content)
    answers = to.take(deliveries(to.webhook(name, SENDERS[name]), A), name)
    assert answers.acknowledged == {A}
    assert answers.faults().total() == is_texted


@pytest.mark.parametrize("temporary", [503, 429, 500, 0])
def test_what_a_provider_retries_is_retried_until_it_is_acknowledged(server, temporary):
    to = server(lambda message: [temporary, temporary, 200] if message == A else [200])
    made = []
    answers = SimulatedProvider(lambda: made.append(1)).deliver(deliveries(to.webhook(), A, B))["generic"]
    assert answers.acknowledged == {A, B}
    assert not answers.failed
    assert to.asked.count(A) == 3
    assert answers.retried.total() in ({2} if temporary else {1, 2})  # a lost connection may be made again unseen
    assert len(made) == 2


def test_a_refusal_is_not_retried(server):
    to = server(lambda message: [403] if message == A else [200])
    answers = to.take(deliveries(to.webhook(), A, B))
    assert answers.acknowledged == {B}
    assert answers.failed == {A: "403 Try again"}
    assert to.asked.count(A) == 1


def test_it_gives_up_after_as_many_tries_as_a_provider_makes(server):
    to = server(lambda message: [503] if message == A else [200])
    answers = to.take(deliveries(to.webhook(), A, B))
    assert to.asked.count(A) == provider.MOST_TRIES
    assert answers.failed == {A: "503 Try again"}
    assert answers.faults() == {"503 Try again": provider.MOST_TRIES}


def test_a_webhook_that_takes_nothing_of_one_provider_is_told_soon(server):
    to = server(lambda message: [200] if message == A else [403])
    wrong = to.webhook("infobip", SENDERS["infobip"])
    later = deliveries(wrong, LATER, due=time.time() + 3600)
    with pytest.raises(WebhookUnusable, match="/webhooks/infobip took none of the first messages: 403 Try again"):
        SimulatedProvider().deliver([*deliveries(to.webhook(), A), *deliveries(wrong, *MESSAGES[10:70]), *later])
    assert LATER not in to.asked


def test_deliveries_are_made_when_they_are_due_and_not_before(server):
    to = server()
    start = time.time()
    answers = to.take([*deliveries(to.webhook(), LATER, due=start + 0.3), *deliveries(to.webhook(), A)])
    assert to.asked == [A, LATER]
    assert time.time() - start >= 0.3
    assert answers.acknowledged == {A, LATER}


def test_connections_are_kept_and_few(server):
    to = server()
    to.take(deliveries(to.webhook(), *MESSAGES))
    assert len({address for _, address in to.requests}) <= provider.CONNECTIONS


def test_a_sender_that_cannot_sign_ends_it_all(server, monkeypatch):
    to = server()
    later = deliveries(to.webhook(), LATER, due=time.time() + 3600)
    broken = GenericSender("secret")
    monkeypatch.setattr(broken, "sign", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        SimulatedProvider().deliver([*deliveries(to.webhook("infobip", broken), A), *later])
