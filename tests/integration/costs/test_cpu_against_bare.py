"""Processor time of the webhook and of processing, against the bare requests to DynamoDB that they cannot do without.

The bare requests of the same rows are made by boto3's client as it comes, and by the client that we have; blocks of
calls in turn, so that a machine that others use slows all alike.
"""

import base64
import copy
import datetime as dt
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import boto3
import botocore.client
import botocore.useragent
import botocore_models
import botocore_wire
import pytest
from aws_faults import Killed
from botocore.httpsession import URLLib3Session
from pipeline import Load, Pipeline

import app
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.services.intake.receive import receive
from chalicelib.services.processing.process import process
from chalicelib.store.messages import Message

pytestmark = pytest.mark.long

SIDES, BLOCK, ROUNDS, WARMING = 3, 20, 45, 2
TEXT = "ОТКРЫТИЕ A1 B0730 C{count} D1 E{ballots}"
_serial = itertools.count()
Call = Callable[[], object]
Side = Callable[[], Sequence[Call]]


@pytest.fixture(autouse=True)
def _botocore_as_lambda_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests' processes send without urllib3 and keep words of user agents; no function does."""
    monkeypatch.setattr(URLLib3Session, "send", botocore_wire.own_send)
    monkeypatch.setattr(botocore.useragent, "sanitize_user_agent_string_component", botocore_models.own_sanitize)


def seconds_of(calls: Sequence[Call]) -> float:
    begun = time.process_time()
    for call in calls:
        call()
    return (time.process_time() - begun) / len(calls)


def compared(ours: Side, bare: Callable[[Any], Sequence[Call]]) -> list[str]:
    """Milliseconds of ours and of the bare requests by each client, each with the median of the rounds' ratios."""
    clients = [boto3.client("dynamodb"), Message._get_connection().connection.client]
    rounds = []
    for place in range(WARMING + ROUNDS):
        sides = [(0, ours()), *((number, bare(client)) for number, client in enumerate(clients, 1))]
        took = {side: seconds_of(calls) for side, calls in (sides if place % 2 else reversed(sides))}
        rounds.append([took[side] for side in range(len(sides))])
    kept = rounds[WARMING:]
    mine, plain, same = (statistics.median(took) * 1000 for took in zip(*kept, strict=True))
    ratios = [statistics.median(took[0] / took[side] for took in kept) for side in (1, 2)]
    return [
        f"{mine:.2f}",
        f"by boto3's client {plain:.2f}: × {ratios[0]:.2f}",
        f"by ours {same:.2f}: × {ratios[1]:.2f}",
    ]


def texts(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """A phone and a text, no two alike: of each station in turn, so that no two blocks of a round change a report.

    Half an hour lies between two SMS of a station: more in an hour would be counted against its phone's budget.
    """
    for number in itertools.count():
        station = number % (SIDES * BLOCK)
        if station == 0:
            pipeline.now += dt.timedelta(minutes=30)
        text = TEXT.format(count=number % 12 + 1, ballots=1000 + number // (SIDES * BLOCK))
        yield pipeline.observers(station)[0].phones[0], text


def signed(pipeline: Pipeline, sender: GenericSender, phone: str, text: str) -> SignedRequest:
    sms = Sms(f"{pipeline.election.id}-cpu{next(_serial)}", phone, pipeline.number, text, pipeline.now)
    return sender.sign(sms, "https://example.org/webhooks/generic", dt.datetime.now(dt.UTC))


def event(request: SignedRequest) -> dict[str, Any]:
    """What API Gateway hands to intake."""
    return {
        "requestContext": {
            "httpMethod": "POST",
            "resourcePath": "/webhooks/{provider}",
            "path": "/api/webhooks/generic",
            "identity": {"sourceIp": "127.0.0.1"},
        },
        "pathParameters": {"provider": "generic"},
        "stageVariables": None,
        "multiValueQueryStringParameters": None,
        "headers": {**request.headers, "host": "example.org"},
        "body": base64.b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }


@pytest.mark.parametrize("part", ["from API Gateway's event", "from the provider's request"])
def test_webhook_against_a_bare_conditional_put(
    part: str, load: Load, record_property: Callable[[str, object], None]
) -> None:
    pipeline = load(size=SIDES * BLOCK)
    sender, words = GenericSender(pipeline.secret), texts(pipeline)
    example = pipeline.send(*next(words)).serialize()

    def ours() -> list[Call]:
        if part == "from API Gateway's event":
            events = [event(signed(pipeline, sender, *next(words))) for _ in range(BLOCK)]
            return [lambda event=event: accepted(app.intake(event, None)["statusCode"]) for event in events]
        now = dt.datetime.now(dt.UTC)
        requests = [signed(pipeline, sender, *next(words)).arriving(now) for _ in range(BLOCK)]
        return [lambda request=request: accepted(receive("generic", request).status) for request in requests]

    def bare(client: Any) -> list[Call]:
        rows = [example | {"key": {"S": f"generic#{pipeline.election.id}-bare{next(_serial)}"}} for _ in range(BLOCK)]
        named = {"TableName": "baykoo-messages", "ConditionExpression": "attribute_not_exists(#key)"}
        return [
            lambda row=row: client.put_item(Item=row, ExpressionAttributeNames={"#key": "key"}, **named) for row in rows
        ]

    record_property("figure", (f"webhook {part}: CPU, ms; bare put", *compared(ours, bare)))


def accepted(status: int) -> None:
    assert status == 200


def test_processing_against_a_bare_read_and_transaction(
    load: Load, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = load(size=SIDES * BLOCK)
    words = texts(pipeline)
    pipeline.say(*next(words))

    def ours() -> list[Call]:
        images = [pipeline.send(*next(words)).serialize() for _ in range(BLOCK)]
        return [lambda image=image: process(Message.from_raw_data(copy.copy(image)), pipeline.now) for image in images]

    def bare(client: Any) -> list[Call]:
        return [
            lambda requests=requests: [getattr(client, name)(**parameters) for name, parameters in requests]
            for requests in [requests_of(pipeline.send(*next(words))) for _ in range(BLOCK)]
        ]

    def requests_of(message: Message) -> list[tuple[str, dict[str, Any]]]:
        """The requests that processing would make, the last of which is not made."""
        requests: list[tuple[str, dict[str, Any]]] = []
        names = {"BatchGetItem": "batch_get_item", "TransactWriteItems": "transact_write_items"}
        real = botocore.client.BaseClient._make_api_call

        def tapped(value: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if operation in names:
                requests.append((names[operation], copy.deepcopy(parameters)))
            if operation == "TransactWriteItems":
                raise Killed
            return real(value, operation, parameters)

        with monkeypatch.context() as patched:
            patched.setattr(botocore.client.BaseClient, "_make_api_call", tapped)
            with pytest.raises(Killed):
                process(message, pipeline.now)
        assert [name for name, _ in requests] == ["batch_get_item", "transact_write_items"]
        return requests

    figures = compared(ours, bare)
    assert pipeline.say(*next(words)).state == "accepted"
    record_property("figure", ("processing: CPU, ms; bare read and transaction", *figures))
