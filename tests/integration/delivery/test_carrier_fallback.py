"""Several providers for outgoing SMS: the next one is asked only where the one before certainly did not take it."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import pytest
from pipeline import Pipeline, stored

from chalicelib.providers.contract import OutboundRequest
from chalicelib.services import outbox
from chalicelib.services.clients import provider_api
from chalicelib.services.clients.provider_api import AnswerLost
from chalicelib.services.delivery.deliver import deliver
from chalicelib.store.messages import Message
from chalicelib.store.queues import Queue
from chalicelib.store.tables import put_new

Answered = tuple[int, dict[str, str]] | Exception
TAKEN: Answered = (200, {})


class Carriers:
    """Answers of the send APIs, by host; `asked`: hosts in the order in which they were asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answered] = {}
        self.asked: list[str] = []

    def exchange(self, request: OutboundRequest) -> tuple[int, dict[str, str], bytes]:
        host = urlsplit(request.url).hostname or ""
        self.asked.append(host)
        answer = self.answers[host]
        if isinstance(answer, Exception):
            raise answer
        return (*answer, b"{}")


@pytest.fixture
def carriers(monkeypatch: pytest.MonkeyPatch) -> Carriers:
    made = Carriers()

    def settings(name: str) -> dict[str, Any]:
        return {"secrets": ["secret"], "send_url": f"https://{name.removeprefix('generic-')}/"}

    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "generic-first, generic-second")
    monkeypatch.setattr(provider_api, "provider_secrets", settings)
    monkeypatch.setattr(provider_api, "exchange", made.exchange)
    return made


def row(pipeline: Pipeline, queue: Queue = "out") -> Message:
    key = f"{pipeline.election.id}-fallback-{next(pipeline.ids)}"
    assert put_new(outbox.sms_row(key, "+996700123456", "Text", outbox.Origin("e", "tested", pipeline.now, queue)))
    return stored(key)


CASES: dict[str, tuple[Answered, list[str], str]] = {
    "the first takes it": (TAKEN, ["first"], "sent"),
    "busy": ((429, {"Retry-After": "5"}), ["first", "second"], "sent"),
    "our account": ((401, {}), ["first", "second"], "sent"),
    "the first refuses the SMS": ((400, {}), ["first", "second"], "sent"),
    "in doubt": ((500, {}), ["first"], "queued"),
    "no answer": (AnswerLost("silence"), ["first"], "queued"),
}


@pytest.mark.parametrize(("answer", "tried", "state"), CASES.values(), ids=CASES)
def test_the_second_is_asked_where_the_first_certainly_has_not_sent(
    answer: Answered, tried: list[str], state: str, pipeline: Pipeline, carriers: Carriers
) -> None:
    carriers.answers = {"first": answer, "second": TAKEN}
    message = row(pipeline)
    deliver(message, pipeline.now)
    assert (carriers.asked, stored(message.key).state) == (tried, state)


@pytest.mark.parametrize(("other", "state"), [((400, {}), "failed"), ((503, {}), "queued")], ids=["too", "may take it"])
def test_a_refused_sms_fails_once_nobody_may_take_it(
    other: Answered, state: str, pipeline: Pipeline, carriers: Carriers
) -> None:
    carriers.answers = {"first": (400, {}), "second": other}
    message = row(pipeline)
    deliver(message, pipeline.now)
    assert (carriers.asked[:2], stored(message.key).state) == (["first", "second"], state)


def test_what_is_in_doubt_goes_at_most_once_more(pipeline: Pipeline, carriers: Carriers) -> None:
    carriers.answers = {"first": (500, {}), "second": TAKEN}
    message = row(pipeline)
    for hour in range(4):
        deliver(stored(message.key), pipeline.now + dt.timedelta(hours=hour))
    assert carriers.asked == ["first", "first"]
    assert stored(message.key).state == "failed"


@pytest.mark.parametrize("queue", ["out", "alert"])
def test_retry_after_is_obeyed(queue: Queue, pipeline: Pipeline, carriers: Carriers) -> None:
    carriers.answers = {"first": (429, {"Retry-After": "7200"}), "second": (429, {"Retry-After": "3600"})}
    message = row(pipeline, queue)
    deliver(message, pipeline.now)
    assert carriers.asked == ["first", "second"], "nobody is asked again before the time"
    assert stored(message.key).due_at == pipeline.now + dt.timedelta(hours=1)


def test_one_that_asked_to_be_left_alone_is_left_alone(pipeline: Pipeline, carriers: Carriers) -> None:
    carriers.answers = {"first": (429, {"Retry-After": "3600"}), "second": TAKEN}
    for _ in range(3):
        message = row(pipeline)
        deliver(message, pipeline.now)
        assert stored(message.key).state == "sent"
    assert carriers.asked == ["first", "second", "second", "second"]


def test_one_that_fails_and_asks_to_be_left_alone_is_left_alone(pipeline: Pipeline, carriers: Carriers) -> None:
    carriers.answers = {"first": (502, {"Retry-After": "3600"}), "second": TAKEN}
    deliver(row(pipeline), pipeline.now)
    message = row(pipeline)
    deliver(message, pipeline.now)
    assert stored(message.key).state == "sent"
    assert carriers.asked == ["first", "second"]
