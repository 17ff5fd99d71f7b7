"""Signed calls of the webhook, and what became of them."""

import json

from pipeline import Pipeline

from chalicelib.providers.contract import Answer
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message
from infra.stack import Stack

URL = "https://example.org/webhooks/generic"


def put_settings(services: Stack, name: str, settings: object) -> None:
    value = settings if isinstance(settings, str) else json.dumps(settings)
    services.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)


def sms_of(pipeline: Pipeline, message_id: str = "one") -> Sms:
    return Sms(f"{pipeline.election.id}-{message_id}", pipeline.phone(), pipeline.number, "OP A1", pipeline.now)


def signed_call(pipeline: Pipeline, secret: str | None = None, message_id: str = "one") -> SignedRequest:
    return GenericSender(secret or pipeline.secret).sign(sms_of(pipeline, message_id), URL, pipeline.now)


def message_of(pipeline: Pipeline, message_id: str = "one") -> Message | None:
    return get(pipeline.key(message_id))


def problem(answer: Answer) -> dict[str, object]:
    assert answer.content_type == "application/problem+json"
    document: dict[str, object] = json.loads(answer.body)
    assert document["status"] == answer.status
    return document
