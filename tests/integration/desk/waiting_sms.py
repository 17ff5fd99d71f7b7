"""SMS of strangers that wait at the desk."""

import datetime as dt

from pipeline import Pipeline

from chalicelib.store.messages import Message

OPENING = "OP 1001 A1 B0730 C12 D1 E1668"
STRANGER = "+996777000222"


def received(pipeline: Pipeline, form: str = "OP") -> int:
    return int(pipeline.summary()["nation"]["forms"][form]["-"]["received"])


def stranger(pipeline: Pipeline, text: str = OPENING, phone: str = STRANGER) -> Message:
    message = pipeline.say(phone, text)
    assert message.state == "quarantined"
    pipeline.now += dt.timedelta(minutes=1)
    return message
