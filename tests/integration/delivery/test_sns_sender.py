"""What goes by SNS comes from a number of ours: the one that the observer wrote to, if the settings say that it is."""

from typing import Any

import pytest
from aws_faults import Wire
from pipeline import Pipeline, stored

from chalicelib.services.clients import provider_settings
from chalicelib.services.delivery.deliver import deliver

NUMBER, NAME = "AWS.MM.SMS.OriginationNumber", "AWS.SNS.SMS.SenderID"
ELSE = "+996555999888"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, {}),
        ({"price": "0.045"}, {}),
        ({"sender": "{own}"}, {NUMBER: "{own}"}),
        ({"sender": [ELSE, "{own}"]}, {NUMBER: "{own}"}),
        ({"sender": [ELSE]}, {NUMBER: ELSE}),
        ({"sender": "4455"}, {NUMBER: "4455"}),
        ({"sender": "Baykoo"}, {NAME: "Baykoo"}),
    ],
)
def test_a_reply_comes_from_the_number_that_was_written_to(
    settings: dict[str, Any] | None, expected: dict[str, str], pipeline: Pipeline, configure: Any, wire: Wire
) -> None:
    own = pipeline.number
    if settings is not None:
        configure("sns", {name: written(value, own) for name, value in settings.items()})
    published: list[dict[str, Any]] = []
    wire.watch = lambda operation, parameters, _: published.append(parameters) if operation == "Publish" else None
    reply = pipeline.reply(pipeline.say(pipeline.phone(), "OP A1"))
    assert reply is not None
    assert deliver(reply, pipeline.now) == "sent"
    [request] = published
    attributes = {
        name: messageattribute["StringValue"] for name, messageattribute in request["MessageAttributes"].items()
    }
    senders = {name: written(value, own) for name, value in expected.items()}
    assert attributes == {"AWS.SNS.SMS.SMSType": "Transactional", **senders}


def test_a_sender_that_makes_no_sense_is_said_and_nothing_is_sent(pipeline: Pipeline, configure: Any) -> None:
    configure("sns", {"sender": 996555999888})
    reply = pipeline.reply(pipeline.say(pipeline.phone(), "OP A1"))
    assert reply is not None
    assert deliver(reply, pipeline.now) == "queued"
    assert "the setting sender must be a text" in str(stored(reply.key).last_error)


def written(value: Any, own: str) -> Any:
    return [written(item, own) for item in value] if isinstance(value, list) else value.replace("{own}", own)


@pytest.fixture(autouse=True)
def fresh(services: object) -> None:
    provider_settings.forget()
