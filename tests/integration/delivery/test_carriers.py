"""Many workers, each a process of its own, send by the same carriers at once: what one finds out, all know."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from carrier_apis import TAKEN, Vendors, serving
from cli_process import FORKED, take_environ
from pipeline import Pipeline, stored
from shown_messages import describe_message

from chalicelib.services import outbox
from chalicelib.services.access.operators import Operator
from chalicelib.services.delivery.carrier_health import MOST_FAILURES
from chalicelib.services.delivery.deliver import deliver
from chalicelib.store.carriers import CarrierRow, standing
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message
from chalicelib.store.queues import Queue
from chalicelib.store.tables import put_new

WORKERS = 3


@pytest.fixture
def vendors(configure: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "twilio,plivo")
    with serving() as made:
        for name, settings in made.settings().items():
            configure(name, settings)
        yield made


def row(pipeline: Pipeline, queue: Queue = "out") -> Message:
    key = f"{pipeline.election.id}-carried-{next(pipeline.ids)}"
    assert put_new(outbox.sms_row(key, "+996700123456", key, outbox.Origin("e", "tested", pipeline.now, queue)))
    return stored(key)


def work(keys: list[str], now: dt.datetime) -> list[str]:
    """What a worker of its own does."""
    return [deliver(message, now) for message in (get(key) for key in keys) if message is not None]


def by_workers(rows: list[Message], now: dt.datetime) -> list[str]:
    shares = [[message.key for message in rows[place::WORKERS]] for place in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, FORKED, take_environ, (dict(os.environ),)) as workers:
        done = workers.map(work, shares, [now] * WORKERS)
        return [state for states in done for state in states]


def test_a_carrier_that_fails_half_way_is_left_by_all_and_each_sms_goes_once(
    pipeline: Pipeline, vendors: Vendors
) -> None:
    vendors.answers["twilio"] = lambda place: TAKEN if place < 12 else (401, {})
    rows = [row(pipeline) for _ in range(60)]
    assert Counter(by_workers(rows, pipeline.now)) == {"sent": 60}
    assert vendors.taken() == {message.key: 1 for message in rows}
    failed = [carrier for carrier in vendors.asked if not carrier.taken]
    assert MOST_FAILURES <= len(failed) <= MOST_FAILURES + 2 * WORKERS, "five tell all"
    rest = standing("twilio")
    assert rest.trips == 1
    assert 0 < rest.rest_until - pipeline.now.timestamp() <= 30


def test_when_its_rest_is_over_one_worker_tries_it(pipeline: Pipeline, vendors: Vendors) -> None:
    vendors.answers["twilio"] = lambda _place: (402, {})
    for _ in range(MOST_FAILURES + 3):
        assert deliver(row(pipeline), pipeline.now) == "sent"
    assert vendors.order().count("twilio") == MOST_FAILURES
    pipeline.now += dt.timedelta(seconds=31)
    by_workers([row(pipeline) for _ in range(12)], pipeline.now)
    assert vendors.order().count("twilio") == MOST_FAILURES + 1
    assert standing("twilio").trips == 2
    pipeline.now += dt.timedelta(seconds=61)
    vendors.answers["twilio"] = lambda _place: TAKEN
    vendors.asked.clear()
    by_workers([row(pipeline) for _ in range(6)], pipeline.now)
    assert "twilio" in vendors.order()
    assert (standing("twilio").failures, standing("twilio").rest_until) == (0, 0.0)


def test_an_alert_does_not_wait_where_all_rest_but_obeys_who_asks_to_be_left_alone(
    pipeline: Pipeline, vendors: Vendors
) -> None:
    for name in ("twilio", "plivo"):
        vendors.answers[name] = lambda _place: (401, {})
    for _ in range(MOST_FAILURES):
        deliver(row(pipeline), pipeline.now)
    vendors.asked.clear()
    reply = row(pipeline)
    assert deliver(reply, pipeline.now) == "queued"
    assert (stored(reply.key).attempts, vendors.asked) == (0, []), "nobody was asked, so it is no attempt"
    vendors.answers["twilio"] = lambda _place: TAKEN
    assert deliver(row(pipeline, "alert"), pipeline.now) == "sent"
    assert vendors.order() == ["twilio"]
    for name in ("twilio", "plivo"):
        vendors.answers[name] = lambda _place: (429, {"Retry-After": "600"})
    deliver(row(pipeline, "alert"), pipeline.now + dt.timedelta(hours=1))
    vendors.asked.clear()
    alert = row(pipeline, "alert")
    assert deliver(alert, pipeline.now + dt.timedelta(hours=1)) == "queued"
    assert vendors.asked == []


def test_a_rate_holds_for_all_workers_together(pipeline: Pipeline, vendors: Vendors, configure: Any) -> None:
    configure("twilio", vendors.settings(per_second=5)["twilio"])
    rows = [row(pipeline) for _ in range(18)]
    assert Counter(by_workers(rows, pipeline.now)) == {"sent": 18}
    assert vendors.order() == ["twilio"] * 18, "who has a rate is waited for"
    used = [int(row.used) for row in CarrierRow.scan(CarrierRow.id.startswith("carrier#twilio#")) if row.used]
    assert sum(used) == 18
    assert max(used) <= 5
    assert vendors.asked[-1].at - vendors.asked[0].at > 2
    configure("twilio", vendors.settings(per_second=0.000001)["twilio"])  # no window of it ends meanwhile
    assert deliver(row(pipeline), pipeline.now) in {"sent", "queued"}
    waiting = row(pipeline)
    assert deliver(waiting, pipeline.now) == "queued"
    assert stored(waiting.key).attempts == 0
    assert deliver(row(pipeline, "alert"), pipeline.now) == "sent"


def test_the_observers_number_is_the_first_carriers_and_a_setting_comes_before_it(
    pipeline: Pipeline, vendors: Vendors, configure: Any
) -> None:
    settings = vendors.settings()
    del settings["twilio"]["sender"]
    configure("twilio", settings["twilio"])
    message = row(pipeline)
    message.update(actions=[Message.sender.set("+996312000000")])
    deliver(stored(message.key), pipeline.now)
    vendors.answers["twilio"] = lambda _place: (401, {})
    other = row(pipeline)
    other.update(actions=[Message.sender.set("+996312000000")])
    deliver(stored(other.key), pipeline.now)
    assert vendors.asked[0].fields["From"] == "+996312000000"
    assert vendors.asked[2].fields["src"] == "+15550002222"


def test_what_is_in_doubt_goes_once_more_and_by_another_carrier(pipeline: Pipeline, vendors: Vendors) -> None:
    vendors.answers["twilio"] = lambda _place: (500, {})
    message = row(pipeline)
    assert deliver(message, pipeline.now) == "queued"
    assert vendors.order() == ["twilio"], "nobody knows whether it was taken"
    assert deliver(stored(message.key), pipeline.now + dt.timedelta(minutes=1)) == "sent"
    sent = stored(message.key)
    assert (vendors.order(), sent.doubts, sent.asked) == (["twilio", "plivo"], 1, ["twilio", "plivo"])


def test_segments_and_cost_are_on_the_row(pipeline: Pipeline, vendors: Vendors, configure: Any) -> None:
    configure("twilio", vendors.settings(price="0.045", currency="USD")["twilio"])
    key = f"{pipeline.election.id}-long"
    assert put_new(outbox.sms_row(key, "+996700123456", "ж" * 71, outbox.Origin("e", "tested", pipeline.now)))
    assert deliver(stored(key), pipeline.now) == "sent"
    sent = stored(key)
    assert (sent.carrier, sent.segments, sent.cost, sent.currency) == ("twilio", 2, "0.090", "USD")
    shown = describe_message(Operator("somebody", "headquarters", "e", ()), key)
    assert shown is not None
    delivery = {
        name: shown[name] for name in ("carrier", "reference", "asked", "receipt", "segments", "cost", "currency")
    }
    assert delivery == {
        "carrier": "twilio",
        "reference": sent.reference,
        "asked": ["twilio"],
        "receipt": None,
        "segments": 2,
        "cost": "0.090",
        "currency": "USD",
    }


def test_a_setting_that_makes_no_sense_is_told(pipeline: Pipeline, vendors: Vendors, configure: Any) -> None:
    for setting, value in (("price", 0.04), ("per_second", "5"), ("base_url", "http://api.twilio.com")):
        configure("twilio", vendors.settings(**{setting: value})["twilio"])
        configure("plivo", {"auth_id": "MA1"})
        message = row(pipeline)
        assert deliver(message, pipeline.now) == "queued"
        assert f"twilio: the setting {setting} must" in str(stored(message.key).last_error)
    assert vendors.asked == []
